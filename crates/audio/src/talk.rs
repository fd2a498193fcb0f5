//! Who speaks and who is silent, told by the average absolute level of each 20 ms: what Asterisk's
//! `silencethreshold`, `dsp_talking_threshold` and `silence_threshold` are compared with.
//!
//! - [`FrameMeter`] cuts a stream into 20 ms and says which of them are silent;
//! - [`TalkDetector`] tells when somebody begins and stops to talk, for events, for mixing and for waiting.

use std::time::Duration;

/// Average absolute level of a sample from which on 20 ms are no silence, out of 32767: `silencethreshold` of
/// Asterisk's `dsp.conf`. A sine of −37 dBm0.
pub const THRESHOLD: u16 = 256;

/// Length of a frame that is judged at a time, in ms.
pub const FRAME_MS: u32 = 20;

/// Average distance of the samples from zero, 0 to 32768. Nothing is silent: 0.
pub fn average_level(samples: &[i16]) -> u16 {
    let sum: u64 = samples.iter().map(|sample| u64::from(sample.unsigned_abs())).sum();
    // The average of values of 16 bits has 16 bits.
    (sum / (samples.len() as u64).max(1)) as u16
}

/// Cuts a stream into 20 ms, whatever the frames that it comes in, and tells of each whether it is silent.
#[derive(Clone, Debug)]
pub struct FrameMeter {
    length: usize,
    threshold: u16,
    sum: u64,
    filled: usize,
}

impl FrameMeter {
    /// For a stream of `rate` samples a second. What is below `threshold` on average is silent.
    pub fn new(rate: u32, threshold: u16) -> FrameMeter {
        FrameMeter { length: (rate as usize / 50).max(1), threshold, sum: 0, filled: 0 }
    }

    /// Takes the next samples; `judged` hears of each 20 ms that they complete whether it is silent.
    pub fn push(&mut self, mut samples: &[i16], mut judged: impl FnMut(bool)) {
        while !samples.is_empty() {
            let (part, rest) = samples.split_at(samples.len().min(self.length - self.filled));
            self.sum += part.iter().map(|sample| u64::from(sample.unsigned_abs())).sum::<u64>();
            self.filled += part.len();
            samples = rest;
            if self.filled == self.length {
                judged(self.sum / (self.length as u64) < u64::from(self.threshold));
                (self.sum, self.filled) = (0, 0);
            }
        }
    }
}

/// How a [`TalkDetector`] tells talk from silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TalkSettings {
    /// Average level that is no silence: [`THRESHOLD`].
    pub threshold: u16,
    /// How long it must be loud to be talk, in frames of 20 ms: 20 ms. A longer time passes over clicks.
    pub talk_after: Duration,
    /// How long it must be silent to be silence: 2.5 s, as `TALK_DETECT` and conferences have it.
    pub silence_after: Duration,
}

impl Default for TalkSettings {
    fn default() -> TalkSettings {
        TalkSettings {
            threshold: THRESHOLD,
            talk_after: Duration::from_millis(u64::from(FRAME_MS)),
            silence_after: Duration::from_millis(2_500),
        }
    }
}

/// What a [`TalkDetector`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TalkEvent {
    /// Somebody talks: `at` ms into the stream, which was told `talk_after` later.
    Began {
        /// Since the stream began, in ms.
        at: u64,
    },
    /// Nobody talks any more.
    Ended {
        /// Where the last talk ended, in ms since the stream began; told `silence_after` later.
        at: u64,
        /// How long the talk was, from its first to its last loud frame, in ms.
        duration: u64,
    },
}

/// Tells when somebody begins and stops to talk, and how long it has been silent or loud.
///
/// A stream begins in silence. Times are the stream's own, in steps of 20 ms.
///
/// ```
/// use audio::talk::{TalkDetector, TalkEvent, TalkSettings};
/// let settings = TalkSettings { silence_after: std::time::Duration::from_millis(100), ..TalkSettings::default() };
/// let (mut detector, mut told) = (TalkDetector::new(8_000, settings), Vec::new());
/// for level in [0, 3_000, 3_000, 0, 0, 0, 0, 0] {
///     detector.push(&[level; 160], |event| told.push(event));
/// }
/// assert_eq!(told, [TalkEvent::Began { at: 20 }, TalkEvent::Ended { at: 60, duration: 40 }]);
/// assert_eq!(detector.silent_for().as_millis(), 100);
/// ```
#[derive(Clone, Debug)]
pub struct TalkDetector {
    meter: FrameMeter,
    state: TalkState,
}

/// What a [`TalkDetector`] knows of the stream, in ms.
#[derive(Clone, Copy, Debug)]
struct TalkState {
    talk_after: u64,
    silence_after: u64,
    now: u64,
    silent: u64,
    loud: u64,
    /// Where the talk began that has not ended.
    began: Option<u64>,
}

impl TalkDetector {
    /// A detector for a stream of `rate` samples a second.
    pub fn new(rate: u32, settings: TalkSettings) -> TalkDetector {
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let state = TalkState {
            talk_after: ms(settings.talk_after),
            silence_after: ms(settings.silence_after),
            now: 0,
            silent: 0,
            loud: 0,
            began: None,
        };
        TalkDetector { meter: FrameMeter::new(rate, settings.threshold), state }
    }

    /// Takes the next samples, in frames of any length, and tells what changed.
    pub fn push(&mut self, samples: &[i16], mut told: impl FnMut(TalkEvent)) {
        let state = &mut self.state;
        self.meter.push(samples, |silent| state.pass(silent).into_iter().for_each(&mut told));
    }

    /// Takes the next 20 ms by their [`average_level`], for those who know it already, and tells what changed. Not together
    /// with [`TalkDetector::push`] on one stream.
    pub fn push_judged(&mut self, level: u16) -> Option<TalkEvent> {
        self.state.pass(level < self.meter.threshold)
    }

    /// Whether somebody talks: from [`TalkEvent::Began`] to [`TalkEvent::Ended`].
    pub fn is_talking(&self) -> bool {
        self.state.began.is_some()
    }

    /// How long it has been silent; zero in a loud frame. What `WaitForSilence` waits for.
    pub fn silent_for(&self) -> Duration {
        Duration::from_millis(self.state.silent)
    }

    /// How long it has been loud without a silent frame; zero in one. What `WaitForNoise` waits for.
    pub fn loud_for(&self) -> Duration {
        Duration::from_millis(self.state.loud)
    }

    /// Ends the stream, and with it a talk that goes on.
    pub fn finish(&mut self) -> Option<TalkEvent> {
        self.state.end()
    }
}

impl TalkState {
    /// One frame further.
    fn pass(&mut self, silent: bool) -> Option<TalkEvent> {
        let frame = u64::from(FRAME_MS);
        self.now += frame;
        (self.silent, self.loud) = if silent { (self.silent + frame, 0) } else { (0, self.loud + frame) };
        if self.began.is_none() && self.loud > 0 && self.loud >= self.talk_after {
            let at = self.now - self.loud;
            self.began = Some(at);
            return Some(TalkEvent::Began { at });
        }
        if self.silent >= self.silence_after.max(frame) { self.end() } else { None }
    }

    fn end(&mut self) -> Option<TalkEvent> {
        let began = self.began.take()?;
        let at = self.now - self.silent;
        Some(TalkEvent::Ended { at, duration: at - began })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Loud (`#`) and silent (`.`) frames of 20 ms.
    fn told(settings: TalkSettings, frames: &str) -> Vec<TalkEvent> {
        let (mut detector, mut told) = (TalkDetector::new(16_000, settings), Vec::new());
        for frame in frames.chars() {
            let level = if frame == '#' { 256 } else { 255 };
            // Not as long as the frames that are judged.
            [[level; 64]; 5].iter().for_each(|part| detector.push(part, |event| told.push(event)));
        }
        told.extend(detector.finish());
        told
    }

    fn settings(talk_after: u64, silence_after: u64) -> TalkSettings {
        let ms = Duration::from_millis;
        TalkSettings {
            talk_after: ms(talk_after),
            silence_after: ms(silence_after),
            ..TalkSettings::default()
        }
    }

    #[test]
    fn pauses_within_talk_do_not_end_it() {
        let (began, ended) = (TalkEvent::Began { at: 20 }, TalkEvent::Ended { at: 140, duration: 120 });
        assert_eq!(told(settings(20, 60), ".##..##...."), [began, ended]);
        assert_eq!(told(settings(20, 60), ".##..##"), [began, ended]);
    }

    #[test]
    fn clicks_are_no_talk() {
        assert_eq!(told(settings(60, 60), "#.##.#...##"), []);
        let (began, ended) = (TalkEvent::Began { at: 40 }, TalkEvent::Ended { at: 100, duration: 60 });
        assert_eq!(told(settings(60, 60), "#.###..."), [began, ended]);
    }

    #[test]
    fn durations_of_nothing_do_no_harm() {
        let events = told(settings(0, 0), ".#.");
        assert_eq!(events, [TalkEvent::Began { at: 20 }, TalkEvent::Ended { at: 40, duration: 20 }]);
    }

    #[test]
    fn frames_that_were_judged_elsewhere_count_the_same() {
        let mut detector = TalkDetector::new(8_000, settings(20, 60));
        let told: Vec<TalkEvent> =
            [0, 300, 256, 255, 0, 0, 0].into_iter().filter_map(|level| detector.push_judged(level)).collect();
        assert_eq!(told, [TalkEvent::Began { at: 20 }, TalkEvent::Ended { at: 60, duration: 40 }]);
    }

    #[test]
    fn levels_are_averages() {
        assert_eq!(average_level(&[]), 0);
        assert_eq!(average_level(&[i16::MIN, i16::MIN]), 32_768);
        assert_eq!(average_level(&[-100, 300]), 200);
    }

    #[test]
    fn silence_and_noise_are_counted() {
        let mut detector = TalkDetector::new(8_000, TalkSettings::default());
        detector.push(&[0; 480], |_| {});
        assert_eq!((detector.silent_for().as_millis(), detector.is_talking()), (60, false));
        detector.push(&[i16::MIN; 320], |_| {});
        assert_eq!((detector.silent_for().as_millis(), detector.loud_for().as_millis()), (0, 40));
        assert!(detector.is_talking());
    }
}
