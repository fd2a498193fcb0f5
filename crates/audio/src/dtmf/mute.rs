use std::time::Duration;

use super::detector::{Detector, DigitEvent};
use super::limits::Limits;
use crate::resample::RateError;

/// Longest delay: more than ever is of use.
const MAX_DELAY: Duration = Duration::from_millis(100);
/// How often it looks whether to silence: 2.5 ms.
const LOOKS_A_SECOND: usize = 400;

/// Recognises DTMF digits in a stream and silences them, for a stream whose digits go on as events (RFC 4733).
///
/// The stream leaves later by a delay of your choice. A tone is silenced as soon as it may be a digit, at most 25 ms
/// after it began: with a delay of 25 ms nothing is left of it, with none up to 25 ms are, which a receiver by
/// ITU-T Q.24 need not take for a digit, and with [10 ms](Mute::DELAY) no receiver does (23 ms is the longest that
/// all refuse). The price: some 30 ms after a digit are silent too, and so are, now and then, 10 to 20 ms of speech
/// that looked like one.
///
/// ```
/// use audio::dtmf::{Limits, Mute};
/// let mut mute = Mute::new(8_000, Limits::default(), Mute::DELAY)?;
/// let mut frame = [7_i16; 160];
/// mute.process(&mut frame, |event| println!("{event:?}"));
/// assert_eq!((frame[79], frame[80]), (0, 7)); // 10 ms later
/// # Ok::<(), audio::resample::RateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mute {
    detector: Detector,
    /// What has not left yet, as a ring.
    delayed: Vec<i16>,
    place: usize,
    /// Samples that have left, those of the delay not counted.
    left: i64,
    /// What is silenced, in samples of the stream.
    from: i64,
    until: i64,
    look: usize,
}

impl Mute {
    /// A delay that leaves no more of a digit than receivers refuse.
    pub const DELAY: Duration = Duration::from_millis(10);

    /// For a stream of `rate` samples a second, which leaves by `delay` later (100 ms at most).
    ///
    /// # Errors
    /// [`RateError`] for a rate that is no multiple of 8 kHz.
    pub fn new(rate: u32, limits: Limits, delay: Duration) -> Result<Mute, RateError> {
        let detector = Detector::new(rate, limits)?;
        let delay = (delay.min(MAX_DELAY).as_secs_f64() * f64::from(rate)).round() as usize;
        let look = rate as usize / LOOKS_A_SECOND;
        Ok(Mute {
            detector,
            delayed: vec![0; delay],
            place: 0,
            left: -(delay as i64),
            from: 0,
            until: 0,
            look,
        })
    }

    /// Takes the next samples, puts as many that leave in their place, and tells what was found.
    pub fn process(&mut self, frame: &mut [i16], mut found: impl FnMut(DigitEvent)) {
        for part in frame.chunks_mut(self.look) {
            let mut ended = None;
            self.detector.push(part, |event| {
                if let DigitEvent::Ended { at, duration, .. } = event {
                    ended = Some(at + duration);
                }
                found(event);
            });
            self.delay(part);
            self.decide(part.len(), ended);
            self.silence(part);
        }
    }

    /// How much later the stream leaves, in samples.
    pub fn delay_in_samples(&self) -> usize {
        self.delayed.len()
    }

    fn delay(&mut self, part: &mut [i16]) {
        if self.delayed.is_empty() {
            return;
        }
        for sample in part {
            std::mem::swap(sample, &mut self.delayed[self.place]);
            self.place = (self.place + 1) % self.delayed.len();
        }
    }

    /// What is to be silenced from here on; `ended` is where a digit was found to have ended.
    fn decide(&mut self, length: usize, ended: Option<u64>) {
        if let Some(since) = self.detector.suspected_since() {
            // What was silenced before and has not left yet stays so.
            if self.until <= self.left {
                self.from = since as i64;
            }
            self.until = i64::MAX;
        } else if self.until == i64::MAX {
            let margin = self.look as i64;
            let now = self.left + (self.delayed.len() + length) as i64;
            self.until = ended.map_or(now, |end| end as i64 + margin);
        }
    }

    fn silence(&mut self, part: &mut [i16]) {
        let first = self.left;
        self.left += part.len() as i64;
        let within = |place: i64| usize::try_from(place.saturating_sub(first)).unwrap_or(0).min(part.len());
        let (from, until) = (within(self.from), within(self.until));
        if from < until {
            part[from..until].fill(0);
        }
    }
}
