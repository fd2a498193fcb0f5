use core::time::Duration;

use super::{RawBlock, word};
use crate::rtcp::writer::Body;
use crate::{NtpTime, ntp};

/// Octets of one entry.
const ENTRY: usize = 12;

/// How long ago the reference time of one receiver came (RFC 3611 §4.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DelayBlock {
    /// The receiver that it is for.
    pub ssrc: u32,
    /// Middle 32 bits of its last reference time; 0 when none has come (LRR).
    pub last_reference: u32,
    /// From its arrival to the sending of this, in 1/65,536 of a second (DLRR).
    pub delay: u32,
}

impl DelayBlock {
    /// For a reference time that came so long ago.
    pub fn new(ssrc: u32, reference: NtpTime, ago: Duration) -> Self {
        Self { ssrc, last_reference: reference.middle(), delay: ntp::to_short(ago) }
    }

    /// How long a packet travels there and back, for the receiver that gets this at `now`. `None` where no reference time
    /// has come, or this claims to have kept it longer than it has been on its way.
    pub fn round_trip(&self, now: NtpTime) -> Option<Duration> {
        if self.last_reference == 0 {
            return None;
        }
        let away = now.middle().wrapping_sub(self.last_reference);
        away.checked_sub(self.delay).map(ntp::from_short)
    }

    /// The entry as it goes on the wire; several in a row make [`DelayBlocks`].
    pub fn to_bytes(self) -> [u8; ENTRY] {
        let mut octets = [0; ENTRY];
        for (place, word) in
            octets.as_chunks_mut().0.iter_mut().zip([self.ssrc, self.last_reference, self.delay])
        {
            *place = word.to_be_bytes();
        }
        octets
    }
}

/// The entries of one such block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayBlocks<'a> {
    entries: &'a [u8],
}

impl<'a> DelayBlocks<'a> {
    /// Entries written by [`DelayBlock::to_bytes`]. `None` where the octets are not whole ones.
    pub fn new(entries: &'a [u8]) -> Option<Self> {
        entries.len().is_multiple_of(ENTRY).then_some(Self { entries })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.entries.len() / ENTRY
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = DelayBlock> + use<'a> {
        self.entries.as_chunks::<ENTRY>().0.iter().map(|entry| DelayBlock {
            ssrc: word(entry, 0),
            last_reference: word(entry, 4),
            delay: word(entry, 8),
        })
    }

    pub(super) fn read(raw: &RawBlock<'a>) -> Option<Self> {
        Self::new(raw.body)
    }

    pub(super) fn length(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn write(&self, place: &mut Body<'_>) {
        place.put(self.entries);
    }
}

#[cfg(test)]
mod tests {
    use super::{DelayBlock, DelayBlocks};
    use crate::NtpTime;
    use core::time::Duration;

    #[test]
    fn a_receiver_learns_its_round_trip() {
        let sent = NtpTime::from_unix(Duration::from_millis(1_000_000));
        let block = DelayBlock::new(7, sent, Duration::from_millis(2_500));
        let octets = block.to_bytes();
        let read = DelayBlocks::new(&octets).unwrap().iter().next().unwrap();
        assert_eq!(read, block);
        let back = NtpTime::from_unix(Duration::from_millis(1_002_600));
        let round_trip = read.round_trip(back).unwrap();
        assert!(
            round_trip.abs_diff(Duration::from_millis(100)) < Duration::from_micros(50),
            "{round_trip:?}"
        );
        assert_eq!(read.round_trip(sent), None, "kept longer than it was away");
        assert_eq!(DelayBlock { last_reference: 0, ..read }.round_trip(back), None);
        assert_eq!(DelayBlocks::new(&octets[..8]), None);
    }
}
