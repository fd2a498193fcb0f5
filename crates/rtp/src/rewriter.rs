use core::time::Duration;

use crate::ticks::ticks;
use crate::{Header, SequenceTracker};

/// A timestamp that leaps this many seconds more than the clock on the wall begins another count.
const CLOCK_CHANGE: u32 = 10;

/// The one outgoing stream of a leg, whoever feeds it (RFC 3550 §5.1, §7.1).
///
/// What is sent may come from a phone, from another phone after a transfer, from a player, from a sender of digits.
/// The far end sees one SSRC whose numbers and time go on. A `StreamRewriter` gives each packet its header:
///
/// - [`forward`](Self::forward) for a packet that is passed on. Within one source, gaps and order stay as they came, so
///   the far end still sees what was lost. When the source changes (another SSRC, numbers or time that leap), the
///   next packet follows the last one sent, its timestamp leaps by the time that has passed, and its marker is set.
/// - [`next`](Self::next) for sound made here, and [`insert`](Self::insert) for packets put between those of a
///   source, such as a digit.
/// - [`skip`](Self::skip) for a packet of the source that is left out on purpose and shall not look lost.
///
/// A late packet is passed on as long as its number is free: never one from before a change of source. So in-order
/// input gives numbers that only grow. Nothing allocates; an ordinary packet costs a few comparisons and additions.
///
/// Times (`now`) are durations since any moment, by a steady clock.
///
/// ```
/// use std::time::Duration;
/// use rtp::{Header, StreamRewriter};
///
/// let mut stream = StreamRewriter::new(0x5EED, 1_000, 50_000, 8_000);
/// let alice = Header { sequence: 7, timestamp: 160, ssrc: 1, ..Header::default() };
/// let bob = Header { sequence: 9_000, timestamp: 123_456, ssrc: 2, ..Header::default() };
///
/// let first = stream.forward(&alice, 0, Duration::ZERO).expect("the first packet is never late");
/// assert_eq!((first.sequence, first.timestamp, first.ssrc, first.marker), (1_000, 50_000, 0x5EED, true));
/// // A second later another phone is put through.
/// let second = stream.forward(&bob, 0, Duration::from_secs(1)).expect("a new source is never late");
/// assert_eq!((second.sequence, second.timestamp, second.marker), (1_001, 58_000, true));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StreamRewriter {
    ssrc: u32,
    clock_rate: u32,
    /// Ticks of a usual packet: the least step of time at a change of source.
    frame: u32,
    /// Number of the newest packet sent.
    sequence: u16,
    /// Timestamp of the newest packet sent.
    timestamp: u32,
    /// When that was; `None` before the first.
    sent_at: Option<Duration>,
    /// How far behind the newest number a late packet may still go; the numbers before that were given to others.
    room: u16,
    feed: Feed,
}

/// Who fed the last packet.
#[derive(Clone, Copy, Debug)]
enum Feed {
    /// Nobody, or one that has ended.
    None,
    /// Sound made here.
    Local { next_timestamp: u32 },
    /// Packets that are passed on.
    Source(Mapping),
}

/// How the numbers of a source become ours.
#[derive(Clone, Copy, Debug)]
struct Mapping {
    ssrc: u32,
    /// Added to the source's sequence numbers.
    sequence_offset: u16,
    /// Added to the source's timestamps.
    timestamp_offset: u32,
    /// The source's newest number.
    newest: u16,
    /// The timestamp of that packet.
    newest_timestamp: u32,
    /// A number that would confirm that the source counts anew.
    restart_at: Option<u16>,
}

impl StreamRewriter {
    /// A stream that starts with these numbers, which should be random (RFC 3550 §5.1), on a clock of `clock_rate`
    /// ticks a second.
    pub const fn new(ssrc: u32, first_sequence: u16, first_timestamp: u32, clock_rate: u32) -> Self {
        Self {
            ssrc,
            clock_rate,
            frame: clock_rate / 50, // 20 ms
            sequence: first_sequence.wrapping_sub(1),
            timestamp: first_timestamp,
            sent_at: None,
            room: 0,
            feed: Feed::None,
        }
    }

    /// The header to send instead of that of a packet received. `None`: drop the packet, it is late and its number
    /// is taken, or its number is far from the source's last ones and the next packet must confirm it.
    ///
    /// `payload_type` is what the far end calls this payload.
    #[inline]
    pub fn forward(&mut self, received: &Header, payload_type: u8, now: Duration) -> Option<Header> {
        let Feed::Source(ref mut source) = self.feed else {
            return Some(self.splice_source(received, payload_type, now));
        };
        if source.ssrc != received.ssrc {
            return Some(self.splice_source(received, payload_type, now));
        }
        let ahead = received.sequence.wrapping_sub(source.newest);
        if ahead == 0 || ahead >= SequenceTracker::MAX_DROPOUT {
            return self.forward_out_of_order(received, payload_type, now);
        }
        let leap = received.timestamp.wrapping_sub(source.newest_timestamp) as i32;
        source.newest = received.sequence;
        source.newest_timestamp = received.timestamp;
        source.restart_at = None;
        let mut marker = received.marker;
        if leap.unsigned_abs() > self.clock_rate.saturating_mul(CLOCK_CHANGE) {
            marker |= self.follow_clock(received.timestamp, leap, now);
        }
        self.mapped(received, payload_type, marker, now)
    }

    /// The header for the next packet of sound made here: `ticks` is how much it plays. The first one after another
    /// feed, or after [`StreamRewriter::splice`], has its marker set and a timestamp for the time passed.
    #[inline]
    pub fn next(&mut self, payload_type: u8, ticks: u32, now: Duration) -> Header {
        let (timestamp, marker) = match self.feed {
            Feed::Local { next_timestamp } => (next_timestamp, false),
            Feed::None | Feed::Source(_) => (self.splice_timestamp(now), true),
        };
        self.feed = Feed::Local { next_timestamp: timestamp.wrapping_add(ticks) };
        self.take_next_number();
        self.timestamp = timestamp;
        self.sent_at = Some(now);
        self.header(payload_type, marker, self.sequence, timestamp)
    }

    /// The header for a packet put between those of whoever feeds the stream, who then goes on as before. For the
    /// packets of a digit: take [`StreamRewriter::timestamp_at`] once, when it starts.
    pub fn insert(&mut self, payload_type: u8, marker: bool, timestamp: u32, now: Duration) -> Header {
        self.take_next_number();
        if let Feed::Source(source) = &mut self.feed {
            source.sequence_offset = source.sequence_offset.wrapping_add(1);
        }
        self.note_time(timestamp, now);
        self.header(payload_type, marker, self.sequence, timestamp)
    }

    /// Leaves a packet of the source out: the numbers close over it, as if the source had never sent it.
    /// For audio during a digit, or packets that the far end could not read.
    pub fn skip(&mut self, received: &Header) {
        let Feed::Source(source) = &mut self.feed else { return };
        let ahead = received.sequence.wrapping_sub(source.newest);
        if source.ssrc != received.ssrc || ahead == 0 || ahead >= SequenceTracker::MAX_DROPOUT {
            return;
        }
        source.newest = received.sequence;
        source.newest_timestamp = received.timestamp;
        source.sequence_offset = source.sequence_offset.wrapping_sub(1);
        self.room = 0;
    }

    /// Ends the feed: the next packet, whoever it is from, starts a talkspurt. Call it when a player stops and when
    /// a bridge is joined or left.
    pub fn splice(&mut self) {
        self.feed = Feed::None;
    }

    /// The timestamp that a packet sent at `now` would have: for inserted events and for sender reports.
    pub fn timestamp_at(&self, now: Duration) -> u32 {
        match self.sent_at {
            Some(at) => self.timestamp.wrapping_add(ticks(now.saturating_sub(at), self.clock_rate)),
            None => self.timestamp,
        }
    }

    /// The stream's SSRC.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Takes another SSRC, after a collision with the far end's (RFC 3550 §8.2).
    pub fn set_ssrc(&mut self, ssrc: u32) {
        self.ssrc = ssrc;
    }

    /// Takes another clock, after a change of codec. The feed ends.
    pub fn set_clock_rate(&mut self, clock_rate: u32) {
        self.clock_rate = clock_rate;
        self.frame = clock_rate / 50;
        self.splice();
    }

    /// Ticks of a usual packet, 20 ms unless said otherwise: the least step of time at a change of source.
    pub fn set_frame(&mut self, ticks: u32) {
        self.frame = ticks;
    }

    /// Number of the newest packet sent.
    pub fn sequence(&self) -> u16 {
        self.sequence
    }

    /// Whether anything has been sent.
    pub fn has_sent(&self) -> bool {
        self.sent_at.is_some()
    }

    /// A repeated or late packet, or one whose number is far away.
    #[cold]
    fn forward_out_of_order(&mut self, received: &Header, payload_type: u8, now: Duration) -> Option<Header> {
        let Feed::Source(source) = &mut self.feed else { return None };
        let behind = source.newest.wrapping_sub(received.sequence);
        if behind <= SequenceTracker::MAX_MISORDER {
            return self.mapped(received, payload_type, received.marker, now);
        }
        if source.restart_at == Some(received.sequence) {
            return Some(self.splice_source(received, payload_type, now));
        }
        source.restart_at = Some(received.sequence.wrapping_add(1));
        None
    }

    /// The source's timestamps leapt. Follows them unless the time passed explains it; says whether it did.
    #[cold]
    fn follow_clock(&mut self, timestamp: u32, leap: i32, now: Duration) -> bool {
        let passed = self.sent_at.map_or(Duration::ZERO, |at| now.saturating_sub(at));
        let slack = Duration::from_secs(u64::from(CLOCK_CHANGE));
        if leap > 0 && crate::ticks::duration(leap as u64, self.clock_rate) <= passed + slack {
            return false;
        }
        let wanted = self.splice_timestamp(now);
        if let Feed::Source(source) = &mut self.feed {
            source.timestamp_offset = wanted.wrapping_sub(timestamp);
        }
        true
    }

    /// A packet of the present source by its mapping, unless its number is taken.
    #[inline]
    fn mapped(&mut self, received: &Header, payload_type: u8, marker: bool, now: Duration) -> Option<Header> {
        let Feed::Source(source) = self.feed else { return None };
        let sequence = received.sequence.wrapping_add(source.sequence_offset);
        let timestamp = received.timestamp.wrapping_add(source.timestamp_offset);
        let ahead = sequence.wrapping_sub(self.sequence);
        if (ahead as i16) > 0 {
            self.sequence = sequence;
            self.room = self.room.saturating_add(ahead);
            self.note_time(timestamp, now);
        } else if ahead.wrapping_neg() >= self.room {
            return None;
        }
        Some(self.header(payload_type, marker, sequence, timestamp))
    }

    /// Starts the mapping of a source with this packet.
    #[cold]
    fn splice_source(&mut self, received: &Header, payload_type: u8, now: Duration) -> Header {
        let timestamp = self.splice_timestamp(now);
        self.take_next_number();
        self.room = 1; // a repeat of this very packet may follow
        self.timestamp = timestamp;
        self.sent_at = Some(now);
        self.feed = Feed::Source(Mapping {
            ssrc: received.ssrc,
            sequence_offset: self.sequence.wrapping_sub(received.sequence),
            timestamp_offset: timestamp.wrapping_sub(received.timestamp),
            newest: received.sequence,
            newest_timestamp: received.timestamp,
            restart_at: None,
        });
        self.header(payload_type, true, self.sequence, timestamp)
    }

    /// The timestamp of a new feed's first packet.
    fn splice_timestamp(&self, now: Duration) -> u32 {
        let Some(at) = self.sent_at else { return self.timestamp };
        let passed = ticks(now.saturating_sub(at), self.clock_rate);
        self.timestamp.wrapping_add(passed.max(self.frame))
    }

    /// Takes the next number; late packets of a source have none of their own left.
    #[inline]
    fn take_next_number(&mut self) {
        self.sequence = self.sequence.wrapping_add(1);
        self.room = 0;
    }

    /// Remembers the newest timestamp and when it was sent. An event's older one does not turn time back.
    #[inline]
    fn note_time(&mut self, timestamp: u32, now: Duration) {
        if self.sent_at.is_none() || timestamp.wrapping_sub(self.timestamp) as i32 > 0 {
            self.timestamp = timestamp;
            self.sent_at = Some(now);
        }
    }

    #[inline]
    fn header(&self, payload_type: u8, marker: bool, sequence: u16, timestamp: u32) -> Header {
        Header { payload_type, marker, sequence, timestamp, ssrc: self.ssrc }
    }
}
