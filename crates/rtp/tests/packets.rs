//! Whatever arrives, reading it does not panic; whatever is written is read again.

use proptest::collection::vec;
use proptest::prelude::*;
use rtp::rtcp::extended::{RunLengths, encode_runs};
use rtp::rtcp::{Compound, CompoundWriter, Packet as Rtcp, ReportBlock, SenderInfo};
use rtp::{Header, NtpTime, Packet, fuzzing};

fn header() -> impl Strategy<Value = Header> {
    (0..128_u8, any::<bool>(), any::<u16>(), any::<u32>(), any::<u32>()).prop_map(
        |(payload_type, marker, sequence, timestamp, ssrc)| Header {
            payload_type,
            marker,
            sequence,
            timestamp,
            ssrc,
        },
    )
}

fn block() -> impl Strategy<Value = ReportBlock> {
    let words = (any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>());
    (words, any::<u8>(), -0x80_0000..0x80_0000_i32).prop_map(|(words, fraction_lost, cumulative_lost)| {
        ReportBlock {
            ssrc: words.0,
            fraction_lost,
            cumulative_lost,
            highest_sequence: words.1,
            jitter: words.2,
            last_sender_report: words.3,
            delay_since_sender_report: words.4,
        }
    })
}

/// Octets that look like RTP of version 2 more often than chance would have it.
fn rtp_like() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..200).prop_map(|mut octets| {
        if let Some(first) = octets.first_mut() {
            *first = 0x80 | (*first & 0x33);
        }
        octets
    })
}

/// Octets cut into packets whose lengths add up, with contents of no meaning.
fn rtcp_like() -> impl Strategy<Value = Vec<u8>> {
    let packet = (0..4_u8, 199..209_u8, any::<bool>(), vec(0..12_u8, 0..80));
    vec(packet, 1..5).prop_map(|packets| {
        let last = packets.len() - 1;
        let mut octets = Vec::new();
        for (n, (count, packet_type, padded, mut body)) in packets.into_iter().enumerate() {
            body.truncate(body.len() / 4 * 4);
            let padding = if padded && n == last { 0x20 } else { 0 };
            octets.extend([0x80 | padding | count, packet_type, 0, (body.len() / 4) as u8]);
            octets.extend(body);
        }
        octets
    })
}

/// Octets that look like an extended report: blocks of all types, some of the length that their type wants.
fn extended_like() -> impl Strategy<Value = Vec<u8>> {
    let block = (0..9_u8, any::<u8>(), vec(any::<u8>(), 0..60), any::<bool>());
    vec(block, 0..6).prop_map(|blocks| {
        let mut body = vec![0, 0, 0, 9];
        for (block_type, specific, mut content, fits) in blocks {
            let wanted = match block_type {
                4 => 8,
                5 => content.len() / 12 * 12,
                6 => 36,
                7 => 32,
                _ => content.len() / 4 * 4,
            };
            content.resize(if fits { wanted } else { content.len() / 4 * 4 }, 0);
            body.extend([block_type, specific, 0, (content.len() / 4) as u8]);
            body.extend(content);
        }
        let mut octets = vec![0x80, 207, 0, (body.len() / 4) as u8];
        octets.extend(body);
        octets
    })
}

proptest! {
    #[test]
    fn extended_reports_of_any_content_are_walked(octets in extended_like()) {
        prop_assert!(Compound::parse_reduced_size(&octets).is_ok());
        fuzzing::rtcp_compound(&octets);
    }

    #[test]
    fn runs_tell_what_came(came in vec(prop_oneof![9 => Just(true), 1 => Just(false)], 0..2_000), begin in any::<u16>()) {
        let mut place = [0; 1_024];
        let encoded = encode_runs(came.iter().copied(), &mut place);
        prop_assert_eq!(encoded.bits as usize, came.len());
        let end = begin.wrapping_add(came.len() as u16);
        let runs = RunLengths::new(1, 0, begin, end, &place[..encoded.octets]);
        let told: Vec<_> = runs.into_iter().flat_map(|runs| runs.iter().collect::<Vec<_>>()).collect();
        prop_assert!(told.iter().map(|(_, bit)| *bit).eq(came));
        prop_assert!(told.iter().zip(0..).all(|((number, _), nth)| *number == begin.wrapping_add(nth)));
    }

    #[test]
    fn any_octets_are_safe(octets in vec(any::<u8>(), 0..300)) {
        fuzzing::rtp_packet(&octets);
        fuzzing::rtcp_compound(&octets);
    }

    #[test]
    fn octets_like_rtp_are_safe(octets in rtp_like()) {
        fuzzing::rtp_packet(&octets);
    }

    #[test]
    fn octets_like_rtcp_are_safe(octets in rtcp_like()) {
        fuzzing::rtcp_compound(&octets);
    }

    #[test]
    fn a_written_packet_is_read(header in header(), payload in vec(any::<u8>(), 0..200)) {
        let mut octets = vec![0; Header::LENGTH];
        prop_assert_eq!(header.write(&mut octets), Header::LENGTH);
        octets.extend(&payload);
        let packet = Packet::parse(&octets).unwrap();
        prop_assert_eq!(packet.header(), header);
        prop_assert_eq!(packet.payload(), payload);
        prop_assert_eq!((packet.csrcs().len(), packet.extension()), (0, None));
    }

    #[test]
    fn rewriting_changes_the_header_alone(octets in rtp_like(), header in header()) {
        let mut rewritten = octets.clone();
        if let Ok(before) = Packet::parse(&octets) {
            header.rewrite(&mut rewritten).unwrap();
            let after = Packet::parse(&rewritten).unwrap();
            prop_assert_eq!(after.header(), header);
            prop_assert_eq!(after.payload(), before.payload());
            prop_assert_eq!(&rewritten[12..], &octets[12..]);
            prop_assert_eq!(rewritten[0], octets[0]);
        } else {
            prop_assert!(header.rewrite(&mut rewritten).is_err());
            prop_assert_eq!(rewritten, octets);
        }
    }

    #[test]
    fn written_reports_are_read(
        ssrc in any::<u32>(),
        info in (any::<u64>(), any::<u32>(), any::<u32>(), any::<u32>()),
        sent in vec(block(), 0..32),
        heard in vec(block(), 0..32),
        cname in "[a-z@.]{0,255}",
        leaving in vec(any::<u32>(), 0..32),
        reason in "[ -~]{0,255}",
    ) {
        let info = SenderInfo { ntp: NtpTime(info.0), rtp_timestamp: info.1, packets: info.2, octets: info.3 };
        let mut octets = [0; 4_096];
        let mut writer = CompoundWriter::new(&mut octets);
        writer.sender_report(ssrc, &info, &sent).unwrap();
        writer.receiver_report(ssrc, &heard).unwrap();
        writer.source_description(ssrc, &cname).unwrap();
        writer.goodbye(&leaving, &reason).unwrap();
        let length = writer.finish();

        let packets: Vec<_> = Compound::parse(&octets[..length]).unwrap().packets().collect();
        let [
            Rtcp::SenderReport(sender),
            Rtcp::ReceiverReport(receiver),
            Rtcp::SourceDescription(sdes),
            Rtcp::Goodbye(bye),
        ] = packets[..] else { panic!("{packets:?}") };
        prop_assert_eq!((sender.ssrc, sender.info, receiver.ssrc), (ssrc, info, ssrc));
        prop_assert_eq!(sender.blocks().collect::<Vec<_>>(), sent);
        prop_assert_eq!(receiver.blocks().collect::<Vec<_>>(), heard);
        prop_assert_eq!(sdes.cname(ssrc), Some(cname.as_bytes()));
        prop_assert_eq!(bye.sources().collect::<Vec<_>>(), leaving);
        prop_assert_eq!(bye.reason().unwrap_or(b""), reason.as_bytes());
        // Cut anywhere, it is refused or shorter, never a panic.
        for cut in 0..length {
            fuzzing::rtcp_compound(&octets[..cut]);
        }
    }
}
