//! Forward error correction in a stream that is passed on (RFC 5109 within RFC 2198): its sums are told in the listener's numbers.
//!
//! A sum is made of numbers, times and payload types of packets as their sender wrote them, and these are others here. So what
//! was passed on is remembered for a while; of a packet that was lost before it came here, the sum itself tells how it was.

use rtp::Header;
use rtp::correction::Correction;

/// Packets that are remembered; a sum is made of 48 numbers at most.
const REMEMBERED: usize = 64;

/// What was passed on last.
pub(super) struct Sums {
    passed: [Option<Passed>; REMEMBERED],
}

/// A packet before and after.
#[derive(Clone, Copy)]
struct Passed {
    before: Header,
    after: Header,
    /// More of it was changed than these.
    is_altered: bool,
}

impl Sums {
    pub(super) const fn new() -> Self {
        Self { passed: [None; REMEMBERED] }
    }

    /// Another feeds the stream from now on.
    pub(super) fn forget(&mut self) {
        self.passed = [None; REMEMBERED];
    }

    /// Remembers a packet that goes on. The payload types are those of the data, within redundant data too.
    pub(super) fn note(&mut self, before: Header, after: Header, is_altered: bool) {
        self.passed[usize::from(before.sequence) % REMEMBERED] = Some(Passed { before, after, is_altered });
    }

    /// Tells a payload of forward error correction in the numbers of the listener; `offsets` is what is added to numbers and times of
    /// its source now. `None`: that is not possible, for too little is known of what it was made of.
    pub(super) fn renumber(&self, payload: &mut [u8], (sequence, timestamp): (u16, u32)) -> Option<()> {
        let mut sum = Correction::parse(payload).ok()?;
        let (mut types, mut times) = (sum.payload_types, sum.timestamps);
        let mut lost = false;
        let mut changes = (0_u8, 0_u32);
        for number in sum.protected() {
            let known = self.passed[usize::from(number) % REMEMBERED].as_ref();
            let Some(packet) = known.filter(|packet| packet.before.sequence == number) else {
                // With two of them lost the sum is of no use.
                if std::mem::replace(&mut lost, true) {
                    return None;
                }
                continue;
            };
            if packet.is_altered || packet.after.sequence != number.wrapping_add(sequence) {
                return None;
            }
            types ^= packet.before.payload_type;
            times ^= packet.before.timestamp;
            changes.0 ^= packet.before.payload_type ^ packet.after.payload_type;
            changes.1 ^= packet.before.timestamp ^ packet.after.timestamp;
        }
        if lost {
            // All others taken out of the sum, the one that was lost is left.
            changes.0 ^= types ^ self.renamed(types)?;
            changes.1 ^= times ^ times.wrapping_add(timestamp);
        }
        sum.base = sum.base.wrapping_add(sequence);
        sum.payload_types ^= changes.0;
        sum.timestamps ^= changes.1;
        sum.renumber(payload);
        Some(())
    }

    /// What the listener calls a payload type of the source.
    fn renamed(&self, payload_type: u8) -> Option<u8> {
        let mut passed = self.passed.iter().flatten();
        passed
            .find(|packet| packet.before.payload_type == payload_type)
            .map(|packet| packet.after.payload_type)
    }
}
