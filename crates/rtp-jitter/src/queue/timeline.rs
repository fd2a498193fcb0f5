use crate::packet::PacketInfo;

/// A forward step of the sequence numbers beyond this is another numbering (RFC 3550 appendix A.1, MAX_DROPOUT).
const MAX_DROPOUT: i64 = 3_000;

/// A backward step beyond this is another numbering (MAX_MISORDER; more, for networks that hold packets back).
const MAX_MISORDER: i64 = 500;

/// Where a packet belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In this stream, at this extended sequence number and timestamp.
    Known { sequence: i64, timestamp: i64 },
    /// In another stream, which begins with it.
    New,
    /// Nowhere, unless the next one goes on from it.
    Stray,
}

/// Extends sequence numbers and timestamps beyond their wraps, and sees where another stream begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    /// Of the newest packet: extended numbers, and source.
    newest: Option<(i64, i64, u32)>,
    /// The packet that would confirm another stream.
    confirming: Option<(u32, u16)>,
    /// What is added to timestamps since the source set its clock anew.
    offset: i64,
}

impl Timeline {
    /// Says where a packet belongs; changes nothing but what is remembered of strays.
    pub(super) fn place(&mut self, info: &PacketInfo) -> Place {
        let Some((sequence, timestamp, ssrc)) = self.newest else { return Place::New };
        let step = i64::from(info.sequence.wrapping_sub(sequence as u16) as i16);
        if ssrc == info.ssrc && (-MAX_MISORDER..=MAX_DROPOUT).contains(&step) {
            self.confirming = None;
            let raw = timestamp.wrapping_sub(self.offset) as u32;
            let ticks = i64::from(info.timestamp.wrapping_sub(raw) as i32);
            return Place::Known { sequence: sequence + step, timestamp: timestamp + ticks };
        }
        if self.confirming == Some((info.ssrc, info.sequence)) {
            return Place::New;
        }
        self.confirming = Some((info.ssrc, info.sequence.wrapping_add(1)));
        Place::Stray
    }

    /// The packet is the first of its stream. Its extended numbers begin far above zero.
    pub(super) fn begin(&mut self, info: &PacketInfo) -> (i64, i64) {
        let sequence = i64::from(info.sequence) + (1 << 16);
        let timestamp = i64::from(info.timestamp) + (1 << 32);
        *self = Self { newest: Some((sequence, timestamp, info.ssrc)), ..Self::default() };
        (sequence, timestamp)
    }

    /// Extended number and timestamp of the newest packet.
    pub(super) fn newest(&self) -> (i64, i64) {
        self.newest.map_or((0, 0), |(sequence, timestamp, _)| (sequence, timestamp))
    }

    /// The packet at this place has come.
    pub(super) fn advance(&mut self, sequence: i64, timestamp: i64) {
        if let Some(newest) = &mut self.newest
            && sequence > newest.0
        {
            (newest.0, newest.1) = (sequence, timestamp);
        }
    }

    /// From the newest packet on, timestamps mean a time that is `by` ticks later.
    pub(super) fn shift(&mut self, by: i64) {
        self.offset += by;
        if let Some(newest) = &mut self.newest {
            newest.1 += by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(sequence: u16, timestamp: u32) -> PacketInfo {
        PacketInfo { sequence, timestamp, ..PacketInfo::default() }
    }

    fn begun(sequence: u16, timestamp: u32) -> (Timeline, i64, i64) {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.place(&packet(sequence, timestamp)), Place::New);
        let (sequence, timestamp) = timeline.begin(&packet(sequence, timestamp));
        (timeline, sequence, timestamp)
    }

    #[test]
    fn both_numbers_wrap() {
        let (mut timeline, first, start) = begun(65_535, u32::MAX - 100);
        for n in 1..100_000_i64 {
            let info =
                packet(65_535_u16.wrapping_add(n as u16), (u32::MAX - 100).wrapping_add(n as u32 * 160));
            let place = Place::Known { sequence: first + n, timestamp: start + 160 * n };
            assert_eq!(timeline.place(&info), place);
            timeline.advance(first + n, start + 160 * n);
        }
    }

    #[test]
    fn what_is_older_lies_before() {
        let (mut timeline, first, start) = begun(2, 320);
        let place = Place::Known { sequence: first - 3, timestamp: start - 480 };
        assert_eq!(timeline.place(&packet(65_535, 0_u32.wrapping_sub(160))), place);
        timeline.advance(first - 3, start - 480);
        assert_eq!(timeline.newest(), (first, start));
    }

    #[test]
    fn another_stream_takes_two_packets() {
        let (mut timeline, ..) = begun(2, 320);
        assert_eq!(timeline.place(&packet(30_000, 0)), Place::Stray);
        assert_eq!(timeline.place(&packet(30_002, 0)), Place::Stray);
        assert_eq!(timeline.place(&packet(30_003, 0)), Place::New);
        let other = PacketInfo { ssrc: 7, ..packet(3, 480) };
        assert_eq!(timeline.place(&other), Place::Stray);
        assert!(matches!(timeline.place(&packet(3, 480)), Place::Known { .. })); // breaks the chain
        assert_eq!(timeline.place(&PacketInfo { sequence: 4, ..other }), Place::Stray);
        assert_eq!(timeline.place(&PacketInfo { sequence: 5, ..other }), Place::New);
    }

    #[test]
    fn a_shift_holds_for_what_follows() {
        let (mut timeline, first, start) = begun(2, 320);
        timeline.shift(-1_000);
        let place = Place::Known { sequence: first + 1, timestamp: start - 1_000 + 160 };
        assert_eq!(timeline.place(&packet(3, 480)), place);
    }
}
