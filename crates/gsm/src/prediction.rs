//! The spectrum of a frame: autocorrelation, and of it the reflection coefficients of an acoustic tube.

use crate::FRAME_SAMPLES;
use crate::fixed_point::{abs, div, mult_r, norm};

/// Coefficients of the spectrum.
const ORDER: usize = 8;

/// The reflection coefficients of `samples`, which lose the bits that the autocorrelation has no room for (the
/// standard scales them down and up again).
pub(crate) fn reflections(samples: &mut [i16; FRAME_SAMPLES]) -> [i16; ORDER] {
    let sums = autocorrelation(samples);
    if sums[0] == 0 {
        return [0; ORDER];
    }
    let shift = norm(sums[0]);
    schur(&sums.map(|sum| (sum << shift >> 16) as i16))
}

/// Clause 5.2.4.
fn autocorrelation(samples: &mut [i16; FRAME_SAMPLES]) -> [i32; ORDER + 1] {
    let loudest = samples.iter().copied().map(abs).max().unwrap_or(0);
    let shift = if loudest == 0 { 0 } else { 4 - norm(i32::from(loudest) << 16) };
    if shift > 0 {
        let factor = 16_384 >> (shift - 1);
        samples.iter_mut().for_each(|sample| *sample = mult_r(*sample, factor));
    }
    // Samples have 12 bits now, so that 160 squares have room.
    let sums = core::array::from_fn(|lag| {
        let products = samples[lag..].iter().zip(&samples[..]).map(|(&a, &b)| i32::from(a) * i32::from(b));
        2 * products.sum::<i32>()
    });
    if shift > 0 {
        samples.iter_mut().for_each(|sample| *sample <<= shift);
    }
    sums
}

/// Clause 5.2.5: Schur's recursion.
fn schur(correlation: &[i16; ORDER + 1]) -> [i16; ORDER] {
    let mut reflections = [0; ORDER];
    let mut forward = *correlation; // P
    let mut backward = *correlation; // K, counted from the other end than in the standard; its first is not used
    for (n, reflection) in reflections.iter_mut().enumerate() {
        let magnitude = abs(forward[1]);
        if forward[0] < magnitude {
            break;
        }
        let quotient = div(magnitude, forward[0]);
        *reflection = if forward[1] > 0 { -quotient } else { quotient };
        forward[0] = forward[0].saturating_add(mult_r(forward[1], *reflection));
        for m in 1..ORDER - n {
            let (ahead, behind) = (forward[m + 1], backward[m]);
            forward[m] = ahead.saturating_add(mult_r(behind, *reflection));
            backward[m] = behind.saturating_add(mult_r(ahead, *reflection));
        }
    }
    reflections
}
