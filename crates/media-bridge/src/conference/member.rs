//! One who takes part.

use audio::talk::{TalkDetector, TalkEvent, average_level};
use audio::{Resampler, mix};

use super::bands::{BandId, Bands, samples};
use super::intake::Intake;
use super::settings::MemberSettings;
use super::shared::ShareId;
use crate::codec::samples_at;
use crate::id::{BridgeId, LegId};
use crate::leg::Tuning;

/// Milliseconds of the longest packet.
const LONGEST: u32 = 60;

/// A gain that changes nothing, in [`mix::scale`]'s terms.
const UNCHANGED: i32 = 4_096;

/// A member of a room, but for its leg.
pub(super) struct Member {
    /// Its stay, which ends when another begins.
    pub(super) stay: BridgeId,
    pub(super) leg: LegId,
    /// Where its leg is.
    pub(super) place: usize,
    pub(super) settings: MemberSettings,
    talking_gain: i32,
    listening_gain: i32,
    /// What its leg spoke when this was made for it.
    pub(super) tuning: Option<Tuning>,
    pub(super) band: BandId,
    pub(super) share: Option<ShareId>,
    /// What it has said and nobody has heard yet.
    intake: Intake,
    /// From the rate that it speaks at to that of its band, where they differ.
    inlet: Option<Box<Resampler>>,
    outlet: Option<Box<Outlet>>,
    talk: TalkDetector,
    /// What it says at this turn.
    frame: Box<[i16]>,
    /// How loud that is, on average.
    level: u16,
    /// How loud it is and was a moment ago: whoever speaks is not the loudest at each turn.
    pub(super) loudness: u16,
    /// Whether others hear it at this turn.
    pub(super) heard: bool,
    /// It heard something of its own at the last turn.
    pub(super) elsewhere: bool,
    /// Turns since there was anything to hear for it.
    pub(super) quiet: u32,
}

/// What one member alone hears, on its way to its packets.
struct Outlet {
    resampler: Option<Resampler>,
    /// The rate of packets, and how long they are.
    rate: u32,
    length: usize,
    /// What waits until a packet is full.
    pending: Box<[i16]>,
    filled: usize,
}

/// One who is to take part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Newcomer {
    pub(crate) stay: BridgeId,
    pub(crate) leg: LegId,
    pub(crate) place: usize,
    pub(crate) settings: MemberSettings,
}

impl Member {
    /// Hears at the rate of `band`.
    pub(super) fn new(newcomer: Newcomer, band: BandId) -> Self {
        let Newcomer { stay, leg, place, settings } = newcomer;
        Self {
            stay,
            leg,
            place,
            settings,
            talking_gain: gain(settings.talking_gain),
            listening_gain: gain(settings.listening_gain),
            tuning: None,
            band,
            share: None,
            intake: Intake::new(band.rate()),
            inlet: None,
            outlet: None,
            talk: TalkDetector::new(band.rate(), settings.talk),
            frame: vec![0; band.frame()].into(),
            level: 0,
            loudness: 0,
            heard: false,
            elsewhere: false,
            quiet: 0,
        }
    }

    /// Takes part in another manner.
    pub(super) fn change(&mut self, settings: MemberSettings) {
        if settings.talk != self.settings.talk {
            self.talk = TalkDetector::new(self.band.rate(), settings.talk);
        }
        (self.talking_gain, self.listening_gain) =
            (gain(settings.talking_gain), gain(settings.listening_gain));
        self.settings = settings;
    }

    /// Hears and speaks as its leg does now. Not within a turn, unless the leg has just changed its codec.
    pub(super) fn tune(&mut self, tuning: Tuning, band: BandId) {
        if band != self.band {
            self.band = band;
            self.intake = Intake::new(band.rate());
            self.frame = vec![0; band.frame()].into();
            self.heard = false;
        }
        self.tuning = Some(tuning);
        self.outlet = Outlet::between(band.rate(), tuning).map(Box::new);
    }

    /// Takes in what it says: the sound of a packet at `rate`, whose timestamp counts by a clock of `clock_rate`.
    pub(super) fn hear(&mut self, (timestamp, clock_rate): (u32, u32), sound: &[i16], rate: u32) {
        let band = self.band.rate();
        if rate == band {
            return self.intake.insert(timestamp, clock_rate, sound);
        }
        let fits = self.inlet.as_ref().is_some_and(|inlet| (inlet.from(), inlet.to()) == (rate, band));
        if !fits {
            self.inlet = Resampler::new(rate, band).ok().map(Box::new);
        }
        let Some(inlet) = &mut self.inlet else { return };
        // As long as the longest packet of the highest rate, a piece at a time.
        let mut piece = [0_i16; 1_920];
        let (mut rest, mut at) = (sound, timestamp);
        while !rest.is_empty() {
            let done = inlet.process(rest, &mut piece);
            if done.read == 0 {
                return;
            }
            self.intake.insert(at, clock_rate, &piece[..done.written]);
            rest = &rest[done.read..];
            let ticks = done.written as u64 * u64::from(clock_rate) / u64::from(band.max(1));
            at = at.wrapping_add(ticks as u32);
        }
    }

    /// Brings forward what it says at this turn. Returns what is to be told of it.
    pub(super) fn speak_up(&mut self) -> Option<TalkEvent> {
        self.heard = false;
        if self.intake.is_empty() && !self.talk.is_talking() {
            return None;
        }
        self.level = 0;
        let speaks = self.intake.read(&mut self.frame);
        if speaks && !self.settings.muted {
            if self.talking_gain != UNCHANGED {
                mix::scale(&mut self.frame, self.talking_gain);
            }
            self.level = average_level(&self.frame);
        }
        self.loudness = self.level.max(self.loudness - self.loudness / 16);
        let event = self.talk.push_judged(self.level);
        // Nothing but zeros is silence to anybody, however faint the sound may be.
        let sounds = self.level > 0 || (speaks && !self.settings.muted && self.frame.iter().any(|s| *s != 0));
        self.heard = sounds && (!self.settings.drop_silence || self.talk.is_talking());
        event.filter(|_| self.settings.talk_events)
    }

    /// What it says at this turn.
    pub(super) fn frame(&self) -> &[i16] {
        &self.frame
    }

    /// Whether it needs sound of its own: nobody else hears the same.
    pub(super) fn is_particular(&self) -> bool {
        self.heard || self.listening_gain != UNCHANGED || self.share.is_none()
    }

    /// Mixes what it alone hears, and hands `send` the sound of each packet that is full, and its rate.
    pub(super) fn mix(&mut self, bands: &Bands, mut send: impl FnMut(&[i16], u32)) {
        let mut sound = [0_i16; 960];
        let mixed = &mut sound[..self.band.frame()];
        match self.heard {
            true => mix::minus(bands.total(self.band), &self.frame, mixed),
            false => mix::saturate(bands.total(self.band), mixed),
        }
        if self.listening_gain != UNCHANGED {
            mix::scale(mixed, self.listening_gain);
        }
        match &mut self.outlet {
            None => send(mixed, self.band.rate()),
            Some(outlet) => outlet.push(mixed, send),
        }
    }
}

impl Outlet {
    /// `None` where what is mixed in a turn makes a packet as it is.
    fn between(rate: u32, tuning: Tuning) -> Option<Self> {
        let to = tuning.codec.encoding_rate(rate, &tuning.opus);
        if rate == to && u32::from(tuning.ms) == super::bands::TURN {
            return None;
        }
        let resampler = if rate == to { None } else { Resampler::new(rate, to).ok() };
        let room = to * LONGEST / 1_000 + samples(to) as u32;
        Some(Self {
            resampler,
            rate: to,
            length: samples_at(to, tuning.ms),
            pending: vec![0; room as usize].into(),
            filled: 0,
        })
    }

    fn push(&mut self, mixed: &[i16], mut send: impl FnMut(&[i16], u32)) {
        let length = self.length;
        let free = &mut self.pending[self.filled..];
        let written = match &mut self.resampler {
            Some(resampler) => resampler.process(mixed, free).written,
            None => {
                let fits = mixed.len().min(free.len());
                free[..fits].copy_from_slice(&mixed[..fits]);
                fits
            }
        };
        self.filled += written;
        while length > 0 && self.filled >= length {
            send(&self.pending[..length], self.rate);
            self.pending.copy_within(length..self.filled, 0);
            self.filled -= length;
        }
    }
}

fn gain(decibels: i8) -> i32 {
    mix::gain(f64::from(decibels.max(-60)))
}
