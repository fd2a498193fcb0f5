use super::{FOLLOWS, HEADER, MOST_LENGTH, MOST_OFFSET};
use crate::{Header, Packet};

/// Packets whose sound may be sent again.
pub const MOST_GENERATIONS: usize = 3;

/// Places for them, a power of two so that numbers find theirs when they wrap.
const PLACES: usize = 4;

/// The longest payload that is kept: 60 ms of G.711.
const KEPT: usize = 480;

/// The most that a packet may hold behind its header, so that it fits every network (1280 octets of IPv6, less all headers, and
/// what protects it).
const MOST_PAYLOAD: usize = 1_180;

/// Puts the sound of packets before into packets that are sent (RFC 2198), as redundant data of the same encoding.
///
/// Nothing allocates; it holds 2 KB.
#[derive(Clone, Debug)]
pub struct RedundancySender {
    kept: [Kept; PLACES],
}

/// The payload of a packet that was sent.
#[derive(Clone, Copy, Debug)]
struct Kept {
    header: Header,
    /// 0 for none.
    length: usize,
    octets: [u8; KEPT],
}

impl Default for RedundancySender {
    fn default() -> Self {
        Self::new()
    }
}

impl RedundancySender {
    /// Before anything was sent.
    pub const fn new() -> Self {
        let header = Header { payload_type: 0, marker: false, sequence: 0, timestamp: 0, ssrc: 0 };
        Self { kept: [Kept { header, length: 0, octets: [0; KEPT] }; PLACES] }
    }

    /// Makes of the packet that stands in the first `length` octets of `buffer` one of redundant data, in place, with as many
    /// `generations` of packets before it as were sent right before, and are not too old or too long for it. Returns its length.
    ///
    /// `payload_type` is what the far end calls redundant data. `None`: there is nothing to add, and the packet is as it was.
    /// Either way the packet is kept for later ones.
    pub fn add(
        &mut self,
        buffer: &mut [u8],
        length: usize,
        payload_type: u8,
        generations: usize,
    ) -> Option<usize> {
        let packet = Packet::parse(buffer.get(..length)?).ok()?;
        let (header, payload) = (packet.header(), packet.payload_range());
        // Padding would have to be taken off first; nobody pads sound.
        let added = match payload.end == length {
            true => self.write(buffer, (header, payload.start, length), payload_type, generations),
            false => None,
        };
        let grown = added.unwrap_or(length);
        let data = grown.checked_sub(payload.len()).and_then(|start| buffer.get(start..grown));
        self.keep(header, data.filter(|_| payload.end == length).unwrap_or_default());
        added
    }

    /// The same stream goes on with other numbers, or with another encoding: what was sent is of no use any more.
    pub fn forget(&mut self) {
        self.kept.iter_mut().for_each(|kept| kept.length = 0);
    }

    fn write(
        &self,
        buffer: &mut [u8],
        (header, start, end): (Header, usize, usize),
        payload_type: u8,
        generations: usize,
    ) -> Option<usize> {
        let mut size = end - start + 1;
        let mut count = 0;
        while count < generations.min(MOST_GENERATIONS) {
            let Some(kept) = self.before(&header, count + 1) else { break };
            let more = HEADER + kept.length;
            if size + more > MOST_PAYLOAD {
                break;
            }
            (size, count) = (size + more, count + 1);
        }
        if count == 0 || buffer.len() < start + size {
            return None;
        }
        buffer.copy_within(start..end, start + size - (end - start));
        let (mut at, mut data) = (start, start + HEADER * count + 1);
        // The oldest first.
        for behind in (1..=count).rev() {
            let kept = self.before(&header, behind)?;
            let offset = header.timestamp.wrapping_sub(kept.header.timestamp);
            let word =
                u32::from(FOLLOWS | kept.header.payload_type) << 24 | offset << 10 | kept.length as u32;
            buffer[at..at + HEADER].copy_from_slice(&word.to_be_bytes());
            buffer[data..data + kept.length].copy_from_slice(&kept.octets[..kept.length]);
            (at, data) = (at + HEADER, data + kept.length);
        }
        buffer[at] = header.payload_type;
        Header { payload_type, ..header }.rewrite_valid(buffer);
        Some(start + size)
    }

    /// The packet so many numbers before this one, if it can be told in a header.
    fn before(&self, header: &Header, behind: usize) -> Option<&Kept> {
        let sequence = header.sequence.wrapping_sub(behind as u16);
        let kept = &self.kept[usize::from(sequence) % PLACES];
        let offset = header.timestamp.wrapping_sub(kept.header.timestamp);
        let is_that = kept.length > 0
            && (kept.header.sequence, kept.header.ssrc) == (sequence, header.ssrc)
            && kept.header.payload_type == header.payload_type;
        (is_that && (1..=MOST_OFFSET).contains(&offset)).then_some(kept)
    }

    fn keep(&mut self, header: Header, data: &[u8]) {
        let kept = &mut self.kept[usize::from(header.sequence) % PLACES];
        kept.header = header;
        kept.length = match data.len() <= KEPT.min(MOST_LENGTH) {
            true => data.len(),
            false => 0,
        };
        kept.octets[..kept.length].copy_from_slice(&data[..kept.length]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redundancy::RedundantPayload;

    fn sent(sender: &mut RedundancySender, sequence: u16, payload: &[u8], generations: usize) -> Vec<u8> {
        let timestamp = 160 * u32::from(sequence);
        let header = Header { payload_type: 8, marker: true, sequence, timestamp, ssrc: 5 };
        let mut buffer = [header.to_bytes().to_vec(), payload.to_vec()].concat();
        let length = buffer.len();
        buffer.resize(1_500, 0);
        let grown = sender.add(&mut buffer, length, 121, generations).unwrap_or(length);
        buffer.truncate(grown);
        buffer
    }

    fn blocks(packet: &[u8]) -> (u8, Vec<(u32, Vec<u8>)>) {
        let packet = Packet::parse(packet).unwrap();
        if packet.payload_type() == 8 {
            return (8, vec![(0, packet.payload().to_vec())]);
        }
        let payload = RedundantPayload::parse(packet.payload()).unwrap();
        let all = payload.blocks().chain([payload.primary()]);
        let all = all.inspect(|block| assert_eq!(block.payload_type, 8));
        (packet.payload_type(), all.map(|block| (block.timestamp_offset, block.data.to_vec())).collect())
    }

    #[test]
    fn each_packet_carries_those_before_it() {
        let mut sender = RedundancySender::new();
        assert_eq!(blocks(&sent(&mut sender, 65_535, b"a", 2)), (8, vec![(0, b"a".to_vec())]));
        // Numbers wrap, and so does the time of this test.
        let second = sent(&mut sender, 0, b"bb", 2);
        assert_eq!(blocks(&second).0, 8, "time has leapt");
        assert_eq!(
            blocks(&sent(&mut sender, 1, b"c", 2)),
            (121, vec![(160, b"bb".to_vec()), (0, b"c".to_vec())])
        );
        let packet = sent(&mut sender, 2, b"d", 2);
        assert_eq!(blocks(&packet).1, [(320, b"bb".to_vec()), (160, b"c".to_vec()), (0, b"d".to_vec())]);
        assert!(Packet::parse(&packet).unwrap().marker());
        assert_eq!(blocks(&sent(&mut sender, 3, b"e", 1)).1, [(160, b"d".to_vec()), (0, b"e".to_vec())]);
    }

    #[test]
    fn a_gap_ends_what_is_carried() {
        let mut sender = RedundancySender::new();
        for sequence in [10, 11, 13] {
            sent(&mut sender, sequence, &[sequence as u8], 3);
        }
        assert_eq!(blocks(&sent(&mut sender, 14, b"x", 3)).1, [(160, vec![13]), (0, b"x".to_vec())]);
        sender.forget();
        assert_eq!(blocks(&sent(&mut sender, 15, b"y", 3)).0, 8);
    }

    #[test]
    fn long_payloads_leave_room_for_the_packet() {
        let mut sender = RedundancySender::new();
        for sequence in 10..14 {
            sent(&mut sender, sequence, &[1; KEPT], 3);
        }
        let packet = sent(&mut sender, 14, &[2; KEPT], 3);
        assert_eq!(blocks(&packet).1.len(), 2);
        assert!(packet.len() <= MOST_PAYLOAD + Header::LENGTH);
        assert_eq!(blocks(&sent(&mut sender, 15, &[3; KEPT + 1], 3)).1.len(), 2);
        assert_eq!(blocks(&sent(&mut sender, 16, &[4], 3)).0, 8, "what was too long was not kept");
    }

    #[test]
    fn a_buffer_without_room_leaves_the_packet_as_it_was() {
        let mut sender = RedundancySender::new();
        sent(&mut sender, 1, &[1; 160], 1);
        let header = Header { payload_type: 8, sequence: 2, timestamp: 320, ssrc: 5, marker: false };
        let mut packet = [header.to_bytes().to_vec(), vec![7; 20]].concat();
        let before = packet.clone();
        assert_eq!(sender.add(&mut packet, 32, 121, 1), None);
        assert_eq!(packet, before);
    }
}
