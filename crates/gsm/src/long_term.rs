//! The pitch: what is left of speech without its spectrum is said again after 40 to 120 samples.

use crate::SUBFRAME;
use crate::fixed_point::{abs, mult, mult_r, norm};

/// The longest time to look back, and the shortest.
const LONGEST: usize = 120;
const SHORTEST: usize = 40;

/// Where one gain ends and the next begins (table 4.3a, DLB), and the gains (table 4.3b, QLB).
static DECISIONS: [i16; 3] = [6_554, 16_384, 26_214];
static GAINS: [i16; 4] = [3_277, 11_469, 21_299, 32_767];

/// What was left of the last 15 ms, as the decoder knows it: the oldest sample first.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    samples: [i16; LONGEST],
}

impl Past {
    pub(crate) const fn new() -> Self {
        Self { samples: [0; LONGEST] }
    }

    /// The lag and the code of the gain by which the past explains `now` best (clause 5.2.11).
    pub(crate) fn search(&self, now: &[i16; SUBFRAME]) -> (u8, u8) {
        let loudest = now.iter().copied().map(abs).max().unwrap_or(0);
        let shift = if loudest == 0 { 0 } else { (6 - norm(i32::from(loudest) << 16)).max(0) };
        // Of ten bits now, so that 40 products have room.
        let scaled = now.map(|sample| sample >> shift);

        let (mut lag, mut best) = (SHORTEST, 0);
        for (candidate, window) in (SHORTEST..=LONGEST).rev().zip(self.samples.array_windows::<SUBFRAME>()) {
            let products = scaled.iter().zip(window).map(|(&a, &b)| i32::from(a) * i32::from(b));
            let likeness = products.sum::<i32>();
            // Among equals the shortest, which the standard finds first.
            if likeness > best || likeness == best && best > 0 {
                (lag, best) = (candidate, likeness);
            }
        }
        (lag as u8, self.gain(lag, (2 * best) >> (6 - shift)))
    }

    fn gain(&self, lag: usize, likeness: i32) -> u8 {
        let window = self.window(lag);
        let power = 2 * window.iter().map(|&sample| i32::from(sample >> 3).pow(2)).sum::<i32>();
        if likeness <= 0 {
            return 0;
        }
        if likeness >= power {
            return 3;
        }
        let shift = norm(power);
        let (likeness, power) = ((likeness << shift >> 16) as i16, (power << shift >> 16) as i16);
        DECISIONS.iter().filter(|&&decision| likeness > mult(power, decision)).count() as u8
    }

    /// What the past says of the present (clauses 5.2.12 and 5.3.2).
    pub(crate) fn predict(&self, lag: usize, gain: u8) -> [i16; SUBFRAME] {
        let gain = GAINS[usize::from(gain & 3)];
        self.window(lag).map(|sample| mult_r(gain, sample))
    }

    /// The present becomes the past.
    pub(crate) fn push(&mut self, now: &[i16; SUBFRAME]) {
        self.samples.copy_within(SUBFRAME.., 0);
        self.samples[LONGEST - SUBFRAME..].copy_from_slice(now);
    }

    /// A subframe of the past; one with a lag that does not exist is the latest.
    fn window(&self, lag: usize) -> [i16; SUBFRAME] {
        let start = LONGEST - lag.clamp(SHORTEST, LONGEST);
        self.samples[start..].first_chunk().copied().unwrap_or([0; SUBFRAME])
    }
}

/// Whether a lag is one that the standard has.
pub(crate) fn is_lag(lag: u8) -> bool {
    (SHORTEST..=LONGEST).contains(&usize::from(lag))
}
