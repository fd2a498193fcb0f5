//! `a=ptime` and `a=maxptime`: audio in one packet, in milliseconds (RFC 8866 §6.4 and §6.5).

use super::TypedAttribute;
use crate::error::ValueError;
use crate::words::cut;

/// The duration that the writer would like each packet to have. Fractions of a millisecond are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ptime(pub u16);

/// The longest duration of a packet that the writer can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPtime(pub u16);

impl TypedAttribute<'_> for Ptime {
    const NAME: &'static str = "ptime";

    fn parse(value: &str) -> Result<Self, ValueError> {
        milliseconds(value).map(Self).ok_or(ValueError { line: "a=ptime", expected: "milliseconds" })
    }
}

impl TypedAttribute<'_> for MaxPtime {
    const NAME: &'static str = "maxptime";

    fn parse(value: &str) -> Result<Self, ValueError> {
        milliseconds(value).map(Self).ok_or(ValueError { line: "a=maxptime", expected: "milliseconds" })
    }
}

fn milliseconds(value: &str) -> Option<u16> {
    let (whole, _) = cut(value, |octet| octet == b'.');
    whole.trim_ascii().parse().ok().filter(|value| *value > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_broken_milliseconds() {
        assert_eq!(Ptime::parse("20"), Ok(Ptime(20)));
        assert_eq!(Ptime::parse("22.5"), Ok(Ptime(22)));
        assert_eq!(MaxPtime::parse("150"), Ok(MaxPtime(150)));
        assert!(Ptime::parse("0").is_err());
        assert!(Ptime::parse("0.125").is_err());
        assert!(Ptime::parse("soon").is_err());
    }
}
