//! Codecs by name, and the numbers that RFC 3551 gives to some of them.

use core::fmt;
use core::hash::{Hash, Hasher};

use smol_str::SmolStr;
use wire_text::Decimal;

/// An RTP payload format: the encoding name, clock rate and channels of an `a=rtpmap` line.
///
/// Two codecs are equal when they agree in all three; names are compared without regard to case
/// (RFC 4855 §3). Format parameters (`a=fmtp`) are no part of it.
#[derive(Clone, Debug)]
pub struct Codec {
    /// Encoding name as written, for example `PCMU` or `opus`.
    pub name: SmolStr,
    /// RTP clock in hertz. G.722 says 8000 although it samples at 16 kHz (RFC 3551 §4.5.2).
    pub clock_rate: u32,
    /// Audio channels; 1 where the description says nothing.
    pub channels: u8,
}

impl Codec {
    /// G.711 µ-law, payload type 0.
    pub const PCMU: Self = Self::known("PCMU", 8000, 1);
    /// G.711 A-law, payload type 8.
    pub const PCMA: Self = Self::known("PCMA", 8000, 1);
    /// G.722, payload type 9.
    pub const G722: Self = Self::known("G722", 8000, 1);
    /// GSM 06.10 full rate, payload type 3.
    pub const GSM: Self = Self::known("GSM", 8000, 1);
    /// G.729 and its annexes A and B, payload type 18.
    pub const G729: Self = Self::known("G729", 8000, 1);
    /// G.726 at 32 kbit/s, a dynamic payload type.
    pub const G726_32: Self = Self::known("G726-32", 8000, 1);
    /// Opus, always written with two channels at 48 kHz (RFC 7587 §7), a dynamic payload type.
    pub const OPUS: Self = Self::known("opus", 48_000, 2);
    /// Comfort noise (RFC 3389), payload type 13.
    pub const COMFORT_NOISE: Self = Self::known("CN", 8000, 1);
    /// Keys and tones as events (RFC 4733) on the 8 kHz clock, a dynamic payload type.
    pub const TELEPHONE_EVENT: Self = Self::telephone_event(8000);

    const fn known(name: &'static str, clock_rate: u32, channels: u8) -> Self {
        Self { name: SmolStr::new_static(name), clock_rate, channels }
    }

    /// A codec of any name.
    pub fn new(name: &str, clock_rate: u32, channels: u8) -> Self {
        Self { name: SmolStr::new(name), clock_rate, channels }
    }

    /// telephone-event on the clock of the audio that it goes with (RFC 4733 §2.1).
    pub const fn telephone_event(clock_rate: u32) -> Self {
        Self::known("telephone-event", clock_rate, 1)
    }

    /// True for telephone-event of any clock rate.
    pub fn is_telephone_event(&self) -> bool {
        self.is_named("telephone-event")
    }

    /// True for formats that only go along with a codec and carry no speech of their own: events,
    /// comfort noise, redundancy, error correction, retransmission.
    pub fn is_auxiliary(&self) -> bool {
        const AUXILIARY: [&str; 9] =
            ["telephone-event", "tone", "CN", "red", "ulpfec", "parityfec", "flexfec", "flexfec-03", "rtx"];
        AUXILIARY.iter().any(|name| self.is_named(name))
    }

    /// True when the encoding name is `name` in any case.
    #[inline]
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The codec that a payload type means without an `a=rtpmap` line (RFC 3551 §6, tables 4 and 5).
    ///
    /// `None` for dynamic, reserved and unassigned numbers.
    pub fn from_static(payload_type: u8) -> Option<Self> {
        let (_, name, clock_rate, channels) = STATIC.iter().find(|(number, ..)| *number == payload_type)?;
        Some(Self::known(name, *clock_rate, *channels))
    }

    /// The number that RFC 3551 gives to this codec, if any.
    pub fn static_payload_type(&self) -> Option<u8> {
        let own_name = self.name.as_str();
        let is_it = |(_, name, clock_rate, channels): &&(u8, &str, u32, u8)| {
            *clock_rate == self.clock_rate
                && *channels == self.channels
                && own_name.eq_ignore_ascii_case(name)
        };
        STATIC.iter().find(is_it).map(|(number, ..)| *number)
    }
}

/// RFC 3551 §6, table 4 (audio) and table 5 (video).
static STATIC: [(u8, &str, u32, u8); 24] = [
    (0, "PCMU", 8000, 1),
    (3, "GSM", 8000, 1),
    (4, "G723", 8000, 1),
    (5, "DVI4", 8000, 1),
    (6, "DVI4", 16_000, 1),
    (7, "LPC", 8000, 1),
    (8, "PCMA", 8000, 1),
    (9, "G722", 8000, 1),
    (10, "L16", 44_100, 2),
    (11, "L16", 44_100, 1),
    (12, "QCELP", 8000, 1),
    (13, "CN", 8000, 1),
    (14, "MPA", 90_000, 1),
    (15, "G728", 8000, 1),
    (16, "DVI4", 11_025, 1),
    (17, "DVI4", 22_050, 1),
    (18, "G729", 8000, 1),
    (25, "CelB", 90_000, 1),
    (26, "JPEG", 90_000, 1),
    (28, "nv", 90_000, 1),
    (31, "H261", 90_000, 1),
    (32, "MPV", 90_000, 1),
    (33, "MP2T", 90_000, 1),
    (34, "H263", 90_000, 1),
];

impl PartialEq for Codec {
    fn eq(&self, other: &Self) -> bool {
        let alike = self.clock_rate == other.clock_rate && self.channels == other.channels;
        let (own, name) = (self.name.as_str(), other.name.as_str());
        // Nearly all write a name as its RFC does.
        alike && own.len() == name.len() && (own == name || own.eq_ignore_ascii_case(name))
    }
}

impl Eq for Codec {}

impl Hash for Codec {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.bytes().for_each(|byte| state.write_u8(byte.to_ascii_lowercase()));
        (self.clock_rate, self.channels).hash(state);
    }
}

/// Writes `PCMU/8000` or `opus/48000/2`, as an `a=rtpmap` line has it.
impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_format(f, &self.name, self.clock_rate, self.channels)
    }
}

/// Writes `name/clock` or `name/clock/channels`.
pub(crate) fn write_format(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    clock_rate: u32,
    channels: u8,
) -> fmt::Result {
    f.write_str(name)?;
    f.write_str("/")?;
    f.write_str(Decimal::of(clock_rate).as_str())?;
    match channels {
        1 => Ok(()),
        many => {
            f.write_str("/")?;
            f.write_str(Decimal::of(many).as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn names_compare_without_case() {
        assert_eq!(Codec::new("pcmu", 8000, 1), Codec::PCMU);
        assert_ne!(Codec::new("pcmu", 16_000, 1), Codec::PCMU);
        assert_ne!(Codec::new("opus", 48_000, 1), Codec::OPUS);
    }

    #[test]
    fn static_numbers_go_both_ways() {
        for number in 0..=127 {
            if let Some(codec) = Codec::from_static(number) {
                assert_eq!(codec.static_payload_type(), Some(number));
            }
        }
        assert_eq!(Codec::from_static(9), Some(Codec::G722));
        assert_eq!(Codec::from_static(96), None);
        assert_eq!(Codec::OPUS.static_payload_type(), None);
    }

    #[test]
    fn one_channel_is_not_written() {
        assert_eq!(Codec::PCMA.to_string(), "PCMA/8000");
        assert_eq!(Codec::OPUS.to_string(), "opus/48000/2");
    }
}
