//! Taking a tone out of what is said beside it.

use crate::progress::{ToneDetector, ToneSettings};
use crate::resample::RateError;

/// Silences a stream while a tone of one frequency is in it. Its first 40 ms are heard, for it takes that long to know it.
/// Nothing is allocated after it is made.
#[derive(Clone, Debug)]
pub struct Squelch(ToneDetector);

impl Squelch {
    /// For a stream of `rate` samples a second. How long the tone must last means nothing here.
    ///
    /// # Errors
    /// [`RateError`] for a rate that is no multiple of 8 kHz.
    pub fn new(rate: u32, settings: ToneSettings) -> Result<Squelch, RateError> {
        ToneDetector::new(rate, settings).map(Squelch)
    }

    /// Silences the next samples, where they stand, while the tone sounds.
    pub fn process(&mut self, sound: &mut [i16]) {
        self.0.push(sound);
        if self.0.sounds() {
            sound.fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tone, ToneGenerator, level};

    fn left(tone: &str) -> f64 {
        let mut samples = vec![0; 8_000];
        ToneGenerator::new(tone.parse::<Tone>().unwrap(), 8_000).fill(&mut samples);
        let mut squelch = Squelch::new(8_000, ToneSettings::new(2_600)).unwrap();
        samples.chunks_mut(160).for_each(|frame| squelch.process(frame));
        level::rms(&samples[800..])
    }

    #[test]
    fn the_tone_is_gone_and_others_stay() {
        assert_eq!(left("2600"), 0.0);
        assert!(left("1000") > 1_000.0);
    }
}
