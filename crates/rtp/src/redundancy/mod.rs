//! Redundant audio data (RFC 2198): packets that carry, beside their own sound, that of packets before them.
//!
//! - [`RedundantPayload`] looks at the payload of such a packet;
//! - [`RedundancyReceiver`] finds in it the sound of packets that were lost on the way, each with the header that it had;
//! - [`RedundancySender`] makes such packets of ordinary ones.
//!
//! ```
//! use rtp::redundancy::{RedundancyReceiver, RedundancySender, RedundantPayload};
//! use rtp::{Header, Packet};
//!
//! let (mut sender, mut receiver) = (RedundancySender::new(), RedundancyReceiver::new());
//! for (sequence, sound) in [(1, *b"one"), (2, *b"two"), (3, *b"few")] {
//!     let mut buffer = [0; 200];
//!     let header = Header { payload_type: 111, sequence, timestamp: 960 * u32::from(sequence), ..Header::default() };
//!     header.write(&mut buffer);
//!     buffer[12..15].copy_from_slice(&sound);
//!     let length = sender.add(&mut buffer, 15, 63, 1).unwrap_or(15);
//!     if sequence == 2 {
//!         continue; // lost on its way
//!     }
//!     let packet = Packet::parse(&buffer[..length])?;
//!     let found = receiver.receive(&packet.header());
//!     if packet.payload_type() == 63 {
//!         let payload = RedundantPayload::parse(packet.payload())?;
//!         assert_eq!(payload.primary().data, b"few");
//!         let lost: Vec<_> = found.fill(&mut receiver, &payload).collect();
//!         assert_eq!((lost[0].header.sequence, lost[0].data), (2, &b"two"[..]));
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// Losses that are made good.
mod receiver;
/// Packets of redundant data, to be written.
mod sender;

use core::ops::Range;

pub use receiver::{Found, Recovered, RedundancyReceiver};
pub use sender::{MOST_GENERATIONS, RedundancySender};

/// Octets of the header of a block that is not the last one (RFC 2198 §3).
const HEADER: usize = 4;

/// In the first octet of a header: another one follows.
const FOLLOWS: u8 = 0x80;

/// The greatest distance in time that a header can tell, in ticks.
const MOST_OFFSET: u32 = (1 << 14) - 1;

/// The greatest length that a header can tell, in octets.
const MOST_LENGTH: usize = (1 << 10) - 1;

/// Why octets were refused as redundant data (RFC 2198 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedundancyError {
    /// The payload ends before the header of the primary block.
    #[error("redundant data of {0} octets ends inside its headers")]
    Headers(usize),
    /// The blocks are longer than the payload.
    #[error("blocks of redundant data take {announced} octets, and {there} are there")]
    Blocks {
        /// Octets that the headers announce.
        announced: usize,
        /// Octets behind the headers.
        there: usize,
    },
}

/// The payload of a packet of redundant data, seen in the octets that hold it (RFC 2198 §3).
///
/// [`RedundantPayload::parse`] checks every length once, so no accessor can fail. Copies nothing, allocates nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedundantPayload<'a> {
    payload: &'a [u8],
    /// Blocks before the primary one.
    redundant: usize,
    /// Where the primary data begins.
    primary: usize,
}

/// Data of one moment in redundant data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedundantBlock<'a> {
    /// What the data is, 0 to 127.
    pub payload_type: u8,
    /// How many ticks before the timestamp of the packet it begins; 0 for the primary block.
    pub timestamp_offset: u32,
    /// The data.
    pub data: &'a [u8],
}

impl<'a> RedundantPayload<'a> {
    /// Looks at the payload of a packet, without its padding, as redundant data.
    ///
    /// # Errors
    /// [`RedundancyError`] when headers or blocks reach beyond the end.
    pub fn parse(payload: &'a [u8]) -> Result<Self, RedundancyError> {
        let (mut at, mut redundant, mut announced) = (0, 0, 0);
        loop {
            let cut = RedundancyError::Headers(payload.len());
            let first = *payload.get(at).ok_or(cut)?;
            if first & FOLLOWS == 0 {
                break;
            }
            let &[_, _, high, low] = payload[at..].first_chunk::<HEADER>().ok_or(cut)?;
            announced += usize::from(u16::from_be_bytes([high, low])) & MOST_LENGTH;
            redundant += 1;
            at += HEADER;
        }
        let data = at + 1;
        let there = payload.len() - data;
        if announced > there {
            return Err(RedundancyError::Blocks { announced, there });
        }
        Ok(Self { payload, redundant, primary: data + announced })
    }

    /// The data of the packet's own time. It may be empty.
    pub fn primary(&self) -> RedundantBlock<'a> {
        RedundantBlock {
            payload_type: self.payload[HEADER * self.redundant] & !FOLLOWS,
            timestamp_offset: 0,
            data: &self.payload[self.primary..],
        }
    }

    /// Where in the payload the primary data is.
    pub fn primary_range(&self) -> Range<usize> {
        self.primary..self.payload.len()
    }

    /// What is sent again, in the order of the packet: usually the oldest first.
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = RedundantBlock<'a>> + Clone + use<'a> {
        let payload = self.payload;
        let mut data = HEADER * self.redundant + 1;
        (0..self.redundant).map(move |nth| {
            // All headers, and all that they announce, are within the payload: `parse` has seen to it.
            let at = HEADER * nth;
            let header = u32::from_be_bytes([payload[at], payload[at + 1], payload[at + 2], payload[at + 3]]);
            let begin = data;
            data += header as usize & MOST_LENGTH;
            RedundantBlock {
                payload_type: payload[at] & !FOLLOWS,
                timestamp_offset: header >> 10 & MOST_OFFSET,
                data: &payload[begin..data],
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{RedundancyError, RedundantBlock, RedundantPayload};

    #[test]
    fn blocks_are_told_apart() {
        // The example of RFC 2198 §4 in small: DVI4 as 5, LPC as 7, 20 ms apart, with data of 2 and 3 octets.
        let octets = [0x80 | 7, 0x02, 0x80, 0x03, 5, 1, 2, 3, 0xA, 0xB];
        let payload = RedundantPayload::parse(&octets).unwrap();
        let redundant = RedundantBlock { payload_type: 7, timestamp_offset: 160, data: &[1, 2, 3] };
        assert_eq!(payload.blocks().collect::<Vec<_>>(), [redundant]);
        let primary = RedundantBlock { payload_type: 5, timestamp_offset: 0, data: &[0xA, 0xB] };
        assert_eq!((payload.primary(), payload.primary_range()), (primary, 8..10));
    }

    #[test]
    fn the_largest_fields_are_read_whole() {
        let mut octets = vec![0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        octets.resize(5 + 1_023, 9);
        let payload = RedundantPayload::parse(&octets).unwrap();
        let block = payload.blocks().next().unwrap();
        assert_eq!((block.payload_type, block.timestamp_offset, block.data.len()), (127, 16_383, 1_023));
        assert_eq!((payload.primary().payload_type, payload.primary().data.len()), (127, 0));
    }

    #[test]
    fn what_reaches_beyond_the_end_is_refused() {
        assert_eq!(RedundantPayload::parse(&[]), Err(RedundancyError::Headers(0)));
        assert_eq!(RedundantPayload::parse(&[0x80, 0, 0]), Err(RedundancyError::Headers(3)));
        assert_eq!(RedundantPayload::parse(&[0x80, 0, 0, 1]), Err(RedundancyError::Headers(4)));
        let error = RedundancyError::Blocks { announced: 1, there: 0 };
        assert_eq!(RedundantPayload::parse(&[0x80, 0, 0, 1, 5]), Err(error));
    }

    #[test]
    fn a_primary_may_stand_alone() {
        let payload = RedundantPayload::parse(&[111, 1, 2]).unwrap();
        assert_eq!((payload.blocks().len(), payload.primary().payload_type), (0, 111));
        assert_eq!(payload.primary().data, [1, 2]);
    }
}
