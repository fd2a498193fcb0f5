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
    let length = octets.len();
    if let (Some(first), Some(last)) = (octets.first_chunk(), octets.last_chunk()) {
        // In two steps, for the last of eight moves all the way.
        let behind = u64::from_le_bytes(*last) >> 1 >> (63 - 8 * ((length - 8) & 7));
        return u128::from(u64::from_le_bytes(*first)) | u128::from(behind) << 64;
    }
    let word = match (octets.first_chunk(), octets.last_chunk()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (length - 4))
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

/// The first place in a short text where an octet of a class stands.
#[inline]
pub fn position(octets: &[u8], class: impl Fn(Sixteen) -> Found) -> Option<usize> {
    let first = |bits: u32| bits.trailing_zeros() as usize;
    let (whole, rest) = octets.as_chunks();
    for (place, octets) in whole.iter().enumerate() {
        match class(Sixteen::new(octets)).bits() {
            0 => {}
            bits => return Some(16 * place + first(bits)),
        }
    }
    if rest.is_empty() {
        return None;
    }
    // The last sixteen reach back to where nothing was found. The zeros behind a shorter text are none of its octets.
    let (bits, from) = match octets.last_chunk() {
        Some(last) => (class(Sixteen::new(last)).bits(), octets.len() - 16),
        None => (class(Sixteen::first(rest)).bits() & ((1 << rest.len()) - 1), 0),
    };
    (bits != 0).then(|| from + first(bits))
}

/// The first place in a short text where `octet` stands.
#[inline]
pub fn find(octets: &[u8], octet: u8) -> Option<usize> {
    position(octets, |octets| octets.equal(octet))
}

/// Whether all octets of a short text are of a class.
#[inline]
pub fn all(octets: &[u8], class: impl Fn(Sixteen) -> Found) -> bool {
    let (whole, rest) = octets.as_chunks();
    let wholly = |octets: &[u8; 16]| class(Sixteen::new(octets)).bits() == 0xffff;
    whole.iter().all(wholly)
        && match octets.last_chunk() {
            Some(last) => rest.is_empty() || wholly(last),
            None => {
                let wanted = (1 << rest.len()) - 1;
                class(Sixteen::first(rest)).bits() & wanted == wanted
            }
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

    /// Goes on to the next block in which something is found; false where there is none.
    #[inline(never)]
    fn next_block(&mut self) -> bool {
        loop {
            self.block += BLOCK;
            let Some(rest) = self.octets.get(self.block..) else { return false };
            self.left = find_in_block(rest, &self.class);
            if self.left != 0 {
                return true;
            }
        }
    }
}

impl<C: Fn(Sixteen) -> Found> Iterator for Places<'_, C> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.left == 0 && !self.next_block() {
            return None;
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
    let bits = match whole {
        [] => 0,
        [one] => found(one, 0),
        [one, two] => found(one, 0) | found(two, 1),
        [one, two, three, ..] => found(one, 0) | found(two, 1) | found(three, 2),
    };
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

        #[test]
        fn the_first_place_is_found(octets in proptest::collection::vec(0_u8..40, 0..70)) {
            let low = |octets: Sixteen| octets.up_to(2);
            prop_assert_eq!(position(&octets, low), octets.iter().position(|octet| *octet <= 2));
            prop_assert_eq!(find(&octets, 0), octets.iter().position(|octet| *octet == 0));
            let wanted = octets.iter().all(|octet| (1..39).contains(octet));
            prop_assert_eq!(all(&octets, |octets| octets.within(1, 38)), wanted);
        }
    }
}
