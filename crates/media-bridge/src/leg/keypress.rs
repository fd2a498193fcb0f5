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

/// The longest that a key of another leg sounds here when its end is lost.
const LONGEST: usize = 10 * PLAY_RATE as usize;

/// A key of another leg's peer, to be made audible here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// Pressed.
    Down(Digit),
    /// Released.
    Up,
}

/// What is sent of keys.
#[derive(Default)]
pub(super) struct Keypresses {
    waiting: VecDeque<(Digit, Duration)>,
    current: Option<Keypress>,
}

/// A key that is being sent.
pub(super) enum Keypress {
    /// By telephone-event, under this timestamp.
    Event { sender: EventSender, timestamp: u32 },
    /// As a tone.
    Tone(ToneKey),
}

/// A key as a tone.
pub(super) struct ToneKey {
    digit: Digit,
    generator: ToneGenerator,
    /// Samples of tone that are left.
    tone: usize,
    /// Samples of silence behind it.
    pause: usize,
    /// Asked for by the owner, who is told when it has been sent.
    ours: bool,
}

impl Keypresses {
    /// Puts a key in the queue.
    pub(super) fn queue(&mut self, digit: Digit, duration: Duration) {
        if self.waiting.len() < WAITING {
            self.waiting.push_back((digit, duration));
        }
    }

    /// Whether a key is being sent or waits.
    pub(super) fn is_busy(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }

    /// A key of another leg: heard as long as it is held.
    pub(super) fn press(&mut self, key: Key) {
        match key {
            Key::Down(digit) if self.current.is_none() => {
                self.current = ToneKey::new(digit, LONGEST, false).map(Keypress::Tone);
            }
            Key::Down(_) => {}
            Key::Up => self.release(),
        }
    }

    /// Ends a key of another leg.
    pub(super) fn release(&mut self) {
        if let Some(Keypress::Tone(key)) = &mut self.current
            && !key.ours
        {
            key.tone = 0;
        }
    }

    /// The next key that waits, when none is being sent.
    pub(super) fn next_waiting(&mut self) -> Option<(Digit, Duration)> {
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
    /// A key that sounds for so many samples.
    pub(super) fn new(digit: Digit, samples: usize, ours: bool) -> Option<Self> {
        let generator = ToneGenerator::new(dtmf::tone(digit.to_char())?, PLAY_RATE);
        Some(Self { digit, generator, tone: samples, pause: PAUSE, ours })
    }

    /// Fills a frame; false when the key and its pause are over.
    pub(super) fn fill(&mut self, frame: &mut [i16]) -> bool {
        let sounding = self.tone.min(frame.len());
        let filled = self.generator.fill(&mut frame[..sounding]);
        frame[filled..].fill(0);
        self.tone -= sounding;
        self.pause = self.pause.saturating_sub(frame.len() - sounding);
        self.tone > 0 || self.pause > 0
    }

    /// The digit, when its owner waits to hear that it was sent.
    pub(super) fn owned(&self) -> Option<Digit> {
        self.ours.then_some(self.digit)
    }
}
