/// Packets in a row that must come between losses for these to be apart (RFC 3611 §4.7.2, Gmin).
pub(super) const GMIN: u64 = 16;

/// Tells bursts, in which losses and discards are dense, from the gaps between them (RFC 3611 §4.7.2).
///
/// A burst begins and ends with a packet that was lost or discarded, and has fewer than Gmin others in a row in it. A
/// single one with Gmin others on both sides belongs to the gap.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bursts {
    packets: u64,
    missing: u64,
    /// Bursts that have ended, their packets, and how many of them were missing.
    bursts: u64,
    burst_packets: u64,
    burst_missing: u64,
    /// Of what may be a burst: packets, missing ones, and how many came since the last missing one.
    open_packets: u64,
    open_missing: u64,
    since_missing: u64,
}

/// What [`Bursts`] has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BurstFigures {
    pub(super) bursts: u64,
    pub(super) burst_packets: u64,
    pub(super) burst_missing: u64,
    pub(super) gap_packets: u64,
    pub(super) gap_missing: u64,
}

impl Bursts {
    /// The next packet was heard.
    pub(super) fn heard(&mut self) {
        self.packets += 1;
        self.since_missing += 1;
        if self.since_missing >= GMIN {
            self.close();
        }
    }

    /// The next packet was lost, or discarded.
    pub(super) fn missed(&mut self) {
        self.packets += 1;
        self.missing += 1;
        if self.open_missing == 0 {
            self.open_packets = 0;
        } else {
            self.open_packets += self.since_missing;
        }
        self.open_packets += 1;
        self.open_missing += 1;
        self.since_missing = 0;
    }

    fn close(&mut self) {
        if self.open_missing > 1 {
            self.bursts += 1;
            self.burst_packets += self.open_packets;
            self.burst_missing += self.open_missing;
        }
        (self.open_packets, self.open_missing) = (0, 0);
    }

    /// The figures so far; a burst that goes on is counted as far as it is known.
    pub(super) fn figures(&self) -> BurstFigures {
        let mut ended = *self;
        ended.close();
        BurstFigures {
            bursts: ended.bursts,
            burst_packets: ended.burst_packets,
            burst_missing: ended.burst_missing,
            gap_packets: ended.packets - ended.burst_packets,
            gap_missing: ended.missing - ended.burst_missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `.` was heard, `x` missed.
    fn figures(packets: &str) -> BurstFigures {
        let mut bursts = Bursts::default();
        packets.chars().for_each(|packet| if packet == 'x' { bursts.missed() } else { bursts.heard() });
        bursts.figures()
    }

    #[test]
    fn a_single_loss_belongs_to_the_gap() {
        let found = figures("....................x....................");
        assert_eq!(found, BurstFigures { gap_packets: 41, gap_missing: 1, ..BurstFigures::default() });
    }

    #[test]
    fn a_burst_reaches_from_its_first_loss_to_its_last() {
        // Fifteen packets between losses do not end a burst, sixteen do.
        let found = figures("................x...............x.x................x................");
        let expected =
            BurstFigures { bursts: 1, burst_packets: 19, burst_missing: 3, gap_packets: 49, gap_missing: 1 };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_burst_that_goes_on_counts() {
        assert_eq!(figures("..xx").burst_packets, 2);
        assert_eq!(figures("x.x").burst_packets, 3);
        assert_eq!(figures(""), BurstFigures::default());
    }
}
