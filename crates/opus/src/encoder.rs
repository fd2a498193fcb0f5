use opus_pure::{Application, OpusEncoder, RateControl};

use crate::{Bandwidth, FrameDuration, SampleRate, Settings};

/// Encodes one direction of a call.
#[derive(Debug)]
pub struct Encoder {
    codec: OpusEncoder,
    settings: Settings,
}

impl Encoder {
    /// An encoder with the default [`Settings`]: one channel of 48 kHz.
    pub fn new() -> Self {
        Self::with(&Settings::default())
    }

    /// An encoder with settings of your own.
    #[expect(
        clippy::expect_used,
        reason = "the codec refuses rates and numbers of channels that these types lack"
    )]
    pub fn with(settings: &Settings) -> Self {
        let (rate, channels) = (settings.rate.hertz() as i32, settings.channels.count());
        let codec = OpusEncoder::new(rate, channels, Application::Voip).expect("five rates and two channels");
        let mut encoder = Self { codec, settings: *settings };
        encoder.configure(settings);
        encoder
    }

    /// How it works at present.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes how it works from the next packet on: the network got worse, or the other end asked for something else.
    /// Rate and channels stay what they are.
    pub fn configure(&mut self, settings: &Settings) {
        let (rate, channels) = (self.settings.rate, self.settings.channels);
        self.settings = Settings { rate, channels, ..*settings };
        let codec = &mut self.codec;
        codec.bitrate_bps = settings.bitrate.clamp(6_000, 510_000) as i32;
        codec.rate_control = if settings.constant { RateControl::Cbr } else { RateControl::ConstrainedVbr };
        codec.complexity = i32::from(settings.complexity.min(10));
        codec.packet_loss_perc = i32::from(settings.expected_loss.min(100));
        codec.use_inband_fec = settings.forward_correction && settings.expected_loss > 0;
        codec.use_dtx = settings.discontinuous;
        codec.max_bandwidth = match settings.max_bandwidth {
            Bandwidth::Narrow => opus_pure::Bandwidth::Narrowband,
            Bandwidth::Medium => opus_pure::Bandwidth::Mediumband,
            Bandwidth::Wide => opus_pure::Bandwidth::Wideband,
            Bandwidth::SuperWide => opus_pure::Bandwidth::Superwideband,
            Bandwidth::Full => opus_pure::Bandwidth::Fullband,
        };
    }

    /// Samples a second.
    pub fn rate(&self) -> SampleRate {
        self.settings.rate
    }

    /// How far what is heard is behind what is encoded, in ticks of the RTP clock: the "pre-skip" of files (RFC 7845 §4.2).
    pub fn delay(&self) -> u16 {
        let ticks = self.codec.lookahead() * self.settings.rate.ticks_per_sample();
        // Some milliseconds.
        u16::try_from(ticks).unwrap_or(u16::MAX)
    }

    /// Encodes linear PCM of 10, 20, 40 or 60 ms to one packet.
    ///
    /// Returns the octets written; 0 if `pcm` has another length or `payload` is shorter than two octets. `payload` is
    /// also the limit: where it is shorter than the packet would be, the packet is made worse. [`MAX_OCTETS`] are
    /// always enough.
    ///
    /// [`MAX_OCTETS`]: crate::MAX_OCTETS
    pub fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        let channels = self.settings.channels.count();
        let samples = pcm.len() / channels;
        if !pcm.len().is_multiple_of(channels)
            || payload.len() < 2
            || FrameDuration::from_samples(samples, self.settings.rate).is_none()
        {
            return 0;
        }
        self.codec.encode_s16(pcm, samples, payload).unwrap_or(0)
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}
