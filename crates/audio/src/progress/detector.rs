use super::cadence::{Cadence, Sounding};
use super::listener::{Band, Block, Listener};
use crate::indications::ToneZone;
use crate::resample::RateError;
use crate::tone::{Sound, Tone};

/// How much of the power must be at the frequencies of a tone.
const PURITY: f32 = 0.7;
/// Beats of a busy tone that make it one. Fewer could be the beginning of another.
const BEATS: usize = 4;

/// Moments of 20 ms with other sounds after which a tone is told anew.
const OTHERS: u32 = 10;

/// What a [`ProgressDetector`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressTone {
    /// The other side rings.
    Ringing,
    /// They are busy.
    Busy,
    /// There is no way.
    Congestion,
}

/// Knows the tones of a country: ringing, busy and congestion, by their frequencies and their rhythm.
///
/// Ringing is told after one ring, the others after four beats. Each is told once, until another one or another
/// sound has been heard. A country that has one tone for busy and congestion is always busy. Allocates nothing after
/// it is made.
///
/// ```
/// use audio::progress::{ProgressDetector, ProgressTone};
/// let zone = audio::Indications::builtin().zone("us").expect("built in");
/// let mut exchange = audio::ToneGenerator::new(zone.tone("busy").expect("each has one").clone(), 8_000);
/// let (mut detector, mut told) = (ProgressDetector::new(8_000, zone)?, Vec::new());
/// let mut frame = [0; 160];
/// for _ in 0..250 {
///     exchange.fill(&mut frame);
///     detector.push(&frame, |tone| told.push(tone));
/// }
/// assert_eq!(told, [ProgressTone::Busy]);
/// # Ok::<(), audio::resample::RateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ProgressDetector {
    listener: Listener,
    bands: Vec<Band>,
    tones: Vec<Expected>,
    told: Option<ProgressTone>,
    /// Moments with other sounds, one after the other.
    others: u32,
}

/// A tone that is waited for.
#[derive(Clone, Debug)]
struct Expected {
    tone: ProgressTone,
    band: usize,
    /// Lengths of tone and silence in turns, in ms.
    pattern: Vec<u32>,
    beats: usize,
    cadence: Cadence,
}

impl ProgressDetector {
    /// A detector of the tones `ring`, `busy` and `congestion` of a country, in a stream of `rate` samples a second.
    /// A tone without pauses, or that is played once only, has no rhythm and is left out.
    ///
    /// # Errors
    /// [`RateError`] for a rate that is no multiple of 8 kHz.
    pub fn new(rate: u32, zone: &ToneZone) -> Result<ProgressDetector, RateError> {
        let mut detector = ProgressDetector {
            listener: Listener::new(rate)?,
            bands: Vec::new(),
            tones: Vec::new(),
            told: None,
            others: 0,
        };
        for (name, tone) in [
            ("ring", ProgressTone::Ringing),
            ("busy", ProgressTone::Busy),
            ("congestion", ProgressTone::Congestion),
        ] {
            if let Some(sound) = zone.tone(name) {
                detector.expect(tone, sound);
            }
        }
        Ok(detector)
    }

    fn expect(&mut self, tone: ProgressTone, sound: &Tone) {
        let Some(pattern) = pattern(sound) else { return };
        let band = Band::new(&frequencies(sound));
        let index = self.bands.iter().position(|known| *known == band).unwrap_or(self.bands.len());
        if index == self.bands.len() {
            self.bands.push(band);
        }
        let own = pattern.len() / 2;
        let beats = if tone == ProgressTone::Ringing { own } else { own.max(BEATS) };
        self.tones.push(Expected { tone, band: index, pattern, beats, cadence: Cadence::new() });
    }

    /// Takes the next samples, in frames of any length, and tells what was recognised.
    pub fn push(&mut self, samples: &[i16], mut told: impl FnMut(ProgressTone)) {
        let ProgressDetector { listener, bands, tones, told: last, others } = self;
        listener.push(samples, |block| {
            let mut found = None;
            let mut other = !block.is_silent();
            for (index, band) in bands.iter().enumerate() {
                let sounding = sounding(&block, band);
                other &= sounding == Sounding::Other;
                for expected in tones.iter_mut().filter(|expected| expected.band == index) {
                    if expected.pass(sounding) && found.is_none() {
                        found = Some(expected.tone);
                    }
                }
            }
            *others = if other { others.saturating_add(1) } else { 0 };
            if *others == OTHERS {
                *last = None;
            }
            if found.is_some() && found != *last {
                *last = found;
                found.into_iter().for_each(&mut told);
            }
        });
    }
}

impl Expected {
    /// Whether the tone has just been recognised.
    fn pass(&mut self, sounding: Sounding) -> bool {
        self.cadence.pass(sounding) && self.cadence.follows(&self.pattern, self.beats)
    }
}

fn sounding(block: &Block<'_>, band: &Band) -> Sounding {
    if block.is_silent() {
        Sounding::Silence
    } else if block.shows(band, PURITY) {
        Sounding::Tone
    } else {
        Sounding::Other
    }
}

/// The frequencies of a tone in Hz, those that sound first; a modulated one keeps within the band of its carrier.
fn frequencies(tone: &Tone) -> Vec<u16> {
    let sounds = tone.segments().iter().map(|segment| match segment.sound {
        Sound::Silence => Vec::new(),
        Sound::Sine(one) | Sound::Modulated { carrier: one, .. } => vec![one],
        Sound::Sum(one, other) => vec![one, other],
    });
    sounds.into_iter().find(|frequencies| !frequencies.is_empty()).unwrap_or_default()
}

/// Lengths of tone and silence in turns, in ms, or `None` for what has no rhythm.
fn pattern(tone: &Tone) -> Option<Vec<u32>> {
    let mut lengths: Vec<u32> = Vec::new();
    let mut segments: Vec<(bool, u32)> = Vec::new();
    for segment in tone.segments().iter().filter(|segment| !segment.once) {
        let length = u32::try_from(segment.length?.as_millis()).ok()?;
        segments.push((segment.sound != Sound::Silence, length));
    }
    let first = segments.iter().position(|(sounds, _)| *sounds)?;
    segments.rotate_left(first);
    let mut sounding = false;
    for (sounds, length) in segments {
        match lengths.last_mut() {
            Some(last) if sounds == sounding => *last += length,
            _ => lengths.push(length),
        }
        sounding = sounds;
    }
    // A tone and a silence at the least; the silence at the end closes the round.
    (lengths.len() >= 2 && lengths.len().is_multiple_of(2) && lengths.len() <= 8).then_some(lengths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Indications, ToneGenerator};

    fn told(zone: &ToneZone, tone: &Tone, rate: u32, seconds: usize) -> Vec<ProgressTone> {
        let (mut detector, mut told) = (ProgressDetector::new(rate, zone).unwrap(), Vec::new());
        let mut samples = vec![0; rate as usize / 10 + rate as usize * seconds];
        ToneGenerator::new(tone.clone(), rate).fill(&mut samples[rate as usize / 10..]);
        samples.chunks(rate as usize / 37).for_each(|frame| detector.push(frame, |tone| told.push(tone)));
        told
    }

    #[test]
    fn every_country_is_understood() {
        let zones = Indications::builtin();
        for country in zones.countries() {
            let zone = zones.zone(country).unwrap();
            let [ring, busy, congestion] =
                ["ring", "busy", "congestion"].map(|name| zone.tone(name).unwrap());
            let rate = if country == "fr" { 48_000 } else { 8_000 };
            assert_eq!(told(zone, ring, rate, 12), [ProgressTone::Ringing], "{country}");
            assert_eq!(told(zone, busy, rate, 8), [ProgressTone::Busy], "{country}");
            let same = pattern(busy) == pattern(congestion);
            let wanted = if same { ProgressTone::Busy } else { ProgressTone::Congestion };
            assert_eq!(told(zone, congestion, rate, 12), [wanted], "{country}");
        }
    }

    #[test]
    fn other_sounds_and_steady_tones_are_nothing() {
        let zone = Indications::builtin().zone("us").unwrap();
        for tone in ["440+480", "350+440", "1100/500,0/500", "440+480/300,0/300", "600/500,0/500"] {
            assert_eq!(told(zone, &tone.parse().unwrap(), 8_000, 10), [], "{tone}");
        }
    }
}
