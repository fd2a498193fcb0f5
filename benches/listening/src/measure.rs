//! Delay of what was heard, found in the sound itself: neither buffer has a say in it.

use crate::listener::TICK;

/// Samples that must be the same, one by one.
const PIECE: usize = 24;

/// A piece quieter than this is like too many others.
const LOUD: u16 = 300;

/// Samples that are looked back.
const FURTHEST: usize = 16_000;

/// The mean delay of `heard` behind `said`, in milliseconds, of all pieces that are found unchanged, and how many were.
///
/// The sender's clock is `drift_ppm` millionths faster than ours. What both buffers have before them, the time to speak and
/// to carry a packet, is not counted.
pub fn delay(said: &[i16], heard: &[i16], drift_ppm: i32) -> (f64, usize) {
    let (mut sum, mut found, mut last) = (0.0, 0, 0);
    for tick in 0..heard.len() / TICK {
        let at = tick * TICK;
        let piece = &heard[at..at + PIECE];
        if piece.iter().all(|sample| sample.unsigned_abs() < LOUD) {
            continue;
        }
        // Most pieces are as late as the one before.
        let Some(delay) = find(said, piece, at, last) else { continue };
        last = delay;
        let spoken = (at as f64 - delay as f64) / (1.0 + f64::from(drift_ppm) / 1e6);
        // The first tick is 3.7 ms after the first packet.
        sum += (at as f64 - spoken) / 8.0 + 3.7;
        found += 1;
    }
    (sum / f64::max(found as f64, 1.0), found)
}

fn find(said: &[i16], piece: &[i16], at: usize, last: isize) -> Option<isize> {
    let fits = |delay: isize| {
        let begin = at.checked_add_signed(-delay)?;
        (said.get(begin..begin + piece.len())? == piece).then_some(delay)
    };
    // A fast clock lets the sender be ahead by some samples.
    let earliest = -400;
    fits(last).or_else(|| (earliest..FURTHEST as isize).find_map(fits))
}
