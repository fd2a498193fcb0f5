use super::{RawPacket, word};

/// Sources that leave (RFC 3550 §6.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goodbye<'a> {
    sources: &'a [u8],
    reason: Option<&'a [u8]>,
}

impl<'a> Goodbye<'a> {
    /// Who leaves, at most 31.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = u32> + use<'a> {
        self.sources.as_chunks().0.iter().map(|word| u32::from_be_bytes(*word))
    }

    /// Why, where a reason is given: UTF-8 by the standard, at most 255 octets.
    pub fn reason(&self) -> Option<&'a [u8]> {
        self.reason
    }

    pub(super) fn is_valid(raw: &RawPacket<'_>) -> bool {
        let sources = 4 * usize::from(raw.count);
        match raw.body.get(sources..) {
            Some(&[length, ref text @ ..]) => text.len() >= usize::from(length),
            Some([]) => true,
            None => false,
        }
    }

    pub(super) fn new(raw: &RawPacket<'a>) -> Self {
        let (sources, rest) = raw.body.split_at_checked(4 * usize::from(raw.count)).unwrap_or((&[], &[]));
        let reason = rest.split_first().and_then(|(&length, text)| text.get(..usize::from(length)));
        Self { sources, reason }
    }

    /// Whether a source is among those that leave.
    pub fn names(&self, ssrc: u32) -> bool {
        (0..self.sources.len() / 4).any(|n| word(self.sources, 4 * n) == ssrc)
    }
}

#[cfg(test)]
mod tests {
    use super::Goodbye;
    use crate::rtcp::RawPacket;

    fn raw(count: u8, body: &[u8]) -> RawPacket<'_> {
        RawPacket { packet_type: 203, count, body }
    }

    #[test]
    fn a_reason_is_optional() {
        let packet = raw(1, &[0, 0, 0, 7]);
        assert!(Goodbye::is_valid(&packet));
        let bye = Goodbye::new(&packet);
        assert_eq!((bye.sources().collect::<Vec<_>>(), bye.reason()), (vec![7], None));
        assert!(bye.names(7) && !bye.names(8));
    }

    #[test]
    fn a_reason_must_fit() {
        let packet = raw(0, &[2, b'o', b'k', 0]);
        assert!(Goodbye::is_valid(&packet));
        assert_eq!(Goodbye::new(&packet).reason(), Some(&b"ok"[..]));
        assert!(!Goodbye::is_valid(&raw(0, &[4, b'o', b'k', 0])));
        assert!(!Goodbye::is_valid(&raw(2, &[0, 0, 0, 7])));
    }
}
