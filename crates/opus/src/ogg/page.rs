/// Octets of a page in front of its table of lengths.
const HEAD: usize = 27;

/// Lengths that the table has room for.
const MOST_LENGTHS: usize = 255;

const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// A page of Ogg (RFC 3533 §6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OggPage {
    flags: u8,
    /// Samples of 48 kHz that there are up to its last packet that is whole; all ones for a page on which none ends.
    pub granule: u64,
    /// Which of the streams in the file it belongs to.
    pub serial: u32,
    /// The pages of a stream are counted from 0.
    pub sequence: u32,
    lengths: Vec<u8>,
    payload: Vec<u8>,
}

impl OggPage {
    /// Octets of the longest page.
    pub const LONGEST: usize = HEAD + MOST_LENGTHS + MOST_LENGTHS * 255;

    /// A page without packets.
    pub fn new(serial: u32, sequence: u32) -> Self {
        Self { serial, sequence, ..Self::default() }
    }

    /// Marks it as the first of its stream.
    pub(super) fn set_first(&mut self) {
        self.flags |= FIRST;
    }

    /// Whether no page of its stream follows.
    pub fn is_last(&self) -> bool {
        self.flags & LAST != 0
    }

    /// Says whether no page of its stream follows.
    pub fn set_last(&mut self, last: bool) {
        self.flags = self.flags & !LAST | if last { LAST } else { 0 };
    }

    /// Whether it has no packet.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Adds a packet. `false`: it has no room for it.
    pub fn add(&mut self, packet: &[u8]) -> bool {
        if self.lengths.len() + packet.len() / 255 + 1 > MOST_LENGTHS {
            return false;
        }
        self.lengths.extend(std::iter::repeat_n(255, packet.len() / 255));
        // A remainder of 255 is below that.
        self.lengths.push((packet.len() % 255) as u8);
        self.payload.extend_from_slice(packet);
        true
    }

    /// Its packets; `None` where one of them begins or ends on another page.
    pub fn packets(&self) -> Option<Vec<&[u8]>> {
        if self.flags & CONTINUED != 0 || self.lengths.last() == Some(&255) {
            return None;
        }
        let (mut packets, mut start, mut end) = (Vec::new(), 0, 0);
        for length in &self.lengths {
            end += usize::from(*length);
            if *length < 255 {
                packets.push(self.payload.get(start..end)?);
                start = end;
            }
        }
        Some(packets)
    }

    /// The page at the beginning of `octets`, and how many of them it has; `None` where it is not whole, or damaged.
    pub fn read(octets: &[u8]) -> Option<(Self, usize)> {
        let head: &[u8; HEAD] = octets.first_chunk()?;
        if !head.starts_with(b"OggS\0") {
            return None;
        }
        let lengths = octets.get(HEAD..HEAD + usize::from(head[26]))?;
        let start = HEAD + lengths.len();
        let end = start + lengths.iter().map(|length| usize::from(*length)).sum::<usize>();
        let payload = octets.get(start..end)?;
        let four = |at: usize| {
            head.get(at..).and_then(|octets| octets.first_chunk()).map(|o| u32::from_le_bytes(*o))
        };
        let page = Self {
            flags: head[5],
            granule: u64::from(four(6)?) | u64::from(four(10)?) << 32,
            serial: four(14)?,
            sequence: four(18)?,
            lengths: lengths.to_vec(),
            payload: payload.to_vec(),
        };
        (four(22)? == checksum(octets.get(..end)?)).then_some((page, end))
    }

    /// Adds it to `octets`.
    pub fn write(&self, octets: &mut Vec<u8>) {
        let start = octets.len();
        octets.extend_from_slice(b"OggS\0");
        octets.push(self.flags);
        octets.extend_from_slice(&self.granule.to_le_bytes());
        octets.extend_from_slice(&self.serial.to_le_bytes());
        octets.extend_from_slice(&self.sequence.to_le_bytes());
        octets.extend_from_slice(&[0; 4]);
        // `add` and `read` see to it that there are no more than 255.
        octets.push(self.lengths.len() as u8);
        octets.extend_from_slice(&self.lengths);
        octets.extend_from_slice(&self.payload);
        let sum = checksum(octets.get(start..).unwrap_or_default());
        if let Some(place) = octets.get_mut(start + 22..start + 26) {
            place.copy_from_slice(&sum.to_le_bytes());
        }
    }
}

/// The remainders of each octet by the polynomial 0x04c11db7, the high bit first.
const REMAINDERS: [u32; 256] = {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let (mut rest, mut bit) = ((octet as u32) << 24, 0);
        while bit < 8 {
            rest = rest << 1 ^ if rest >> 31 == 1 { 0x04c1_1db7 } else { 0 };
            bit += 1;
        }
        table[octet] = rest;
        octet += 1;
    }
    table
};

/// The checksum of a page, whose own place counts as zeros (RFC 3533 §6).
fn checksum(page: &[u8]) -> u32 {
    page.iter().enumerate().fold(0, |sum: u32, (at, octet)| {
        let octet = if (22..26).contains(&at) { 0 } else { *octet };
        sum << 8 ^ REMAINDERS[usize::from((sum >> 24) as u8 ^ octet)]
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pages_are_read_as_they_were_written(lengths in prop::collection::vec(0..800_usize, 0..120), granule: u64) {
            let mut page = OggPage { granule, ..OggPage::new(7, 9) };
            let packets: Vec<Vec<u8>> = lengths.iter().map(|length| vec![*length as u8; *length]).collect();
            let added = packets.iter().take_while(|packet| page.add(packet)).count();
            page.set_last(granule % 2 == 1);
            let mut octets = Vec::new();
            page.write(&mut octets);
            prop_assert!(octets.len() <= OggPage::LONGEST);
            let (again, length) = OggPage::read(&octets).unwrap();
            prop_assert_eq!((&again, length), (&page, octets.len()));
            prop_assert_eq!(again.packets().unwrap(), &packets[..added]);
            prop_assert_eq!(OggPage::read(&octets[..octets.len() - 1]), None);
            let middle = octets.len() / 2;
            octets[middle] ^= 1;
            prop_assert_eq!(OggPage::read(&octets), None);
        }
    }
}
