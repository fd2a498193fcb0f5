use core::ops::RangeInclusive;

/// Where a piece of sound is looked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Earlier,
    Later,
}

/// A distance at which sound repeats itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Repetition {
    /// Samples from a piece to its like.
    pub(super) lag: usize,
    /// How alike both are: 1 the same, 0 not at all, -1 the opposite.
    pub(super) likeness: f32,
}

/// Looks for the piece of `length` samples at `at` again, at the distances of `lags`. All of them must lie within `sound`.
///
/// At high sampling rates every `stride`th sample and distance is looked at first, and all of them around the best.
pub(super) fn repetition(
    sound: &[i16],
    at: usize,
    length: usize,
    lags: RangeInclusive<usize>,
    direction: Direction,
    stride: usize,
) -> Option<Repetition> {
    let piece = sound.get(at..at + length)?;
    let reach = *lags.end();
    match direction {
        Direction::Earlier if reach > at => return None,
        Direction::Later if at + length + reach > sound.len() => return None,
        _ => {}
    }
    let like = |lag: usize, stride: usize| {
        let start = if direction == Direction::Earlier { at - lag } else { at + lag };
        likeness(piece, &sound[start..start + length], stride)
    };
    let best = |candidates: &mut dyn Iterator<Item = usize>, stride: usize| {
        candidates
            .map(|lag| Repetition { lag, likeness: like(lag, stride) })
            .reduce(|best, next| if next.likeness > best.likeness { next } else { best })
    };
    let coarse = best(&mut lags.clone().step_by(stride), stride)?;
    if stride == 1 {
        return Some(coarse);
    }
    let around = coarse.lag.saturating_sub(stride).max(*lags.start())..=(coarse.lag + stride).min(reach);
    best(&mut around.into_iter(), 2)
}

/// Normalised correlation.
fn likeness(one: &[i16], other: &[i16], stride: usize) -> f32 {
    let (mut product, mut energy_one, mut energy_other) = (0_i64, 1_i64, 1_i64);
    for (one, other) in one.iter().step_by(stride).zip(other.iter().step_by(stride)) {
        let (one, other) = (i64::from(*one), i64::from(*other));
        product += one * other;
        energy_one += one * one;
        energy_other += other * other;
    }
    product as f32 / (energy_one as f32 * energy_other as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(period: f32, samples: usize) -> Vec<i16> {
        (0..samples).map(|n| ((n as f32 * core::f32::consts::TAU / period).sin() * 8_000.0) as i16).collect()
    }

    #[test]
    fn a_tone_repeats_itself_at_its_period() {
        let sound = tone(57.0, 600);
        for (at, direction) in [(440, Direction::Earlier), (100, Direction::Later)] {
            let found = repetition(&sound, at, 160, 40..=100, direction, 1).unwrap();
            assert_eq!(found.lag, 57);
            assert!(found.likeness > 0.99);
        }
    }

    #[test]
    fn high_rates_are_searched_in_two_steps() {
        let sound = tone(401.0, 4_000);
        let found = repetition(&sound, 2_000, 960, 240..=720, Direction::Earlier, 6).unwrap();
        assert!((399..=403).contains(&found.lag), "{}", found.lag);
    }

    #[test]
    fn what_lies_outside_is_not_looked_at() {
        let sound = tone(57.0, 300);
        assert_eq!(repetition(&sound, 100, 160, 40..=120, Direction::Earlier, 1), None);
        assert_eq!(repetition(&sound, 100, 160, 40..=120, Direction::Later, 1), None);
        assert_eq!(repetition(&sound, 200, 160, 40..=120, Direction::Earlier, 1), None);
    }

    #[test]
    fn silence_is_like_nothing() {
        let found = repetition(&[0; 400], 200, 80, 40..=120, Direction::Earlier, 1).unwrap();
        assert!(found.likeness.abs() < 0.01);
    }
}
