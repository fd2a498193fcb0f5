//! What is done with samples.

pub(crate) mod concealment;
pub(crate) mod line;
pub(crate) mod noise;
mod pitch;
pub(crate) mod stretching;

/// Crosses over from `from` to `to`: how the sample `at` of `length` sounds.
fn crossfade(from: i16, to: i16, at: usize, length: usize) -> i16 {
    let (at, length) = (at as i32 + 1, length as i32 + 1);
    ((i32::from(from) * (length - at) + i32::from(to) * at) / length) as i16 // between both
}

/// Samples of `tenths` tenths of a millisecond.
const fn tenths(rate: u32, tenths: u32) -> usize {
    (rate as u64 * tenths as u64 / 10_000) as usize
}
