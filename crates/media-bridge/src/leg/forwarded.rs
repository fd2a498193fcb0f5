//! A key that goes on in the packets that it came in: its end is said even where all packets that told of it were lost.

use std::time::Instant;

use rtp::Header;
use rtp::telephone_event::Event;

use super::{LegCore, Outgoing};

/// How often an end is sent (RFC 4733 §2.5.1.4).
const ENDS: u8 = 3;

/// The newest key of another leg's that went on as it came.
#[derive(Default)]
pub(super) struct Forwarded {
    key: Option<ForwardedKey>,
    /// Ends of it that we have to send ourselves.
    owed: u8,
}

/// What its peer was told of it.
#[derive(Clone, Copy)]
struct ForwardedKey {
    /// The packet with the longest duration.
    event: Event,
    /// What its peer calls it.
    payload_type: u8,
    timestamp: u32,
}

impl Forwarded {
    /// A packet of a key went on under that header. One that is late brings no key back.
    fn note(&mut self, header: &Header, event: Event) {
        if event.digit().is_none() {
            return;
        }
        if let Some(known) = &mut self.key {
            let ahead = header.timestamp.wrapping_sub(known.timestamp) as i32;
            let is_late = ahead < 0 || (ahead == 0 && event.duration < known.event.duration);
            if is_late || (ahead == 0 && known.event.end) {
                return;
            }
        }
        let (payload_type, timestamp) = (header.payload_type, header.timestamp);
        self.key = Some(ForwardedKey { event, payload_type, timestamp });
    }

    /// The key is up, and no packet that said so has gone on.
    fn end(&mut self) {
        if let Some(key) = self.key.as_mut().filter(|key| !key.event.end) {
            key.event.end = true;
            self.owed = ENDS;
        }
    }
}

impl LegCore {
    /// A packet of a telephone-event went on under that header.
    pub(super) fn note_forwarded(&mut self, header: &Header, payload: &[u8]) {
        if let Ok(event) = Event::parse(payload) {
            self.forwarded.note(header, event);
        }
    }

    /// The key that went on to the peer is up, as far as is known here.
    pub(crate) fn end_forwarded(&mut self) {
        self.forwarded.end();
    }

    /// Whether [`missed_end`](Self::missed_end) has something to say.
    #[inline]
    pub(crate) fn owes_ends(&self) -> bool {
        self.forwarded.owed > 0
    }

    /// The next of the packets that end a key whose own ends were lost, written into `packet`. Call until `None`, before anything of
    /// another key goes out.
    pub(crate) fn missed_end(&mut self, now: Instant, packet: &mut [u8]) -> Option<Outgoing> {
        if !self.owes_ends() {
            return None;
        }
        let (Some(to), Some(key)) = (self.destination(), self.forwarded.key) else {
            self.forwarded.owed = 0;
            return None;
        };
        self.forwarded.owed -= 1;
        let header = self.stream.insert(key.payload_type, false, key.timestamp, self.since(now));
        let start = header.write(packet);
        let written = key.event.write(packet.get_mut(start..)?);
        self.count_sent(written);
        Some(Outgoing { length: start + written, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(timestamp: u32) -> Header {
        Header { payload_type: 101, timestamp, ..Header::default() }
    }

    fn event(duration: u16, end: bool) -> Event {
        Event { code: 5, end, volume: 10, duration }
    }

    #[test]
    fn a_key_whose_end_went_on_owes_none() {
        let mut forwarded = Forwarded::default();
        forwarded.note(&header(0), event(160, false));
        forwarded.note(&header(0), event(320, true));
        forwarded.note(&header(0), event(160, false));
        forwarded.end();
        assert_eq!(forwarded.owed, 0, "what was late began it anew");
    }

    #[test]
    fn a_key_is_ended_once() {
        let mut forwarded = Forwarded::default();
        forwarded.end();
        assert_eq!(forwarded.owed, 0, "there was none");
        forwarded.note(&header(0), event(320, false));
        forwarded.note(&header(0), event(160, false));
        forwarded.end();
        assert_eq!(forwarded.owed, ENDS);
        forwarded.owed = 0;
        forwarded.note(&header(0), event(480, false));
        forwarded.end();
        assert_eq!(forwarded.owed, 0, "it is over");
        assert_eq!(forwarded.key.map(|key| key.event), Some(event(320, true)));
    }

    #[test]
    fn what_is_no_digit_has_no_end() {
        let mut forwarded = Forwarded::default();
        forwarded.note(&header(0), Event { code: 16, ..event(160, false) });
        forwarded.end();
        assert_eq!(forwarded.owed, 0);
    }
}
