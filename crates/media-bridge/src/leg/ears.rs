//! What there is in the sound of a peer: keys, and who has answered.

use std::time::{Duration, Instant};

use audio::answering_machine::{self, Settings};
use audio::dtmf::{Detector, DigitEvent, Limits};

use super::receive::{Content, Heard};
use super::{Key, LegCore};
use crate::Digit;
use crate::event::LegEvent;

/// Keys that one packet can begin or end.
const MOST: usize = 4;

/// What listens to the sound of a peer.
pub(super) struct Ears {
    rate: u32,
    /// `None` for a rate that it does not know.
    digits: Option<Detector>,
}

impl Ears {
    fn new(rate: u32) -> Self {
        Self { rate, digits: Detector::new(rate, Limits::default()).ok() }
    }
}

/// What tells humans from machines by the sound of a peer.
pub(super) struct Jury {
    settings: Settings,
    /// For sound of that rate.
    detector: Option<(u32, answering_machine::Detector)>,
}

impl LegCore {
    /// Listens for who has answered from now on, or no more.
    pub(crate) fn judge_answerer(&mut self, wanted: Option<Settings>) {
        self.jury = wanted.map(|settings| Box::new(Jury { settings, detector: None }));
    }

    /// Whether what was heard has to be decoded for what may be in it.
    #[inline]
    pub(crate) fn listens(&self, heard: &Heard) -> bool {
        self.listens_to_sound()
            && matches!(heard.content, Content::Audio(codec, _) if codec.is_translatable())
    }

    /// The same of whatever sound is heard.
    #[inline]
    pub(crate) fn listens_to_sound(&self) -> bool {
        self.jury.is_some() || self.shapes_heard() || self.listens_for_keys()
    }

    /// Listens to the sound of a packet, tells the owner of keys, and returns them for whoever is to hear them.
    pub(crate) fn listen(&mut self, (sound, rate): (&[i16], u32)) -> [Option<Key>; MOST] {
        self.judge(sound, rate);
        let mut keys = [None; MOST];
        if !self.listens_for_keys() {
            return keys;
        }
        if self.ears.as_ref().is_none_or(|ears| ears.rate != rate) {
            self.ears = Some(Box::new(Ears::new(rate)));
        }
        let Some(detector) = self.ears.as_mut().and_then(|ears| ears.digits.as_mut()) else { return keys };
        let events = &self.events;
        let mut places = keys.iter_mut();
        detector.push(sound, |found| {
            let key = tell(found, rate, events);
            if let (Some(place), Some(key)) = (places.next(), key) {
                *place = Some(key);
            }
        });
        keys
    }

    /// Whether keys are listened for in the sound.
    fn listens_for_keys(&self) -> bool {
        !self.omitted.read.keys && self.settings.is_some_and(|settings| settings.digits_in_sound)
    }

    /// Tells the owner who has answered, once it is known.
    fn judge(&mut self, sound: &[i16], rate: u32) {
        let Some(jury) = &mut self.jury else { return };
        let detector = jury.detector.take().filter(|(known, _)| *known == rate);
        let mut detector = match detector {
            Some((_, detector)) => detector,
            None => answering_machine::Detector::new(rate, jury.settings),
        };
        let verdict = detector.push(sound);
        jury.detector = Some((rate, detector));
        if let Some(verdict) = verdict {
            self.jury = None;
            (self.events)(LegEvent::AnswererJudged(verdict));
        }
    }

    /// Keys that were heard in the sound of another leg. A peer that reads telephone-events gets them so; to others the
    /// sound itself brings them.
    pub(crate) fn press_heard(&mut self, now: Instant, keys: &[Option<Key>]) {
        for key in keys.iter().flatten() {
            self.press_as_event(now, *key);
        }
    }
}

/// Tells the owner of a key.
fn tell(found: DigitEvent, rate: u32, events: &super::EventSink) -> Option<Key> {
    match found {
        DigitEvent::Began { digit, .. } => {
            let digit = Digit::from_char(digit)?;
            events(LegEvent::DigitBegan(digit));
            Some(Key::Down(digit))
        }
        DigitEvent::Ended { digit, duration, .. } => {
            let digit = Digit::from_char(digit)?;
            let duration = Duration::from_micros(duration * 1_000_000 / u64::from(rate.max(1)));
            events(LegEvent::DigitEnded { digit, duration });
            Some(Key::Up(Some(duration)))
        }
    }
}
