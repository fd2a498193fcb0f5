use super::{Digit, Event};

/// How often the packet that ends an event is sent (RFC 4733 §2.5.1.4).
const ENDS: u8 = 3;

/// Loudness of the digits sent, in decibels under 0 dBm0: that of a phone's own keys.
const VOLUME: u8 = 10;

/// What to put into the next packet of a digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventPacket {
    /// The payload.
    pub event: Event,
    /// The header's marker: set on the first packet.
    pub marker: bool,
    /// To be added to the timestamp of the digit's start. Zero but for digits so long that they need a second
    /// timestamp (over 8 seconds at 8 kHz).
    pub timestamp_offset: u32,
}

/// Makes the packets of one digit (RFC 4733 §2.5.1). Call [`EventSender::next`] once each packet time, at once for
/// the first; the digit is sent when it gives `None`.
///
/// ```text
/// Running --duration reached, or released--> Ending (3 times the end) --> Done
///    | each packet time: duration grows; the first has the marker
/// ```
///
/// The packets go by [`StreamRewriter::insert`](crate::StreamRewriter::insert), with the timestamp that
/// [`StreamRewriter::timestamp_at`](crate::StreamRewriter::timestamp_at) gave when the digit began.
#[derive(Clone, Copy, Debug)]
pub struct EventSender {
    digit: Digit,
    volume: u8,
    /// Ticks of a packet.
    interval: u32,
    /// Ticks so far.
    elapsed: u32,
    /// Ticks in all; `None` while a key is held.
    total: Option<u32>,
    /// Ticks that earlier timestamps account for.
    segment: u32,
    started: bool,
    ends_left: u8,
}

impl EventSender {
    /// A digit that lasts `duration` ticks, in a packet each `interval` ticks (at 8 kHz: 160 for 20 ms).
    ///
    /// RFC 4733 asks for no least duration; equipment behind gateways often wants 80 ms, at least 40.
    pub fn new(digit: Digit, duration: u32, interval: u32) -> Self {
        Self { total: Some(duration.max(1)), ..Self::held(digit, interval) }
    }

    /// A digit that lasts until [`EventSender::release`].
    pub fn held(digit: Digit, interval: u32) -> Self {
        Self {
            digit,
            volume: VOLUME,
            interval: interval.max(1),
            elapsed: 0,
            total: None,
            segment: 0,
            started: false,
            ends_left: ENDS,
        }
    }

    /// With another loudness, in decibels under 0 dBm0, 0 to 63.
    #[must_use]
    pub fn with_volume(self, volume: u8) -> Self {
        Self { volume: volume.min(63), ..self }
    }

    /// Ends a held digit with the next packet. A digit of fixed duration ends early.
    pub fn release(&mut self) {
        let so_far = self.elapsed.saturating_add(self.interval);
        self.total = Some(self.total.map_or(so_far, |total| total.min(so_far)));
    }

    /// The digit.
    pub fn digit(&self) -> Digit {
        self.digit
    }

    /// Whether the whole digit has been sent.
    pub fn is_done(&self) -> bool {
        self.ends_left == 0
    }

    /// What to send now; `None` when the digit has been sent.
    #[expect(clippy::should_implement_trait, reason = "it is driven by a clock, not by a loop over it")]
    pub fn next(&mut self) -> Option<EventPacket> {
        if self.ends_left == 0 {
            return None;
        }
        let due = self.elapsed.saturating_add(self.interval);
        let total = self.total.unwrap_or(u32::MAX);
        let marker = !core::mem::replace(&mut self.started, true);
        self.elapsed = due.min(total);
        // A duration beyond 16 bits goes on under a new timestamp (§2.5.1.3); the old one is filled up first.
        let duration = self.elapsed - self.segment;
        if let Ok(duration) = u16::try_from(duration) {
            let end = self.elapsed >= total;
            self.ends_left -= u8::from(end);
            return Some(self.packet(duration, end, marker));
        }
        let packet = self.packet(u16::MAX, false, marker);
        self.segment += u32::from(u16::MAX);
        Some(packet)
    }

    fn packet(&self, duration: u16, end: bool, marker: bool) -> EventPacket {
        let event = Event { code: self.digit.code(), end, volume: self.volume, duration };
        EventPacket { event, marker, timestamp_offset: self.segment }
    }
}

#[cfg(test)]
mod tests {
    use super::{EventPacket, EventSender};
    use crate::telephone_event::Digit;

    fn all(mut sender: EventSender) -> Vec<EventPacket> {
        core::iter::from_fn(|| sender.next()).collect()
    }

    #[test]
    fn a_digit_is_marked_grows_and_ends_three_times() {
        let packets = all(EventSender::new(Digit::Pound, 500, 160));
        let shape: Vec<_> =
            packets.iter().map(|packet| (packet.marker, packet.event.duration, packet.event.end)).collect();
        assert_eq!(
            shape,
            [
                (true, 160, false),
                (false, 320, false),
                (false, 480, false),
                (false, 500, true),
                (false, 500, true),
                (false, 500, true)
            ]
        );
        assert!(packets.iter().all(|packet| packet.event.code == 11 && packet.timestamp_offset == 0));
    }

    #[test]
    fn the_shortest_digit_is_its_three_ends() {
        let packets = all(EventSender::new(Digit::One, 0, 160));
        assert_eq!(packets.len(), 3);
        assert!(packets[0].marker && !packets[1].marker);
        assert!(packets.iter().all(|packet| packet.event.end && packet.event.duration == 1));
    }

    #[test]
    fn a_held_key_ends_with_the_packet_after_its_release() {
        let mut sender = EventSender::held(Digit::Nine, 160);
        for n in 1..=10 {
            assert_eq!(
                sender.next().map(|packet| (packet.event.duration, packet.event.end)),
                Some((160 * n, false))
            );
        }
        sender.release();
        let ends: Vec<_> = core::iter::from_fn(|| sender.next()).map(|packet| packet.event).collect();
        assert_eq!(ends.len(), 3);
        assert!(ends.iter().all(|event| event.end && event.duration == 1_760));
        assert!(sender.is_done());
    }

    #[test]
    fn a_digit_of_twenty_seconds_takes_three_timestamps() {
        let packets = all(EventSender::new(Digit::Zero, 160_000, 160));
        let last = packets.last().unwrap();
        assert_eq!(last.timestamp_offset, 2 * 65_535);
        assert_eq!(last.timestamp_offset + u32::from(last.event.duration), 160_000);
        let full: Vec<_> = packets.iter().filter(|packet| packet.event.duration == u16::MAX).collect();
        assert_eq!(full.len(), 2);
        assert!(full.iter().all(|packet| !packet.event.end));
    }

    #[test]
    fn a_key_held_for_ever_does_not_overflow() {
        let mut sender = EventSender::held(Digit::Zero, u32::MAX / 2);
        for _ in 0..70_000 {
            sender.next();
        }
    }
}
