use super::pitch::{Direction, Repetition, repetition};
use super::{crossfade, tenths};

/// How alike two pitch periods must be for one to be left out or repeated.
const ALIKE: f32 = 0.75;

/// The same when the delay is far too long.
const ALIKE_ENOUGH: f32 = 0.4;

/// Mean level below which nobody hears what is done.
const QUIET: u64 = 48;

/// Leaves out a pitch period at `at`, up to `most` samples, of the sound that ends at `end`; returns the new end.
///
/// What comes before `at` may have been played: it is only looked at.
pub(crate) fn accelerate(
    sound: &mut [i16],
    at: usize,
    end: usize,
    most: usize,
    rate: u32,
    urgent: bool,
) -> usize {
    let (context, overlap, least) = (tenths(rate, 50), tenths(rate, 50), tenths(rate, 25));
    let most = most.min(end.saturating_sub(at + overlap));
    if at < context || most < least {
        return end;
    }
    let period = if is_quiet(&sound[at..end]) {
        Some(most)
    } else {
        let lags = least..=most.min(tenths(rate, 150));
        let found =
            repetition(&sound[..end], at - context, context + overlap, lags, Direction::Later, stride(rate));
        fitting(found, if urgent { ALIKE_ENOUGH } else { ALIKE })
    };
    let Some(period) = period else { return end };
    for n in 0..overlap {
        sound[at + n] = crossfade(sound[at + n], sound[at + n + period], n, overlap);
    }
    sound.copy_within(at + overlap + period..end, at + overlap);
    end - period
}

/// Repeats a pitch period before `at`, of about `about` samples, in the sound that ends at `end`; returns the new end.
pub(crate) fn expand(sound: &mut [i16], at: usize, end: usize, about: usize, rate: u32) -> usize {
    let (context, overlap) = (tenths(rate, 50), tenths(rate, 50));
    let (least, longest) = (tenths(rate, 50), tenths(rate, 150));
    let most = longest.min(sound.len() - end);
    if at < context + longest || at + overlap > end || most < least {
        return end;
    }
    let period = if is_quiet(&sound[at - longest..end]) {
        Some(about.clamp(least, most))
    } else {
        let piece = at - context;
        let found = repetition(
            &sound[..end],
            piece,
            context + overlap,
            least..=most,
            Direction::Earlier,
            stride(rate),
        );
        fitting(found, ALIKE)
    };
    let Some(period) = period else { return end };
    sound.copy_within(at + overlap - period..end, at + overlap);
    for n in 0..overlap {
        sound[at + n] = crossfade(sound[at + n], sound[at + n - period], n, overlap);
    }
    end + period
}

fn fitting(found: Option<Repetition>, alike: f32) -> Option<usize> {
    found.filter(|found| found.likeness >= alike).map(|found| found.lag)
}

fn is_quiet(sound: &[i16]) -> bool {
    let sum: u64 = sound.iter().map(|sample| u64::from(sample.unsigned_abs())).sum();
    sum <= QUIET * sound.len() as u64
}

fn stride(rate: u32) -> usize {
    (rate / 8_000).max(1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f32, samples: usize) -> Vec<i16> {
        let step = hertz * core::f32::consts::TAU / rate as f32;
        (0..samples).map(|n| ((n as f32 * step).sin() * 8_000.0) as i16).collect()
    }

    /// The greatest step between neighbours.
    fn roughness(sound: &[i16]) -> u16 {
        sound.windows(2).map(|pair| pair[0].abs_diff(pair[1])).max().unwrap()
    }

    #[test]
    fn a_period_less_is_not_heard() {
        for rate in [8_000, 16_000, 48_000] {
            let frame = rate as usize / 50;
            let mut sound = tone(rate, 150.0, 4 * frame);
            let rough = roughness(&sound);
            let end = accelerate(&mut sound, 3 * frame, 4 * frame, frame, rate, false);
            let removed = (4 * frame - end) as f32 / (rate as f32 / 150.0);
            assert!((removed - removed.round()).abs() < 0.05 && removed > 0.9, "{rate}: {removed} periods");
            assert!(roughness(&sound[..end]) <= rough + rough / 8, "{rate}");
        }
    }

    #[test]
    fn a_period_more_is_not_heard() {
        for rate in [8_000, 16_000, 48_000] {
            let frame = rate as usize / 50;
            let mut sound = tone(rate, 150.0, 6 * frame);
            let rough = roughness(&sound);
            let end = expand(&mut sound, 3 * frame, 4 * frame, frame, rate);
            let added = (end - 4 * frame) as f32 / (rate as f32 / 150.0);
            assert!((added - added.round()).abs() < 0.05 && added > 0.9, "{rate}: {added} periods");
            assert!(roughness(&sound[..end]) <= rough + rough / 8, "{rate}");
        }
    }

    #[test]
    fn hiss_is_left_alone_and_silence_is_not() {
        let mut random = 1_u32;
        let mut hiss: Vec<i16> = (0..960)
            .map(|_| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (random >> 18) as i16 - 8_192
            })
            .collect();
        assert_eq!(accelerate(&mut hiss, 480, 640, 160, 8_000, false), 640);
        assert_eq!(expand(&mut hiss, 480, 640, 80, 8_000), 640);
        assert_eq!(accelerate(&mut [0; 960], 480, 640, 100, 8_000, false), 540);
        assert_eq!(expand(&mut [0; 960], 480, 640, 90, 8_000), 730);
    }

    #[test]
    fn too_little_sound_is_left_alone() {
        assert_eq!(accelerate(&mut [0; 960], 480, 500, 160, 8_000, true), 500);
        assert_eq!(accelerate(&mut [0; 960], 0, 160, 160, 8_000, true), 160);
        assert_eq!(expand(&mut [0; 960], 480, 500, 80, 8_000), 500);
        assert_eq!(expand(&mut [0; 500], 300, 500, 80, 8_000), 500);
    }
}
