//! Extended reports: what report blocks have no room for (RFC 3611).
//!
//! An [`ExtendedReport`] is a row of typed blocks; [`CompoundWriter::extended_report`](super::CompoundWriter::extended_report)
//! writes one.
//!
//! ```
//! use rtp::NtpTime;
//! use rtp::rtcp::extended::Block;
//! use rtp::rtcp::{Compound, CompoundWriter, Packet};
//!
//! let mut octets = [0; 64];
//! let mut writer = CompoundWriter::new(&mut octets);
//! writer.extended_report(0xC0FFEE, &[Block::ReferenceTime(NtpTime(7))])?;
//! let length = writer.finish();
//!
//! let compound = Compound::parse_reduced_size(&octets[..length])?;
//! let Some(Packet::ExtendedReport(report)) = compound.packets().next() else { panic!("as written") };
//! assert!(report.blocks().eq([Block::ReferenceTime(NtpTime(7))]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// Telling how far away the other side is, without a sender report.
mod delay;
/// When each packet came.
mod receipt_times;
/// Which packets came.
mod run_lengths;
/// What a stretch of a stream was like.
mod summary;
/// What a call sounds like.
mod voip_metrics;

pub use delay::{DelayBlock, DelayBlocks};
pub use receipt_times::ReceiptTimes;
pub use run_lengths::{EncodedRuns, MOST_PACKETS, RunLengths, encode_runs};
pub use summary::{HopLimits, Summary};
pub use voip_metrics::{LossConcealment, Quality, VoipMetrics};

use super::writer::Body;
use super::{RawPacket, word};
use crate::NtpTime;

/// Octets of the header that all blocks share (RFC 3611 §3).
const BLOCK_HEADER: usize = 4;

/// Block types (RFC 3611 §4).
mod block_type {
    pub(super) const LOSS_RUNS: u8 = 1;
    pub(super) const DUPLICATE_RUNS: u8 = 2;
    pub(super) const RECEIPT_TIMES: u8 = 3;
    pub(super) const REFERENCE_TIME: u8 = 4;
    pub(super) const DELAY: u8 = 5;
    pub(super) const SUMMARY: u8 = 6;
    pub(super) const VOIP_METRICS: u8 = 7;
}

/// An extended report (RFC 3611 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedReport<'a> {
    /// Who sends it.
    pub ssrc: u32,
    blocks: &'a [u8],
}

impl<'a> ExtendedReport<'a> {
    /// The blocks, in order. Blocks of a known type that make no sense come as [`Block::Other`].
    pub fn blocks(&self) -> Blocks<'a> {
        Blocks { rest: self.blocks }
    }

    pub(super) fn is_valid(raw: &RawPacket<'_>) -> bool {
        let Some(mut rest) = raw.body.get(4..) else { return false };
        while !rest.is_empty() {
            let Some((_, after)) = split(rest) else { return false };
            rest = after;
        }
        true
    }

    pub(super) fn new(raw: &RawPacket<'a>) -> Self {
        Self { ssrc: word(raw.body, 0), blocks: raw.body.get(4..).unwrap_or_default() }
    }
}

/// The blocks of an [`ExtendedReport`].
#[derive(Clone, Debug)]
pub struct Blocks<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        let (block, rest) = split(self.rest)?;
        self.rest = rest;
        Some(Block::from_raw(block))
    }
}

/// One block of an extended report.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Block<'a> {
    /// Which packets came and which did not (§4.1).
    LossRuns(RunLengths<'a>),
    /// Which packets came once and which more often (§4.2): a bit that is set says once.
    DuplicateRuns(RunLengths<'a>),
    /// When packets came (§4.3).
    ReceiptTimes(ReceiptTimes<'a>),
    /// The time at which a receiver sends this, which others answer with [`Block::Delay`] (§4.4).
    ReferenceTime(NtpTime),
    /// How long ago reference times came (§4.5).
    Delay(DelayBlocks<'a>),
    /// Statistics of a stretch (§4.6).
    Summary(Summary),
    /// What a call sounds like (§4.7).
    VoipMetrics(VoipMetrics),
    /// Any other block, or one that is not as its type wants it.
    Other(RawBlock<'a>),
}

impl<'a> Block<'a> {
    fn from_raw(raw: RawBlock<'a>) -> Self {
        let known = match raw.block_type {
            block_type::LOSS_RUNS => RunLengths::read(&raw).map(Self::LossRuns),
            block_type::DUPLICATE_RUNS => RunLengths::read(&raw).map(Self::DuplicateRuns),
            block_type::RECEIPT_TIMES => ReceiptTimes::read(&raw).map(Self::ReceiptTimes),
            block_type::REFERENCE_TIME => read_time(&raw).map(Self::ReferenceTime),
            block_type::DELAY => DelayBlocks::read(&raw).map(Self::Delay),
            block_type::SUMMARY => Summary::read(&raw).map(Self::Summary),
            block_type::VOIP_METRICS => VoipMetrics::read(&raw).map(Self::VoipMetrics),
            _ => None,
        };
        known.unwrap_or(Self::Other(raw))
    }

    /// Octets of it, with its header.
    pub(super) fn length(&self) -> usize {
        BLOCK_HEADER
            + match self {
                Self::LossRuns(runs) | Self::DuplicateRuns(runs) => runs.length(),
                Self::ReceiptTimes(times) => times.length(),
                Self::ReferenceTime(_) => 8,
                Self::Delay(delays) => delays.length(),
                Self::Summary(_) => Summary::LENGTH,
                Self::VoipMetrics(_) => VoipMetrics::LENGTH,
                Self::Other(raw) => raw.body.len(),
            }
    }

    /// Writes it at its place in a packet, whose length has been checked to have room for it.
    pub(super) fn write(&self, place: &mut Body<'_>) {
        let words = ((self.length() - BLOCK_HEADER) / 4) as u16; // a packet holds no more
        let mut head = |block_type: u8, specific: u8| {
            let [high, low] = words.to_be_bytes();
            place.put(&[block_type, specific, high, low]);
        };
        match self {
            Self::LossRuns(runs) => {
                head(block_type::LOSS_RUNS, runs.thinning);
                runs.write(place);
            }
            Self::DuplicateRuns(runs) => {
                head(block_type::DUPLICATE_RUNS, runs.thinning);
                runs.write(place);
            }
            Self::ReceiptTimes(times) => {
                head(block_type::RECEIPT_TIMES, times.thinning);
                times.write(place);
            }
            Self::ReferenceTime(time) => {
                head(block_type::REFERENCE_TIME, 0);
                place.put(&time.0.to_be_bytes());
            }
            Self::Delay(delays) => {
                head(block_type::DELAY, 0);
                delays.write(place);
            }
            Self::Summary(summary) => {
                head(block_type::SUMMARY, summary.flags());
                place.put(&summary.to_bytes());
            }
            Self::VoipMetrics(metrics) => {
                head(block_type::VOIP_METRICS, 0);
                place.put(&metrics.to_bytes());
            }
            Self::Other(raw) => {
                head(raw.block_type, raw.specific);
                place.put(raw.body);
            }
        }
    }

    /// Whether its length can be written: whole words, and no more than 65,535.
    pub(super) fn is_whole(&self) -> bool {
        self.length().is_multiple_of(4) && self.length() <= BLOCK_HEADER + 4 * usize::from(u16::MAX)
    }
}

/// A block by its header (RFC 3611 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawBlock<'a> {
    /// What it is.
    pub block_type: u8,
    /// An octet whose meaning depends on the type.
    pub specific: u8,
    /// What follows the header: whole words.
    pub body: &'a [u8],
}

/// The first block, and what follows it.
fn split(octets: &[u8]) -> Option<(RawBlock<'_>, &[u8])> {
    let (&[block_type, specific, high, low], rest) = octets.split_first_chunk()?;
    let (body, after) = rest.split_at_checked(4 * usize::from(u16::from_be_bytes([high, low])))?;
    Some((RawBlock { block_type, specific, body }, after))
}

fn read_time(raw: &RawBlock<'_>) -> Option<NtpTime> {
    (raw.body.len() == 8).then(|| NtpTime(u64::from(word(raw.body, 0)) << 32 | u64::from(word(raw.body, 4))))
}

/// Two octets at `at`, or 0 beyond the end, which the lengths checked before exclude.
fn half(octets: &[u8], at: usize) -> u16 {
    match octets.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(half) => u16::from_be_bytes(*half),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, ExtendedReport, RawBlock};
    use crate::NtpTime;
    use crate::rtcp::RawPacket;

    fn raw(body: &[u8]) -> RawPacket<'_> {
        RawPacket { packet_type: 207, count: 0, body }
    }

    #[test]
    fn blocks_are_walked() {
        let body = [
            0, 0, 0, 9, // the sender
            4, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, // a reference time
            99, 7, 0, 1, 1, 2, 3, 4, // nobody knows
            6, 0, 0, 1, 0, 0, 0, 0, // a summary that is too short
            5, 0, 0, 0, // no delay at all
        ];
        let packet = raw(&body);
        assert!(ExtendedReport::is_valid(&packet));
        let report = ExtendedReport::new(&packet);
        assert_eq!(report.ssrc, 9);
        let blocks: Vec<_> = report.blocks().collect();
        assert_eq!(blocks[0], Block::ReferenceTime(NtpTime(1 << 32 | 2)));
        assert_eq!(blocks[1], Block::Other(RawBlock { block_type: 99, specific: 7, body: &[1, 2, 3, 4] }));
        assert!(matches!(blocks[2], Block::Other(RawBlock { block_type: 6, .. })));
        assert!(matches!(blocks[3], Block::Delay(delays) if delays.count() == 0));
        assert_eq!(blocks.len(), 4);
    }

    #[test]
    fn what_is_cut_short_is_invalid() {
        for body in [&[0, 0, 0][..], &[0, 0, 0, 9, 4], &[0, 0, 0, 9, 4, 0, 0, 2, 0, 0, 0, 1]] {
            assert!(!ExtendedReport::is_valid(&raw(body)), "{body:?}");
        }
        assert!(ExtendedReport::is_valid(&raw(&[0, 0, 0, 9])));
    }
}
