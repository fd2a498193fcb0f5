//! Two resamplers over one kind of filter, a polyphase bank of Kaiser-windowed sincs:
//!
//! - [`Resampler`] for the call path, between any two rates of [`RATES`](resample::RATES) whose ratio is simple (8, 12, 16, 24,
//!   32, 44.1, 48 kHz are): under 2 ms of delay, frame by frame, no allocation after it is made, sums of 16-bit numbers in vectors;
//!   between telephones and twice their rate a filter that leaves out every second weight;
//! - [`resample()`] for whole sounds, at any ratio: steeper, 90 dB of alias rejection, no delay.

mod bank;
mod decimator;
mod filter;
mod half_band;
mod streaming;
mod whole;

use std::ops::RangeInclusive;

pub use decimator::RateError;
pub(crate) use decimator::{Decimator, LISTENING_RATE};
pub use streaming::{Processed, ResampleError, Resampler};
pub use whole::resample;

/// Sample rates that sound files and resamplers may have, in Hz.
pub const RATES: RangeInclusive<u32> = 1_000..=384_000;

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
