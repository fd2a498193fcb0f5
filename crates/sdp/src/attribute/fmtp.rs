//! `a=fmtp`: parameters of a format (RFC 8866 §6.15).

use super::TypedAttribute;
use crate::error::ValueError;
use crate::words::cut;

/// `101 0-16` or `96 useinbandfec=1; maxaveragebitrate=24000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fmtp<'a> {
    /// The format, for RTP its payload type.
    pub format: &'a str,
    /// The parameters as written.
    pub parameters: &'a str,
}

impl<'a> Fmtp<'a> {
    /// The payload type, where the format is a number up to 127.
    pub fn payload_type(&self) -> Option<u8> {
        self.format.parse().ok().filter(|number| *number < 128)
    }

    /// The value of `name=value` in the list, its name in any case; an empty value for a bare name.
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        parameter(self.parameters, name)
    }
}

/// The value of the parameter `name` in a list `name=value; name=value`.
pub(crate) fn parameter<'a>(list: &'a str, name: &str) -> Option<&'a str> {
    list.split(';').find_map(|one| {
        let (key, value) = one.split_once('=').unwrap_or((one, ""));
        key.trim_ascii().eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    })
}

impl<'a> TypedAttribute<'a> for Fmtp<'a> {
    const NAME: &'static str = "fmtp";

    fn parse(value: &'a str) -> Result<Self, ValueError> {
        let (format, parameters) = cut(value, |octet| matches!(octet, b' ' | b'\t'));
        if format.is_empty() {
            return Err(ValueError { line: "a=fmtp", expected: "a format and its parameters" });
        }
        Ok(Self { format, parameters: parameters.unwrap_or_default().trim_ascii() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_by_name() {
        let fmtp = Fmtp::parse("96 useinbandfec=1; MaxAverageBitrate = 24000;stereo").unwrap();
        assert_eq!(fmtp.payload_type(), Some(96));
        assert_eq!(fmtp.parameter("maxaveragebitrate"), Some("24000"));
        assert_eq!(fmtp.parameter("stereo"), Some(""));
        assert_eq!(fmtp.parameter("fec"), None);
    }

    #[test]
    fn a_list_without_names_stays_text() {
        assert_eq!(Fmtp::parse("101 0-16").unwrap().parameters, "0-16");
        assert_eq!(Fmtp::parse("* x").unwrap().payload_type(), None);
        assert!(Fmtp::parse("").is_err());
    }
}
