//! As much of DER as two small structures need: `TNAuthList`, and the issuer of an entry in a revocation list.

/// `SEQUENCE`.
pub(crate) const SEQUENCE: u8 = 0x30;
/// `INTEGER`.
pub(crate) const INTEGER: u8 = 0x02;
/// `IA5String`.
pub(crate) const IA5_STRING: u8 = 0x16;

/// The context-specific tag of a number, constructed as explicit tags are.
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// An element: its tag, what it holds, and what follows it. `None` where the octets are no DER, or their length has
/// more than three octets: nothing that is read here is that long.
pub(crate) fn element(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = octets.split_first()?;
    // Tags of several octets are in none of our structures.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => long_length(usize::from(first & 0x7f), rest)?,
        _ => return None,
    };
    (rest.len() >= length).then(|| rest.split_at(length)).map(|(content, rest)| (tag, content, rest))
}

/// A length of several octets, written in as few as it needs.
fn long_length(octets: usize, rest: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = (rest.len() >= octets).then(|| rest.split_at(octets))?;
    let value = length.iter().fold(0_usize, |value, octet| value << 8 | usize::from(*octet));
    (length.first() != Some(&0) && value > 0x7f).then_some((value, rest))
}

/// What the one element of `octets` holds, if it has that tag and nothing follows it.
pub(crate) fn only(tag: u8, octets: &[u8]) -> Option<&[u8]> {
    match element(octets)? {
        (found, content, []) if found == tag => Some(content),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_and_nothing_else() {
        assert_eq!(element(&[0x16, 2, b'a', b'b', 9]), Some((0x16, &b"ab"[..], &[9][..])));
        assert_eq!(only(IA5_STRING, &[0x16, 1, b'a']), Some(&b"a"[..]));
        assert_eq!(only(IA5_STRING, &[0x16, 1, b'a', 0]), None, "something follows");
        let mut long = vec![0x30, 0x81, 0x80];
        long.extend([0; 0x80]);
        assert_eq!(element(&long).map(|(_, content, _)| content.len()), Some(0x80));
        let odd: [&[u8]; 6] =
            [&[], &[0x30], &[0x30, 1], &[0x30, 0x80, 0, 0], &[0x30, 0x81, 1, 0], &[0x1f, 0x81, 1, 0]];
        for octets in odd {
            assert_eq!(element(octets), None, "{octets:?}");
        }
    }
}
