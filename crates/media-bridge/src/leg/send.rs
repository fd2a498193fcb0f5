//! Packets that the leg makes itself: sounds, tones, keys.

use std::time::{Duration, Instant};

use rtp::Header;
use rtp::telephone_event::{Event, EventPacket, EventSender};

use audio::Resampler;

use super::keypress::{Keypress, ToneKey, Waiting};
use super::{Key, LegCore, Outgoing};
use crate::Digit;
use crate::codec::{Codec, samples_at};
use crate::event::LegEvent;
use crate::handle::PLAY_RATE;
use crate::settings::LegSettings;

/// Milliseconds between two ticks of the wheel.
const TICK: u16 = 20;

/// Milliseconds of the longest packet.
const LONGEST: u16 = 60;

/// A tick's worth more is never owed: a peer that cannot be sent to gets no burst afterwards.
const MOST_OWED: u16 = LONGEST + TICK;

/// Samples of the longest packet in the narrow band, in which most calls are.
const NARROW: usize = LONGEST as usize * 8;

/// The same at 48 kHz.
const FULL: usize = LONGEST as usize * 48;

/// The shortest that a key of another leg is told to last: receivers need 40 ms (ITU-T Q.24, annex A).
const SHORTEST_ELSEWHERE: Duration = Duration::from_millis(60);

/// For longer than that nobody is kept from hearing the sound, even if the end of a key was missed.
const LONGEST_TONE: Duration = Duration::from_secs(10);

/// What brings sound of one rate to that of a codec.
pub(super) struct Upsampler(Resampler);

impl LegCore {
    /// Queues a key for the peer.
    pub(crate) fn send_digit(&mut self, digit: Digit, duration: Duration) {
        if self.sends_digits_elsewhere() {
            (self.events)(LegEvent::DigitForPeer { digit, duration });
            return (self.events)(LegEvent::DigitSent(digit));
        }
        self.keys.queue(digit, duration);
    }

    /// A key of another leg's peer, held for so long.
    pub(crate) fn press_for(&mut self, digit: Digit, duration: Duration) {
        if self.omitted.write.keys {
            return;
        }
        if self.sends_digits_elsewhere() {
            return (self.events)(LegEvent::DigitForPeer { digit, duration });
        }
        self.keys.press_for(digit, duration);
    }

    /// A key of another leg's peer, where this one's gets keys as telephone-events or elsewhere.
    pub(super) fn press_as_event(&mut self, now: Instant, key: Key) {
        let Some(settings) = self.settings.filter(|_| !self.omitted.write.keys) else { return };
        if settings.digits_elsewhere {
            return self.press_elsewhere(now, key);
        }
        if settings.event_to_send(self.clock_rate()).is_some() {
            self.keys.press(key);
        }
    }

    /// Keys of another leg's peer whose telephone-events do not go on themselves.
    pub(crate) fn press_keys(&mut self, now: Instant, keys: &[Option<Key>]) {
        let elsewhere = self.sends_digits_elsewhere();
        let omits = self.omitted.write.keys;
        for key in keys.iter().flatten().filter(|key| matches!(key, Key::Up(_)) || !omits) {
            match elsewhere {
                true => self.press_elsewhere(now, *key),
                false => self.keys.press(*key),
            }
        }
    }

    /// A key of another leg's peer that goes on elsewhere: told when it is up, for then its length is known.
    pub(super) fn press_elsewhere(&mut self, now: Instant, key: Key) {
        match (key, self.held_elsewhere.take()) {
            (Key::Down(digit), None) => self.held_elsewhere = Some((digit, now)),
            (Key::Down(digit), Some((held, since))) => {
                self.tell_elsewhere(held, now.saturating_duration_since(since));
                self.held_elsewhere = Some((digit, now));
            }
            // What its sender says counts: its first packets may have been lost.
            (Key::Up(lasted), Some((held, since))) => {
                self.tell_elsewhere(held, lasted.unwrap_or_else(|| now.saturating_duration_since(since)));
            }
            (Key::Up(_), None) => {}
        }
    }

    /// Whether a key is being told elsewhere. What sounds meanwhile is its tone, and a peer that hears both would count two keys.
    pub(super) fn tells_key(&self, now: Instant) -> bool {
        self.held_elsewhere.is_some_and(|(_, since)| now.saturating_duration_since(since) < LONGEST_TONE)
    }

    fn tell_elsewhere(&self, digit: Digit, lasted: Duration) {
        (self.events)(LegEvent::DigitForPeer { digit, duration: lasted.max(SHORTEST_ELSEWHERE) });
    }

    fn sends_digits_elsewhere(&self) -> bool {
        self.settings.is_some_and(|settings| settings.digits_elsewhere)
    }

    /// The wheel has turned: 20 ms more of sound are owed. [`LegCore::next_packet`] makes them.
    pub(crate) fn tick(&mut self) {
        self.look_after_voices();
        self.owed = (self.owed + TICK).min(MOST_OWED);
    }

    /// The next packet that is owed, written into `packet`. Call until `None`.
    pub(crate) fn next_packet(&mut self, now: Instant, packet: &mut [u8]) -> Option<Outgoing> {
        if let Some(end) = self.missed_end(now, packet) {
            return Some(end);
        }
        if !self.makes_packets() && !self.fills_in(now) {
            self.owed = 0;
            return None;
        }
        let settings = self.settings?;
        let codec = self.spoken.codec()?;
        let ms = codec.packet_time(settings.ptime_ms);
        // Keys of its own go out all the same.
        let omits = self.omitted.write.media && !self.keys.is_busy();
        let Some(to) = self.destination().filter(|_| codec.is_translatable() && !omits) else {
            self.pass_unsent(now, &settings, ms);
            return None;
        };
        if self.owed < ms {
            return None;
        }
        self.owed -= ms;
        self.begin_waiting_key(now, &settings);
        let length = match self.keys.current() {
            Some(Keypress::Event { .. }) => self.event_packet(now, &settings, packet),
            Some(Keypress::Tone(_)) => self.made_packet(now, (codec, ms), packet),
            None => match self.shared_packet(now, (codec, ms), packet) {
                Some(length) => Some(length),
                None => self.made_packet(now, (codec, ms), packet),
            },
        }?;
        self.count_sent(length - Header::LENGTH);
        Some(Outgoing { length, to })
    }

    /// Time goes on for what plays while nothing may be sent, as on hold. What is not sent takes no number.
    fn pass_unsent(&mut self, now: Instant, settings: &LegSettings, ms: u16) {
        let mut frame = [0_i16; FULL];
        while self.owed >= ms && self.makes_packets() {
            self.owed -= ms;
            self.begin_waiting_key(now, settings);
            if self.next_of_event().is_none() {
                let samples = usize::from(ms) * self.source_rate() as usize / 1_000;
                self.fill_at_source(&mut frame[..samples.min(FULL)]);
            }
        }
        self.stream.splice();
    }

    fn begin_waiting_key(&mut self, now: Instant, settings: &LegSettings) {
        let Some(waiting) = self.keys.next_waiting() else { return };
        let key = match settings.event_to_send(self.clock_rate()) {
            Some(event) => {
                let ticks_of = |ms: u32| ms.saturating_mul(event.clock_rate / 1_000);
                let interval = ticks_of(settings.ptime_ms.clamp(10, LONGEST).into());
                let sender = match waiting {
                    Waiting::Ours(digit, duration) | Waiting::TheirsFor(digit, duration) => {
                        EventSender::new(digit, ticks_of(milliseconds(duration)), interval)
                    }
                    Waiting::Theirs { digit, held: true } => EventSender::held(digit, interval),
                    Waiting::Theirs { digit, held: false } => {
                        EventSender::new(digit, ticks_of(milliseconds(SHORTEST_ELSEWHERE)), interval)
                    }
                };
                let timestamp = self.stream.timestamp_at(self.since(now));
                Some(Keypress::Event { sender, timestamp, ours: matches!(waiting, Waiting::Ours(..)) })
            }
            None => {
                let samples = |duration| milliseconds(duration).saturating_mul(PLAY_RATE / 1_000) as usize;
                let key = match waiting {
                    Waiting::Ours(digit, duration) => ToneKey::ours(digit, samples(duration)),
                    Waiting::TheirsFor(digit, duration) => ToneKey::theirs_for(digit, samples(duration)),
                    Waiting::Theirs { digit, held } => ToneKey::theirs(digit, held),
                };
                key.map(Keypress::Tone)
            }
        };
        self.keys.begin(key);
    }

    /// One packet of a telephone-event.
    fn event_packet(&mut self, now: Instant, settings: &LegSettings, packet: &mut [u8]) -> Option<usize> {
        let since = self.since(now);
        let (next, timestamp) = self.next_of_event()?;
        let clock_rate = self.clock_rate();
        let event = settings.event_to_send(clock_rate)?;
        // Timestamps count by the clock of the stream, even where durations do not.
        let offset =
            u64::from(next.timestamp_offset) * u64::from(clock_rate) / u64::from(event.clock_rate.max(1));
        let at = timestamp.wrapping_add(offset as u32);
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
        let Some(Keypress::Event { sender, timestamp, ours }) = self.keys.current() else { return None };
        let (digit, timestamp, ours) = (sender.digit(), *timestamp, *ours);
        let next = sender.next();
        if sender.is_done() {
            self.keys.begin(None);
            if ours {
                (self.events)(LegEvent::DigitSent(digit));
            }
        }
        Some((next?, timestamp))
    }

    /// One packet of what others hear as well: its payload was made once for all of them.
    fn shared_packet(&mut self, now: Instant, (codec, ms): (Codec, u16), packet: &mut [u8]) -> Option<usize> {
        if self.shapes_sent() {
            return None;
        }
        let payload = packet.get_mut(Header::LENGTH..)?;
        let (octets, ended) = self.program.payload((codec, self.spoken.opus()), ms, payload)?;
        let ticks = u32::from(ms) * codec.clock_rate() / 1_000;
        let header = self.stream.next(self.spoken.payload_type()?, ticks, self.since(now));
        header.write(packet);
        self.tell_end(ended);
        if !self.makes_packets() {
            self.stream.splice();
        }
        Some(Header::LENGTH + octets)
    }

    /// One packet of sound that is encoded for this leg alone.
    fn made_packet(&mut self, now: Instant, (codec, ms): (Codec, u16), packet: &mut [u8]) -> Option<usize> {
        let source_rate = self.source_rate();
        let rate = self.spoken.encoding_rate(source_rate)?;
        match samples_at(rate, ms) <= NARROW {
            true => self.audio_packet::<NARROW>(now, (codec, rate, ms), packet),
            false => self.audio_packet::<FULL>(now, (codec, rate, ms), packet),
        }
    }

    /// One packet of sound, encoded at a rate that the codec has.
    fn audio_packet<const ROOM: usize>(
        &mut self,
        now: Instant,
        (codec, rate, ms): (Codec, u32, u16),
        packet: &mut [u8],
    ) -> Option<usize> {
        let mut frame = [0_i16; ROOM];
        let frame = frame.get_mut(..samples_at(rate, ms))?;
        self.fill(frame, rate);
        let ticks = u32::from(ms) * codec.clock_rate() / 1_000;
        let header = self.stream.next(self.spoken.payload_type()?, ticks, self.since(now));
        let start = header.write(packet);
        self.tap_unshaped(now, &header, (frame, rate));
        if let Some(shaping) = &mut self.shaping {
            shaping.in_place(frame, rate);
        }
        let written = self.spoken.encoder(rate)?.encode(frame, packet.get_mut(start..)?);
        if !self.makes_packets() {
            // What follows is another feed: a bridge, echo, or the next prompt after a pause.
            self.stream.splice();
        }
        (written > 0).then_some(start + written)
    }

    /// The next samples of whatever sounds, at `rate`.
    fn fill(&mut self, frame: &mut [i16], rate: u32) {
        let source_rate = self.source_rate();
        if source_rate == rate {
            return self.fill_at_source(frame);
        }
        let mut sound = [0_i16; FULL];
        let samples = (frame.len() as u64 * u64::from(source_rate) / u64::from(rate.max(1))) as usize;
        let sound = &mut sound[..samples.min(FULL)];
        self.fill_at_source(sound);
        match upsampler(&mut self.upsampler, source_rate, rate) {
            Some(resampler) => {
                let written = resampler.process(sound, frame).written;
                frame[written..].fill(0);
            }
            None => frame.fill(0),
        }
    }

    /// Samples a second of whatever sounds.
    fn source_rate(&mut self) -> u32 {
        if self.keys.current().is_some() { PLAY_RATE } else { self.program.rate() }
    }

    /// The next samples of whatever sounds: a key before the program.
    fn fill_at_source(&mut self, frame: &mut [i16]) {
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

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

/// The resampler in its place, made anew where it has other rates. `None` where there is none between them.
fn upsampler(place: &mut Option<Box<Upsampler>>, from: u32, to: u32) -> Option<&mut Resampler> {
    let fits = place.as_ref().is_some_and(|upsampler| (upsampler.0.from(), upsampler.0.to()) == (from, to));
    if !fits {
        *place = Resampler::new(from, to).ok().map(|resampler| Box::new(Upsampler(resampler)));
    }
    place.as_deref_mut().map(|upsampler| &mut upsampler.0)
}
