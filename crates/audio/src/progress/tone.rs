use std::time::Duration;

use super::listener::{Band, Listener, STEP_MS};
use crate::indications::ToneZone;
use crate::resample::RateError;
use crate::tone::Sound;

/// Moments of 20 ms without it that end a tone, so that one bad packet does not.
const GAP: u32 = 3;

/// A tone that a [`ToneDetector`] waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToneSettings {
    /// Its frequency in Hz; those within 20 Hz count as well.
    pub frequency: u16,
    /// How long it sounds at least.
    pub duration: Duration,
    /// How much louder than all the rest it is, in dB.
    pub decibels: f32,
}

impl ToneSettings {
    /// Half a second, and 16 dB above the rest, as in Asterisk.
    pub fn new(frequency: u16) -> ToneSettings {
        ToneSettings { frequency, duration: Duration::from_millis(500), decibels: 16.0 }
    }
}

/// Hears a tone of one frequency, or a dial tone: something that sounds on without a rhythm.
///
/// It is told once each time it has sounded for long enough. Nothing is allocated after it is made.
///
/// ```
/// use audio::progress::{ToneDetector, ToneSettings};
/// let mut detector = ToneDetector::new(8_000, ToneSettings::new(2_600))?;
/// let mut tone = audio::ToneGenerator::new("2600/700,0/300".parse().expect("a tone"), 8_000);
/// let (mut frame, mut times) = ([0; 160], 0);
/// for _ in 0..100 {
///     tone.fill(&mut frame);
///     times += detector.push(&frame);
/// }
/// assert_eq!(times, 2);
/// # Ok::<(), audio::resample::RateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ToneDetector {
    listener: Listener,
    band: Band,
    /// This part of the power must be the tone's.
    purity: f32,
    /// Moments that it must sound for.
    needed: u32,
    sounding: u32,
    missing: u32,
    sounds: bool,
}

impl ToneDetector {
    /// For a stream of `rate` samples a second.
    ///
    /// # Errors
    /// [`RateError`] for a rate that is no multiple of 8 kHz.
    pub fn new(rate: u32, settings: ToneSettings) -> Result<ToneDetector, RateError> {
        let above = 10_f32.powf(settings.decibels.clamp(-20.0, 40.0) / 10.0);
        ToneDetector::of_band(rate, &[settings.frequency], above / (1.0 + above), settings.duration)
    }

    /// The dial tone of a country, where it is one without pauses, that sounds for so long. `None` where it is not.
    ///
    /// # Errors
    /// [`RateError`] for a rate that is no multiple of 8 kHz.
    pub fn dial_tone(
        rate: u32,
        zone: &ToneZone,
        duration: Duration,
    ) -> Result<Option<ToneDetector>, RateError> {
        let Some(tone) = zone.tone("dial") else { return Ok(None) };
        let frequencies = match tone.segments() {
            [only] => match only.sound {
                Sound::Silence => return Ok(None),
                Sound::Sine(one) | Sound::Modulated { carrier: one, .. } => vec![one],
                Sound::Sum(one, other) => vec![one, other],
            },
            _ => return Ok(None),
        };
        ToneDetector::of_band(rate, &frequencies, 0.8, duration).map(Some)
    }

    fn of_band(
        rate: u32,
        frequencies: &[u16],
        purity: f32,
        duration: Duration,
    ) -> Result<ToneDetector, RateError> {
        // The first and the last block are only partly of the tone.
        let moments = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX) / STEP_MS;
        Ok(ToneDetector {
            listener: Listener::new(rate)?,
            band: Band::new(frequencies),
            purity,
            needed: moments.saturating_sub(1).max(1),
            sounding: 0,
            missing: GAP,
            sounds: false,
        })
    }

    /// Takes the next samples, in frames of any length, and returns how many times the tone became long enough with them.
    pub fn push(&mut self, samples: &[i16]) -> u32 {
        let ToneDetector { listener, band, purity, needed, sounding, missing, sounds } = self;
        let mut times = 0;
        listener.push(samples, |block| {
            *sounds = block.shows(band, *purity);
            if *sounds {
                *missing = 0;
                *sounding = sounding.saturating_add(1);
                times += u32::from(*sounding == *needed);
            } else {
                *missing = missing.saturating_add(1);
                if *missing >= GAP {
                    *sounding = 0;
                }
            }
        });
        times
    }

    /// Whether the tone sounded at the last moment.
    pub fn sounds(&self) -> bool {
        self.sounds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Indications, Tone, ToneGenerator};

    fn times(mut detector: ToneDetector, tone: &str, rate: u32, seconds: u32) -> u32 {
        let mut samples = vec![0; (rate * seconds) as usize];
        ToneGenerator::new(tone.parse::<Tone>().unwrap(), rate).fill(&mut samples);
        samples.chunks(rate as usize / 37).map(|frame| detector.push(frame)).sum()
    }

    fn of(frequency: u16, rate: u32) -> ToneDetector {
        ToneDetector::new(rate, ToneSettings::new(frequency)).unwrap()
    }

    #[test]
    fn a_tone_is_told_each_time_it_is_long_enough() {
        for rate in [8_000, 16_000, 48_000] {
            assert_eq!(times(of(2_600, rate), "2600/600,0/200", rate, 8), 10, "{rate}");
            assert_eq!(times(of(2_600, rate), "2600/400,0/200", rate, 8), 0, "{rate}");
            assert_eq!(times(of(2_600, rate), "2600", rate, 3), 1, "{rate}");
        }
    }

    #[test]
    fn other_tones_and_mixtures_are_not_it() {
        assert_eq!(times(of(2_600, 8_000), "2590", 8_000, 2), 1);
        for other in ["2500", "2700", "1300", "2600+1000", "0", "350+440"] {
            assert_eq!(times(of(2_600, 8_000), other, 8_000, 2), 0, "{other}");
        }
        let lenient = ToneSettings { decibels: -3.0, ..ToneSettings::new(2_600) };
        assert_eq!(times(ToneDetector::new(8_000, lenient).unwrap(), "2600+1000", 8_000, 2), 1);
    }

    #[test]
    fn dial_tones_sound_on() {
        let zone = Indications::builtin().zone("us").unwrap();
        let dial = || ToneDetector::dial_tone(8_000, zone, Duration::from_millis(1_000)).unwrap().unwrap();
        assert_eq!(times(dial(), "350+440", 8_000, 3), 1);
        assert_eq!(times(dial(), "480+620/500,0/500", 8_000, 6), 0);
        assert_eq!(times(dial(), "440+480/2000,0/4000", 8_000, 6), 0);
    }
}
