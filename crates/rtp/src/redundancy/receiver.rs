use super::RedundantPayload;
use crate::{Header, SequenceTracker};

/// Packets that one packet makes good, at most: one that comes may not become any number that go.
const MOST_RECOVERED: usize = 8;

/// Finds the sound of lost packets in the redundant data of later ones (RFC 2198).
///
/// Redundant blocks tell their time, and not their number. They are taken for the packets right before the one that they come in,
/// as senders have it, and only those are used that are younger than anything heard: so nothing is played twice, and what is
/// made good never has the number of a packet that came.
///
/// Show it every packet of the stream with [`receive`](Self::receive), those without redundant data too.
#[derive(Clone, Debug, Default)]
pub struct RedundancyReceiver {
    newest: Option<Newest>,
    /// Bit n is set when the packet n before the newest was lost and made good.
    recovered: u128,
}

/// The newest packet that came.
#[derive(Clone, Copy, Debug)]
struct Newest {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
}

/// What a packet was, seen from those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    header: Header,
    /// Packets that are missing right before it.
    missing: u16,
    /// Ticks since the newest packet before it.
    since: u32,
    /// Its sound was found in another packet, and has gone on.
    repeats: bool,
}

/// The sound of a packet that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovered<'a> {
    /// The header that it would have come with.
    pub header: Header,
    /// Its payload.
    pub data: &'a [u8],
}

impl RedundancyReceiver {
    /// For a stream of which nothing has come.
    pub const fn new() -> Self {
        Self { newest: None, recovered: 0 }
    }

    /// Takes in the header of a packet.
    pub fn receive(&mut self, header: &Header) -> Found {
        let found = Found { header: *header, missing: 0, since: 0, repeats: false };
        let newest = Newest { ssrc: header.ssrc, sequence: header.sequence, timestamp: header.timestamp };
        let Some(before) = self.newest.filter(|before| before.ssrc == header.ssrc) else {
            self.begin(newest);
            return found;
        };
        let ahead = header.sequence.wrapping_sub(before.sequence);
        let behind = ahead.wrapping_neg();
        if behind <= SequenceTracker::MAX_MISORDER {
            let repeats = self.recovered & 1_u128 << behind != 0;
            return Found { repeats, ..found };
        }
        if ahead >= SequenceTracker::MAX_DROPOUT {
            self.begin(newest);
            return found;
        }
        self.recovered = self.recovered.checked_shl(u32::from(ahead)).unwrap_or(0);
        let since = header.timestamp.wrapping_sub(before.timestamp);
        if since as i32 > 0 {
            self.newest = Some(newest);
            return Found { missing: ahead - 1, since, ..found };
        }
        // A telephone-event has the time at which it began; it tells nothing of what was heard.
        self.newest = Some(Newest { timestamp: before.timestamp, ..newest });
        found
    }

    fn begin(&mut self, newest: Newest) {
        self.newest = Some(newest);
        self.recovered = 0;
    }
}

impl Found {
    /// Whether its sound has been found in a later packet, which came first: it is not to be heard again.
    pub fn is_repeated(&self) -> bool {
        self.repeats
    }

    /// Whether packets are missing right before it.
    pub fn has_missing(&self) -> bool {
        self.missing > 0
    }

    /// What was lost right before this packet, and is in its payload: the oldest first. Each is noted as made good.
    pub fn fill<'a>(
        self,
        receiver: &mut RedundancyReceiver,
        payload: &RedundantPayload<'a>,
    ) -> impl Iterator<Item = Recovered<'a>> + use<'a> {
        let since = self.since;
        let is_new = move |offset: u32| 0 < offset && offset < since;
        // Blocks that are not in the order of time tell nothing of their numbers.
        let in_order = payload.blocks().map(|block| block.timestamp_offset).is_sorted_by(|a, b| a > b);
        let known = payload.blocks().filter(|block| is_new(block.timestamp_offset)).count();
        let missing = usize::from(self.missing).min(MOST_RECOVERED);
        let usable = if in_order { known.min(missing) } else { 0 };
        let blocks = payload.blocks().filter(move |block| is_new(block.timestamp_offset));
        let numbered = move || {
            let behind = (1..=usable).rev();
            let found = behind.zip(blocks.clone().skip(known - usable));
            found.filter(|(_, block)| !block.data.is_empty())
        };
        for (behind, _) in numbered() {
            receiver.recovered |= 1_u128 << behind;
        }
        numbered().map(move |(behind, block)| Recovered {
            header: Header {
                payload_type: block.payload_type,
                marker: false,
                // No more than the numbers that are missing.
                sequence: self.header.sequence.wrapping_sub(behind as u16),
                timestamp: self.header.timestamp.wrapping_sub(block.timestamp_offset),
                ssrc: self.header.ssrc,
            },
            data: block.data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(sequence: u16) -> Header {
        Header { payload_type: 63, sequence, timestamp: 960 * u32::from(sequence), ssrc: 7, marker: false }
    }

    /// Redundant data with these blocks of one octet: distance in packets, and the octet.
    fn payload(blocks: &[(u32, u8)]) -> Vec<u8> {
        let mut octets = Vec::new();
        for (distance, _) in blocks {
            octets.extend((0x80_u32 << 24 | 111 << 24 | (960 * distance) << 10 | 1).to_be_bytes());
        }
        octets.push(111);
        octets.extend(blocks.iter().map(|(_, octet)| *octet));
        octets.push(0xFF);
        octets
    }

    fn filled(receiver: &mut RedundancyReceiver, sequence: u16, blocks: &[(u32, u8)]) -> Vec<(u16, u32, u8)> {
        let octets = payload(blocks);
        let payload = RedundantPayload::parse(&octets).unwrap();
        let found = receiver.receive(&header(sequence));
        let filled = found.fill(receiver, &payload);
        filled.map(|lost| (lost.header.sequence, lost.header.timestamp, lost.data[0])).collect()
    }

    #[test]
    fn a_lost_packet_is_found_and_its_late_self_is_not_heard_again() {
        let mut receiver = RedundancyReceiver::new();
        assert_eq!(filled(&mut receiver, 10, &[(1, 9)]), []); // the first one: nothing is known to be missing
        assert_eq!(filled(&mut receiver, 11, &[(1, 10)]), []);
        assert_eq!(filled(&mut receiver, 13, &[(1, 12)]), [(12, 12 * 960, 12)]);
        assert!(receiver.receive(&header(12)).is_repeated());
        assert!(!receiver.receive(&header(11)).is_repeated());
        assert_eq!(filled(&mut receiver, 14, &[(1, 13)]), []);
        assert!(receiver.receive(&header(12)).is_repeated());
    }

    #[test]
    fn two_generations_fill_two_losses_and_of_three_the_later_ones() {
        let mut receiver = RedundancyReceiver::new();
        receiver.receive(&header(10));
        let blocks = [(2, 11), (1, 12)];
        assert_eq!(filled(&mut receiver, 13, &blocks), [(11, 11 * 960, 11), (12, 12 * 960, 12)]);
        assert_eq!(filled(&mut receiver, 17, &blocks), [(15, 15 * 960, 11), (16, 16 * 960, 12)]);
        // One of both came: it is older than what is missing.
        assert_eq!(filled(&mut receiver, 19, &blocks), [(18, 18 * 960, 12)]);
    }

    #[test]
    fn what_was_heard_before_a_pause_fills_nothing() {
        let mut receiver = RedundancyReceiver::new();
        receiver.receive(&header(10));
        // An event took the number 11, and was lost; the sound before it was heard.
        let octets = payload(&[(2, 10)]);
        let after = Header { sequence: 12, timestamp: 12 * 960, ..header(12) };
        let found = receiver.receive(&after);
        assert!(found.has_missing());
        assert_eq!(found.fill(&mut receiver, &RedundantPayload::parse(&octets).unwrap()).count(), 0);
    }

    #[test]
    fn another_stream_begins_anew() {
        let mut receiver = RedundancyReceiver::new();
        receiver.receive(&header(10));
        assert!(!receiver.receive(&Header { ssrc: 8, ..header(12) }).has_missing());
        assert!(!receiver.receive(&Header { ssrc: 8, ..header(30_000) }).has_missing());
        assert!(receiver.receive(&Header { ssrc: 8, ..header(30_002) }).has_missing());
    }

    #[test]
    fn blocks_in_disorder_fill_nothing() {
        let mut receiver = RedundancyReceiver::new();
        receiver.receive(&header(10));
        assert_eq!(filled(&mut receiver, 13, &[(1, 12), (2, 11)]), []);
    }
}
