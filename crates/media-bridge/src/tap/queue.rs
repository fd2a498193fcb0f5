//! The queue between a media thread and whoever listens: octets, so that a short packet takes little room.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, RingBuffer};

use crate::codec::Codec;

/// Octets of a queue: more than three seconds of both directions in G.711.
const ROOM: usize = 64 << 10;

/// Octets before each payload.
const HEAD: usize = 24;

/// The longest payload.
pub(super) const LONGEST: usize = 12 << 10;

/// Which way sound goes, seen from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// What the party says: it is read from its packets.
    Read,
    /// What the party hears: it is written to it.
    Write,
}

/// The sides that a tap is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sides {
    /// Both.
    Both,
    /// That one alone.
    Only(Side),
}

impl Sides {
    /// Whether that side is among them.
    pub fn has(self, side: Side) -> bool {
        self == Self::Both || self == Self::Only(side)
    }
}

/// What the payload of a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Encoded(Codec),
    /// Samples of 16 bits, low octet first.
    Linear {
        /// Samples a second.
        rate: u32,
        /// Ticks a second of the timestamps.
        clock: u32,
    },
}

impl Kind {
    /// Ticks a second of the timestamps.
    pub(crate) fn clock_rate(self) -> u32 {
        match self {
            Self::Encoded(codec) => codec.clock_rate(),
            Self::Linear { clock, .. } => clock,
        }
    }

    /// Samples a second.
    pub(crate) fn sample_rate(self) -> u32 {
        match self {
            Self::Encoded(codec) => codec.sample_rate(),
            Self::Linear { rate, .. } => rate,
        }
    }

    /// A number for the codec; rates count in hundreds, which are whole in all of them.
    fn octets(self) -> (u8, u32) {
        match self {
            Self::Encoded(codec) => (codec as u8 + 1, 0),
            Self::Linear { rate, clock } => (0, (rate / 100) | ((clock / 100) << 16)),
        }
    }

    fn of(number: u8, rates: u32) -> Option<Self> {
        match number.checked_sub(1) {
            None => Some(Self::Linear { rate: (rates & 0xFFFF) * 100, clock: (rates >> 16) * 100 }),
            Some(codec) => Codec::ALL.into_iter().find(|known| *known as u8 == codec).map(Self::Encoded),
        }
    }
}

/// A packet, but for its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) side: Side,
    pub(crate) kind: Kind,
    /// The stream that it is of.
    pub(crate) ssrc: u32,
    pub(crate) timestamp: u32,
    /// When it came or went, since the tap began.
    pub(crate) at: Duration,
}

impl Slice {
    fn octets(&self, length: u16) -> [u8; HEAD] {
        let (kind, rates) = self.kind.octets();
        let nanoseconds = u64::try_from(self.at.as_nanos()).unwrap_or(u64::MAX);
        let mut head = [0; HEAD];
        head[..2].copy_from_slice(&length.to_le_bytes());
        head[2] = u8::from(self.side == Side::Write);
        head[3] = kind;
        head[4..8].copy_from_slice(&self.ssrc.to_le_bytes());
        head[8..12].copy_from_slice(&self.timestamp.to_le_bytes());
        head[12..16].copy_from_slice(&rates.to_le_bytes());
        head[16..].copy_from_slice(&nanoseconds.to_le_bytes());
        head
    }

    fn of(head: &[u8; HEAD]) -> (Option<Self>, usize) {
        let long = |place: usize| {
            let octets = head.get(place..).and_then(|rest| rest.first_chunk());
            octets.map_or(0, |octets| u32::from_le_bytes(*octets))
        };
        let length = usize::from(u16::from_le_bytes([head[0], head[1]]));
        let nanoseconds = u64::from(long(16)) | u64::from(long(20)) << 32;
        let slice = Kind::of(head[3], long(12)).map(|kind| Self {
            side: if head[2] == 0 { Side::Read } else { Side::Write },
            kind,
            ssrc: long(4),
            timestamp: long(8),
            at: Duration::from_nanos(nanoseconds),
        });
        (slice, length)
    }
}

/// The end of a tap that is read: packets of a leg, from when it was made until this is dropped or the leg is closed.
pub struct Tap {
    queue: Consumer<u8>,
    began: Instant,
    missed: Arc<AtomicU64>,
}

/// The end of a tap at the leg.
pub(crate) struct TapEnd {
    queue: Producer<u8>,
    began: Instant,
    sides: Sides,
    missed: Arc<AtomicU64>,
}

/// Both ends of a tap.
pub(crate) fn tap(now: Instant, sides: Sides) -> (TapEnd, Tap) {
    let (producer, consumer) = RingBuffer::new(ROOM);
    let missed = Arc::new(AtomicU64::new(0));
    let end = TapEnd { queue: producer, began: now, sides, missed: missed.clone() };
    (end, Tap { queue: consumer, began: now, missed })
}

impl TapEnd {
    /// Whether that side is wanted.
    #[inline]
    pub(crate) fn wants(&self, side: Side) -> bool {
        self.sides.has(side)
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.queue.is_abandoned()
    }

    /// How long it is there.
    pub(crate) fn since(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.began)
    }

    /// Adds a packet. Where there is no room it is counted as missed.
    pub(crate) fn push(&mut self, slice: &Slice, payload: &[u8]) {
        let Some(length) = u16::try_from(payload.len()).ok().filter(|_| payload.len() <= LONGEST) else {
            return;
        };
        let Ok(mut chunk) = self.queue.write_chunk(HEAD + payload.len()) else {
            self.missed.store(self.missed.load(Relaxed).wrapping_add(1), Relaxed);
            return;
        };
        let (first, second) = chunk.as_mut_slices();
        let rest = copy(&slice.octets(length), first, second);
        copy(payload, rest.0, rest.1);
        chunk.commit_all();
    }
}

/// Copies into two slices that follow each other, and returns what is left of them.
fn copy<'s>(octets: &[u8], first: &'s mut [u8], second: &'s mut [u8]) -> (&'s mut [u8], &'s mut [u8]) {
    let cut = octets.len().min(first.len());
    let (now, later) = octets.split_at(cut);
    let (place, first) = first.split_at_mut(cut);
    place.copy_from_slice(now);
    let cut = later.len().min(second.len());
    let (place, second) = second.split_at_mut(cut);
    place.copy_from_slice(later.get(..cut).unwrap_or_default());
    (first, second)
}

impl Tap {
    /// When it began.
    pub fn began(&self) -> Instant {
        self.began
    }

    /// Packets that found no room because nobody read.
    pub fn missed(&self) -> u64 {
        self.missed.load(Relaxed)
    }

    /// Whether the leg is gone; what it said last may still wait here.
    pub fn is_abandoned(&self) -> bool {
        self.queue.is_abandoned()
    }

    /// Takes the next packet; its payload goes to the start of `payload`, which has room for [`LONGEST`].
    pub(crate) fn next(&mut self, payload: &mut [u8]) -> Option<(Slice, usize)> {
        loop {
            let chunk = self.queue.read_chunk(HEAD).ok()?;
            let mut head = [0; HEAD];
            gather(chunk.as_slices(), &mut head);
            chunk.commit_all();
            let (slice, length) = Slice::of(&head);
            // Both parts were added in one step.
            let chunk = self.queue.read_chunk(length).ok()?;
            if let Some(place) = payload.get_mut(..length) {
                gather(chunk.as_slices(), place);
            }
            chunk.commit_all();
            if let Some(slice) = slice.filter(|_| length <= payload.len()) {
                return Some((slice, length));
            }
        }
    }
}

/// Puts two slices that follow each other, together as long as `place`, there.
fn gather((first, second): (&[u8], &[u8]), place: &mut [u8]) {
    let (one, two) = place.split_at_mut(first.len().min(place.len()));
    one.copy_from_slice(first.get(..one.len()).unwrap_or_default());
    let length = two.len().min(second.len());
    two[..length].copy_from_slice(&second[..length]);
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tap({} octets wait, {} packets missed)", self.queue.slots(), self.missed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(n: u32) -> Slice {
        Slice {
            side: if n.is_multiple_of(2) { Side::Read } else { Side::Write },
            kind: if n.is_multiple_of(3) {
                Kind::Linear { rate: 16_000, clock: 8_000 }
            } else {
                Kind::Encoded(Codec::Opus)
            },
            ssrc: n << 20,
            timestamp: u32::MAX - n,
            at: Duration::from_nanos(u64::from(n) << 33),
        }
    }

    #[test]
    fn packets_come_out_as_they_went_in() {
        let (mut end, mut tap) = tap(Instant::now(), Sides::Both);
        let mut payload = vec![0; LONGEST];
        // Round the queue several times, with lengths that cut packets anywhere.
        for n in 0..2_000_u32 {
            let sent: Vec<u8> = (0..n % 700).map(|octet| (octet + n) as u8).collect();
            end.push(&slice(n), &sent);
            let (found, length) = tap.next(&mut payload).unwrap();
            assert_eq!((found, payload.get(..length)), (slice(n), Some(&sent[..])));
            assert_eq!(tap.next(&mut payload), None);
        }
        assert_eq!(tap.missed(), 0);
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let (mut end, mut tap) = tap(Instant::now(), Sides::Both);
        let fits = ROOM / (HEAD + 160);
        (0..fits as u32 + 5).for_each(|n| end.push(&slice(n), &[1; 160]));
        assert_eq!(tap.missed(), 5);
        let mut payload = [0; 200];
        assert_eq!(tap.next(&mut payload).unwrap().0, slice(0));
        end.push(&slice(9), &[2; 160]);
        assert_eq!((tap.missed(), std::iter::from_fn(|| tap.next(&mut payload)).count()), (5, fits));
    }

    #[test]
    fn each_end_knows_that_the_other_is_gone() {
        let (end, tap) = tap(Instant::now(), Sides::Only(Side::Read));
        assert!(end.wants(Side::Read) && !end.wants(Side::Write) && !end.is_abandoned());
        drop(tap);
        assert!(end.is_abandoned());
    }
}
