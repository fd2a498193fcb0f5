//! Octets of a fuzzer, read as numbers. What is not there is 0.

/// What is left of an input.
pub(super) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn octet(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// Two octets, the greater one first.
    pub(super) fn number(&mut self) -> u16 {
        u16::from_be_bytes([self.octet(), self.octet()])
    }

    /// One octet as a place in a list of `length`; 0 for an empty one.
    pub(super) fn place(&mut self, length: usize) -> usize {
        usize::from(self.octet()) % length.max(1)
    }

    /// Two octets as a place in a list of `length`; 0 for an empty one.
    pub(super) fn far_place(&mut self, length: usize) -> usize {
        usize::from(self.number()) % length.max(1)
    }

    /// Two octets as a length, and as many octets.
    pub(super) fn octets(&mut self) -> &'a [u8] {
        let length = self.number();
        let (octets, rest) = self.0.split_at(usize::from(length).min(self.0.len()));
        self.0 = rest;
        octets
    }
}
