//! `a=rtpmap`: the codec behind a payload type (RFC 8866 §6.6).

use core::fmt;

use wire_text::{Decimal, all, find};

use super::TypedAttribute;
use crate::codec::{Codec, write_format};
use crate::error::ValueError;
use crate::words::number_at;

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

/// Reads `number name/clock` or `number name/clock/channels`, in one go over the octets.
fn read(value: &str) -> Option<RtpMap<'_>> {
    let octets = value.as_bytes();
    let (payload_type, at) = number_at(octets, 0).filter(|(number, _)| *number < 128)?;
    let is_blank = |at: &usize| matches!(octets.get(*at), Some(b' ' | b'\t'));
    let start = (at..).find(|at| !is_blank(at)).filter(|start| *start > at)?;
    // A name ends before the slash, and is printable ASCII.
    let name = octets.get(start..)?;
    let length = find(name, b'/').filter(|length| *length > 0)?;
    let end = start + length;
    if !all(&name[..length], |octets| octets.within(b'!', b'~')) {
        return None;
    }
    let (clock_rate, after) = number_at(octets, end + 1).filter(|(rate, _)| *rate > 0)?;
    let channels = match octets.get(after..)? {
        [] | [b'/'] => 1,
        [b'/', ..] => channels(octets, after + 1)?,
        _ => return None,
    };
    // Both fit what they were compared with.
    Some(RtpMap { payload_type: payload_type as u8, name: value.get(start..end)?, clock_rate, channels })
}

/// The number of channels; what follows another slash is passed over.
fn channels(octets: &[u8], at: usize) -> Option<u8> {
    let (channels, after) = number_at(octets, at)?;
    let ends = matches!(octets.get(after), None | Some(b'/'));
    u8::try_from(channels).ok().filter(|channels| ends && *channels > 0)
}

impl fmt::Display for RtpMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Decimal::of(self.payload_type).as_str())?;
        f.write_str(" ")?;
        write_format(f, self.name, self.clock_rate, self.channels)
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
        assert_eq!(RtpMap::parse("96\topus/48000/2/x").unwrap().channels, 2);
        assert_eq!(RtpMap::parse("97 iLBC/8000/").unwrap().channels, 1);
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["0 PCMU/8000", "96 opus/48000/2"] {
            assert_eq!(RtpMap::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn wrong_values_are_refused() {
        for text in [
            "",
            "0",
            "0 PCMU",
            "128 X/8000",
            "-1 X/8000",
            "0 X/0",
            "0 /8000",
            "0 X/8000/0",
            "0 X/8k",
            "0X/8000",
            "0 ",
            "0 X/",
            "0 X Y/8000",
            "0 X/8000/256",
            "0 X/8000/2x",
            "0 X/4294967296",
            "0 X\u{fc}/8000",
            "999999999999 X/8",
        ] {
            assert!(RtpMap::parse(text).is_err(), "{text:?}");
        }
    }
}
