//! A number for each sub-band, so that one instruction works on both.

use wide::bytemuck::cast;
use wide::{i16x8, u64x2};

/// A number of 16 bits for each sub-band: the lower one's stands in the first of eight lanes, the higher one's in the fifth.
/// What stands in the others is of no account.
pub(crate) type Pair = i16x8;

/// The pair of two numbers of 16 bits.
#[inline(always)]
pub(crate) fn pair(lower: i32, higher: i32) -> Pair {
    cast(u64x2::new([u64::from(lower as u32), u64::from(higher as u32)]))
}

/// The number of the lower sub-band.
#[inline(always)]
pub(crate) fn lower(of: Pair) -> i32 {
    i32::from(of.to_array()[0])
}

/// The number of the higher sub-band.
#[inline(always)]
pub(crate) fn higher(of: Pair) -> i32 {
    i32::from(of.to_array()[4])
}

/// The lanes that pairs stand in.
const OF_PAIR: i16x8 = i16x8::new([-1, 0, 0, 0, -1, 0, 0, 0]);

/// A pair with nothing in the other lanes.
#[inline(always)]
pub(crate) fn alone(of: Pair) -> Pair {
    of & OF_PAIR
}

/// The pair of two numbers of 16 bits, each in all four lanes of its half.
#[inline(always)]
pub(crate) fn spread(lower: i32, higher: i32) -> Pair {
    let [lower, higher] = [lower, higher].map(|number| cast::<i16x8, u64x2>(i16x8::new([number as i16; 8])));
    cast(lower.unpack_lo(higher))
}

/// Lanes moved away from those of the pair by so many, in either half; nothing stands in those that become free.
#[inline(always)]
pub(crate) fn ahead(lanes: i16x8, by: u32) -> i16x8 {
    cast(cast::<i16x8, u64x2>(lanes) << (16 * by))
}

/// Lanes moved towards those of the pair by so many, in either half.
#[inline(always)]
pub(crate) fn behind(lanes: i16x8, by: u32) -> i16x8 {
    cast(cast::<i16x8, u64x2>(lanes) >> (16 * by))
}
