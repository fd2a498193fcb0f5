//! Of 40 samples 13 are sent, every third, beginning with the first to the fourth: those that weigh most.

use crate::SUBFRAME;

/// Samples of a subframe that are sent.
pub(crate) const PULSES: usize = 13;

/// The weighting filter (table 4.4), in units of 2⁻¹³; both of its halves are the same.
static WEIGHTS: [i16; 11] = [-134, -374, 0, 2_054, 5_741, 8_192, 5_741, 2_054, 0, -374, -134];

const REACH: usize = WEIGHTS.len() / 2;

/// The grid of a subframe, and the filtered samples on it.
pub(crate) fn choose(samples: &[i16; SUBFRAME]) -> (u8, [i16; PULSES]) {
    let filtered = filter(samples);
    let (mut grid, mut loudest) = (0, 0);
    for candidate in 0..4 {
        let energy =
            on_grid(&filtered, candidate).iter().map(|&sample| i32::from(sample >> 2).pow(2)).sum::<i32>();
        if energy > loudest {
            (grid, loudest) = (candidate, energy);
        }
    }
    (grid as u8, on_grid(&filtered, grid))
}

/// The samples of a subframe that has these on its grid and nothing else (clause 5.2.17).
pub(crate) fn place(grid: u8, pulses: &[i16; PULSES]) -> [i16; SUBFRAME] {
    let mut samples = [0; SUBFRAME];
    for (place, &pulse) in samples[usize::from(grid & 3)..].iter_mut().step_by(3).zip(pulses) {
        *place = pulse;
    }
    samples
}

/// Clause 5.2.13. Beyond the subframe there is nothing.
fn filter(samples: &[i16; SUBFRAME]) -> [i16; SUBFRAME] {
    let mut padded = [0; SUBFRAME + 2 * REACH];
    padded[REACH..REACH + SUBFRAME].copy_from_slice(samples);
    let mut filtered = [0; SUBFRAME];
    for (filtered, window) in filtered.iter_mut().zip(padded.array_windows::<{ 2 * REACH + 1 }>()) {
        let sum: i32 =
            window.iter().zip(&WEIGHTS).map(|(&sample, &weight)| i32::from(sample) * i32::from(weight)).sum();
        *filtered = ((sum + 4_096) >> 13).clamp(-32_768, 32_767) as i16;
    }
    filtered
}

fn on_grid(samples: &[i16; SUBFRAME], grid: usize) -> [i16; PULSES] {
    core::array::from_fn(|n| samples[grid + 3 * n])
}
