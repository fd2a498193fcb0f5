//! `a=rtpmap`: the codec behind a payload type (RFC 8866 §6.6).

use core::fmt;

use super::TypedAttribute;
use crate::codec::Codec;
use crate::error::ValueError;
use crate::words::cut;

/// `96 opus/48000/2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpMap<'a> {
    /// The number in the RTP header, 0 to 127.
    pub payload_type: u8,
    /// Encoding name as written.
    pub name: &'a str,
    /// RTP clock in hertz, never 0.
    pub clock_rate: u32,
    /// Audio channels, 1 where nothing is said.
    pub channels: u8,
}

impl RtpMap<'_> {
    /// The codec, as a value of its own.
    pub fn codec(&self) -> Codec {
        Codec::new(self.name, self.clock_rate, self.channels)
    }
}

impl<'a> TypedAttribute<'a> for RtpMap<'a> {
    const NAME: &'static str = "rtpmap";

    fn parse(value: &'a str) -> Result<Self, ValueError> {
        read(value).ok_or(ValueError {
            line: "a=rtpmap",
            expected: "a payload type and name/clock or name/clock/channels",
        })
    }
}

fn read(value: &str) -> Option<RtpMap<'_>> {
    let (number, encoding) = cut(value, |octet| matches!(octet, b' ' | b'\t'));
    let payload_type = number.parse().ok().filter(|number| *number < 128)?;
    let is_slash = |octet| octet == b'/';
    let (name, rest) = cut(encoding?.trim_ascii(), is_slash);
    if name.is_empty() || !name.bytes().all(|octet| octet.is_ascii_graphic()) {
        return None;
    }
    let (clock_rate, rest) = cut(rest?, is_slash);
    let clock_rate = clock_rate.parse().ok().filter(|rate| *rate > 0)?;
    let channels = match rest.map(|rest| cut(rest, is_slash).0) {
        None | Some("") => 1,
        Some(channels) => channels.parse().ok().filter(|channels| *channels > 0)?,
    };
    Some(RtpMap { payload_type, name, clock_rate, channels })
}

impl fmt::Display for RtpMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.payload_type, self.name, self.clock_rate)?;
        if self.channels == 1 { Ok(()) } else { write!(f, "/{}", self.channels) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn channels_are_one_unless_said() {
        let map = RtpMap::parse("0 PCMU/8000").unwrap();
        assert_eq!((map.payload_type, map.codec()), (0, Codec::PCMU));
        assert_eq!(RtpMap::parse("101  telephone-event/8000/1").unwrap().codec(), Codec::TELEPHONE_EVENT);
        assert_eq!(RtpMap::parse("96 OPUS/48000/2").unwrap().codec(), Codec::OPUS);
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["0 PCMU/8000", "96 opus/48000/2"] {
            assert_eq!(RtpMap::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn wrong_values_are_refused() {
        for text in ["", "0", "0 PCMU", "128 X/8000", "-1 X/8000", "0 X/0", "0 /8000", "0 X/8000/0", "0 X/8k"]
        {
            assert!(RtpMap::parse(text).is_err(), "{text:?}");
        }
    }
}
