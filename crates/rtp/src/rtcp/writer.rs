use super::extended::Block;
use super::feedback::Feedback;
use super::{COMMON_HEADER, Item, ReportBlock, SenderInfo, packet_type};

/// Counts are five bits.
const MAX_COUNT: usize = 31;

/// Why a packet was not added; the compound is as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The octets given do not hold it.
    #[error("the buffer has {left} octets left and the RTCP packet needs {needed}")]
    BufferFull {
        /// Octets not yet used.
        left: usize,
        /// Octets of the packet.
        needed: usize,
    },
    /// More blocks or sources than one packet can count.
    #[error("{0} do not fit an RTCP packet, which counts to 31")]
    TooMany(usize),
    /// A name or reason with more octets than its length can say.
    #[error("a text of {0} octets does not fit an RTCP item, which holds 255")]
    TextTooLong(usize),
    /// A raw body that is not whole words, or more of them than 65,535.
    #[error("an RTCP body of {0} octets is not a multiple of four up to 262,140")]
    Body(usize),
}

/// Makes a compound in octets of the caller. Start with a report, unless reduced size was agreed on (RFC 5506).
#[derive(Debug)]
pub struct CompoundWriter<'b> {
    octets: &'b mut [u8],
    length: usize,
}

impl<'b> CompoundWriter<'b> {
    /// An empty compound.
    pub fn new(octets: &'b mut [u8]) -> Self {
        Self { octets, length: 0 }
    }

    /// Adds a sender report (RFC 3550 §6.4.1).
    ///
    /// # Errors
    /// [`WriteError`]; at most 31 blocks fit.
    pub fn sender_report(
        &mut self,
        ssrc: u32,
        info: &SenderInfo,
        blocks: &[ReportBlock],
    ) -> Result<(), WriteError> {
        let length = 4 + SenderInfo::LENGTH + 24 * blocks.len();
        let mut body = self.begin(packet_type::SENDER_REPORT, blocks.len(), length)?;
        body.put(&ssrc.to_be_bytes());
        body.put(&info.to_bytes());
        blocks.iter().for_each(|block| body.put(&block.to_bytes()));
        Ok(())
    }

    /// Adds a receiver report (RFC 3550 §6.4.2).
    ///
    /// # Errors
    /// [`WriteError`]; at most 31 blocks fit.
    pub fn receiver_report(&mut self, ssrc: u32, blocks: &[ReportBlock]) -> Result<(), WriteError> {
        let mut body = self.begin(packet_type::RECEIVER_REPORT, blocks.len(), 4 + 24 * blocks.len())?;
        body.put(&ssrc.to_be_bytes());
        blocks.iter().for_each(|block| body.put(&block.to_bytes()));
        Ok(())
    }

    /// Adds the canonical name of one source (RFC 3550 §6.5.1), which every compound has.
    ///
    /// # Errors
    /// [`WriteError`]; at most 255 octets fit.
    pub fn source_description(&mut self, ssrc: u32, cname: &str) -> Result<(), WriteError> {
        let Ok(text_length) = u8::try_from(cname.len()) else {
            return Err(WriteError::TextTooLong(cname.len()));
        };
        // At least one zero ends the chunk.
        let length = (4 + 2 + cname.len() + 1).next_multiple_of(4);
        let mut body = self.begin(packet_type::SOURCE_DESCRIPTION, 1, length)?;
        body.put(&ssrc.to_be_bytes());
        body.put(&[Item::CNAME, text_length]);
        body.put(cname.as_bytes());
        Ok(())
    }

    /// Adds a goodbye of some sources (RFC 3550 §6.6). An empty reason is none.
    ///
    /// # Errors
    /// [`WriteError`]; at most 31 sources and 255 octets of reason fit.
    pub fn goodbye(&mut self, sources: &[u32], reason: &str) -> Result<(), WriteError> {
        let Ok(text_length) = u8::try_from(reason.len()) else {
            return Err(WriteError::TextTooLong(reason.len()));
        };
        let text = if reason.is_empty() { 0 } else { (1 + reason.len()).next_multiple_of(4) };
        let mut body = self.begin(packet_type::GOODBYE, sources.len(), 4 * sources.len() + text)?;
        sources.iter().for_each(|ssrc| body.put(&ssrc.to_be_bytes()));
        if text > 0 {
            body.put(&[text_length]);
            body.put(reason.as_bytes());
        }
        Ok(())
    }

    /// Adds an extended report (RFC 3611 §2).
    ///
    /// # Errors
    /// [`WriteError`]; blocks are whole words.
    pub fn extended_report(&mut self, ssrc: u32, blocks: &[Block<'_>]) -> Result<(), WriteError> {
        if let Some(block) = blocks.iter().find(|block| !block.is_whole()) {
            return Err(WriteError::Body(block.length()));
        }
        let length = 4 + blocks.iter().map(Block::length).sum::<usize>();
        let mut body = self.begin(packet_type::EXTENDED_REPORT, 0, length)?;
        body.put(&ssrc.to_be_bytes());
        blocks.iter().for_each(|block| block.write(&mut body));
        Ok(())
    }

    /// Adds feedback of `sender` on the source `media` (RFC 4585 §6.1).
    ///
    /// # Errors
    /// [`WriteError`]; what it says is whole words.
    pub fn feedback(&mut self, sender: u32, media: u32, feedback: &Feedback<'_>) -> Result<(), WriteError> {
        let (packet_type, format) = feedback.kind();
        let mut body = self.begin(packet_type, usize::from(format), feedback.length())?;
        feedback.write(sender, media, &mut body);
        Ok(())
    }

    /// Adds a packet of any type, for those of applications. `count` has five bits.
    ///
    /// # Errors
    /// [`WriteError`]; `body` is whole words.
    pub fn raw(&mut self, packet_type: u8, count: u8, body: &[u8]) -> Result<(), WriteError> {
        let mut place = self.begin(packet_type, usize::from(count), body.len())?;
        place.put(body);
        Ok(())
    }

    /// Octets written so far.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Ends the compound and returns its length.
    pub fn finish(self) -> usize {
        self.length
    }

    /// Writes the common header and gives the body, all zeros, to be filled.
    fn begin(&mut self, packet_type: u8, count: usize, body: usize) -> Result<Body<'_>, WriteError> {
        if count > MAX_COUNT {
            return Err(WriteError::TooMany(count));
        }
        let Some(words) = u16::try_from(body / 4).ok().filter(|_| body.is_multiple_of(4)) else {
            return Err(WriteError::Body(body));
        };
        let (start, needed) = (self.length, COMMON_HEADER + body);
        let left = self.octets.len() - start;
        let Some(packet) = self.octets.get_mut(start..start + needed) else {
            return Err(WriteError::BufferFull { left, needed });
        };
        self.length += needed;
        packet.fill(0);
        let mut place = Body { rest: packet };
        let [high, low] = words.to_be_bytes();
        place.put(&[0x80 | count as u8, packet_type, high, low]);
        Ok(place)
    }
}

/// What is still to be filled of a packet.
pub(super) struct Body<'p> {
    rest: &'p mut [u8],
}

impl Body<'_> {
    /// Puts octets in; the caller has asked for enough place for all of them.
    pub(super) fn put(&mut self, octets: &[u8]) {
        if let Some((place, rest)) = core::mem::take(&mut self.rest).split_at_mut_checked(octets.len()) {
            place.copy_from_slice(octets);
            self.rest = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CompoundWriter, WriteError};
    use crate::NtpTime;
    use crate::rtcp::{Compound, Packet, ReportBlock, SenderInfo};

    #[test]
    fn what_is_written_is_read() {
        let info = SenderInfo { ntp: NtpTime(1 << 40 | 5), rtp_timestamp: 7, packets: 8, octets: 9 };
        let block = ReportBlock { ssrc: 2, cumulative_lost: -3, jitter: 4, ..ReportBlock::default() };
        let mut octets = [0xEE; 256];
        let mut writer = CompoundWriter::new(&mut octets);
        writer.sender_report(1, &info, &[block, block]).unwrap();
        writer.source_description(1, "me@here").unwrap();
        writer.raw(204, 3, &[1, 2, 3, 4]).unwrap();
        writer.goodbye(&[1, 2], "done").unwrap();
        let length = writer.finish();

        let packets: Vec<_> = Compound::parse(&octets[..length]).unwrap().packets().collect();
        let [
            Packet::SenderReport(report),
            Packet::SourceDescription(sdes),
            Packet::Other(raw),
            Packet::Goodbye(bye),
        ] = packets[..]
        else {
            panic!("{packets:?}")
        };
        assert_eq!((report.ssrc, report.info), (1, info));
        assert_eq!(report.blocks().collect::<Vec<_>>(), [block, block]);
        assert_eq!(sdes.cname(1), Some(&b"me@here"[..]));
        assert_eq!((raw.packet_type, raw.count, raw.body), (204, 3, &[1, 2, 3, 4][..]));
        assert_eq!(bye.sources().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(bye.reason(), Some(&b"done"[..]));
        assert_eq!(octets[length..], [0xEE; 256][length..]);
    }

    #[test]
    fn names_of_every_length_end_with_a_zero() {
        for length in 0..=255 {
            let name = "n".repeat(length);
            let mut octets = [0xEE; 300];
            let mut writer = CompoundWriter::new(&mut octets);
            writer.source_description(9, &name).unwrap();
            let end = writer.finish();
            let compound = Compound::parse_reduced_size(&octets[..end]).unwrap();
            let Some(Packet::SourceDescription(sdes)) = compound.packets().next() else { panic!() };
            assert_eq!(sdes.cname(9), Some(name.as_bytes()));
        }
    }

    #[test]
    fn what_does_not_fit_leaves_the_compound_alone() {
        let mut octets = [0; 20];
        let mut writer = CompoundWriter::new(&mut octets);
        writer.receiver_report(1, &[]).unwrap();
        assert_eq!(writer.goodbye(&[1, 2, 3], ""), Err(WriteError::BufferFull { left: 12, needed: 16 }));
        assert_eq!(writer.goodbye(&[0; 32], ""), Err(WriteError::TooMany(32)));
        assert_eq!(writer.source_description(1, &"n".repeat(256)), Err(WriteError::TextTooLong(256)));
        assert_eq!(writer.raw(204, 0, &[1, 2, 3]), Err(WriteError::Body(3)));
        assert_eq!(writer.length(), 8);
        writer.goodbye(&[1], "").unwrap();
        assert!(Compound::parse(&octets[..16]).is_ok());
    }
}
