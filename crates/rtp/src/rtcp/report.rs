use core::time::Duration;

use super::{RawPacket, word};
use crate::{NtpTime, ntp};

/// Octets of one report block.
const BLOCK: usize = 24;

/// What a receiver says about one source (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReportBlock {
    /// The source it is about.
    pub ssrc: u32,
    /// Packets lost since the report before, in 1/256 of those expected.
    pub fraction_lost: u8,
    /// Packets lost in all: 24 bits with sign, negative when duplicates outweigh losses.
    pub cumulative_lost: i32,
    /// The highest number received, with the wraps counted in its upper half.
    pub highest_sequence: u32,
    /// Interarrival jitter, in ticks of the source's clock.
    pub jitter: u32,
    /// Middle 32 bits of the time in the last sender report; 0 when none has come (LSR).
    pub last_sender_report: u32,
    /// From that report's arrival to this one's sending, in 1/65,536 of a second (DLSR).
    pub delay_since_sender_report: u32,
}

impl ReportBlock {
    /// How long a packet travels there and back, for whoever sent the sender report and gets this block at `now`
    /// (RFC 3550 §6.4.1). `None` when the far end had no sender report yet, or claims to have kept it longer than it
    /// has been on its way.
    ///
    /// ```
    /// use std::time::Duration;
    /// use rtp::{NtpTime, rtcp::ReportBlock};
    ///
    /// // The example of RFC 3550 figure 2.
    /// let block = ReportBlock {
    ///     last_sender_report: 0xb705_2000,
    ///     delay_since_sender_report: 0x0005_4000,
    ///     ..ReportBlock::default()
    /// };
    /// let now = NtpTime(0xb44d_b710_8000_0000);
    /// assert_eq!(block.round_trip(now), Some(Duration::from_millis(6_125)));
    /// ```
    pub fn round_trip(&self, now: NtpTime) -> Option<Duration> {
        if self.last_sender_report == 0 {
            return None;
        }
        let away = now.middle().wrapping_sub(self.last_sender_report);
        let units = away.checked_sub(self.delay_since_sender_report)?;
        Some(ntp::from_short(units))
    }

    /// As [`ReportBlock::fraction_lost`], from 0 to nearly 1.
    pub fn loss(&self) -> f32 {
        f32::from(self.fraction_lost) / 256.0
    }

    pub(super) fn to_bytes(self) -> [u8; BLOCK] {
        let lost = self.cumulative_lost.clamp(-0x80_0000, 0x7F_FFFF) as u32 & 0xFF_FFFF;
        let words = [
            self.ssrc,
            (u32::from(self.fraction_lost) << 24) | lost,
            self.highest_sequence,
            self.jitter,
            self.last_sender_report,
            self.delay_since_sender_report,
        ];
        let mut octets = [0; BLOCK];
        for (place, word) in octets.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_be_bytes();
        }
        octets
    }

    fn from_bytes(octets: &[u8; BLOCK]) -> Self {
        let lost = word(octets, 4);
        Self {
            ssrc: word(octets, 0),
            fraction_lost: (lost >> 24) as u8,
            cumulative_lost: ((lost << 8) as i32) >> 8,
            highest_sequence: word(octets, 8),
            jitter: word(octets, 12),
            last_sender_report: word(octets, 16),
            delay_since_sender_report: word(octets, 20),
        }
    }
}

/// What a sender says about its own stream (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SenderInfo {
    /// When the report was sent, by the clock on the sender's wall.
    pub ntp: NtpTime,
    /// The same moment in ticks of the stream.
    pub rtp_timestamp: u32,
    /// Packets sent, modulo 2³².
    pub packets: u32,
    /// Octets of payload sent, modulo 2³².
    pub octets: u32,
}

impl SenderInfo {
    pub(super) const LENGTH: usize = 20;

    pub(super) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut octets = [0; Self::LENGTH];
        let words =
            [(self.ntp.0 >> 32) as u32, self.ntp.0 as u32, self.rtp_timestamp, self.packets, self.octets];
        for (place, word) in octets.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_be_bytes();
        }
        octets
    }
}

/// A report from a participant who sends media (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderReport<'a> {
    /// Who reports.
    pub ssrc: u32,
    /// About its own stream.
    pub info: SenderInfo,
    blocks: &'a [u8],
}

impl<'a> SenderReport<'a> {
    const FIXED: usize = 4 + SenderInfo::LENGTH;

    /// About the streams that it receives.
    pub fn blocks(&self) -> ReportBlocks<'a> {
        ReportBlocks { octets: self.blocks }
    }

    pub(super) fn is_valid(raw: &RawPacket<'_>) -> bool {
        raw.body.len() >= Self::FIXED + BLOCK * usize::from(raw.count)
    }

    pub(super) fn new(raw: &RawPacket<'a>) -> Self {
        let body = raw.body;
        let ntp = (u64::from(word(body, 4)) << 32) | u64::from(word(body, 8));
        let info = SenderInfo {
            ntp: NtpTime(ntp),
            rtp_timestamp: word(body, 12),
            packets: word(body, 16),
            octets: word(body, 20),
        };
        Self { ssrc: word(body, 0), info, blocks: blocks(raw, Self::FIXED) }
    }
}

/// A report from a participant who only listens (RFC 3550 §6.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverReport<'a> {
    /// Who reports.
    pub ssrc: u32,
    blocks: &'a [u8],
}

impl<'a> ReceiverReport<'a> {
    /// About the streams that it receives.
    pub fn blocks(&self) -> ReportBlocks<'a> {
        ReportBlocks { octets: self.blocks }
    }

    pub(super) fn is_valid(raw: &RawPacket<'_>) -> bool {
        raw.body.len() >= 4 + BLOCK * usize::from(raw.count)
    }

    pub(super) fn new(raw: &RawPacket<'a>) -> Self {
        Self { ssrc: word(raw.body, 0), blocks: blocks(raw, 4) }
    }
}

/// The blocks that a packet counts; an extension of the profile after them is left out.
fn blocks<'a>(raw: &RawPacket<'a>, start: usize) -> &'a [u8] {
    raw.body.get(start..start + BLOCK * usize::from(raw.count)).unwrap_or(&[])
}

/// The blocks of a report, at most 31.
#[derive(Clone, Debug)]
pub struct ReportBlocks<'a> {
    octets: &'a [u8],
}

impl Iterator for ReportBlocks<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        let (block, rest) = self.octets.split_first_chunk()?;
        self.octets = rest;
        Some(ReportBlock::from_bytes(block))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let blocks = self.octets.len() / BLOCK;
        (blocks, Some(blocks))
    }
}

impl ExactSizeIterator for ReportBlocks<'_> {}

#[cfg(test)]
mod tests {
    use super::ReportBlock;
    use crate::NtpTime;

    #[test]
    fn the_loss_keeps_its_sign() {
        for lost in [0, 1, -1, 0x7F_FFFF, -0x80_0000] {
            let block = ReportBlock { fraction_lost: 200, cumulative_lost: lost, ..ReportBlock::default() };
            assert_eq!(ReportBlock::from_bytes(&block.to_bytes()), block);
        }
        let beyond = ReportBlock { cumulative_lost: i32::MAX, ..ReportBlock::default() };
        assert_eq!(ReportBlock::from_bytes(&beyond.to_bytes()).cumulative_lost, 0x7F_FFFF);
    }

    #[test]
    fn no_sender_report_no_round_trip() {
        assert_eq!(ReportBlock::default().round_trip(NtpTime(u64::MAX)), None);
        let kept_too_long =
            ReportBlock { last_sender_report: 10, delay_since_sender_report: 5, ..ReportBlock::default() };
        assert_eq!(kept_too_long.round_trip(NtpTime(12 << 16)), None);
    }
}
