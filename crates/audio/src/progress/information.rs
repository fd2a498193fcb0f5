use super::listener::{Band, Listener, STEP_MS};
use crate::resample::RateError;

/// What is near each of the three frequencies (ITU-T E.180 §8): 950, 1400 and 1800 Hz. North America has three more nearby.
const TONES: [[u16; 2]; 3] = [[914, 986], [1_371, 1_429], [1_777, 1_800]];

/// How much of the power must be at one of them.
const PURITY: f32 = 0.8;

/// Moments that each of them lasts at least: 180 ms, for some last 274 and some 380.
const LEAST: u32 = 180 / STEP_MS;

/// Moments that there may be between them.
const GAP: u32 = 120 / STEP_MS;

/// Hears the special information tone: three tones, each higher than the one before, which say that a number cannot be
/// reached. Told once for each of them. Nothing is allocated after it is made.
#[derive(Clone, Debug)]
pub struct InformationToneDetector {
    listener: Listener,
    bands: [Vec<Band>; 3],
    /// The tone that is waited for, how long it has sounded, and how long it has not.
    awaited: usize,
    sounding: u32,
    missing: u32,
}

impl InformationToneDetector {
    /// For a stream of `rate` samples a second.
    ///
    /// # Errors
    /// [`RateError`] for a rate that is no multiple of 8 kHz.
    pub fn new(rate: u32) -> Result<InformationToneDetector, RateError> {
        let bands = TONES.map(|tones| tones.iter().map(|tone| Band::new(&[*tone])).collect());
        Ok(InformationToneDetector {
            listener: Listener::new(rate)?,
            bands,
            awaited: 0,
            sounding: 0,
            missing: 0,
        })
    }

    /// Takes the next samples, in frames of any length. `true`: the last of the three tones has been heard with them.
    pub fn push(&mut self, samples: &[i16]) -> bool {
        let InformationToneDetector { listener, bands, awaited, sounding, missing } = self;
        let mut told = false;
        listener.push(samples, |block| {
            if bands[*awaited].iter().any(|band| block.shows(band, PURITY)) {
                (*sounding, *missing) = (*sounding + 1, 0);
                if *sounding >= LEAST {
                    told |= *awaited == 2;
                    (*awaited, *sounding) = ((*awaited + 1) % 3, 0);
                }
                return;
            }
            let goes_on = *awaited > 0 && bands[*awaited - 1].iter().any(|band| block.shows(band, PURITY));
            *missing = if goes_on { 0 } else { missing.saturating_add(1) };
            if *missing > GAP {
                (*awaited, *sounding) = (0, 0);
            }
        });
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tone, ToneGenerator};

    fn times(tone: &str) -> usize {
        let mut samples = vec![0; 8_000 * 4];
        ToneGenerator::new(tone.parse::<Tone>().unwrap(), 8_000).fill(&mut samples);
        let mut detector = InformationToneDetector::new(8_000).unwrap();
        samples.chunks(160).filter(|frame| detector.push(frame)).count()
    }

    #[test]
    fn three_tones_that_rise_are_it() {
        assert_eq!(times("950/330,1400/330,1800/330,0/1000"), 2);
        assert_eq!(times("!914/274,!1371/274,!1777/380,0"), 1);
        for other in
            ["1800/330,1400/330,950/330,0/2000", "950/330,0/330,1400/330,0/330", "480+620/500,0/500", "950"]
        {
            assert_eq!(times(other), 0, "{other}");
        }
    }
}
