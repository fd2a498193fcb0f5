//! Redundant data (RFC 2198): losses are made good before anybody hears them, and who wants redundancy gets it.

use rtp::redundancy::RedundantPayload;

use super::reports::next_report;
use super::*;
use crate::settings::{CodecPayload, RedundantPayloads};

/// Redundant data of the codec: 121 towards the peer, 120 from it.
fn redundant(codec: Codec, preferred: bool) -> LegSettings {
    let mut settings = settings(codec);
    let carries = settings.send_payload_type;
    settings.redundancy[0] =
        Some(RedundantPayloads { send: 121, receive: 120, carries, generations: 1, preferred });
    settings
}

/// The peer's next packet: its own sound, and that of the one before it.
fn doubled(bench: &mut Bench, before: &[u8], sound: &[u8]) -> Vec<u8> {
    let word = u32::from(0x80_u8) << 24 | 160 << 10 | before.len() as u32;
    let payload = [&word.to_be_bytes()[..], &[0], before, sound].concat();
    bench.packet(120, &payload)
}

/// What goes out to the peer of `to` for a packet that the peer of `from` sends, as the media thread has it done.
fn through(from: &mut Bench, to: &mut Bench, whole: &[u8]) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    let mut pass = |to: &mut Bench, heard: &super::receive::Heard, packet: &[u8]| {
        let mut buffer = packet.to_vec();
        let Some(outgoing) = to.leg.relay(to.now, heard, &mut buffer) else { return };
        buffer.resize(2_048, 0);
        let outgoing = to.leg.with_redundancy(&mut buffer, outgoing);
        sent.push(buffer[..outgoing.length].to_vec());
    };
    if !from.leg.is_redundant(whole) {
        let heard = from.hear(whole).unwrap();
        if !from.leg.was_recovered(&heard) {
            pass(to, &heard, whole);
        }
        return sent;
    }
    let mut packet = whole.to_vec();
    let Some(length) = from.leg.take_primary(&mut packet) else { return sent };
    packet.truncate(length);
    let heard = from.hear(&packet).unwrap();
    let Some(lost) = from.leg.hear_redundant(&heard, whole) else { return sent };
    for lost in lost {
        let mut found = [&lost.header.to_bytes()[..], lost.data].concat();
        let end = found.len();
        found.resize(2_048, 0);
        let beside = match &heard.content {
            Content::Audio(codec, _) => Some((*codec, heard.header.payload_type)),
            _ => None,
        };
        let lost = from.leg.hear_lost(lost.header, 12..end);
        if let Some(heard) = lost.and_then(|lost| from.leg.fit_lost(lost, beside, &mut found)) {
            let Content::Audio(_, range) = &heard.content else { panic!("it is no sound") };
            pass(to, &heard, &found[..range.end]);
        }
    }
    pass(to, &super::receive::Heard { redundant: true, ..heard }, &packet);
    sent
}

/// Number, time, payload type and payload.
fn read(packet: &[u8]) -> (u16, u32, u8, Vec<u8>) {
    let packet = Packet::parse(packet).unwrap();
    (packet.sequence(), packet.timestamp(), packet.payload_type(), packet.payload().to_vec())
}

#[test]
fn who_has_no_redundancy_gets_the_sound_alone_and_what_was_lost() {
    let (mut a, mut b) = (Bench::new(redundant(Codec::Pcmu, false)), Bench::new(settings(Codec::Pcma)));
    let first = a.packet(0, &[1; 160]);
    assert_eq!(through(&mut a, &mut b, &first).len(), 1);
    let second = doubled(&mut a, &[1; 160], &[2; 160]);
    let lost = doubled(&mut a, &[2; 160], &[3; 160]);
    let fourth = doubled(&mut a, &[3; 160], &[4; 160]);
    let law = |octet: u8| {
        let mut octets = [octet; 160];
        g711::ulaw_to_alaw(&mut octets);
        octets.to_vec()
    };
    let sent = through(&mut a, &mut b, &second);
    assert_eq!(sent.iter().map(|packet| read(packet)).collect::<Vec<_>>(), [(501, 7_160, 8, law(2))]);
    let sent = through(&mut a, &mut b, &fourth);
    let expected = [(502, 7_320, 8, law(3)), (503, 7_480, 8, law(4))];
    assert_eq!(sent.iter().map(|packet| read(packet)).collect::<Vec<_>>(), expected);
    assert_eq!(through(&mut a, &mut b, &lost), Vec::<Vec<u8>>::new(), "its sound has been heard");
    let counted = a.leg.counters.snapshot();
    assert_eq!((counted.packets_received, counted.recovered, counted.unexpected_payload), (4, 1, 0));
    assert_eq!(counted.octets_received, 160 + 3 * 325);
    assert_eq!(b.leg.counters.snapshot().octets_sent, 4 * 160);
}

/// A leg whose peer repeats in `other`, of payload type `number`, what it says in `codec`.
fn mixed(codec: Codec, other: Codec, number: u8) -> Bench {
    let mut settings = redundant(codec, true);
    settings.alternatives[0] = Some(CodecPayload { codec: other, send: number, receive: number });
    if let Some(red) = &mut settings.redundancy[0] {
        red.generations = 0;
    }
    Bench::new(settings)
}

/// The peer's next packet: its own sound of payload type `own`, and that of the one before it of another.
fn mixture(bench: &mut Bench, (before, other): (&[u8], u8), (sound, own): (&[u8], u8)) -> Vec<u8> {
    let word = u32::from(0x80 | other) << 24 | 160 << 10 | before.len() as u32;
    let payload = [&word.to_be_bytes()[..], &[own], before, sound].concat();
    bench.packet(120, &payload)
}

#[test]
fn what_is_repeated_in_the_other_law_becomes_the_sound_that_was_lost() {
    let (mut a, mut b) = (mixed(Codec::Pcmu, Codec::Pcma, 8), Bench::new(settings(Codec::Pcmu)));
    let law = |octet: u8| {
        let mut octets = [octet; 160];
        g711::ulaw_to_alaw(&mut octets);
        octets
    };
    let first = mixture(&mut a, (&law(0x30), 8), (&[0x31; 160], 0));
    mixture(&mut a, (&law(0x31), 8), (&[0x32; 160], 0));
    let third = mixture(&mut a, (&law(0x32), 8), (&[0x33; 160], 0));
    through(&mut a, &mut b, &first);
    let sent: Vec<_> = through(&mut a, &mut b, &third).iter().map(|packet| read(packet)).collect();
    assert_eq!(sent, [(501, 7_160, 0, vec![0x32; 160]), (502, 7_320, 0, vec![0x33; 160])]);
    assert_eq!(a.leg.counters.snapshot().recovered, 1);
}

#[test]
fn what_is_repeated_in_narrow_band_fills_a_stream_of_wide_band() {
    let loudness =
        |sound: &[i16]| sound.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / sound.len() as f64;
    let tone = |rate: f64, from: usize, count: usize| -> Vec<i16> {
        let at = |n: usize| (8_000.0 * (std::f64::consts::TAU * 440.0 * n as f64 / rate).sin()) as i16;
        (from..from + count).map(at).collect()
    };
    let (mut a, mut b) = (mixed(Codec::G722, Codec::Pcmu, 0), Bench::new(settings(Codec::G722)));
    let (mut encoder, mut decoder) = (g722::Encoder::new(), g722::Decoder::new());
    let mut heard = Vec::new();
    for nth in 0..20_usize {
        let mut wide = [0; 160];
        encoder.encode(&tone(16_000.0, 320 * nth, 320), &mut wide);
        let mut narrow = [0; 160];
        g711::ulaw::encode(&tone(8_000.0, 160 * nth.saturating_sub(1), 160), &mut narrow);
        let packet = mixture(&mut a, (&narrow, 0), (&wide, 9));
        if nth == 15 {
            continue;
        }
        for sent in through(&mut a, &mut b, &packet) {
            let (.., payload_type, payload) = read(&sent);
            assert_eq!((payload_type, payload.len()), (9, 160), "one codec alone goes on");
            let mut pcm = [0; 320];
            decoder.decode(&payload, &mut pcm);
            heard.push(loudness(&pcm));
        }
    }
    assert_eq!(heard.len(), 20, "nothing is missing");
    let loud = heard[10];
    for (nth, other) in heard.iter().enumerate().skip(5) {
        assert!((0.5..2.0).contains(&(other / loud)), "packet {nth} has {other} in place of {loud}");
    }
}

#[test]
fn what_is_repeated_in_a_codec_on_another_clock_or_of_no_meaning_stays_lost() {
    let (mut a, mut b) = (mixed(Codec::Pcmu, Codec::Opus, 98), Bench::new(settings(Codec::Pcmu)));
    for other in [98, 97] {
        let first = mixture(&mut a, (&[1; 40], other), (&[0x31; 160], 0));
        mixture(&mut a, (&[1; 40], other), (&[0x32; 160], 0));
        let third = mixture(&mut a, (&[1; 40], other), (&[0x33; 160], 0));
        through(&mut a, &mut b, &first);
        let sent = through(&mut a, &mut b, &third);
        assert_eq!(sent.iter().map(|packet| read(packet).3).collect::<Vec<_>>(), [vec![0x33; 160]]);
    }
}

#[test]
fn reports_tell_what_was_lost_on_the_way_whatever_was_found_again() {
    let (mut a, mut b) = (Bench::new(redundant(Codec::Pcmu, false)), Bench::new(settings(Codec::Pcmu)));
    for nth in 0..10_u8 {
        let packet = doubled(&mut a, &[nth; 160], &[nth + 1; 160]);
        if nth != 5 {
            through(&mut a, &mut b, &packet);
        }
    }
    a.leg.attend(a.now);
    let (report, _) = next_report(&mut a);
    let report = rtp::rtcp::Compound::parse(&report).unwrap();
    let block = report.packets().find_map(|packet| match packet {
        rtp::rtcp::Packet::ReceiverReport(report) => report.blocks().next(),
        rtp::rtcp::Packet::SenderReport(report) => report.blocks().next(),
        _ => None,
    });
    assert_eq!(block.map(|block| block.cumulative_lost), Some(1));
    let (_, info) = next_report(&mut b);
    assert_eq!(info.map(|info| (info.packets, info.octets)), Some((10, 1_600)), "all of it was sent on");
}

#[test]
fn redundancy_that_comes_is_made_anew_for_who_has_it() {
    let (mut a, mut b) =
        (Bench::new(redundant(Codec::Pcmu, false)), Bench::new(redundant(Codec::Pcma, false)));
    let first = doubled(&mut a, &[0; 160], &[0x31; 160]);
    assert_eq!(read(&through(&mut a, &mut b, &first)[0]).2, 8, "there is nothing yet to add");
    let second = doubled(&mut a, &[0x31; 160], &[0x32; 160]);
    let sent = through(&mut a, &mut b, &second);
    let (sequence, timestamp, payload_type, payload) = read(&sent[0]);
    assert_eq!((sequence, timestamp, payload_type), (501, 7_160, 121));
    let payload = RedundantPayload::parse(&payload).unwrap();
    let block = payload.blocks().next().unwrap();
    let law = |octet: u8| {
        let mut octets = [octet; 160];
        g711::ulaw_to_alaw(&mut octets);
        octets
    };
    assert_eq!((block.payload_type, block.timestamp_offset, block.data), (8, 160, &law(0x31)[..]));
    assert_eq!((payload.primary().payload_type, payload.primary().data), (8, &law(0x32)[..]));
    let counted = b.leg.counters.snapshot();
    assert_eq!((counted.packets_sent, counted.octets_sent), (2, 160 + 325));
    assert_eq!(b.leg.sent.octets, 160 + 325);
    // A source without it, towards a peer that sends none either.
    let plain = a.packet(0, &[3; 160]);
    assert_eq!(read(&through(&mut a, &mut b, &plain)[0]).2, 8);
}

#[test]
fn a_peer_that_would_rather_have_it_gets_it_of_all_that_is_sent() {
    for preferred in [false, true] {
        let (mut a, mut b) =
            (Bench::new(settings(Codec::Pcmu)), Bench::new(redundant(Codec::Pcmu, preferred)));
        let mut numbers = Vec::new();
        for _ in 0..3 {
            let packet = a.packet(0, &[1; 160]);
            numbers.push(read(&through(&mut a, &mut b, &packet)[0]).2);
        }
        assert_eq!(numbers, if preferred { [0, 121, 121] } else { [0, 0, 0] });
        // It begins to send so itself.
        let own = doubled(&mut b, &[9; 160], &[9; 160]);
        assert_eq!(read(&through(&mut b, &mut a, &own)[0]).2, 0);
        for _ in 0..2 {
            let packet = a.packet(0, &[1; 160]);
            numbers.push(read(&through(&mut a, &mut b, &packet)[0]).2);
        }
        assert_eq!(numbers.last(), Some(&121));
    }
}

#[test]
fn keys_in_redundant_data_are_keys() {
    let (mut a, mut b) = (Bench::new(redundant(Codec::Pcmu, false)), Bench::new(settings(Codec::Pcmu)));
    let event = Event { code: 5, end: false, volume: 10, duration: 160 };
    let packet = a.packet(120, &[&[96][..], &event.to_bytes()].concat());
    let sent = through(&mut a, &mut b, &packet);
    assert_eq!(read(&sent[0]).2, 101);
    assert!(a.told().contains(&LegEvent::DigitBegan(Digit::from_char('5').unwrap())));
}

#[test]
fn what_is_no_redundant_data_is_counted_and_left() {
    let mut a = Bench::new(redundant(Codec::Pcmu, false));
    for broken in [&[][..], &[0x80, 0, 0, 9, 0, 1], &[0x80, 1]] {
        let mut packet = a.packet(120, broken);
        assert!(a.leg.is_redundant(&packet));
        assert_eq!(a.leg.take_primary(&mut packet), None);
    }
    assert_eq!(a.leg.counters.snapshot().malformed, 3);
    // Redundant data in redundant data is a format that nobody has agreed on.
    let mut packet = a.packet(120, &[120, 0, 1]);
    let length = a.leg.take_primary(&mut packet).unwrap();
    assert!(a.hear(&packet[..length]).is_none());
    assert_eq!(a.leg.counters.snapshot().unexpected_payload, 1);
    let mut without = Bench::new(settings(Codec::Pcmu));
    let packet = without.packet(120, &[0, 1]);
    assert!(!without.leg.is_redundant(&packet));
}

#[test]
fn padding_and_extensions_go_with_the_redundancy() {
    let mut a = Bench::new(redundant(Codec::Pcmu, false));
    let mut packet = a.packet(120, &[0xBE, 0xDE, 0, 1, 1, 2, 3, 4, 0, 7, 8, 9, 0, 2]);
    packet[0] |= 0x30;
    let length = a.leg.take_primary(&mut packet).unwrap();
    let parsed = Packet::parse(&packet[..length]).unwrap();
    assert_eq!((parsed.payload_type(), parsed.payload()), (0, &[7, 8, 9][..]));
}
