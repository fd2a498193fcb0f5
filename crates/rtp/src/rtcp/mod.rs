//! RTCP: what the ends of a stream tell each other about it (RFC 3550 §6).
//!
//! A datagram holds a compound of packets. [`Compound`] reads one, [`CompoundWriter`] makes one, both in the octets
//! that the caller has, without allocating.
//!
//! ```
//! use rtp::rtcp::{Compound, CompoundWriter, Packet, ReportBlock};
//!
//! let mut octets = [0; 128];
//! let mut writer = CompoundWriter::new(&mut octets);
//! writer.receiver_report(0xC0FFEE, &[ReportBlock { ssrc: 0xBEEF, jitter: 12, ..ReportBlock::default() }])?;
//! writer.source_description(0xC0FFEE, "7f2a@192.0.2.1")?;
//! let length = writer.finish();
//!
//! let compound = Compound::parse(&octets[..length])?;
//! for packet in compound.packets() {
//!     match packet {
//!         Packet::ReceiverReport(report) => assert_eq!(report.blocks().next().map(|block| block.jitter), Some(12)),
//!         Packet::SourceDescription(sdes) => assert_eq!(sdes.cname(0xC0FFEE), Some(&b"7f2a@192.0.2.1"[..])),
//!         _ => {}
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// Reading a compound.
mod compound;
pub mod extended;
pub mod feedback;
/// Leaving a session.
mod goodbye;
/// When to send.
mod interval;
/// Sender and receiver reports.
mod report;
/// Who is behind an SSRC.
mod source_description;
/// Making a compound.
mod writer;

pub use compound::{Compound, Packet, Packets, RawPacket, RtcpError};
pub use goodbye::Goodbye;
pub use interval::{AVERAGE_INTERVAL, interval};
pub use report::{ReceiverReport, ReportBlock, ReportBlocks, SenderInfo, SenderReport};
pub use source_description::{Chunk, Item, SourceDescription};
pub use writer::{CompoundWriter, WriteError};

/// Packet types (RFC 3550 §12.1, RFC 4585, RFC 3611).
pub mod packet_type {
    /// Sender report.
    pub const SENDER_REPORT: u8 = 200;
    /// Receiver report.
    pub const RECEIVER_REPORT: u8 = 201;
    /// Source description.
    pub const SOURCE_DESCRIPTION: u8 = 202;
    /// Goodbye.
    pub const GOODBYE: u8 = 203;
    /// Application-defined.
    pub const APPLICATION: u8 = 204;
    /// Feedback on transport (RFC 4585).
    pub const TRANSPORT_FEEDBACK: u8 = 205;
    /// Feedback on the payload (RFC 4585).
    pub const PAYLOAD_FEEDBACK: u8 = 206;
    /// Extended report (RFC 3611).
    pub const EXTENDED_REPORT: u8 = 207;
}

/// Octets of the header that all packets share.
const COMMON_HEADER: usize = 4;

/// The big-endian word at `at`, or 0 beyond the end, which the lengths checked before exclude.
#[inline]
fn word(octets: &[u8], at: usize) -> u32 {
    match octets.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(word) => u32::from_be_bytes(*word),
        None => 0,
    }
}
