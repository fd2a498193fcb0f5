use core::time::Duration;

use super::{Digit, Event};
use crate::ticks;

/// Without a packet for so long at least, a digit is over: its ends are lost, or the phone is gone.
const SILENCE: Duration = Duration::from_millis(200);

/// So much sound after the last packet of a digit, it is over, unless said otherwise.
const OVERDUE: Duration = Duration::from_millis(150);

/// A timestamp that leaps back further than this many seconds is another stream, not a late packet.
const CLOCK_CHANGE: u32 = 10;

/// What the packets meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventReport {
    /// A key went down.
    Started {
        /// Which one.
        digit: Digit,
    },
    /// The key came up.
    Ended {
        /// Which one.
        digit: Digit,
        /// How long it was down, as far as was heard.
        duration: Duration,
    },
}

/// Reports of one packet, at most three: the end of the digit before, a start, and an end.
pub type EventReports = core::iter::Flatten<core::array::IntoIter<Option<EventReport>, 3>>;

/// Makes digits of the packets of a phone, each reported once as it starts and once as it ends (RFC 4733 §2.5.2).
///
/// ```text
/// Idle ----any packet----> Running --end, next digit, or silence--> Ended ----newer packet----> Running
///                           |    ^                                   |    ^
///                           +----+ updates, repeats, late ones       +----+ repeated ends, late ones
/// ```
///
/// A digit is known by its timestamp. One whose first packets were lost starts with what came; one whose ends were
/// all lost ends when the next digit starts, with [`EventReceiver::receive_sound`], or with [`EventReceiver::handle_timeout`]. Late packets of a digit that
/// is over change nothing. Senders that wrongly give each packet of a digit a timestamp of its own are understood as
/// well: what comes without a marker within the time that the digit lasts is that digit.
///
/// Make a new one when the stream's SSRC changes.
#[derive(Clone, Copy, Debug)]
pub struct EventReceiver {
    clock_rate: u32,
    /// So much sound after its last packet, a digit is over.
    overdue: Duration,
    current: Option<Current>,
}

/// The newest digit.
#[derive(Clone, Copy, Debug)]
struct Current {
    digit: Digit,
    /// The timestamp of its newest packet.
    timestamp: u32,
    /// The longest duration heard under that timestamp.
    duration: u16,
    /// Ticks under earlier timestamps.
    before: u32,
    ended: bool,
    heard_at: Duration,
}

/// How a packet stands to the newest digit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// Belongs to it, under the same timestamp.
    Same,
    /// Belongs to it, under a later timestamp.
    Continued,
    /// Another, later digit.
    New,
    /// Older: to be ignored.
    Late,
}

impl EventReceiver {
    /// For a payload whose clock has `clock_rate` ticks a second.
    pub const fn new(clock_rate: u32) -> Self {
        Self { clock_rate, overdue: OVERDUE, current: None }
    }

    /// A digit whose ends are lost is over with so much sound after its last packet, 150 ms unless said otherwise; or without any
    /// sound after as long, 200 ms at least.
    #[must_use]
    pub const fn with_timeout(self, overdue: Duration) -> Self {
        Self { overdue, ..self }
    }

    /// Durations count in another clock from now on: the sender has changed its codec.
    pub fn set_clock_rate(&mut self, clock_rate: u32) {
        self.clock_rate = clock_rate;
    }

    /// Takes in a packet that arrived at `now`, by any steady clock: its header's timestamp and marker, and its
    /// payload. Events that are no digits are ignored.
    pub fn receive(&mut self, timestamp: u32, marker: bool, event: Event, now: Duration) -> EventReports {
        let Some(digit) = event.digit() else { return none() };
        let Some(current) = &mut self.current else {
            return self.start(digit, timestamp, event, now);
        };
        match current.relation(digit, timestamp, marker, self.clock_rate) {
            Relation::New => return self.start(digit, timestamp, event, now),
            Relation::Late => return none(),
            Relation::Same => current.duration = current.duration.max(event.duration),
            Relation::Continued => current.go_on(timestamp, event.duration),
        }
        current.heard_at = now;
        let end = if event.end { self.end() } else { None };
        [None, None, end].into_iter().flatten()
    }

    /// Sound came, with that timestamp on a clock of `clock_rate` ticks a second. A digit whose last packet it leaves so far behind
    /// that others of it should have come has lost its ends. Sound beside the packets of a digit changes nothing.
    #[inline]
    pub fn receive_sound(&mut self, timestamp: u32, clock_rate: u32) -> Option<EventReport> {
        let current = self.current.as_ref().filter(|current| !current.ended)?;
        let lasted = u64::from(current.duration) * u64::from(clock_rate) / u64::from(self.clock_rate.max(1));
        let over = lasted.saturating_add(ticks::ticks(self.overdue, clock_rate).into());
        let ahead = timestamp.wrapping_sub(current.timestamp) as i32;
        u64::try_from(ahead).is_ok_and(|ahead| ahead >= over).then(|| self.end()).flatten()
    }

    /// Ends a digit of which nothing has been heard for 200 ms, or as long as [`with_timeout`](Self::with_timeout) says. Calling early is harmless.
    pub fn handle_timeout(&mut self, now: Duration) -> Option<EventReport> {
        if self.poll_timeout()? <= now { self.end() } else { None }
    }

    /// When to call [`EventReceiver::handle_timeout`] at the latest; `None` when no key is down.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let current = self.current.as_ref().filter(|current| !current.ended)?;
        Some(current.heard_at.saturating_add(self.overdue.max(SILENCE)))
    }

    /// Ends a digit that is under way: the stream stops, or the leg goes away.
    pub fn finish(&mut self) -> Option<EventReport> {
        self.end()
    }

    /// The key that is down.
    pub fn held(&self) -> Option<Digit> {
        self.current.as_ref().filter(|current| !current.ended).map(|current| current.digit)
    }

    fn start(&mut self, digit: Digit, timestamp: u32, event: Event, now: Duration) -> EventReports {
        let before = self.end();
        let duration = event.duration;
        self.current = Some(Current { digit, timestamp, duration, before: 0, ended: false, heard_at: now });
        let end = if event.end { self.end() } else { None };
        [before, Some(EventReport::Started { digit }), end].into_iter().flatten()
    }

    /// Ends the newest digit, unless that has happened.
    fn end(&mut self) -> Option<EventReport> {
        let current = self.current.as_mut().filter(|current| !current.ended)?;
        current.ended = true;
        let heard = u64::from(current.before) + u64::from(current.duration);
        Some(EventReport::Ended { digit: current.digit, duration: ticks::duration(heard, self.clock_rate) })
    }
}

impl Current {
    fn relation(&self, digit: Digit, timestamp: u32, marker: bool, clock_rate: u32) -> Relation {
        let ahead = timestamp.wrapping_sub(self.timestamp) as i32;
        let same_digit = digit == self.digit;
        if ahead < 0 {
            let limit = clock_rate.saturating_mul(CLOCK_CHANGE);
            return if ahead.unsigned_abs() > limit { Relation::New } else { Relation::Late };
        }
        if ahead == 0 {
            // Two digits cannot start at once, but a sender that thinks so says it with the marker.
            return match (same_digit, marker) {
                (true, _) => Relation::Same,
                (false, true) => Relation::New,
                (false, false) => Relation::Late,
            };
        }
        // 50 ms: the longest time between packets of one digit, for the first of which no duration is known yet.
        let span = u32::from(self.duration).max(clock_rate / 20);
        let ahead = ahead.unsigned_abs();
        // What is too long for one timestamp goes on under the next, this much later (RFC 4733 §2.5.1.3).
        let next_segment = ahead == u32::from(u16::MAX) && !self.ended;
        if same_digit && !marker && (ahead <= span || next_segment) {
            Relation::Continued
        } else {
            Relation::New
        }
    }

    /// Goes on under a later timestamp.
    fn go_on(&mut self, timestamp: u32, duration: u16) {
        // A duration that still grows counts from the digit's start, whatever the timestamp says.
        if duration <= self.duration {
            self.before = self.before.saturating_add(timestamp.wrapping_sub(self.timestamp));
        }
        self.timestamp = timestamp;
        self.duration = duration;
    }
}

fn none() -> EventReports {
    [None, None, None].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::{EventReceiver, EventReport};
    use crate::telephone_event::{Digit, Event, EventSender};
    use core::time::Duration;

    const FIVE: Digit = Digit::Five;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn update(duration: u16) -> Event {
        Event { code: 5, end: false, volume: 10, duration }
    }

    fn end(duration: u16) -> Event {
        Event { end: true, ..update(duration) }
    }

    fn started() -> EventReport {
        EventReport::Started { digit: FIVE }
    }

    fn ended(duration: u64) -> EventReport {
        EventReport::Ended { digit: FIVE, duration: millis(duration) }
    }

    /// What a receiver says to packets of timestamp, marker and event, 20 ms apart.
    fn reports(packets: &[(u32, bool, Event)]) -> Vec<EventReport> {
        let mut receiver = EventReceiver::new(8_000);
        let times = (0..).map(|n| millis(20 * n));
        packets
            .iter()
            .zip(times)
            .flat_map(|(&(at, marker, event), now)| receiver.receive(at, marker, event, now))
            .collect()
    }

    #[test]
    fn a_whole_digit() {
        let packets =
            [(0, true, update(160)), (0, false, update(320)), (0, false, end(480)), (0, false, end(480))];
        assert_eq!(reports(&packets), [started(), ended(60)]);
    }

    #[test]
    fn one_end_is_enough() {
        assert_eq!(reports(&[(7, false, end(800))]), [started(), ended(100)]);
    }

    #[test]
    fn the_next_digit_ends_one_without_ends() {
        let six = Event { code: 6, ..update(160) };
        let expected = [started(), ended(40), EventReport::Started { digit: Digit::Six }];
        assert_eq!(reports(&[(0, true, update(320)), (2_000, true, six)]), expected);
    }

    #[test]
    fn the_same_key_twice_is_two_digits() {
        let packets =
            [(0, true, end(400)), (0, false, end(400)), (720, true, update(160)), (720, false, end(400))];
        assert_eq!(reports(&packets), [started(), ended(50), started(), ended(50)]);
        // Also where the second marker, and all of the first's ends, are lost.
        let packets = [(0, true, update(400)), (720, false, update(160)), (720, false, end(400))];
        assert_eq!(reports(&packets), [started(), ended(50), started(), ended(50)]);
    }

    #[test]
    fn late_packets_of_a_digit_that_is_over_change_nothing() {
        let packets = [
            (0, true, update(160)),
            (0, false, end(480)),
            (0, false, update(320)),
            (800, true, update(160)),
            (0, false, end(480)),
            (800, false, end(320)),
        ];
        assert_eq!(reports(&packets), [started(), ended(60), started(), ended(40)]);
    }

    #[test]
    fn silence_ends_a_digit_once() {
        let mut receiver = EventReceiver::new(8_000);
        assert_eq!(receiver.receive(0, true, update(160), millis(10)).count(), 1);
        assert_eq!(receiver.handle_timeout(millis(209)), None);
        assert_eq!((receiver.poll_timeout(), receiver.held()), (Some(millis(210)), Some(FIVE)));
        assert_eq!(receiver.handle_timeout(millis(210)), Some(ended(20)));
        assert_eq!((receiver.poll_timeout(), receiver.held()), (None, None));
        assert_eq!(receiver.receive(0, false, end(480), millis(300)).count(), 0);
    }

    #[test]
    fn sound_after_a_digit_ends_it_and_sound_beside_it_does_not() {
        for clock_rate in [8_000, 48_000] {
            let ms = clock_rate / 1_000;
            let mut receiver = EventReceiver::new(8_000);
            assert_eq!(receiver.receive(1_000, true, update(320), millis(0)).count(), 1);
            assert_eq!(receiver.receive_sound(1_000 - ms * 20, clock_rate), None, "late");
            assert_eq!(receiver.receive_sound(1_000 + ms * 180, clock_rate), None, "beside it");
            assert_eq!(receiver.receive_sound(1_000 + ms * 190, clock_rate), Some(ended(40)));
            assert_eq!(receiver.receive_sound(1_000 + ms * 210, clock_rate), None, "once");
            assert_eq!(receiver.receive(1_000, false, end(480), millis(200)).count(), 0);
        }
    }

    #[test]
    fn how_long_ends_are_waited_for_can_be_said() {
        let mut receiver = EventReceiver::new(8_000).with_timeout(millis(500));
        assert_eq!(receiver.receive(1_000, true, update(320), millis(0)).count(), 1);
        assert_eq!(receiver.receive_sound(1_000 + 320 + 3_999, 8_000), None);
        assert_eq!(receiver.handle_timeout(millis(499)), None);
        assert_eq!(receiver.poll_timeout(), Some(millis(500)));
        assert_eq!(receiver.receive_sound(1_000 + 320 + 4_000, 8_000), Some(ended(40)));
    }

    #[test]
    fn a_key_held_for_twenty_seconds_is_one_digit() {
        for lost in 0..20 {
            let mut sender = EventSender::new(FIVE, 160_000, 160);
            let mut receiver = EventReceiver::new(8_000);
            let mut heard = Vec::new();
            let mut n = 0;
            while let Some(packet) = sender.next() {
                n += 1;
                // Every twentieth is lost, among them in one run those that fill a timestamp up.
                if n % 20 != lost {
                    let at = 0xFFFF_F000_u32.wrapping_add(packet.timestamp_offset);
                    heard.extend(receiver.receive(at, packet.marker, packet.event, millis(20 * n)));
                }
            }
            assert_eq!(heard, [started(), ended(20_000)], "lost every twentieth from {lost}");
        }
    }

    #[test]
    fn a_sender_whose_timestamps_grow_within_a_digit_is_understood() {
        let packets: Vec<_> = (0..10)
            .map(|n| (160 * n, n == 0, if n < 7 { update(160 * n as u16) } else { end(1_120) }))
            .collect();
        assert_eq!(reports(&packets), [started(), ended(140)]);
    }

    #[test]
    fn other_events_are_no_digits() {
        assert_eq!(reports(&[(0, true, Event { code: 16, ..update(160) })]), []);
    }

    #[test]
    fn a_stream_whose_time_leaps_back_is_heard() {
        let packets = [(3_000_000_000, true, end(400)), (5_000, true, end(400))];
        assert_eq!(reports(&packets).len(), 4);
    }
}
