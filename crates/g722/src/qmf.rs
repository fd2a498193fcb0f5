//! Quadrature mirror filters (clauses 3.1 and 4.4): 24 taps, of which each half mirrors the other.

use crate::{BLOCK, limit};

const TAPS: usize = 24;

/// The coefficients (table 11), in units of 2⁻¹³.
static COEFFICIENTS: [i16; TAPS] = [
    3, -11, -11, 53, 12, -156, 32, 362, -210, -805, 951, 3_876, 3_876, 951, -805, -210, 362, 32, -156, 12,
    53, -11, -11, 3,
];

/// Those of the higher sub-band for a window that begins with the oldest sample: the sign of every other one turned.
static MIRRORED: [i16; TAPS] = {
    let mut turned = COEFFICIENTS;
    let mut tap = 0;
    while tap < TAPS {
        turned[tap] = -turned[tap];
        tap += 2;
    }
    turned
};

/// Those of even and of odd number, for windows that begin with the oldest sample.
static EVEN: [i16; TAPS / 2] = every_other(0);
static ODD: [i16; TAPS / 2] = every_other(1);

/// Samples of the past that the filter of the transmitter needs.
const PAST: usize = TAPS - 2;

/// Samples of the past that each filter of the receiver needs.
const HALF_PAST: usize = TAPS / 2 - 1;

/// Parts a signal into two bands, each at half of its rate.
#[derive(Clone, Debug)]
pub(crate) struct Analysis {
    past: [i16; PAST],
}

impl Analysis {
    pub(crate) const fn new() -> Self {
        Self { past: [0; PAST] }
    }

    /// Gives the samples of the lower and the higher sub-band for each two of `pcm`, which has at most `2 * BLOCK`
    /// samples, and an even number of them.
    pub(crate) fn split(&mut self, pcm: &[i16], mut each: impl FnMut(i32, i32)) {
        let mut signal = [0; PAST + 2 * BLOCK];
        signal[..PAST].copy_from_slice(&self.past);
        signal[PAST..PAST + pcm.len()].copy_from_slice(pcm);
        for start in (0..pcm.len()).step_by(2) {
            let Some(window) = signal[start..].first_chunk() else { break };
            let (lower, higher) = (weighted(window, &COEFFICIENTS), weighted(window, &MIRRORED));
            each(limit(lower >> 14), limit(higher >> 14));
        }
        self.past.copy_from_slice(&signal[pcm.len()..][..PAST]);
    }
}

/// Joins two bands to a signal of twice their rate.
#[derive(Clone, Debug)]
pub(crate) struct Synthesis {
    past_differences: [i16; HALF_PAST],
    past_sums: [i16; HALF_PAST],
}

impl Synthesis {
    pub(crate) const fn new() -> Self {
        Self { past_differences: [0; HALF_PAST], past_sums: [0; HALF_PAST] }
    }

    /// Writes two samples for each pair that `bands` gives, the lower sub-band's first; `pcm` has at most `2 * BLOCK`
    /// samples, and an even number of them.
    pub(crate) fn join(&mut self, bands: impl Iterator<Item = (i32, i32)>, pcm: &mut [i16]) {
        let count = pcm.len() / 2;
        let (mut differences, mut sums) = ([0; HALF_PAST + BLOCK], [0; HALF_PAST + BLOCK]);
        differences[..HALF_PAST].copy_from_slice(&self.past_differences);
        sums[..HALF_PAST].copy_from_slice(&self.past_sums);
        for ((difference, sum), (lower, higher)) in
            differences[HALF_PAST..].iter_mut().zip(&mut sums[HALF_PAST..]).zip(bands)
        {
            // Both have 15 bits, so that these have 16.
            (*difference, *sum) = ((lower - higher) as i16, (lower + higher) as i16);
        }
        let windows = differences.array_windows().zip(sums.array_windows());
        for (pair, (differences, sums)) in pcm.chunks_exact_mut(2).zip(windows) {
            pair[0] = (weighted(differences, &ODD) >> 11).clamp(-32_768, 32_767) as i16;
            pair[1] = (weighted(sums, &EVEN) >> 11).clamp(-32_768, 32_767) as i16;
        }
        self.past_differences.copy_from_slice(&differences[count..][..HALF_PAST]);
        self.past_sums.copy_from_slice(&sums[count..][..HALF_PAST]);
    }
}

#[inline]
fn weighted<const N: usize>(window: &[i16; N], coefficients: &[i16; N]) -> i32 {
    window.iter().zip(coefficients).map(|(&sample, &tap)| i32::from(sample) * i32::from(tap)).sum()
}

const fn every_other(first: usize) -> [i16; TAPS / 2] {
    let mut half = [0; TAPS / 2];
    let mut tap = 0;
    while tap < TAPS / 2 {
        half[tap] = COEFFICIENTS[2 * tap + first];
        tap += 1;
    }
    half
}
