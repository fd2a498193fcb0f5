use super::listener::{Band, Listener, STEP_MS};
use crate::resample::RateError;

/// Frequency of a fax that calls, in Hz (ITU-T T.30 §4.2).
const CALLING: u16 = 1_100;
/// Frequency of a fax that answers, in Hz (ITU-T T.30 §4.3.3).
const CALLED: u16 = 2_100;
/// How long either must sound: a fax calls for 425 to 575 ms at a time, and answers for 2.6 to 4 s.
const SHORTEST_MS: u32 = 360;
/// How much of the power must be at the frequency.
const PURITY: f32 = 0.8;
/// Moments of 20 ms without the tone that do not end it: modems turn its phase now and then (ITU-T V.8).
const BRIDGED: u32 = 2;

/// What a [`FaxDetector`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaxTone {
    /// CNG, 1100 Hz: a fax has called.
    Calling,
    /// CED, 2100 Hz: a fax or modem has answered.
    Called,
}

/// Knows the tones of a fax that calls (CNG), and of one that answers (CED), in a stream.
///
/// A tone is told once while it sounds, after 0.4 s of it; a fax that calls repeats its own every 3.5 s, and is told
/// each time. Allocates nothing after it is made.
///
/// ```
/// use audio::progress::{FaxDetector, FaxTone};
/// let mut fax = audio::ToneGenerator::new("1100/500,0/3000".parse()?, 8_000);
/// let (mut detector, mut told) = (FaxDetector::new(8_000)?, Vec::new());
/// let mut frame = [0; 160];
/// for _ in 0..200 {
///     fax.fill(&mut frame);
///     detector.push(&frame, |tone| told.push(tone));
/// }
/// assert_eq!(told, [FaxTone::Calling, FaxTone::Calling]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FaxDetector {
    listener: Listener,
    tones: [Watch; 2],
}

#[derive(Clone, Debug)]
struct Watch {
    tone: FaxTone,
    band: Band,
    length: u32,
    missed: u32,
}

impl FaxDetector {
    /// A detector for a stream of `rate` samples a second.
    ///
    /// # Errors
    /// [`RateError`] for a rate that is no multiple of 8 kHz.
    pub fn new(rate: u32) -> Result<FaxDetector, RateError> {
        let watch = |tone, frequency| Watch { tone, band: Band::new(&[frequency]), length: 0, missed: 0 };
        let tones = [watch(FaxTone::Calling, CALLING), watch(FaxTone::Called, CALLED)];
        Ok(FaxDetector { listener: Listener::new(rate)?, tones })
    }

    /// Takes the next samples, in frames of any length, and tells what was recognised.
    pub fn push(&mut self, samples: &[i16], mut told: impl FnMut(FaxTone)) {
        let tones = &mut self.tones;
        self.listener.push(samples, |block| {
            for watch in &mut *tones {
                if watch.pass(block.shows(&watch.band, PURITY)) {
                    told(watch.tone);
                }
            }
        });
    }
}

impl Watch {
    /// Whether the tone has just been long enough.
    fn pass(&mut self, sounds: bool) -> bool {
        if sounds {
            self.missed = 0;
            self.length = self.length.saturating_add(STEP_MS);
            return self.length == SHORTEST_MS;
        }
        self.missed += u32::from(self.length > 0);
        if self.missed > BRIDGED {
            (self.length, self.missed) = (0, 0);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tone, ToneGenerator};

    fn told(samples: &[i16], rate: u32) -> Vec<FaxTone> {
        let (mut detector, mut told) = (FaxDetector::new(rate).unwrap(), Vec::new());
        samples.chunks(333).for_each(|frame| detector.push(frame, |tone| told.push(tone)));
        told
    }

    fn sound(tone: &str, rate: u32, seconds: usize) -> Vec<i16> {
        let mut samples = vec![0; rate as usize * seconds];
        ToneGenerator::new(tone.parse::<Tone>().unwrap(), rate).fill(&mut samples);
        samples
    }

    #[test]
    fn tones_are_told_within_the_tolerances_of_t30() {
        for rate in [8_000, 16_000, 48_000] {
            for frequency in [1_062, 1_100, 1_138] {
                let cng = sound(&format!("0/200,{frequency}/425,0/3000"), rate, 4);
                assert_eq!(told(&cng, rate), [FaxTone::Calling], "{frequency} Hz at {rate} Hz");
            }
            for frequency in [2_085, 2_115] {
                assert_eq!(
                    told(&sound(&format!("!0/200,!{frequency}/2600"), rate, 4), rate),
                    [FaxTone::Called]
                );
            }
        }
    }

    #[test]
    fn an_answer_whose_phase_turns_is_one() {
        let plain = sound("!2100/3300", 8_000, 3);
        assert_eq!(told(&plain, 8_000), [FaxTone::Called]);
        let mut turned = plain;
        // Every 450 ms.
        turned.chunks_mut(3_600).skip(1).step_by(2).for_each(|part| part.iter_mut().for_each(|s| *s = -*s));
        assert_eq!(told(&turned, 8_000), [FaxTone::Called]);
    }

    #[test]
    fn short_and_other_tones_are_nothing() {
        for tone in
            ["1100/250,0/250", "1000/500,0/500", "1100+1400/500,0/500", "2000", "1300/500,0/3000", "0/500"]
        {
            assert_eq!(told(&sound(tone, 8_000, 5), 8_000), [], "{tone}");
        }
    }
}
