use core::time::Duration;

use crate::ticks::ticks;
use crate::{Header, SequenceTracker};

/// A timestamp that leaps this many seconds more than the time that has passed begins another count.
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
        source.newest = received.sequence;
        source.restart_at = None;
        let timestamp = received.timestamp.wrapping_add(source.timestamp_offset);
        let leap = timestamp.wrapping_sub(self.timestamp) as i32;
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
    ///
    /// Leave the audio of a source out meanwhile with [`StreamRewriter::skip`]. A player that falls silent meanwhile
    /// is a new talkspurt afterwards: [`StreamRewriter::splice`] when the digit is over.
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

    /// Ticks a second of its clock.
    pub fn clock_rate(&self) -> u32 {
        self.clock_rate
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

    /// The SSRC of the source whose packets are passed on now.
    pub fn source(&self) -> Option<u32> {
        match self.feed {
            Feed::Source(source) => Some(source.ssrc),
            Feed::None | Feed::Local { .. } => None,
        }
    }

    /// The number that the present source gave to the packet that was sent under `sequence`; `None` for one that did not come from
    /// it. For what the far end says of single packets.
    pub fn source_number(&self, sequence: u16) -> Option<u16> {
        let Feed::Source(source) = self.feed else { return None };
        let behind = self.sequence.wrapping_sub(sequence);
        (behind < self.room).then(|| sequence.wrapping_sub(source.sequence_offset))
    }

    /// What is added to numbers and timestamps of the present source; `None` without one.
    pub fn offsets(&self) -> Option<(u16, u32)> {
        match self.feed {
            Feed::Source(source) => Some((source.sequence_offset, source.timestamp_offset)),
            Feed::None | Feed::Local { .. } => None,
        }
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

    /// The source's timestamps leapt, by so many ticks from the newest that was sent. Unless the time passed explains
    /// it, they are mapped anew; says whether they were.
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

#[cfg(test)]
mod tests {
    use super::StreamRewriter;
    use crate::Header;
    use core::time::Duration;

    const ALICE: u32 = 1;
    const BOB: u32 = 2;

    fn stream() -> StreamRewriter {
        StreamRewriter::new(9, 100, 1_000, 8_000)
    }

    #[test]
    fn numbers_lead_back_to_their_source() {
        let mut stream = stream();
        assert_eq!((stream.source(), stream.source_number(100)), (None, None));
        for n in 40..=42 {
            stream.forward(&packet(ALICE, n), 0, Duration::ZERO).unwrap();
        }
        assert_eq!((stream.source(), stream.source_number(101)), (Some(ALICE), Some(41)));
        assert_eq!((stream.source_number(99), stream.source_number(103)), (None, None));
        stream.forward(&packet(BOB, 7), 0, Duration::ZERO).unwrap();
        assert_eq!((stream.source_number(103), stream.source_number(102)), (Some(7), None));
    }

    /// Packet `n` of a source that sends 20 ms in each, from number 0 and time 0.
    fn packet(ssrc: u32, n: u16) -> Header {
        Header { payload_type: 0, marker: false, sequence: n, timestamp: 160 * u32::from(n), ssrc }
    }

    fn at(n: u16) -> Duration {
        Duration::from_millis(20) * u32::from(n)
    }

    /// Number, timestamp and marker of what is sent for a packet that arrives on time.
    fn forward(stream: &mut StreamRewriter, ssrc: u32, n: u16) -> Option<(u16, u32, bool)> {
        let sent = stream.forward(&packet(ssrc, n), 0, at(n))?;
        assert_eq!(sent.ssrc, 9);
        Some((sent.sequence, sent.timestamp, sent.marker))
    }

    #[test]
    fn one_source_keeps_its_gaps_and_its_order() {
        let mut stream = stream();
        assert_eq!(forward(&mut stream, ALICE, 10), Some((100, 1_000, true)));
        assert_eq!(forward(&mut stream, ALICE, 11), Some((101, 1_160, false)));
        assert_eq!(forward(&mut stream, ALICE, 15), Some((105, 1_800, false)));
        assert_eq!(forward(&mut stream, ALICE, 13), Some((103, 1_480, false)));
        assert_eq!(forward(&mut stream, ALICE, 15), Some((105, 1_800, false)));
        assert_eq!(forward(&mut stream, ALICE, 16), Some((106, 1_960, false)));
    }

    #[test]
    fn a_new_source_follows_the_old_one() {
        let mut stream = stream();
        forward(&mut stream, ALICE, 40_000);
        let bob = Header { sequence: 7, timestamp: 77, ..packet(BOB, 0) };
        // Two seconds later.
        let sent = stream.forward(&bob, 0, at(40_100)).unwrap();
        assert_eq!((sent.sequence, sent.timestamp, sent.marker), (101, 1_000 + 16_000, true));
        // One that was overtaken by the first has no number left.
        let late = Header { sequence: 6, timestamp: 77_u32.wrapping_sub(160), ..bob };
        assert_eq!(stream.forward(&late, 0, at(40_100)), None);
    }

    #[test]
    fn at_a_change_of_source_time_moves_on_by_a_frame_at_least() {
        let mut stream = stream();
        forward(&mut stream, ALICE, 1);
        let sent = stream.forward(&packet(BOB, 500), 0, at(1)).unwrap();
        assert_eq!((sent.sequence, sent.timestamp), (101, 1_160));
    }

    #[test]
    fn a_source_that_counts_anew_is_believed_at_its_second_packet() {
        let mut stream = stream();
        forward(&mut stream, ALICE, 10);
        assert_eq!(forward(&mut stream, ALICE, 30_000), None);
        assert_eq!(forward(&mut stream, ALICE, 11), Some((101, 1_160, false)));
        assert_eq!(forward(&mut stream, ALICE, 30_001), None);
        let sent = stream.forward(&packet(ALICE, 30_002), 0, at(12)).unwrap();
        assert_eq!((sent.sequence, sent.timestamp, sent.marker), (102, 1_320, true));
    }

    #[test]
    fn a_leap_of_time_alone_is_followed_by_the_clock() {
        let mut stream = stream();
        forward(&mut stream, ALICE, 10);
        let leapt = Header { timestamp: 3_000_000_000, ..packet(ALICE, 11) };
        let sent = stream.forward(&leapt, 0, at(11)).unwrap();
        assert_eq!((sent.sequence, sent.timestamp, sent.marker), (101, 1_160, true));
        let next = Header { timestamp: 3_000_000_160, ..packet(ALICE, 12) };
        let sent = stream.forward(&next, 0, at(12)).unwrap();
        assert_eq!((sent.sequence, sent.timestamp, sent.marker), (102, 1_320, false));
    }

    #[test]
    fn a_long_silence_is_no_leap() {
        let mut stream = stream();
        forward(&mut stream, ALICE, 0);
        // A minute of silence, which the phone did not send and its timestamp counts.
        let after = Header { timestamp: 60 * 8_000, marker: true, ..packet(ALICE, 1) };
        let sent = stream.forward(&after, 0, Duration::from_secs(60)).unwrap();
        assert_eq!((sent.sequence, sent.timestamp, sent.marker), (101, 1_000 + 480_000, true));
    }

    #[test]
    fn sound_made_here_starts_with_a_marker_and_goes_on_evenly() {
        let mut stream = stream();
        forward(&mut stream, ALICE, 0);
        let sent: Vec<_> = (5..8).map(|n| stream.next(8, 160, at(n))).collect();
        assert_eq!(sent.iter().map(|header| header.sequence).collect::<Vec<_>>(), [101, 102, 103]);
        assert_eq!(sent.iter().map(|header| header.timestamp).collect::<Vec<_>>(), [1_800, 1_960, 2_120]);
        assert_eq!(sent.iter().map(|header| header.marker).collect::<Vec<_>>(), [true, false, false]);
        stream.splice();
        let again = stream.next(8, 160, at(58));
        assert_eq!((again.sequence, again.timestamp, again.marker), (104, 2_120 + 51 * 160, true));
        // Back to Alice, who has gone on meanwhile.
        assert_eq!(forward(&mut stream, ALICE, 60), Some((105, 1_000 + 60 * 160, true)));
    }

    #[test]
    fn a_digit_goes_between_the_packets_of_a_source() {
        let mut stream = stream();
        forward(&mut stream, ALICE, 0);
        forward(&mut stream, ALICE, 1);
        let start = stream.timestamp_at(at(2));
        for n in 2..5 {
            let sent = stream.insert(101, n == 2, start, at(n));
            assert_eq!((sent.sequence, sent.timestamp, sent.marker), (100 + n, 1_320, n == 2));
            stream.skip(&packet(ALICE, n)); // her voice stays out while the digit lasts
        }
        // No gap to be seen, and her time is what it was.
        assert_eq!(forward(&mut stream, ALICE, 5), Some((105, 1_800, false)));
        // What was late when the digit began has no number of its own any more.
        assert_eq!(forward(&mut stream, ALICE, 1), None);
    }

    #[test]
    fn what_was_lost_among_skipped_packets_stays_lost() {
        let mut stream = stream();
        forward(&mut stream, ALICE, 0);
        stream.skip(&packet(ALICE, 3)); // 1 and 2 never came
        assert_eq!(forward(&mut stream, ALICE, 4), Some((103, 1_640, false)));
    }

    #[test]
    fn time_goes_on_between_packets() {
        let mut stream = stream();
        assert_eq!(stream.timestamp_at(at(500)), 1_000);
        forward(&mut stream, ALICE, 500);
        assert_eq!(stream.timestamp_at(at(550)), 1_000 + 8_000);
        assert_eq!(stream.timestamp_at(Duration::ZERO), 1_000); // a clock that runs backwards is not believed
    }
}
