//! Redundant data (RFC 2198): `red`, whose parameters are the payload types of what it carries.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::formats::Format;
use crate::codec::Codec;

/// The most generations that are read, the first one among them.
const GENERATIONS: usize = 8;

/// True for redundant data.
pub(super) fn is_red(codec: &Codec) -> bool {
    codec.is_named("red")
}

/// The payload types that a `red` carries (RFC 2198 §5); `None` where that is not said, or not in order.
pub(super) fn carried(fmtp: Option<&str>) -> Option<Vec<u8>> {
    let numbers: Option<Vec<u8>> =
        fmtp?.split('/').take(GENERATIONS).map(|number| number.trim_ascii().parse().ok()).collect();
    numbers.filter(|numbers| numbers.iter().all(|number| *number < 128))
}

/// Whether every format that a `red` carries is among `formats`.
pub(super) fn is_carried_by(fmtp: Option<&str>, formats: &[Format]) -> bool {
    let among = |number: &u8| formats.iter().any(|format| format.payload_type == *number);
    carried(fmtp).is_some_and(|numbers| numbers.iter().all(among))
}

/// The parameters with other numbers: `renumbered` knows the new one of each.
pub(super) fn renumber(fmtp: Option<&str>, renumbered: impl Fn(u8) -> Option<u8>) -> Option<String> {
    let mut list = String::new();
    for (at, number) in carried(fmtp)?.into_iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(list, "{}{}", if at == 0 { "" } else { "/" }, renumbered(number)?);
    }
    Some(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_written_anew() {
        assert_eq!(carried(Some("98/98/98")), Some(vec![98, 98, 98]));
        assert_eq!(carried(Some("98/x")), None);
        assert_eq!(carried(Some("200")), None);
        assert_eq!(carried(None), None);
        let to = |number| (number == 98).then_some(100);
        assert_eq!(renumber(Some("98/98"), to).as_deref(), Some("100/100"));
        assert_eq!(renumber(Some("98/97"), to), None);
    }
}
