use opus_pure::OpusDecoder;

use crate::{Channels, MAX_TICKS, Packet, SampleRate};

/// Decodes one direction of a call.
#[derive(Debug)]
pub struct Decoder {
    codec: OpusDecoder,
    rate: SampleRate,
    channels: Channels,
}

impl Decoder {
    /// A decoder to one channel of 48 kHz.
    pub fn new() -> Self {
        Self::with(SampleRate::default(), Channels::default())
    }

    /// A decoder to another rate, or to two channels. The packets may be of any: two channels become one, one becomes
    /// two.
    #[expect(
        clippy::expect_used,
        reason = "the codec refuses rates and numbers of channels that these types lack"
    )]
    pub fn with(rate: SampleRate, channels: Channels) -> Self {
        let codec =
            OpusDecoder::new(rate.hertz() as i32, channels.count()).expect("five rates and two channels");
        Self { codec, rate, channels }
    }

    /// Samples a second.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Decodes a packet to linear PCM.
    ///
    /// Returns the samples written, of all channels together; 0 if the octets are no packet, or `pcm` has no room for
    /// what they hold. [`Packet`] knows how much that is; 120 ms are always enough.
    pub fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        let Some(samples) = Packet::parse(payload).map(|packet| packet.samples(self.rate)) else { return 0 };
        if pcm.len() < samples * self.channels.count() {
            return 0;
        }
        self.codec.decode_s16(payload, samples, pcm).map_or(0, |samples| samples * self.channels.count())
    }

    /// Fills `pcm` in place of a packet that is lost, with what went on before; after some time it fades to silence.
    ///
    /// `pcm` is as long as the packet was: a multiple of 2.5 ms, 120 ms at most. Returns the samples written, of all
    /// channels together; 0 if the length is another.
    pub fn conceal(&mut self, pcm: &mut [i16]) -> usize {
        let Some(samples) = self.lost_samples(pcm) else { return 0 };
        let mut rest = &mut pcm[..samples * self.channels.count()];
        while let Some(piece) =
            rest.split_off_mut(..self.longest_piece(rest.len())).filter(|it| !it.is_empty())
        {
            if self.codec.decode_s16(&[], piece.len() / self.channels.count(), piece).is_err() {
                piece.fill(0);
            }
        }
        samples * self.channels.count()
    }

    /// The codec conceals durations of frames alone: 20, 10, 5 and 2.5 ms, in samples of all channels.
    fn longest_piece(&self, rest: usize) -> usize {
        let frames =
            [960, 480, 240, 120].map(|ticks| ticks / self.rate.ticks_per_sample() * self.channels.count());
        frames.into_iter().find(|&frame| frame <= rest).unwrap_or(rest)
    }

    /// Fills `pcm` in place of a packet that is lost, with what the packet after it says of it, or else as
    /// [`conceal`](Self::conceal) does. That packet is decoded next.
    ///
    /// `pcm` is as long as the lost packet was. Returns the samples written; 0 if the length is none of a packet.
    pub fn recover(&mut self, next: &[u8], pcm: &mut [i16]) -> usize {
        let Some(samples) = self.lost_samples(pcm) else { return 0 };
        if Packet::parse(next).is_none_or(|packet| !packet.has_forward_correction()) {
            return self.conceal(pcm);
        }
        let recovered = self.codec.decode_fec_s16(next, samples, pcm).unwrap_or(0);
        if recovered == 0 { self.conceal(pcm) } else { recovered * self.channels.count() }
    }

    /// Samples of one channel, if it is a multiple of 2.5 ms.
    fn lost_samples(&self, pcm: &[i16]) -> Option<usize> {
        let samples = pcm.len() / self.channels.count();
        let ticks = samples * self.rate.ticks_per_sample();
        let exact = samples * self.channels.count() == pcm.len() && ticks.is_multiple_of(120);
        (exact && samples > 0 && ticks <= MAX_TICKS).then_some(samples)
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}
