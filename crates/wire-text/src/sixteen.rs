//! Octets, sixteen at once.

use core::ops::BitOr;

use wide::u8x16;

/// Octets of a block: as many as a number of 64 bits can tell of.
const BLOCK: usize = 64;

/// Sixteen octets, which are all asked the same.
#[derive(Clone, Copy, Debug)]
pub struct Sixteen(u8x16);

/// Which of sixteen octets are as they were asked to be.
#[derive(Clone, Copy, Debug)]
pub struct Found(u8x16);

impl Sixteen {
    /// These octets.
    #[inline]
    pub fn new(octets: &[u8; 16]) -> Self {
        Self(u8x16::from(*octets))
    }

    /// The first sixteen of `octets`, or all of them with zeros behind.
    #[inline]
    pub fn first(octets: &[u8]) -> Self {
        match octets.first_chunk() {
            Some(octets) => Self::new(octets),
            None => Self::new(&few(octets).to_le_bytes()),
        }
    }

    /// Those that are `octet`.
    #[inline]
    pub fn equal(self, octet: u8) -> Found {
        Found(self.0.simd_eq(u8x16::splat(octet)))
    }

    /// Those that are `last` at most.
    #[inline]
    pub fn up_to(self, last: u8) -> Found {
        Found(self.0.min(u8x16::splat(last)).simd_eq(self.0))
    }

    /// Those from `first` to `last`.
    #[inline]
    pub fn within(self, first: u8, last: u8) -> Found {
        Self(self.0 - u8x16::splat(first)).up_to(last - first)
    }

    /// With capital letters made small, and some other octets made others that are no letters either.
    #[inline]
    pub fn lower(self) -> Self {
        Self(self.0 | u8x16::splat(b' '))
    }
}

/// Less than sixteen octets, the first one lowest. What is read twice says the same twice.
#[inline]
fn few(octets: &[u8]) -> u128 {
    let behind = |width: usize| 8 * (octets.len() - width);
    if let (Some(first), Some(last)) = (octets.first_chunk(), octets.last_chunk()) {
        return u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << behind(8);
    }
    let word = match (octets.first_chunk(), octets.last_chunk()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << behind(4)
        }
        _ => match octets {
            [] => 0,
            [one] => u64::from(*one),
            [one, two] => u64::from(u16::from_le_bytes([*one, *two])),
            [one, two, three, ..] => u64::from(u32::from_le_bytes([*one, *two, *three, 0])),
        },
    };
    u128::from(word)
}

impl Found {
    /// A bit for each, that of the first octet lowest.
    #[inline]
    pub fn bits(self) -> u32 {
        self.0.to_bitmask()
    }
}

impl BitOr for Found {
    type Output = Self;

    #[inline]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The places in a text where octets of one class stand, in order. No block is looked at before its turn.
#[derive(Clone, Debug)]
pub struct Places<'a, C> {
    octets: &'a [u8],
    class: C,
    /// Where the block begins whose places are left over.
    block: usize,
    left: u64,
}

impl<'a, C: Fn(Sixteen) -> Found> Places<'a, C> {
    /// The places in `octets` of those that `class` finds.
    #[inline]
    pub fn of(octets: &'a [u8], class: C) -> Self {
        let left = find_in_block(octets, &class);
        Self { octets, class, block: 0, left }
    }
}

impl<C: Fn(Sixteen) -> Found> Iterator for Places<'_, C> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            self.block += BLOCK;
            let rest = self.octets.get(self.block..).filter(|rest| !rest.is_empty())?;
            self.left = find_in_block(rest, &self.class);
        }
        let place = self.block + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(place)
    }
}

/// A bit for each of the first 64 octets that is found.
#[inline]
fn find_in_block(octets: &[u8], class: &impl Fn(Sixteen) -> Found) -> u64 {
    let found =
        |octets: &[u8; 16], place: usize| u64::from(class(Sixteen::new(octets)).bits()) << (16 * place);
    let (whole, rest) = octets.as_chunks();
    if let [one, two, three, four, ..] = whole {
        return found(one, 0) | found(two, 1) | found(three, 2) | found(four, 3);
    }
    let mut bits = 0;
    for (place, octets) in whole.iter().enumerate() {
        bits |= found(octets, place);
    }
    if rest.is_empty() {
        return bits;
    }
    // The zeros behind the rest are none of its octets.
    let rest_bits = u64::from(class(Sixteen::first(rest)).bits()) & ((1 << rest.len()) - 1);
    bits | rest_bits << (16 * whole.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bits(octets: &[u8], is: impl Fn(u8) -> bool) -> u32 {
        let mut padded = [0; 16];
        padded[..octets.len()].copy_from_slice(octets);
        padded.iter().enumerate().fold(0, |bits, (at, octet)| bits | u32::from(is(*octet)) << at)
    }

    proptest! {
        #[test]
        fn each_octet_is_asked(octets in proptest::collection::vec(any::<u8>(), 0..=16), one: u8, other: u8) {
            let (first, last) = (one.min(other), one.max(other));
            let sixteen = Sixteen::first(&octets);
            prop_assert_eq!(sixteen.equal(one).bits(), bits(&octets, |octet| octet == one));
            prop_assert_eq!(sixteen.up_to(one).bits(), bits(&octets, |octet| octet <= one));
            prop_assert_eq!(sixteen.within(first, last).bits(), bits(&octets, |octet| (first..=last).contains(&octet)));
            prop_assert_eq!(sixteen.lower().equal(b'x').bits(), bits(&octets, |octet| matches!(octet, b'x' | b'X')));
        }

        #[test]
        fn every_place_is_found(octets in proptest::collection::vec(0_u8..4, 0..300)) {
            let found = Places::of(&octets, |octets| octets.equal(0) | octets.equal(2));
            let wanted = octets.iter().enumerate().filter(|(_, octet)| **octet % 2 == 0).map(|(at, _)| at);
            prop_assert!(found.eq(wanted));
        }
    }
}
