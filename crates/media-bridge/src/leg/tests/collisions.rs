//! Peers with our SSRC, and packets of ours that come back (RFC 3550 §8.2).

use rtp::rtcp::{Compound, CompoundWriter, Packet as Control};

use super::*;

/// The next packet of a peer that has that SSRC.
fn packet_of(bench: &mut Bench, ssrc: u32) -> Vec<u8> {
    let mut packet = bench.packet(0, &[0xFF; 160]);
    packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
    packet
}

/// The packet that the leg plays next.
fn played(bench: &mut Bench) -> Header {
    let sent = bench.ticks(1);
    Packet::parse(&sent[0]).unwrap().header()
}

fn playing() -> Bench {
    let mut bench = Bench::new(settings(Codec::Pcmu));
    bench.leg.play(Pcm::new(8_000, vec![1; 200_000]).into(), PlayToken(1));
    bench
}

/// Who says goodbye, if anybody does.
fn farewell(bench: &mut Bench) -> Option<Vec<u32>> {
    let mut buffer = [0; 256];
    let outgoing = bench.leg.farewell(&mut buffer)?;
    let compound = Compound::parse(&buffer[..outgoing.length]).unwrap();
    let Some(Control::Goodbye(bye)) = compound.packets().last() else { panic!("a goodbye ends it") };
    assert!(
        matches!(compound.packets().next(), Some(Control::ReceiverReport(report)) if bye.names(report.ssrc))
    );
    Some(bye.sources().collect())
}

#[test]
fn a_peer_with_our_ssrc_makes_us_take_another_and_go_on() {
    let mut a = playing();
    let before = played(&mut a);
    let packet = packet_of(&mut a, before.ssrc);
    assert!(a.hear(&packet).is_some(), "it is heard");
    assert_eq!(farewell(&mut a), Some(vec![before.ssrc]));
    assert_eq!(farewell(&mut a), None, "once");
    let after = played(&mut a);
    assert_ne!(after.ssrc, before.ssrc);
    assert_eq!((after.sequence, after.timestamp), (before.sequence + 1, before.timestamp + 160));
    assert_eq!(a.leg.sent.packets, 1, "reports count what the new one has sent");
    assert_eq!(a.leg.counters.snapshot().packets_sent, 2);
}

#[test]
fn who_has_sent_nothing_leaves_without_a_word() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    let packet = packet_of(&mut a, 0x5EED);
    assert!(a.hear(&packet).is_some());
    assert_eq!(farewell(&mut a), None);
    assert_ne!(a.leg.stream.ssrc(), 0x5EED);
}

#[test]
fn an_echo_of_ours_does_not_make_us_run() {
    let mut a = playing();
    let first = played(&mut a);
    let packet = packet_of(&mut a, first.ssrc);
    a.hear(&packet).unwrap();
    let second = played(&mut a);
    for _ in 0..500 {
        let sent = played(&mut a);
        let back = packet_of(&mut a, sent.ssrc);
        assert!(a.hear(&back).is_some(), "who echoes is heard");
        assert_eq!(sent.ssrc, second.ssrc);
    }
    assert_eq!(farewell(&mut a), Some(vec![first.ssrc]));
    assert_eq!(a.leg.counters.snapshot().collisions, 501);
}

#[test]
fn after_a_while_a_collision_is_a_new_one() {
    let mut a = playing();
    let first = played(&mut a);
    let packet = packet_of(&mut a, first.ssrc);
    a.hear(&packet).unwrap();
    let second = played(&mut a);
    a.pass(51_000);
    let packet = packet_of(&mut a, second.ssrc);
    a.hear(&packet).unwrap();
    assert!(![first.ssrc, second.ssrc].contains(&a.leg.stream.ssrc()));
}

#[test]
fn a_report_under_our_ssrc_is_a_collision_too() {
    let mut a = playing();
    let first = played(&mut a);
    let mut buffer = [0; 64];
    let mut writer = CompoundWriter::new(&mut buffer);
    writer.receiver_report(first.ssrc, &[]).unwrap();
    let length = writer.finish();
    a.leg.hear_rtcp(a.now, SocketAddr::new(peer().ip(), 4_001), &buffer[..length]);
    assert_eq!(farewell(&mut a), Some(vec![first.ssrc]));
    assert_ne!(played(&mut a).ssrc, first.ssrc);
}

#[test]
fn a_peer_that_takes_another_ssrc_is_heard_on_and_reported_on() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    let mut numbers = Vec::new();
    for ssrc in [9, 9, 77, 77, 5] {
        let mut packet = packet_of(&mut a, ssrc);
        let heard = a.hear(&packet).unwrap();
        b.leg.relay(b.now, &heard, &mut packet).unwrap();
        let header = Packet::parse(&packet).unwrap().header();
        assert_eq!(header.ssrc, 0x5EED);
        numbers.push(header.sequence);
        b.pass(20);
    }
    assert!(numbers.iter().eq(&[500, 501, 502, 503, 504]));
    assert_eq!(a.leg.incoming.as_ref().unwrap().reception.ssrc(), 5);
}
