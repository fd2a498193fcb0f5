use super::digits;
use super::limits::Limits;
use super::reading::{Judge, MEMORY, Reading};
use super::span::{HOP, SPAN, Span};
use crate::resample::{Decimator, RateError};

/// Readings of one digit, one after the other, that make it one if they show a tone of [`SHORTEST`].
const READINGS_TO_BEGIN: usize = 3;
/// Shortest tone of a digit in samples of 8 kHz: 30 ms.
const SHORTEST: f32 = 240.0;
/// Spans without it that end a digit: a pause of 26 ms.
const MISSES_TO_END: usize = 5;
/// How far a frequency may wander from reading to reading, in Hz.
const WANDERING: f32 = 5.0;
/// A digit that has begun goes on while its frequencies are this part of all power.
const HOLDING_PURITY: f32 = 0.4;
/// A digit that is this much weaker than it began is its echo: 10 dB.
const HOLDING_POWER: f32 = 0.1;
/// How long before the middle of the second span of a first reading its tone may have begun, in samples of 8 kHz.
const EARLIEST: i64 = (SPAN + HOP / 2) as i64;
/// Spans that are remembered: more than fit into the shortest tone, its edges included.
const SPANS: usize = 7;

/// What a [`Detector`] found. Places are in samples of the stream, from its first one on, right to some 2 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitEvent {
    /// A digit sounds.
    Began {
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        digit: char,
        /// Where its tone began: some 35 ms before this could be told.
        at: u64,
    },
    /// The digit has ended.
    Ended {
        /// The digit that began.
        digit: char,
        /// Where its tone began.
        at: u64,
        /// How long it was, in samples: what RFC 4733 §2.3.5 calls duration.
        duration: u64,
    },
}

/// Recognises DTMF digits in a stream, by the limits of ITU-T Q.24.
///
/// Takes frames of any length. It looks at overlapping spans of 12.5 ms through Hann's window: two of them, one
/// after the other, must show one frequency of each group, steady, near enough to nominal by how far its phase
/// moved, and little else. Three such readings make a digit. Speech seldom does that, and does it longer than
/// 30 ms more seldom still.
///
/// Allocates nothing after it is made, takes no lock, and costs about 1 µs for 20 ms at 8 kHz.
///
/// ```
/// use std::time::Duration;
/// use audio::dtmf::{self, Detector, DigitEvent, Limits};
///
/// let ms = Duration::from_millis;
/// let mut phone = audio::ToneGenerator::new(dtmf::sequence("42#", ms(80), ms(60)).expect("digits"), 8_000);
/// let mut detector = Detector::new(8_000, Limits::default())?;
/// let (mut frame, mut heard) = ([0_i16; 160], String::new());
/// while !phone.is_finished() {
///     phone.fill(&mut frame);
///     detector.push(&frame, |event| {
///         if let DigitEvent::Began { digit, .. } = event {
///             heard.push(digit);
///         }
///     });
/// }
/// assert_eq!(heard, "42#");
/// # Ok::<(), audio::resample::RateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Detector {
    judge: Judge,
    decimator: Decimator,
    memory: [f32; MEMORY],
    /// New samples at the end of `memory`, up to a hop.
    filled: usize,
    hops: u64,
    /// The newest last.
    spans: [Span; SPANS],
    suspicion: Option<Suspicion>,
    sounding: Option<Sounding>,
}

/// Readings that may become a digit.
#[derive(Clone, Copy, Debug)]
struct Suspicion {
    reading: Reading,
    readings: usize,
    /// Where its tone began at the earliest, in samples of 8 kHz.
    since: i64,
}

/// A digit that has begun.
#[derive(Clone, Copy, Debug)]
struct Sounding {
    row: usize,
    column: usize,
    /// Power of a span that it fills.
    power: f32,
    /// Where it began, in samples of 8 kHz.
    start: i64,
    /// Where it ended, if it has ended.
    end: f32,
    /// Spans since the last one that it filled.
    since_full: usize,
    misses: usize,
}

impl Sounding {
    fn is(&self, reading: &Reading) -> bool {
        (self.row, self.column) == (reading.row, reading.column)
    }

    fn digit(&self) -> char {
        digits::key(self.row, self.column)
    }

    /// Looks whether the digit still sounds in a span whose middle is at `middle`.
    fn follow(&mut self, span: &Span, floor: f32, middle: f32) {
        let power = power_of(span, self.row, self.column);
        let holds = power > (self.power * HOLDING_POWER).max(floor) && power > HOLDING_PURITY * span.power;
        self.misses = if holds { 0 } else { self.misses + 1 };
        let filled = (power / self.power).sqrt().min(1.0);
        if filled > 0.85 {
            self.since_full = 0;
            self.end = middle + HOP as f32 / 2.0;
        } else {
            // Windows add up to one: what the spans after the last full one show of the tone is how far it went on.
            self.since_full += 1;
            if self.since_full <= 2 {
                self.end += HOP as f32 * filled;
            }
        }
    }
}

fn power_of(span: &Span, row: usize, column: usize) -> f32 {
    span.tones[row].power() + span.tones[column + 4].power()
}

impl Detector {
    /// A detector for a stream of `rate` samples a second.
    ///
    /// # Errors
    /// [`RateError`] for a rate that is no multiple of 8 kHz.
    pub fn new(rate: u32, limits: Limits) -> Result<Detector, RateError> {
        Ok(Detector {
            judge: Judge::new(&limits),
            decimator: Decimator::new(rate)?,
            memory: [0.0; MEMORY],
            filled: 0,
            hops: 0,
            spans: [Span::default(); SPANS],
            suspicion: None,
            sounding: None,
        })
    }

    /// Takes the next samples and tells what was found in them.
    pub fn push(&mut self, mut samples: &[i16], mut found: impl FnMut(DigitEvent)) {
        while !samples.is_empty() {
            let room = &mut self.memory[MEMORY - HOP + self.filled..];
            let (read, written) = self.decimator.process(samples, room);
            samples = &samples[read..];
            self.filled += written;
            if self.filled == HOP {
                self.hop(&mut found);
                self.memory.copy_within(HOP.., 0);
                self.filled = 0;
            }
        }
    }

    /// Ends the stream, and with it a digit that still sounds.
    pub fn finish(&mut self, found: impl FnOnce(DigitEvent)) {
        if let Some(event) = self.end() {
            found(event);
        }
        self.suspicion = None;
    }

    /// The digit that sounds.
    pub fn sounding(&self) -> Option<char> {
        self.sounding.map(|sounding| sounding.digit())
    }

    /// Where that began which is a digit or may become one, at the earliest; in samples of the stream.
    pub(super) fn suspected_since(&self) -> Option<u64> {
        let sounding = self.sounding.map(|sounding| sounding.start - HOP as i64);
        let suspected = self.suspicion.map(|suspicion| suspicion.since);
        sounding.or(suspected).map(|place| self.place(place))
    }

    /// One hop further: a new span, and what follows from it.
    fn hop(&mut self, found: &mut impl FnMut(DigitEvent)) {
        self.hops += 1;
        let Some(samples) = self.memory.last_chunk::<SPAN>() else { return };
        self.spans.rotate_left(1);
        self.spans[SPANS - 1] = Span::of(samples, self.judge.floor());
        let (before, now) = (&self.spans[SPANS - 2], &self.spans[SPANS - 1]);
        let reading = self.judge.read(before, now, &self.memory);
        let middle = self.middle();
        if let Some(sounding) = &mut self.sounding {
            sounding.follow(now, self.judge.floor(), middle as f32);
            if sounding.misses >= MISSES_TO_END {
                self.end().into_iter().for_each(&mut *found);
            }
        }
        self.suspect(reading);
        if self.suspicion.is_some_and(|suspicion| suspicion.readings >= READINGS_TO_BEGIN) {
            self.begin(found);
        }
    }

    /// Counts readings of one digit that follow each other, other than the one that sounds.
    fn suspect(&mut self, reading: Option<Reading>) {
        let reading = reading.filter(|reading| !self.sounding.is_some_and(|sounding| sounding.is(reading)));
        self.suspicion = reading.map(|reading| match self.suspicion {
            Some(suspicion) if continues(&suspicion.reading, &reading) => {
                Suspicion { reading, readings: suspicion.readings + 1, since: suspicion.since }
            }
            _ => Suspicion { reading, readings: 1, since: self.middle() - EARLIEST },
        });
    }

    /// Makes a digit of the suspicion if its tone is long enough; it ends the one that sounded.
    fn begin(&mut self, found: &mut impl FnMut(DigitEvent)) {
        let Some(Suspicion { reading: Reading { row, column, .. }, readings, .. }) = self.suspicion else {
            return;
        };
        // The spans of the readings, and the one before them, in which the tone may have begun.
        let spans = &self.spans[SPANS.saturating_sub(readings + 2)..];
        let powers = spans.iter().map(|span| power_of(span, row, column));
        let power = powers.clone().fold(0.0, f32::max);
        // Windows add up to one: what the spans show of the tone is how long it has been.
        let length = powers.map(|part| (part / power).sqrt()).sum::<f32>() * HOP as f32;
        if length < SHORTEST {
            return;
        }
        self.end().into_iter().for_each(&mut *found);
        self.suspicion = None;
        let start = self.middle() + (HOP as f32 / 2.0 - length) as i64;
        let end = self.middle() as f32 + HOP as f32 / 2.0;
        let sounding = Sounding { row, column, power, start, end, since_full: 0, misses: 0 };
        self.sounding = Some(sounding);
        found(DigitEvent::Began { digit: sounding.digit(), at: self.place(start) });
    }

    /// Ends the digit that sounds.
    fn end(&mut self) -> Option<DigitEvent> {
        let sounding = self.sounding.take()?;
        let (at, end) = (self.place(sounding.start), self.place(sounding.end as i64));
        Some(DigitEvent::Ended { digit: sounding.digit(), at, duration: end.saturating_sub(at) })
    }

    /// The middle of the newest span, in samples of 8 kHz.
    fn middle(&self) -> i64 {
        (self.hops * HOP as u64) as i64 - HOP as i64
    }

    /// A place in the stream, of one at 8 kHz.
    fn place(&self, listening: i64) -> u64 {
        let place = listening * self.decimator.factor() as i64 - self.decimator.delay() as i64;
        u64::try_from(place).unwrap_or(0)
    }
}

/// Whether a reading goes on where another ended.
fn continues(before: &Reading, now: &Reading) -> bool {
    let steady =
        before.offsets.iter().zip(now.offsets).all(|(before, now)| (before - now).abs() <= WANDERING);
    steady && (before.row, before.column) == (now.row, now.column)
}
