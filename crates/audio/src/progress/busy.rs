use super::cadence::{Cadence, Sounding};
use crate::talk::{FrameMeter, THRESHOLD};

/// Shortest and longest beat or pause of a busy tone, in ms, where no pattern is given. Ringing is slower.
const SHORTEST_MS: u32 = 100;
const LONGEST_MS: u32 = 1_100;

/// How a [`BusyDetector`] knows a busy tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusySettings {
    /// Beats that make it one (`busycount`): 4; from 2 to 8.
    pub count: u8,
    /// Lengths of tone and silence in ms (`busypattern`); without them any even beat is one.
    pub pattern: Option<(u32, u32)>,
    /// Average level that is no silence, out of 32767: [`THRESHOLD`].
    pub threshold: u16,
}

impl Default for BusySettings {
    fn default() -> BusySettings {
        BusySettings { count: 4, pattern: None, threshold: THRESHOLD }
    }
}

/// Knows a busy tone by its rhythm, whatever its frequencies (`busydetect`).
///
/// Someone who says the same word over and over sounds alike: ask for more beats, for a pattern, or take a
/// [`ProgressDetector`](super::ProgressDetector). Allocates nothing.
///
/// ```
/// let mut exchange = audio::ToneGenerator::new("480+620/500,0/500".parse()?, 8_000);
/// let mut detector = audio::progress::BusyDetector::new(8_000, Default::default());
/// let mut four_seconds = vec![0; 32_000];
/// exchange.fill(&mut four_seconds);
/// assert!(detector.push(&four_seconds));
/// # Ok::<(), audio::tone::ToneError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BusyDetector {
    meter: FrameMeter,
    count: usize,
    pattern: Option<[u32; 2]>,
    cadence: Cadence,
}

impl BusyDetector {
    /// A detector for a stream of `rate` samples a second.
    pub fn new(rate: u32, settings: BusySettings) -> BusyDetector {
        BusyDetector {
            meter: FrameMeter::new(rate, settings.threshold),
            count: usize::from(settings.count.clamp(2, 8)),
            pattern: settings.pattern.map(|(tone, silence)| [tone, silence]),
            cadence: Cadence::new(),
        }
    }

    /// Takes the next samples, in frames of any length. Says whether a busy tone was recognised in them.
    pub fn push(&mut self, samples: &[i16]) -> bool {
        let BusyDetector { meter, count, pattern, cadence } = self;
        let mut found = false;
        meter.push(samples, |silent| {
            let sounding = if silent { Sounding::Silence } else { Sounding::Tone };
            found |= cadence.pass(sounding)
                && match pattern {
                    Some(pattern) => cadence.follows(&pattern[..], *count),
                    None => cadence.repeats(*count, SHORTEST_MS, LONGEST_MS),
                };
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tone, ToneGenerator};

    fn is_busy(settings: BusySettings, tone: &str) -> bool {
        let mut samples = vec![0; 16_000 * 8];
        ToneGenerator::new(tone.parse::<Tone>().unwrap(), 16_000).fill(&mut samples);
        let mut detector = BusyDetector::new(16_000, settings);
        samples.chunks(500).any(|frame| detector.push(frame))
    }

    #[test]
    fn even_beats_are_busy_and_others_not() {
        for tone in ["425/500,0/500", "480+620/250,0/250", "400/375,0/350", "0/500,1000/200,0/600"] {
            assert!(is_busy(BusySettings::default(), tone), "{tone}");
        }
        let others = [
            "425/1000,0/4000",
            "440",
            "0/500",
            "425/500,0/200,425/200,0/500",
            "425/2000,0/2000",
            "425/50,0/50",
        ];
        for tone in others {
            assert!(!is_busy(BusySettings::default(), tone), "{tone}");
        }
    }

    #[test]
    fn a_pattern_and_a_count_make_it_choosy() {
        let choosy = BusySettings { pattern: Some((500, 500)), ..BusySettings::default() };
        assert!(is_busy(choosy, "425/500,0/500"));
        assert!(!is_busy(choosy, "425/250,0/250"));
        let patient = BusySettings { count: 8, ..BusySettings::default() };
        assert!(is_busy(patient, "425/400,0/400"));
        assert!(!is_busy(patient, "!425/400,!0/400,!425/400,!0/400,!425/400,!0/400,!425/400,!0/400,!0/5000"));
    }
}
