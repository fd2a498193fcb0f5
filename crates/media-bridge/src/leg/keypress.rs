//! Keys on their way to the peer: as telephone-events where both sides have them, else as tones.

use std::collections::VecDeque;
use std::time::Duration;

use audio::{ToneGenerator, dtmf};
use rtp::telephone_event::EventSender;

use crate::Digit;
use crate::handle::PLAY_RATE;

/// Keys that wait for their turn; more are dropped.
const WAITING: usize = 32;

/// Silence behind a key that is sent as a tone, so that two of the same are told apart.
const PAUSE: usize = PLAY_RATE as usize / 20; // 50 ms

/// The shortest that a key of another leg sounds here, however short it was there, so that receivers know it: they need
/// 40 ms (ITU-T Q.24, annex A).
const SHORTEST: usize = 3 * PLAY_RATE as usize / 50; // 60 ms

/// The longest that a key of another leg sounds here when its end is lost.
const LONGEST: usize = 10 * PLAY_RATE as usize;

/// A key of another leg's peer, to be made audible here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// Pressed.
    Down(Digit),
    /// Released, after so long where that is known.
    Up(Option<Duration>),
}

/// What is sent of keys.
#[derive(Default)]
pub(super) struct Keypresses {
    waiting: VecDeque<Waiting>,
    current: Option<Keypress>,
}

/// A key that waits for its turn.
#[derive(Clone, Copy)]
pub(super) enum Waiting {
    /// Asked for by the owner, for so long.
    Ours(Digit, Duration),
    /// One of another leg's, to be sent as a tone.
    Theirs {
        digit: Digit,
        /// It is not up yet.
        held: bool,
    },
    /// One of another leg's, of a length that is known.
    TheirsFor(Digit, Duration),
}

/// A key that is being sent.
pub(super) enum Keypress {
    /// By telephone-event, under this timestamp.
    Event {
        sender: EventSender,
        timestamp: u32,
        /// Asked for by the owner, who is told when it has been sent.
        ours: bool,
    },
    /// As a tone.
    Tone(ToneKey),
}

/// A key as a tone.
pub(super) struct ToneKey {
    digit: Digit,
    generator: ToneGenerator,
    /// Samples of tone that are left.
    tone: usize,
    /// Samples of them that sound even if the key is released.
    least: usize,
    /// Samples of silence behind it.
    pause: usize,
    /// Asked for by the owner, who is told when it has been sent.
    ours: bool,
}

impl Keypresses {
    /// Puts a key in the queue.
    pub(super) fn queue(&mut self, digit: Digit, duration: Duration) {
        self.wait(Waiting::Ours(digit, duration));
    }

    fn wait(&mut self, key: Waiting) {
        if self.waiting.len() < WAITING {
            self.waiting.push_back(key);
        }
    }

    /// Whether a key is being sent or waits.
    pub(super) fn is_busy(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }

    /// Whether one of another leg's is being sent or waits.
    pub(super) fn is_theirs(&self) -> bool {
        let current = match &self.current {
            Some(Keypress::Event { ours, .. }) => !ours,
            Some(Keypress::Tone(key)) => !key.ours,
            None => false,
        };
        current || self.waiting.iter().any(|key| !matches!(key, Waiting::Ours(..)))
    }

    /// A key of another leg: heard as long as it is held, after those before it.
    pub(super) fn press(&mut self, key: Key) {
        match key {
            Key::Down(digit) => self.wait(Waiting::Theirs { digit, held: true }),
            Key::Up(_) => self.release(),
        }
    }

    /// Ends the key that another leg holds.
    pub(super) fn release(&mut self) {
        for key in &mut self.waiting {
            if let Waiting::Theirs { held, .. } = key {
                *held = false;
            }
        }
        match &mut self.current {
            Some(Keypress::Tone(key)) => key.release(),
            Some(Keypress::Event { sender, ours: false, .. }) => sender.release(),
            _ => {}
        }
    }

    /// A key of another leg that is held for so long.
    pub(super) fn press_for(&mut self, digit: Digit, duration: Duration) {
        self.wait(Waiting::TheirsFor(digit, duration));
    }

    /// The other leg is gone: its key ends, and those that wait are not for this leg's peer any more.
    pub(super) fn forget_theirs(&mut self) {
        self.release();
        self.waiting.retain(|key| matches!(key, Waiting::Ours(..)));
    }

    /// The next key that waits, when none is being sent.
    pub(super) fn next_waiting(&mut self) -> Option<Waiting> {
        if self.current.is_some() { None } else { self.waiting.pop_front() }
    }

    pub(super) fn begin(&mut self, key: Option<Keypress>) {
        self.current = key;
    }

    pub(super) fn current(&mut self) -> Option<&mut Keypress> {
        self.current.as_mut()
    }
}

impl ToneKey {
    /// A key of the owner's that sounds for so many samples.
    pub(super) fn ours(digit: Digit, samples: usize) -> Option<Self> {
        Self::new(digit, samples, samples, true)
    }

    /// A key of another leg's that sounds for so many samples.
    pub(super) fn theirs_for(digit: Digit, samples: usize) -> Option<Self> {
        let samples = samples.clamp(SHORTEST, LONGEST);
        Self::new(digit, samples, samples, false)
    }

    /// A key of another leg's: sounds as long as it is held.
    pub(super) fn theirs(digit: Digit, held: bool) -> Option<Self> {
        Self::new(digit, if held { LONGEST } else { SHORTEST }, SHORTEST, false)
    }

    fn new(digit: Digit, tone: usize, least: usize, ours: bool) -> Option<Self> {
        let generator = ToneGenerator::new(dtmf::tone(digit.to_char())?, PLAY_RATE);
        Some(Self { digit, generator, tone, least, pause: PAUSE, ours })
    }

    /// The other leg's key is up. One of the owner's lasts as long as was asked.
    fn release(&mut self) {
        self.tone = self.tone.min(self.least);
    }

    /// Fills a frame; false when the key and its pause are over.
    pub(super) fn fill(&mut self, frame: &mut [i16]) -> bool {
        let sounding = self.tone.min(frame.len());
        let filled = self.generator.fill(&mut frame[..sounding]);
        frame[filled..].fill(0);
        self.tone -= sounding;
        self.least = self.least.saturating_sub(sounding);
        self.pause = self.pause.saturating_sub(frame.len() - sounding);
        self.tone > 0 || self.pause > 0
    }

    /// The digit, when its owner waits to hear that it was sent.
    pub(super) fn owned(&self) -> Option<Digit> {
        self.ours.then_some(self.digit)
    }
}
