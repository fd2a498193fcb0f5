//! Codecs that legs speak. A new one adds a file here, a variant of [`Codec`], a line in [`properties`], and one in
//! [`Codec::encoder`] and [`Codec::decoder`].

mod cost;
mod g711;
mod g722;
mod g726;
mod gsm;
mod impairment;
mod linear;
mod opus;
mod properties;
mod translate;

use ::g726::{Packing, Rate};
pub use cost::TranslationCosts;
use properties::{Framing, Properties};
pub(crate) use translate::Translation;

/// The most samples that a packet is decoded to: 120 ms at 48 kHz.
pub(crate) const MOST_SAMPLES: usize = 5_760;

/// Octets of the longest payload that is sent.
const LONGEST_PAYLOAD: usize = 2_000;

/// Milliseconds of the longest packet that is made.
const LONGEST_PACKET: u16 = 60;

/// An audio codec of a leg.
///
/// All of them are passed on as they came between two legs that speak the same. Those that are
/// [`known here`](Codec::is_translatable) can be translated, played, and made of what is said to others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// G.711 μ-law, `PCMU/8000`.
    #[default]
    Pcmu,
    /// G.711 A-law, `PCMA/8000`.
    Pcma,
    /// G.722, `G722/8000`: 7 kHz of audio.
    G722,
    /// GSM full rate, `GSM/8000`.
    Gsm,
    /// G.726 at 32 kbit/s, `G726-32/8000`, the first sample in the lower half of an octet (RFC 3551 §4.5.4).
    G726,
    /// The same with the first sample in the upper half, `AAL2-G726-32/8000`.
    G726Aal2,
    /// Opus (RFC 7587), `opus/48000/2`.
    Opus,
    /// Linear samples of 16 bits, high octet first (RFC 3551 §4.5.11), at 8 kHz.
    L16,
    /// The same at 16 kHz.
    L16Wide,
    /// The same at 48 kHz.
    L16Full,
    /// G.729 and its annexes, `G729/8000`.
    G729,
    /// G.723.1, `G723/8000`.
    G723,
    /// iLBC (RFC 3952), `iLBC/8000`.
    Ilbc,
    /// Speex (RFC 5574) at 8 kHz.
    Speex,
    /// Speex at 16 kHz.
    SpeexWide,
    /// Speex at 32 kHz.
    SpeexUltraWide,
    /// G.722.1 (RFC 5577) at 32 kbit/s: Siren 7.
    Siren7,
    /// G.722.1 annex C at 48 kbit/s: Siren 14.
    Siren14,
    /// IMA ADPCM at 8 kHz, `DVI4/8000`.
    Dvi4,
}

impl Codec {
    /// Every codec, in the order of Asterisk's lists.
    pub const ALL: [Codec; 19] = [
        Codec::Pcmu,
        Codec::Pcma,
        Codec::Gsm,
        Codec::G722,
        Codec::G726,
        Codec::G726Aal2,
        Codec::Opus,
        Codec::L16,
        Codec::L16Wide,
        Codec::L16Full,
        Codec::G729,
        Codec::G723,
        Codec::Ilbc,
        Codec::Speex,
        Codec::SpeexWide,
        Codec::SpeexUltraWide,
        Codec::Siren7,
        Codec::Siren14,
        Codec::Dvi4,
    ];

    /// The encoding name of `a=rtpmap`.
    pub const fn name(self) -> &'static str {
        self.properties().name
    }

    /// Ticks of the RTP timestamp in a second.
    pub const fn clock_rate(self) -> u32 {
        self.properties().clock_rate
    }

    /// Samples in a second of what it sounds like; 16,000 for G.722, whose clock has 8,000 ticks.
    pub const fn sample_rate(self) -> u32 {
        self.properties().sample_rate
    }

    /// Channels that `a=rtpmap` names; 2 for Opus, whatever is sent (RFC 7587 §7).
    pub const fn channels(self) -> u8 {
        self.properties().channels
    }

    /// The payload type that RFC 3551 table 4 gives it.
    pub const fn static_payload_type(self) -> Option<u8> {
        self.properties().payload_type
    }

    /// Format parameters that tell it from others of its name, as `a=fmtp` has them.
    pub const fn parameters(self) -> Option<&'static str> {
        self.properties().parameters
    }

    /// The codec of an encoding name, in any case, and a clock rate.
    ///
    /// ```
    /// use media_bridge::Codec;
    ///
    /// assert_eq!(Codec::of("pcma", 8_000), Some(Codec::Pcma));
    /// assert_eq!(Codec::of("L16", 16_000), Some(Codec::L16Wide));
    /// assert_eq!(Codec::of("L16", 44_100), None);
    /// ```
    pub fn of(name: &str, clock_rate: u32) -> Option<Self> {
        let is = |codec: &Self| codec.clock_rate() == clock_rate && codec.name().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(is)
    }

    /// Whether what is said in it can be made audible to those who speak another.
    pub const fn is_translatable(self) -> bool {
        !matches!(self.properties().framing, Framing::Unknown)
    }

    /// The length of packets, in ms, that comes nearest to `wanted` and that it can make: 10 to 60.
    pub const fn packet_time(self, wanted: u16) -> u16 {
        let longest = match self.properties().framing {
            // What is longer fits no datagram.
            Framing::Samples { .. } => LONGEST_PAYLOAD as u32 * 1_000 / self.octets_a_second(),
            _ => LONGEST_PACKET as u32,
        } as u16;
        let longest = if longest > LONGEST_PACKET { LONGEST_PACKET } else { longest };
        let wanted = if wanted < 10 { 10 } else { wanted };
        let wanted = if wanted > longest { longest } else { wanted };
        match self.properties().framing {
            Framing::Samples { .. } | Framing::Unknown => wanted / 10 * 10,
            Framing::Frames20 if wanted < 20 => 20,
            Framing::Frames20 => wanted / 20 * 20,
            Framing::Opus if wanted < 20 => 10,
            Framing::Opus => wanted / 20 * 20,
        }
    }

    /// Octets of a second of sound, of codecs that work sample by sample; 1 of others.
    const fn octets_a_second(self) -> u32 {
        match self.properties().framing {
            Framing::Samples { bits_per_tick } => self.clock_rate() / 8 * bits_per_tick as u32,
            _ => 1,
        }
    }

    /// Octets of the longest payload that is worth keeping for later: 120 ms, or a frame of Opus.
    pub(crate) const fn longest_kept(self) -> usize {
        match self.properties().framing {
            Framing::Samples { .. } => {
                let octets = self.octets_a_second() as usize * 120 / 1_000;
                if octets > LONGEST_PAYLOAD { LONGEST_PAYLOAD } else { octets }
            }
            _ => 1_275,
        }
    }

    /// Whether an octet of it sounds as long as a tick of its clock, so that packets can be cut anywhere.
    pub(crate) const fn has_octets_of_a_tick(self) -> bool {
        matches!(self.properties().framing, Framing::Samples { bits_per_tick: 8 })
    }

    /// Samples in a second of the linear sound that it is encoded of where there are `rate` of them, and decoded to for whoever
    /// hears `rate` of them.
    ///
    /// Codecs have one rate of their own, [`sample_rate`](Self::sample_rate). Opus has several for either end, whatever the other
    /// one has (RFC 6716 §2, RFC 7587 §4.1): sound of telephones is neither brought to 48 kHz, where two thirds of the work
    /// are for what is not there, nor back.
    ///
    /// ```
    /// use media_bridge::Codec;
    ///
    /// assert_eq!(Codec::Opus.rate_for(8_000), 8_000);
    /// assert_eq!(Codec::Opus.rate_for(32_000), 48_000);
    /// assert_eq!(Codec::G722.rate_for(8_000), 16_000);
    /// ```
    pub const fn rate_for(self, rate: u32) -> u32 {
        match self {
            Self::Opus => ::opus::SampleRate::at_least(rate).hertz(),
            _ => self.sample_rate(),
        }
    }

    /// The same for what is encoded as `opus` says: some of what may be asked of Opus takes a higher rate.
    pub(crate) fn encoding_rate(self, rate: u32, opus: &::opus::Settings) -> u32 {
        match self {
            Self::Opus => self.rate_for(rate.max(opus.lowest_rate().hertz())),
            _ => self.rate_for(rate),
        }
    }

    /// Whether [`rate_for`](Self::rate_for) is not always the same.
    pub(crate) const fn has_several_rates(self) -> bool {
        self.rate_for(0) != self.sample_rate()
    }

    /// Samples of so many ms.
    pub(crate) const fn samples(self, ms: u16) -> usize {
        samples_at(self.sample_rate(), ms)
    }

    /// Whether so many samples of `rate` make a packet by themselves.
    pub(crate) const fn makes_packet_of(self, samples: usize, rate: u32) -> bool {
        let ms = samples * 1_000 / if rate == 0 { 1 } else { rate as usize };
        ms <= 60
            && ms > 0
            && self.packet_time(ms as u16) as usize == ms
            && samples_at(rate, ms as u16) == samples
    }

    /// An encoder with fresh state, of sound at the codec's own rate, if it is known here. Opus is encoded as `opus` says.
    pub fn encoder(self, opus: &::opus::Settings) -> Option<Box<dyn Encoder>> {
        self.encoder_of(self.sample_rate(), opus)
    }

    /// An encoder of sound that has the samples of [`rate_for`](Self::rate_for) a second.
    pub(crate) fn encoder_of(self, rate: u32, opus: &::opus::Settings) -> Option<Box<dyn Encoder>> {
        let (rate, channels) = (::opus::SampleRate::at_least(rate), ::opus::Channels::Mono);
        match self {
            Self::Pcmu => Some(Box::new(g711::Ulaw)),
            Self::Pcma => Some(Box::new(g711::Alaw)),
            Self::G722 => Some(Box::new(::g722::Encoder::new())),
            Self::Gsm => Some(Box::new(::gsm::Encoder::new())),
            Self::G726 => Some(Box::new(::g726::Encoder::with(Rate::Kbps32, Packing::LowFirst))),
            Self::G726Aal2 => Some(Box::new(::g726::Encoder::with(Rate::Kbps32, Packing::HighFirst))),
            Self::Opus => {
                Some(Box::new(::opus::Encoder::with(&::opus::Settings { rate, channels, ..*opus })))
            }
            Self::L16 | Self::L16Wide | Self::L16Full => Some(Box::new(linear::L16)),
            _ => None,
        }
    }

    /// A decoder with fresh state, to the codec's own rate, if it is known here.
    pub fn decoder(self) -> Option<Box<dyn Decoder>> {
        self.decoder_to(self.sample_rate())
    }

    /// A decoder to the samples of [`rate_for`](Self::rate_for) a second.
    pub(crate) fn decoder_to(self, rate: u32) -> Option<Box<dyn Decoder>> {
        match self {
            Self::Pcmu => Some(Box::new(g711::Ulaw)),
            Self::Pcma => Some(Box::new(g711::Alaw)),
            Self::G722 => Some(Box::new(::g722::Decoder::new())),
            Self::Gsm => Some(Box::new(::gsm::Decoder::new())),
            Self::G726 => Some(Box::new(::g726::Decoder::with(Rate::Kbps32, Packing::LowFirst))),
            Self::G726Aal2 => Some(Box::new(::g726::Decoder::with(Rate::Kbps32, Packing::HighFirst))),
            Self::Opus => {
                let rate = ::opus::SampleRate::at_least(rate);
                Some(Box::new(::opus::Decoder::with(rate, ::opus::Channels::Mono)))
            }
            Self::L16 | Self::L16Wide | Self::L16Full => Some(Box::new(linear::L16)),
            _ => None,
        }
    }

    const fn properties(self) -> &'static Properties {
        properties::of(self)
    }
}

/// Samples of so many ms.
pub(crate) const fn samples_at(rate: u32, ms: u16) -> usize {
    ms as usize * rate as usize / 1_000
}

/// What makes payloads of samples. Made when it is first needed; works without allocating.
pub trait Encoder: Send {
    /// Encodes `pcm`, a packet of a length that [`Codec::packet_time`] allows, into `payload` and returns the octets written; 0 when
    /// the payload does not fit.
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize;
}

/// What makes samples of payloads. Made when it is first needed; works without allocating.
pub trait Decoder: Send {
    /// Decodes `payload` into `pcm` and returns the samples written; 0 for a payload that makes no sense.
    fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize;

    /// Makes up a lost packet from what the next one says of it, and returns the samples written; 0 where it says nothing.
    fn recover(&mut self, _next: &[u8], _pcm: &mut [i16]) -> usize {
        0
    }

    /// Fills `pcm` with what the codec makes up for missing sound; `false` where it does no such thing.
    fn conceal(&mut self, _pcm: &mut [i16]) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opus() -> ::opus::Settings {
        ::opus::Settings::default()
    }

    #[test]
    fn every_codec_has_its_own_name_and_number() {
        for codec in Codec::ALL {
            assert_eq!(Codec::of(codec.name(), codec.clock_rate()), Some(codec));
            assert_eq!(codec.encoder(&opus()).is_some(), codec.is_translatable(), "{codec:?}");
            assert_eq!(codec.decoder().is_some(), codec.is_translatable(), "{codec:?}");
            let same = |other: &&Codec| {
                other.static_payload_type().is_some()
                    && other.static_payload_type() == codec.static_payload_type()
            };
            assert!(Codec::ALL.iter().filter(same).count() <= 1, "{codec:?}");
        }
    }

    #[test]
    fn packets_have_lengths_that_fit() {
        let lengths = |codec: Codec| [0, 10, 20, 30, 50, 90].map(|wanted| codec.packet_time(wanted));
        assert_eq!(lengths(Codec::Pcmu), [10, 10, 20, 30, 50, 60]);
        assert_eq!(lengths(Codec::L16Wide), [10, 10, 20, 30, 50, 60]);
        assert_eq!(lengths(Codec::L16Full), [10, 10, 20, 20, 20, 20]);
        assert_eq!(lengths(Codec::Gsm), [20, 20, 20, 20, 40, 60]);
        assert_eq!(lengths(Codec::Opus), [10, 10, 20, 20, 40, 60]);
        let cut: Vec<Codec> = Codec::ALL.into_iter().filter(|codec| codec.has_octets_of_a_tick()).collect();
        assert_eq!(cut, [Codec::Pcmu, Codec::Pcma, Codec::G722]);
    }

    #[test]
    fn what_is_encoded_comes_back() {
        for codec in Codec::ALL.into_iter().filter(|codec| codec.is_translatable()) {
            let samples = codec.samples(20);
            assert!(codec.makes_packet_of(samples, codec.sample_rate()), "{codec:?}");
            let sound: Vec<i16> = (0..samples).map(|n| ((n as f64 * 0.05).sin() * 8_000.0) as i16).collect();
            let (mut encoder, mut decoder) = (codec.encoder(&opus()).unwrap(), codec.decoder().unwrap());
            let (mut payload, mut heard) = ([0; 4_000], [0; MOST_SAMPLES]);
            let octets = encoder.encode(&sound, &mut payload);
            assert!(octets > 0, "{codec:?}");
            assert_eq!(decoder.decode(&payload[..octets], &mut heard), samples, "{codec:?}");
            assert_eq!(encoder.encode(&sound, &mut []), 0, "{codec:?}: no room");
        }
    }

    #[test]
    fn opus_has_the_rates_of_those_who_speak_and_hear() {
        for (said, heard) in [(8_000, 8_000), (8_000, 48_000), (16_000, 8_000), (48_000, 16_000)] {
            let (mut encoder, mut decoder) =
                (Codec::Opus.encoder_of(said, &opus()).unwrap(), Codec::Opus.decoder_to(heard).unwrap());
            let sound = vec![1_000; samples_at(said, 20)];
            assert!(Codec::Opus.makes_packet_of(sound.len(), said));
            let (mut payload, mut pcm) = ([0; 1_500], [0; MOST_SAMPLES]);
            let octets = encoder.encode(&sound, &mut payload);
            assert_eq!(decoder.decode(&payload[..octets], &mut pcm), samples_at(heard, 20));
        }
        assert_eq!([8_000, 16_000, 44_100].map(|rate| Codec::Opus.rate_for(rate)), [8_000, 16_000, 48_000]);
        assert_eq!([8_000, 16_000, 44_100].map(|rate| Codec::Pcma.rate_for(rate)), [8_000; 3]);
    }
}
