use super::limits::Limits;
use super::span::{self, HOP, SPAN, Span};
use crate::level;

/// How much louder or softer a frequency may get from span to span: 2 dB, as power.
const STEADY: f32 = 1.6;
/// A twist at the very limit is taken in spite of what noise does to the measure: 0.5 dB.
const TWIST_MARGIN: f32 = 0.5;
/// A frequency that has less than this part of all power is not looked at.
const LEAST_PART: f32 = 0.02;
/// A tone that stood before may have become louder by this factor without being part of the digit.
const STANDING: f32 = 1.5;
/// Samples between a span and the one that shows what stood before: 25 ms.
const EARLIER: usize = 4 * HOP;
/// Samples that a reading looks at: two spans, and what stood before them.
pub(super) const MEMORY: usize = EARLIER + HOP + SPAN;

/// Two spans that show one digit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    pub(super) row: usize,
    pub(super) column: usize,
    /// How far the frequencies are from nominal, in Hz.
    pub(super) offsets: [f32; 2],
}

/// Limits as they are compared: powers and ratios of powers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge {
    normal_twist: f32,
    reverse_twist: f32,
    floor: f32,
    tolerance: f32,
    purity: f32,
}

impl Judge {
    pub(super) fn new(limits: &Limits) -> Judge {
        let ratio = |decibels: f32| 10_f32.powf((decibels + TWIST_MARGIN) / 10.0);
        let floor = level::sine_amplitude(f64::from(limits.minimum_level)).powi(2) / 2.0;
        Judge {
            normal_twist: ratio(limits.normal_twist),
            reverse_twist: ratio(limits.reverse_twist),
            floor: floor as f32,
            tolerance: limits.frequency_tolerance,
            purity: limits.purity,
        }
    }

    /// Power below which nothing can be a digit.
    pub(super) fn floor(&self) -> f32 {
        self.floor
    }

    /// The digit in two spans, one after the other; `memory` ends with the newer one.
    pub(super) fn read(&self, before: &Span, now: &Span, memory: &[f32; MEMORY]) -> Option<Reading> {
        let (row, column) = (loudest(now, 0), loudest(now, 4));
        let (low, high) = (now.tones[row].power(), now.tones[column].power());
        let least = self.floor.max(LEAST_PART * now.power);
        if low < least || high < least || !steady(before, now, row) || !steady(before, now, column) {
            return None;
        }
        let offsets = [now.offset(before, row), now.offset(before, column)];
        let near = |offset: f32, tone| offset.abs() <= self.tolerance * span::frequency(tone);
        if !near(offsets[0], row) || !near(offsets[1], column) {
            return None;
        }
        let [low, high] = [(row, offsets[0]), (column, offsets[1])].map(|(tone, offset)| {
            (now.tones[tone].power() + before.tones[tone].power()) / span::seen_beside(offset)
        });
        let twisted = low > high * self.normal_twist || high > low * self.reverse_twist;
        let pure = !twisted && self.is_pure(low + high, before.power + now.power, memory);
        pure.then_some(Reading { row, column: column - 4, offsets })
    }

    /// Whether enough of what sounds is the digit, apart from what already sounded below it.
    fn is_pure(&self, digit: f32, all: f32, memory: &[f32; MEMORY]) -> bool {
        digit >= self.purity * all || digit >= self.purity * (all - standing(memory)).max(0.0)
    }
}

/// The louder one of a group of four frequencies.
fn loudest(span: &Span, group: usize) -> usize {
    (group..group + 4)
        .max_by(|&a, &b| span.tones[a].power().total_cmp(&span.tones[b].power()))
        .unwrap_or(group)
}

fn steady(before: &Span, now: &Span, tone: usize) -> bool {
    let (before, now) = (before.tones[tone].power(), now.tones[tone].power());
    now <= before * STEADY && before <= now * STEADY
}

/// Power below the keys that both spans share with the time before them. Taken together, because two tones beat.
fn standing(memory: &[f32; MEMORY]) -> f32 {
    let below = |start: usize| {
        let samples = memory[start..].first_chunk::<SPAN>();
        samples.map_or(0.0, span::power_below_keys)
    };
    let earlier = below(0) + below(HOP);
    (below(EARLIER) + below(EARLIER + HOP)).min(earlier * STANDING)
}
