//! A peer that changes its codec, and packets that get another length.

use super::*;
use crate::settings::CodecPayload;

/// Mu-law, or A-law at any time.
fn both_laws() -> LegSettings {
    let mut settings = settings(Codec::Pcmu);
    settings.alternatives[0] = Some(CodecPayload { codec: Codec::Pcma, send: 8, receive: 8 });
    settings
}

/// The payload types that `leg` sends for packets that come to it as mu-law.
fn answered(from: &mut Bench, leg: &mut Bench) -> u8 {
    let packet = bridged(from, leg, 0, &[0xFF; 160]).unwrap();
    Packet::parse(&packet).unwrap().payload_type()
}

#[test]
fn a_peer_that_changes_its_codec_is_heard_and_followed() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(both_laws()));
    assert_eq!(answered(&mut a, &mut b), 0);
    let mut expected = [0x31; 160];
    g711::alaw_to_ulaw(&mut expected);
    let packet = bridged(&mut b, &mut a, 8, &[0x31; 160]).unwrap();
    let parsed = Packet::parse(&packet).unwrap();
    assert_eq!((parsed.payload_type(), parsed.payload()), (0, &expected[..]), "what it says is translated");
    assert_eq!(answered(&mut a, &mut b), 8, "and so is what it hears");
    bridged(&mut b, &mut a, 0, &[0x31; 160]).unwrap();
    assert_eq!(answered(&mut a, &mut b), 0, "back again");
}

#[test]
fn prompts_follow_the_codec_too() {
    let mut a = Bench::new(both_laws());
    let packet = a.packet(8, &[0xD5; 160]);
    a.hear(&packet).unwrap();
    a.leg.play(Pcm::new(8_000, vec![8_000; 160]).into(), PlayToken(1));
    let sent = a.ticks(1);
    let parsed = Packet::parse(&sent[0]).unwrap();
    let mut expected = [0; 160];
    g711::alaw::encode(&[8_000; 160], &mut expected);
    assert_eq!((parsed.payload_type(), parsed.payload()), (8, &expected[..]));
}

#[test]
fn with_asymmetric_codecs_ours_stays() {
    let (mut a, mut b) =
        (Bench::new(settings(Codec::Pcmu)), Bench::new(LegSettings { asymmetric: true, ..both_laws() }));
    bridged(&mut b, &mut a, 8, &[0x31; 160]).expect("it is heard all the same");
    assert_eq!(answered(&mut a, &mut b), 0);
}

#[test]
fn another_agreement_ends_what_was_followed_and_the_same_one_does_not() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(both_laws()));
    bridged(&mut b, &mut a, 8, &[0x31; 160]).unwrap();
    b.leg.configure(b.now, LegSettings { rtp_timeout: Some(Duration::from_secs(9)), ..both_laws() });
    assert_eq!(answered(&mut a, &mut b), 8);
    b.leg.configure(b.now, settings(Codec::Pcmu));
    assert_eq!(answered(&mut a, &mut b), 0);
    assert_eq!(bridged(&mut b, &mut a, 8, &[0x31; 160]), None, "A-law is no part of it any more");
}

/// Packets of the peer of `to`, for each one of `octets` that comes from `from`.
fn repacked(from: &mut Bench, to: &mut Bench, octets: usize, count: usize) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    for number in 0..count {
        from.sequence += 1;
        let header = Header {
            sequence: from.sequence,
            timestamp: (number * octets) as u32,
            ssrc: 9,
            ..Header::default()
        };
        let mut packet = [&header.to_bytes()[..], &vec![number as u8; octets]].concat();
        let heard = from.hear(&packet).unwrap();
        if let Some(outgoing) = to.leg.relay(to.now, &heard, &mut packet) {
            sent.push(packet[..outgoing.length].to_vec());
        }
        let mut buffer = [0; 2_048];
        while let Some(outgoing) = to.leg.next_repacked(to.now, &mut buffer) {
            assert_eq!(outgoing.to, peer());
            sent.push(buffer[..outgoing.length].to_vec());
        }
        to.pass(octets as u64 / 8);
    }
    sent
}

/// A leg whose peer gets packets of that length.
fn packets_of(ptime_ms: u16, codec: Codec) -> Bench {
    Bench::new(LegSettings { repack: true, ptime_ms, ..settings(codec) })
}

#[test]
fn forwarded_packets_get_the_length_that_the_listener_wants() {
    for (octets, ptime) in [(160, 30), (240, 20), (160, 60), (480, 10), (160, 20)] {
        let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), packets_of(ptime, Codec::Pcmu));
        let sent = repacked(&mut a, &mut b, octets, 12);
        let length = usize::from(ptime) * 8;
        assert_eq!(sent.len(), 12 * octets / length, "{octets} octets to {ptime} ms");
        for (number, packet) in sent.iter().enumerate() {
            let parsed = Packet::parse(packet).unwrap();
            assert_eq!(parsed.payload().len(), length);
            assert_eq!((parsed.ssrc(), parsed.marker()), (0x5EED, number == 0));
            assert_eq!(parsed.sequence(), 500 + number as u16);
            assert_eq!(parsed.timestamp(), 7_000 + (number * length) as u32);
            assert_eq!(parsed.payload()[0], (number * length / octets) as u8, "the sound goes on");
        }
        let counted = b.leg.counters.snapshot();
        assert_eq!((counted.packets_sent as usize, counted.octets_sent as usize), (sent.len(), 12 * octets));
    }
}

#[test]
fn unless_it_is_wanted_they_keep_the_length_that_they_came_with() {
    let mut b = Bench::new(LegSettings { ptime_ms: 30, ..settings(Codec::Pcmu) });
    let sent = repacked(&mut Bench::new(settings(Codec::Pcmu)), &mut b, 160, 6);
    assert!(sent.len() == 6 && sent.iter().all(|packet| packet.len() == 172));
}

#[test]
fn packets_that_are_longer_than_the_peer_takes_are_cut() {
    for codec in [Codec::Pcmu, Codec::Pcma] {
        let mut b = Bench::new(LegSettings { longest_ms: Some(30), ..settings(codec) });
        let short = repacked(&mut Bench::new(settings(Codec::Pcmu)), &mut b, 160, 4);
        let mut b = Bench::new(LegSettings { longest_ms: Some(30), ..settings(codec) });
        let long = repacked(&mut Bench::new(settings(Codec::Pcmu)), &mut b, 480, 4);
        assert_eq!((short.len(), long.len()), (4, 12), "{codec:?}");
        let octets = short[0].len();
        for (number, packet) in long.iter().enumerate() {
            let parsed = Packet::parse(packet).unwrap();
            assert_eq!(
                (packet.len(), parsed.timestamp()),
                (octets, 7_000 + 160 * number as u32),
                "{codec:?}"
            );
        }
    }
}

#[test]
fn translated_sound_is_put_together_in_the_listener_s_codec() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), packets_of(30, Codec::Pcma));
    let sent = repacked(&mut a, &mut b, 160, 3);
    let mut expected: Vec<u8> = [[0; 160], [1; 160], [2; 160]].concat();
    g711::ulaw_to_alaw(&mut expected);
    let heard: Vec<u8> =
        sent.iter().flat_map(|packet| Packet::parse(packet).unwrap().payload().to_vec()).collect();
    assert_eq!(heard, expected);
    assert!(sent.iter().all(|packet| Packet::parse(packet).unwrap().payload_type() == 8));
}

#[test]
fn keys_come_between_repacked_sound_and_a_prompt_in_its_place() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), packets_of(30, Codec::Pcmu));
    let before = repacked(&mut a, &mut b, 160, 4);
    let last = Packet::parse(before.last().unwrap()).unwrap().sequence();
    a.sequence += 1;
    let timestamp = 160 * u32::from(a.sequence);
    let header = Header { payload_type: 96, marker: true, sequence: a.sequence, timestamp, ssrc: 9 };
    let event = Event { code: 5, end: false, volume: 10, duration: 160 };
    let mut packet = [&header.to_bytes()[..], &event.to_bytes()].concat();
    let heard = a.hear(&packet).unwrap();
    b.leg.relay(b.now, &heard, &mut packet).expect("the key goes on");
    let key = Packet::parse(&packet).unwrap();
    assert_eq!((key.payload_type(), key.sequence()), (101, last + 1));
    b.leg.play(Pcm::new(8_000, vec![1; 480]).into(), PlayToken(1));
    let ignored = bridged(&mut a, &mut b, 0, &[0; 160]);
    assert_eq!(ignored, None);
    let played = b.ticks(3);
    assert!(played.iter().all(|packet| packet.len() == 12 + 240));
    let numbers: Vec<u16> = played.iter().map(|p| Packet::parse(p).unwrap().sequence()).collect();
    assert_eq!(numbers, [last + 2, last + 3]);
    let after = repacked(&mut a, &mut b, 160, 3);
    assert_eq!(Packet::parse(&after[0]).unwrap().sequence(), last + 4, "nothing was lost");
}

#[test]
fn what_waits_is_not_heard_after_a_hold() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), packets_of(30, Codec::Pcmu));
    repacked(&mut a, &mut b, 160, 1);
    let held = LegSettings { direction: Direction::RecvOnly, ..*b.leg.settings.as_ref().unwrap() };
    b.leg.configure(b.now, held);
    assert!(repacked(&mut a, &mut b, 160, 5).is_empty());
    b.leg.configure(b.now, LegSettings { direction: Direction::SendRecv, ..held });
    let sent = repacked(&mut a, &mut b, 160, 3);
    assert_eq!(sent.len(), 2);
    assert_eq!(Packet::parse(&sent[0]).unwrap().payload()[0], 0, "the first of the new ones");
}

/// What a leg sends of its own accord when it is looked after each second.
fn looked_after(bench: &mut Bench, seconds: usize) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    for _ in 0..seconds {
        bench.pass(1_000);
        let mut buffer = [0; 2_048];
        if let Some(outgoing) = bench.leg.keep_alive(bench.now, &mut buffer) {
            assert_eq!(outgoing.to, peer());
            sent.push(buffer[..outgoing.length].to_vec());
        }
    }
    sent
}

#[test]
fn a_silent_leg_keeps_its_way_open() {
    for direction in [Direction::SendRecv, Direction::RecvOnly] {
        let keepalive = Some(Duration::from_secs(5));
        let mut a = Bench::new(LegSettings { keepalive, direction, ..settings(Codec::Pcmu) });
        let sent = looked_after(&mut a, 21);
        assert_eq!(sent.len(), 4, "in 21 seconds");
        for (number, packet) in sent.iter().enumerate() {
            let parsed = Packet::parse(packet).unwrap();
            assert_eq!((parsed.payload_type(), parsed.payload()), (13, &[127][..]));
            assert_eq!(parsed.sequence(), 500 + number as u16);
        }
    }
}

#[test]
fn a_leg_that_sends_or_whose_peer_is_away_needs_no_keeping() {
    let keepalive = Some(Duration::from_secs(2));
    let (mut a, mut b) =
        (Bench::new(settings(Codec::Pcmu)), Bench::new(LegSettings { keepalive, ..settings(Codec::Pcmu) }));
    for _ in 0..10 {
        bridged(&mut a, &mut b, 0, &[0; 160]).unwrap();
        assert!(looked_after(&mut b, 1).is_empty());
    }
    assert!(looked_after(&mut Bench::new(settings(Codec::Pcmu)), 60).is_empty(), "off unless wanted");
    let mut gone = Bench::new(LegSettings { keepalive, away: true, ..settings(Codec::Pcmu) });
    assert!(looked_after(&mut gone, 60).is_empty());
}
