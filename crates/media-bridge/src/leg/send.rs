//! Packets that the leg makes itself: sounds, tones, keys.

use std::time::{Duration, Instant};

use rtp::Header;
use rtp::telephone_event::{Event, EventPacket, EventSender};

use super::keypress::{Keypress, ToneKey, Waiting};
use super::{LegCore, Outgoing};
use crate::Digit;
use crate::event::LegEvent;
use crate::handle::PLAY_RATE;
use crate::settings::LegSettings;

/// Samples between two ticks of the wheel.
const TICK: usize = PLAY_RATE as usize / 50;

/// Samples of the longest packet, 60 ms.
const LONGEST: usize = 3 * TICK;

/// A tick's worth more is never owed: a peer that cannot be sent to gets no burst afterwards.
const MOST_OWED: usize = LONGEST + TICK;

impl LegCore {
    /// Queues a key for the peer.
    pub(crate) fn send_digit(&mut self, digit: Digit, duration: Duration) {
        self.keys.queue(digit, duration);
    }

    /// The wheel has turned: 20 ms more of sound are owed. [`LegCore::next_packet`] makes them.
    pub(crate) fn tick(&mut self) {
        self.owed = (self.owed + TICK).min(MOST_OWED);
    }

    /// The next packet that is owed, written into `packet`. Call until `None`.
    pub(crate) fn next_packet(&mut self, now: Instant, packet: &mut [u8]) -> Option<Outgoing> {
        if !self.makes_packets() {
            self.owed = 0;
            return None;
        }
        let settings = self.settings?;
        let samples = usize::from(settings.ptime_ms.clamp(10, 60)) * TICK / 20;
        let Some(to) = self.destination() else {
            self.pass_unsent(now, &settings, samples);
            return None;
        };
        if self.owed < samples {
            return None;
        }
        self.owed -= samples;
        self.begin_waiting_key(now, &settings);
        let length = match self.keys.current() {
            Some(Keypress::Event { .. }) => self.event_packet(now, &settings, packet),
            _ => self.audio_packet(now, samples, packet),
        }?;
        self.count_sent(length - Header::LENGTH);
        Some(Outgoing { length, to })
    }

    /// Time goes on for what plays while nothing may be sent, as on hold. What is not sent takes no number.
    fn pass_unsent(&mut self, now: Instant, settings: &LegSettings, samples: usize) {
        let mut frame = [0_i16; LONGEST];
        while self.owed >= samples && self.makes_packets() {
            self.owed -= samples;
            self.begin_waiting_key(now, settings);
            if self.next_of_event().is_none() {
                self.fill(&mut frame[..samples.min(LONGEST)]);
            }
        }
        self.stream.splice();
    }

    fn begin_waiting_key(&mut self, now: Instant, settings: &LegSettings) {
        let (digit, duration) = match self.keys.next_waiting() {
            Some(Waiting::Ours(digit, duration)) => (digit, duration),
            Some(Waiting::Theirs { digit, held }) => {
                return self.keys.begin(ToneKey::theirs(digit, held).map(Keypress::Tone));
            }
            None => return,
        };
        let ticks = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX).saturating_mul(PLAY_RATE / 1_000);
        let key = match settings.telephone_event {
            Some(_) => {
                let interval = u32::from(settings.ptime_ms.clamp(10, 60)) * PLAY_RATE / 1_000;
                let timestamp = self.stream.timestamp_at(self.since(now));
                Some(Keypress::Event { sender: EventSender::new(digit, ticks, interval), timestamp })
            }
            None => ToneKey::ours(digit, ticks as usize).map(Keypress::Tone),
        };
        self.keys.begin(key);
    }

    /// One packet of a telephone-event.
    fn event_packet(&mut self, now: Instant, settings: &LegSettings, packet: &mut [u8]) -> Option<usize> {
        let since = self.since(now);
        let (next, timestamp) = self.next_of_event()?;
        let event = settings.telephone_event?;
        let at = timestamp.wrapping_add(next.timestamp_offset);
        let header = self.stream.insert(event.send, next.marker, at, since);
        if self.keys.current().is_none() && self.program.is_playing() {
            self.stream.splice();
        }
        let start = header.write(packet);
        let written = next.event.write(packet.get_mut(start..)?);
        (written == Event::LENGTH).then_some(start + written)
    }

    /// What the next packet of the present telephone-event says, and the timestamp of the event. Tells of its end.
    fn next_of_event(&mut self) -> Option<(EventPacket, u32)> {
        let Some(Keypress::Event { sender, timestamp }) = self.keys.current() else { return None };
        let (digit, timestamp) = (sender.digit(), *timestamp);
        let next = sender.next();
        if sender.is_done() {
            self.keys.begin(None);
            (self.events)(LegEvent::DigitSent(digit));
        }
        Some((next?, timestamp))
    }

    /// One packet of sound.
    fn audio_packet(&mut self, now: Instant, samples: usize, packet: &mut [u8]) -> Option<usize> {
        let mut frame = [0_i16; LONGEST];
        let frame = frame.get_mut(..samples)?;
        self.fill(frame);
        let header = self.stream.next(self.spoken.payload_type()?, samples as u32, self.since(now));
        let start = header.write(packet);
        let written = self.spoken.coder()?.encode(frame, packet.get_mut(start..)?);
        if !self.makes_packets() {
            // What follows is another feed: a bridge, echo, or the next prompt after a pause.
            self.stream.splice();
        }
        (written > 0).then_some(start + written)
    }

    /// The next samples of whatever sounds: a key before the program.
    fn fill(&mut self, frame: &mut [i16]) {
        if let Some(Keypress::Tone(key)) = self.keys.current() {
            if !key.fill(frame) {
                let owned = key.owned();
                self.keys.begin(None);
                if let Some(digit) = owned {
                    (self.events)(LegEvent::DigitSent(digit));
                }
            }
            return;
        }
        let ended = self.program.fill(frame);
        self.tell_end(ended);
    }
}
