/// What a packet was, seen from the numbers before it (RFC 3550 appendix A.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrival {
    /// Too little is known of the source to trust it: not enough packets have come in a row.
    Probation,
    /// The newest packet. `missing` counts the numbers between it and the last newest one.
    Next {
        /// Packets lost, or late.
        missing: u16,
    },
    /// Older than the newest, and not seen before.
    Late,
    /// Seen before.
    Duplicate,
    /// The source began its numbers anew (two packets in a row said so); counting starts with this one.
    Restarted,
    /// The number is far from the last ones. Taken only if the next packet confirms it.
    Stray,
}

impl Arrival {
    /// Whether the packet belongs to the stream and has not been seen: what a player wants to have.
    pub fn is_wanted(self) -> bool {
        matches!(self, Self::Next { .. } | Self::Late | Self::Restarted)
    }
}

/// Follows the sequence numbers of one source: extends them beyond 16 bits, and counts what was lost, late, or
/// came twice (RFC 3550 appendices A.1 and A.3).
///
/// ```text
/// Empty --first--> Probation --n in a row--> Valid --far number--> Stray expected
///                   ^  |                      ^  ^                     |
///                   +--+ not in a row         |  +-- other number -----+
///                                             +----- next number (restart)
/// ```
///
/// ```
/// use rtp::{Arrival, SequenceTracker};
///
/// let mut tracker = SequenceTracker::new();
/// tracker.receive(65_534); // the first of the two that make a source valid
/// tracker.receive(65_535);
/// assert_eq!(tracker.receive(2), Arrival::Next { missing: 2 });
/// assert_eq!(tracker.receive(0), Arrival::Late);
/// assert_eq!(tracker.receive(2), Arrival::Duplicate);
/// assert_eq!((tracker.extended(), tracker.lost()), (65_536 + 2, 1));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SequenceTracker {
    /// Packets in a row that make a source valid.
    minimum: u16,
    /// Packets in a row that are still wanted; 0: the source is valid.
    probation: u16,
    started: bool,
    newest: u16,
    /// How often the number has wrapped, times 2¹⁶.
    cycles: u32,
    /// Extended number of the first packet counted.
    base: u32,
    /// The number that would confirm a restart.
    restart_at: Option<u16>,
    /// Bit n is set when the packet n before the newest has come.
    window: u128,
    received: u64,
    duplicates: u64,
    late: u64,
    /// Packets expected by the numberings before this one.
    expected_before: u64,
}

impl SequenceTracker {
    /// A forward step of this many numbers or more is no loss but another numbering (MAX_DROPOUT).
    pub const MAX_DROPOUT: u16 = 3_000;
    /// A backward step of more than this is no late packet but another numbering (MAX_MISORDER).
    pub const MAX_MISORDER: u16 = 100;
    /// Packets in a row that make a source valid (MIN_SEQUENTIAL).
    pub const MIN_SEQUENTIAL: u16 = 2;

    /// For a source that is valid after [`SequenceTracker::MIN_SEQUENTIAL`] packets in a row.
    pub const fn new() -> Self {
        Self::with_probation(Self::MIN_SEQUENTIAL)
    }

    /// For a source that is valid after `packets` in a row; with 0 or 1 the first packet is.
    pub const fn with_probation(packets: u16) -> Self {
        Self {
            minimum: packets,
            probation: packets,
            started: false,
            newest: 0,
            cycles: 0,
            base: 0,
            restart_at: None,
            window: 0,
            received: 0,
            duplicates: 0,
            late: 0,
            expected_before: 0,
        }
    }

    /// Takes a packet's number in and says what it was.
    #[inline]
    pub fn receive(&mut self, sequence: u16) -> Arrival {
        if self.probation > 0 || !self.started {
            return self.try_out(sequence);
        }
        let ahead = sequence.wrapping_sub(self.newest);
        if ahead != 0 && ahead < Self::MAX_DROPOUT {
            self.advance(sequence, ahead);
            return Arrival::Next { missing: ahead - 1 };
        }
        let behind = ahead.wrapping_neg();
        if behind <= Self::MAX_MISORDER { self.look_back(behind) } else { self.stray(sequence) }
    }

    /// The newest packet's number with the wraps counted in its upper half (RFC 3550 §6.4.1).
    pub fn extended(&self) -> u32 {
        self.cycles.wrapping_add(u32::from(self.newest))
    }

    /// The extended number of a packet that is near the newest one.
    pub fn extend(&self, sequence: u16) -> u32 {
        let distance = sequence.wrapping_sub(self.newest) as i16;
        self.extended().wrapping_add_signed(i32::from(distance))
    }

    /// Whether enough packets have come in a row.
    pub fn is_valid(&self) -> bool {
        self.started && self.probation == 0
    }

    /// Packets that came since the source is valid, late ones and duplicates too.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Packets that came more than once, counted by their repeats.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Packets that came after a later one.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// Packets that should have come, by the numbers.
    pub fn expected(&self) -> u64 {
        self.expected_before + self.expected_now()
    }

    /// Packets that never came. Unlike the count of report blocks, duplicates do not hide a loss.
    pub fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received - self.duplicates)
    }

    /// The count of report blocks: expected less received, where duplicates count as received (RFC 3550 §6.4.1).
    /// Negative when more came than were expected; kept within 24 bits.
    pub fn cumulative_lost(&self) -> i32 {
        let lost = self.expected() as i64 - self.received as i64;
        lost.clamp(-0x80_0000, 0x7F_FFFF) as i32
    }

    fn expected_now(&self) -> u64 {
        if self.is_valid() { u64::from(self.extended().wrapping_sub(self.base)) + 1 } else { 0 }
    }

    /// Probation: only packets in a row count.
    fn try_out(&mut self, sequence: u16) -> Arrival {
        let in_row = self.started && sequence == self.newest.wrapping_add(1);
        if !in_row {
            self.probation = self.minimum.max(1);
        }
        self.started = true;
        self.newest = sequence;
        self.probation -= 1;
        if self.probation > 0 {
            return Arrival::Probation;
        }
        self.begin(sequence);
        Arrival::Next { missing: 0 }
    }

    /// The packet with this number is the first of its numbering.
    fn begin(&mut self, sequence: u16) {
        self.newest = sequence;
        self.cycles = 0;
        self.base = u32::from(sequence);
        self.restart_at = None;
        self.window = 1;
        self.received += 1;
    }

    #[inline]
    fn advance(&mut self, sequence: u16, ahead: u16) {
        if sequence < self.newest {
            self.cycles = self.cycles.wrapping_add(1 << 16);
        }
        self.newest = sequence;
        self.window = self.window.checked_shl(u32::from(ahead)).unwrap_or(0) | 1;
        self.restart_at = None;
        self.received += 1;
    }

    /// A packet at most [`SequenceTracker::MAX_MISORDER`] before the newest.
    fn look_back(&mut self, behind: u16) -> Arrival {
        let bit = 1 << behind;
        self.received += 1;
        if self.window & bit != 0 {
            self.duplicates += 1;
            return Arrival::Duplicate;
        }
        self.window |= bit;
        self.late += 1;
        // One from before the first packet counted was expected as well.
        let span = self.extended().wrapping_sub(self.base).max(u32::from(behind));
        self.base = self.extended().wrapping_sub(span);
        Arrival::Late
    }

    fn stray(&mut self, sequence: u16) -> Arrival {
        if self.restart_at != Some(sequence) {
            self.restart_at = Some(sequence.wrapping_add(1));
            return Arrival::Stray;
        }
        // What is counted so far stays; the new numbering comes on top.
        self.expected_before += self.expected_now();
        self.begin(sequence);
        Arrival::Restarted
    }
}

impl Default for SequenceTracker {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrival, SequenceTracker};

    fn valid(first: u16) -> SequenceTracker {
        let mut tracker = SequenceTracker::with_probation(1);
        assert_eq!(tracker.receive(first), Arrival::Next { missing: 0 });
        tracker
    }

    #[test]
    fn two_in_a_row_make_a_source() {
        let mut tracker = SequenceTracker::new();
        for sequence in [5, 9, 11] {
            assert_eq!(tracker.receive(sequence), Arrival::Probation);
        }
        assert!(!tracker.is_valid());
        assert_eq!(tracker.receive(12), Arrival::Next { missing: 0 });
        assert!(tracker.is_valid());
        assert_eq!((tracker.received(), tracker.expected()), (1, 1));
    }

    #[test]
    fn numbers_wrap_into_cycles() {
        let mut tracker = valid(65_000);
        for n in 1..200_000_u32 {
            assert_eq!(tracker.receive((65_000 + n) as u16), Arrival::Next { missing: 0 });
        }
        assert_eq!(tracker.extended(), 65_000 + 199_999);
        assert_eq!((tracker.lost(), tracker.received()), (0, 200_000));
        assert_eq!(tracker.extend(tracker.newest.wrapping_sub(3)), 65_000 + 199_996);
    }

    #[test]
    fn losses_are_counted_and_late_packets_taken_off() {
        let mut tracker = valid(10);
        assert_eq!(tracker.receive(14), Arrival::Next { missing: 3 });
        assert_eq!(tracker.lost(), 3);
        assert_eq!(tracker.receive(12), Arrival::Late);
        assert_eq!((tracker.lost(), tracker.late()), (2, 1));
    }

    #[test]
    fn duplicates_do_not_hide_a_loss() {
        let mut tracker = valid(10);
        tracker.receive(12);
        for _ in 0..5 {
            assert_eq!(tracker.receive(12), Arrival::Duplicate);
        }
        assert_eq!((tracker.lost(), tracker.duplicates()), (1, 5));
        assert_eq!(tracker.cumulative_lost(), -4); // as the RFC counts
    }

    #[test]
    fn a_late_packet_is_late_once() {
        let mut tracker = valid(200);
        tracker.receive(299);
        assert_eq!(tracker.receive(199 + 50), Arrival::Late);
        assert_eq!(tracker.receive(199 + 50), Arrival::Duplicate);
        assert_eq!(tracker.receive(199), Arrival::Late); // exactly MAX_MISORDER behind
        assert_eq!(tracker.receive(198), Arrival::Stray);
    }

    #[test]
    fn what_overtook_the_first_packet_was_expected_too() {
        let mut tracker = valid(1);
        assert_eq!(tracker.receive(65_535), Arrival::Late);
        assert_eq!((tracker.expected(), tracker.lost()), (3, 1));
    }

    #[test]
    fn a_single_far_number_changes_nothing() {
        let mut tracker = valid(10);
        assert_eq!(tracker.receive(30_000), Arrival::Stray);
        assert_eq!(tracker.receive(11), Arrival::Next { missing: 0 });
        assert_eq!(tracker.receive(30_001), Arrival::Stray); // the chain was broken by 11
        assert_eq!(tracker.extended(), 11);
    }

    #[test]
    fn two_far_numbers_in_a_row_restart() {
        let mut tracker = valid(10);
        tracker.receive(12);
        tracker.receive(30_000);
        assert_eq!(tracker.receive(30_001), Arrival::Restarted);
        assert_eq!(tracker.receive(30_002), Arrival::Next { missing: 0 });
        assert_eq!((tracker.extended(), tracker.received()), (30_002, 4));
        assert_eq!((tracker.expected(), tracker.lost()), (5, 1)); // 11 stays lost
    }

    #[test]
    fn a_dropout_has_an_end() {
        let mut tracker = valid(0);
        assert_eq!(tracker.receive(2_999), Arrival::Next { missing: 2_998 });
        assert_eq!(tracker.receive(2_999 + 3_000), Arrival::Stray);
    }
}
