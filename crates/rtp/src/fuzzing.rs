//! What the fuzz targets run; here so that it always compiles.

use crate::correction::Correction;
use crate::redundancy::{RedundancyReceiver, RedundancySender, RedundantPayload};
use crate::rtcp::extended::{Block, RunLengths, encode_runs};
use crate::rtcp::feedback::Feedback;
use crate::rtcp::{self, Compound, CompoundWriter};
use crate::srtp::{Inbound, MasterKey, Outbound, Suite, UnprotectError};
use crate::telephone_event::Event;
use crate::{Header, Kind, Packet, classify};

/// Longest datagram that the RTP target changes a copy of.
const MAX_PACKET: usize = 2_048;

/// A packet that parses has its parts within its octets, and can be rewritten without a change to the rest.
///
/// # Panics
/// When one of these does not hold.
pub fn rtp_packet(data: &[u8]) {
    classify(data);
    let Ok(packet) = Packet::parse(data) else { return };
    assert_eq!(packet.payload(), &data[packet.payload_range()]);
    assert!(packet.csrcs().count() <= 15);
    let extension = packet.extension().map_or(0, |extension| 4 + extension.data.len());
    assert_eq!(packet.payload_range().start, Header::LENGTH + 4 * packet.csrcs().len() + extension);
    if let Ok(event) = Event::parse(packet.payload()) {
        assert_eq!(Event::parse(&event.to_bytes()), Ok(event));
    }
    rewrite(data, packet.header());
    strip(data, &packet);
}

/// A payload of redundant data has its blocks within its octets, one behind the other; what is made good with it was missing, and
/// what is sent on with redundancy can be read again.
///
/// # Panics
/// When one of these does not hold.
pub fn redundancy(data: &[u8]) {
    let (mut receiver, mut sender) = (RedundancyReceiver::new(), RedundancySender::new());
    // Packets with two octets of number, one of time, one of length.
    let mut rest = data;
    while let Some((&[high, low, time, length], more)) = rest.split_first_chunk() {
        let (payload, behind) = more.split_at(more.len().min(length.into()));
        rest = behind;
        let sequence = u16::from_be_bytes([high, low]);
        let timestamp = u32::from(sequence).wrapping_mul(160).wrapping_add(time.into());
        let header = Header { payload_type: 8, sequence, timestamp, ..Header::default() };
        send_again(&mut sender, &header, payload);
        let found = receiver.receive(&header);
        let Ok(payload) = RedundantPayload::parse(payload) else { continue };
        let octets: usize = payload.blocks().map(|block| block.data.len()).sum();
        assert_eq!(4 * payload.blocks().len() + 1 + octets, payload.primary_range().start);
        let mut last = None;
        for lost in found.fill(&mut receiver, &payload) {
            let behind = sequence.wrapping_sub(lost.header.sequence);
            assert!((1..=100).contains(&behind) && last.is_none_or(|last| behind < last));
            assert!(receiver.receive(&lost.header).is_repeated());
            last = Some(behind);
        }
    }
}

/// Sends a packet with what was sent before it.
fn send_again(sender: &mut RedundancySender, header: &Header, payload: &[u8]) {
    let mut packet = [0; MAX_PACKET];
    header.write(&mut packet);
    let length = Header::LENGTH + payload.len();
    packet[Header::LENGTH..length].copy_from_slice(payload);
    let Some(grown) = sender.add(&mut packet, length, 121, 2) else {
        return assert_eq!(&packet[Header::LENGTH..length], payload);
    };
    let packet = Packet::parse(&packet[..grown]);
    let Ok(packet) = packet else { panic!("{packet:?} was made of {header:?}") };
    assert_eq!(packet.header(), Header { payload_type: 121, ..*header });
    let written = RedundantPayload::parse(packet.payload());
    let Ok(written) = written else { panic!("{written:?} was made of {header:?}") };
    assert_eq!((written.primary().payload_type, written.primary().data), (8, payload));
    assert!((1..=2).contains(&written.blocks().len()));
}

/// Forward error correction names packets once each, and can be told in other numbers and back.
///
/// # Panics
/// When that does not hold.
pub fn correction(data: &[u8]) {
    let Ok(correction) = Correction::parse(data) else { return };
    assert!((1..=48).contains(&correction.protected().count()));
    let mut copy = [0; MAX_PACKET];
    let Some(copy) = copy.get_mut(..data.len()) else { return };
    copy.copy_from_slice(data);
    let mut other = correction;
    (other.base, other.payload_types, other.timestamps) = (!correction.base, 5, 6);
    other.renumber(copy);
    assert_eq!(Correction::parse(copy), Ok(other));
    correction.renumber(copy);
    assert_eq!(copy, data);
}

/// Without its extension a packet is what it was but for that.
fn strip(data: &[u8], packet: &Packet<'_>) {
    let mut copy = [0; MAX_PACKET];
    let Some(copy) = copy.get_mut(..data.len()) else { return };
    copy.copy_from_slice(data);
    let length = Packet::remove_extension(copy);
    let stripped = Packet::parse(&copy[..length]);
    let Ok(stripped) = stripped else { panic!("{stripped:?} without the extension of {packet:?}") };
    assert_eq!((stripped.header(), stripped.payload()), (packet.header(), packet.payload()));
    assert!(stripped.extension().is_none() && stripped.csrcs().eq(packet.csrcs()));
}

/// Replaces the header by another one and then by its own: the octets are what they were.
fn rewrite(data: &[u8], header: Header) {
    let mut copy = [0; MAX_PACKET];
    let Some(copy) = copy.get_mut(..data.len()) else { return };
    copy.copy_from_slice(data);
    let other = Header { payload_type: 127, marker: true, sequence: 1, timestamp: 2, ssrc: 3 };
    assert_eq!(other.rewrite(copy), Ok(()));
    assert_eq!(Packet::parse(copy).map(|packet| packet.header()), Ok(other));
    header.rewrite_valid(copy);
    assert_eq!(copy, data);
}

/// A compound that parses can be walked to the end of all its parts; its reports and goodbyes can be written and read
/// again.
///
/// # Panics
/// When one of these does not hold.
pub fn rtcp_compound(data: &[u8]) {
    let Ok(compound) = Compound::parse_reduced_size(data) else { return };
    assert!(matches!(classify(data), Kind::Rtcp | Kind::Rtp)); // version 2; other packet types are free
    let mut copied = 0;
    for packet in compound.packets() {
        copied += 1;
        match packet {
            rtcp::Packet::SenderReport(report) => {
                assert!(report.blocks().len() <= 31);
                write_again(|writer| {
                    let mut blocks = [rtcp::ReportBlock::default(); 31];
                    let count = fill(&mut blocks, report.blocks());
                    writer.sender_report(report.ssrc, &report.info, &blocks[..count])
                });
            }
            rtcp::Packet::ReceiverReport(report) => write_again(|writer| {
                let mut blocks = [rtcp::ReportBlock::default(); 31];
                let count = fill(&mut blocks, report.blocks());
                writer.receiver_report(report.ssrc, &blocks[..count])
            }),
            rtcp::Packet::SourceDescription(sdes) => {
                let items: usize = sdes.chunks().map(|chunk| chunk.items().count()).sum();
                assert!(items <= data.len());
            }
            rtcp::Packet::Goodbye(bye) => {
                assert!(bye.sources().all(|ssrc| bye.names(ssrc)));
                assert!(bye.reason().is_none_or(|reason| reason.len() <= 255));
            }
            rtcp::Packet::ExtendedReport(report) => extended_report(&report),
            rtcp::Packet::Feedback(packet) => feedback(&packet),
            rtcp::Packet::Other(raw) => {
                write_again(|writer| writer.raw(raw.packet_type, raw.count, trim(raw.body)))
            }
        }
    }
    assert!(copied > 0);
}

/// What is asked for can be walked, and written and read again.
fn feedback(packet: &rtcp::feedback::FeedbackPacket<'_>) {
    match packet.feedback {
        Feedback::Missing(missing) => assert!(missing.iter().next().is_some()),
        Feedback::FullPicture(requests) => assert!(requests.iter().len() > 0),
        Feedback::Other { content, .. } if !content.len().is_multiple_of(4) => return, // behind padding
        _ => {}
    }
    let mut octets = [0; MAX_PACKET];
    let mut writer = CompoundWriter::new(&mut octets);
    if writer.feedback(packet.sender, packet.media, &packet.feedback).is_ok() {
        let length = writer.finish();
        let Ok(compound) = Compound::parse_reduced_size(&octets[..length]) else { panic!("{packet:?}") };
        assert_eq!(compound.packets().next(), Some(rtcp::Packet::Feedback(*packet)));
    }
}

/// Blocks can be walked to their end, and written and read again.
fn extended_report(report: &rtcp::extended::ExtendedReport<'_>) {
    for block in report.blocks() {
        match block {
            Block::LossRuns(runs) | Block::DuplicateRuns(runs) => {
                assert!(runs.iter().count() <= usize::from(u16::MAX));
                let bits = runs.iter().map(|(_, bit)| bit);
                let mut place = [0; MAX_PACKET];
                let encoded = encode_runs(bits.clone().take(500), &mut place);
                let again = RunLengths::new(runs.ssrc, 0, 0, encoded.bits as u16, &place[..encoded.octets]);
                assert!(again.is_some_and(|again| again.iter().map(|(_, bit)| bit).eq(bits.take(500))));
            }
            Block::ReceiptTimes(times) => assert!(times.iter().count() <= usize::from(u16::MAX)),
            Block::Delay(delays) => assert_eq!(delays.iter().count(), delays.count()),
            _ => {}
        }
        let mut octets = [0; 64 * 1_024];
        let mut writer = CompoundWriter::new(&mut octets);
        if writer.extended_report(report.ssrc, &[block]).is_ok() {
            let length = writer.finish();
            let Ok(compound) = Compound::parse_reduced_size(&octets[..length]) else { panic!("{block:?}") };
            let Some(rtcp::Packet::ExtendedReport(read)) = compound.packets().next() else {
                panic!("{block:?}")
            };
            assert!(read.blocks().eq([block]) && read.ssrc == report.ssrc, "{block:?}");
        }
    }
}

/// Writes one packet and reads it.
fn write_again(write: impl FnOnce(&mut CompoundWriter<'_>) -> Result<(), rtcp::WriteError>) {
    let mut octets = [0; MAX_PACKET];
    let mut writer = CompoundWriter::new(&mut octets);
    let outcome = write(&mut writer);
    let length = writer.finish();
    match outcome {
        Ok(()) => assert!(Compound::parse_reduced_size(&octets[..length]).is_ok()),
        Err(error) => assert!(matches!(error, rtcp::WriteError::BufferFull { .. }), "{error}"),
    }
}

/// Padding may leave a body that is not whole words; the writer wants whole ones.
fn trim(body: &[u8]) -> &[u8] {
    &body[..body.len() / 4 * 4]
}

fn fill(blocks: &mut [rtcp::ReportBlock], from: rtcp::ReportBlocks<'_>) -> usize {
    blocks.iter_mut().zip(from).map(|(place, block)| *place = block).count()
}

/// Steps of a protected call, read from `data`: packets that are protected come back as they were, once; whatever else is put
/// in is refused and changes nothing.
///
/// # Panics
/// When one of these does not hold.
pub fn srtp(data: &[u8]) {
    let Some((&choice, mut rest)) = data.split_first() else { return };
    let suite = Suite::ALL[usize::from(choice) % Suite::ALL.len()];
    let Ok(key) = MasterKey::new(suite, &[0x5A; 46][..suite.master_length()]) else { return };
    let (mut ours, mut theirs) = (Outbound::new(&key), Inbound::new(&key));
    while let [step, length, tail @ ..] = rest {
        let (octets, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = tail;
        let mut buffer = [0; MAX_PACKET];
        let plain = &mut buffer[..octets.len()];
        plain.copy_from_slice(octets);
        match step % 4 {
            0 => refuse(plain, |plain| theirs.unprotect_rtp(plain)),
            1 => refuse(plain, |plain| theirs.unprotect_rtcp(plain)),
            2 => {
                let Ok(length) = ours.protect_rtp(&mut buffer, octets.len()) else { continue };
                let mut copy = buffer;
                copy[usize::from(*step) % length] ^= 1;
                refuse(&mut copy[..length], |bent| theirs.unprotect_rtp(bent));
                let heard = theirs.unprotect_rtp(&mut buffer[..length]);
                assert_eq!(heard, Ok(octets.len()));
                assert!(buffer.starts_with(octets));
                refuse(&mut buffer[..length], |again| theirs.unprotect_rtp(again));
            }
            _ => {
                let Ok(length) = ours.protect_rtcp(&mut buffer, octets.len()) else { continue };
                assert_eq!(theirs.unprotect_rtcp(&mut buffer[..length]), Ok(octets.len()));
                assert!(buffer.starts_with(octets));
            }
        }
    }
}

/// What nobody protected under the key is refused, and stays as it is.
fn refuse(octets: &mut [u8], unprotect: impl FnOnce(&mut [u8]) -> Result<usize, UnprotectError>) {
    let mut before = [0; MAX_PACKET];
    let Some(before) = before.get_mut(..octets.len()) else { return };
    before.copy_from_slice(octets);
    assert!(unprotect(octets).is_err());
    assert_eq!(octets, before);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_row_of_steps_breaks_a_protected_call(data in proptest::collection::vec(any::<u8>(), 0..600)) {
            super::srtp(&data);
        }
    }
}
