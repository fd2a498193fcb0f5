//! Protected legs.

use rtp::srtp::{Inbound, MasterKey, Outbound, Suite};

use super::*;
use crate::keys::LegKeys;

fn key(octet: u8) -> MasterKey {
    MasterKey::new(Suite::AesCm128HmacSha1_80, &[octet; 30]).unwrap()
}

/// Ours is of 1, the peer's of `theirs`.
fn keys(theirs: u8) -> LegKeys {
    LegKeys { send: key(1), receive: key(theirs), receive_mki: None }
}

/// What the peer sends, under its key.
fn sealed(theirs: &mut Outbound, plain: &[u8]) -> Vec<u8> {
    let mut buffer = [plain, &[0; Suite::MOST_ADDED]].concat();
    let protect = if rtp::is_rtcp(plain) { Outbound::protect_rtcp } else { Outbound::protect_rtp };
    let length = protect(theirs, &mut buffer, plain.len()).unwrap();
    buffer.truncate(length);
    buffer
}

/// Whether the leg takes in a datagram, as its thread hands it over.
fn hears(bench: &mut Bench, from: SocketAddr, datagram: &[u8]) -> bool {
    let mut datagram = datagram.to_vec();
    let Some(plain) = bench.leg.unprotect(&mut datagram) else { return false };
    bench.leg.hear(bench.now, from, plain).is_some()
}

/// What goes out for a packet of the leg's.
fn sends(bench: &mut Bench, plain: &[u8]) -> Vec<u8> {
    let mut buffer = [plain, &[0; 100]].concat();
    bench.leg.protected(&mut buffer, plain.len()).unwrap().to_vec()
}

fn protected() -> Bench {
    let mut bench = Bench::new(settings(Codec::Pcmu));
    bench.leg.protect(Some(keys(2)));
    bench
}

#[test]
fn what_the_peer_protects_is_heard_and_nothing_else() {
    let (mut bench, mut theirs) = (protected(), Outbound::new(&key(2)));
    let plain = bench.packet(0, &[0xFF; 160]);
    assert!(!hears(&mut bench, peer(), &plain));
    let octets = sealed(&mut theirs, &plain);
    assert!(hears(&mut bench, peer(), &octets));
    assert!(!hears(&mut bench, peer(), &octets), "once");
    let forged = sealed(&mut Outbound::new(&key(3)), &plain);
    assert!(!hears(&mut bench, peer(), &forged));
    let counted = bench.leg.counters.snapshot();
    assert_eq!((counted.packets_received, counted.unauthentic, counted.malformed), (1, 3, 0));
}

/// A stranger who sends plain or forged packets, or repeats those of the peer, gets no audio sent to it.
#[test]
fn forged_packets_do_not_redirect_a_call() {
    let stranger = SocketAddr::from(([198, 51, 100, 1], 9));
    let mut bench = Bench::new(LegSettings { symmetric: true, ..settings(Codec::Pcmu) });
    bench.leg.protect(Some(keys(2)));
    let mut theirs = Outbound::new(&key(2));
    for _ in 0..100 {
        let plain = bench.packet(0, &[0xFF; 160]);
        assert!(!hears(&mut bench, stranger, &plain));
        let forged = sealed(&mut Outbound::new(&key(9)), &plain);
        assert!(!hears(&mut bench, stranger, &forged));
        let genuine = sealed(&mut theirs, &plain);
        assert!(hears(&mut bench, peer(), &genuine));
        assert!(!hears(&mut bench, stranger, &genuine));
    }
    assert_eq!(bench.leg.counters.snapshot().unauthentic, 300);
    assert_eq!(bench.told(), [LegEvent::FirstPacket { from: peer() }]);
}

#[test]
fn what_is_sent_is_protected() {
    let (mut bench, mut ours) = (protected(), Inbound::new(&key(1)));
    bench.leg.play(Pcm::new(8_000, vec![1; 800]).into(), 1.into());
    for plain in bench.ticks(5) {
        let mut octets = sends(&mut bench, &plain);
        assert_ne!(octets[12..plain.len()], plain[12..]);
        let length = ours.unprotect_rtp(&mut octets).unwrap();
        assert_eq!(octets[..length], plain);
    }
    bench.pass(6_000);
    let mut report = [0; 200];
    let length = bench.leg.report(bench.now, &mut report).unwrap().length;
    let mut octets = sends(&mut bench, &report[..length]);
    let unprotected = ours.unprotect_rtcp(&mut octets).unwrap();
    assert_eq!(octets[..unprotected], report[..length]);
}

#[test]
fn reports_of_the_peer_are_heard_when_protected() {
    let (mut bench, mut theirs) = (protected(), Outbound::new(&key(2)));
    let report = [0x80, 201, 0, 1, 0, 0, 0, 9];
    assert!(bench.leg.unprotect(&mut report.clone()).is_none());
    let mut octets = sealed(&mut theirs, &report);
    let now = bench.now;
    let plain = bench.leg.unprotect(&mut octets).unwrap().to_vec();
    bench.leg.hear_rtcp(now, peer(), &plain);
    assert_eq!(bench.leg.counters.snapshot().rtcp_received, 1);
}

/// Questions of NATs are answered, and keep-alives passed over, as ever.
#[test]
fn what_is_no_rtp_is_left_as_it_is() {
    let mut bench = protected();
    let mut binding = [0; 20];
    binding[1] = 1;
    assert_eq!(
        bench.leg.unprotect(&mut binding.clone()).map(|octets| octets.to_vec()),
        Some(binding.to_vec())
    );
}

/// The peer changes its key; ours goes on, and uses no number again.
#[test]
fn one_key_may_change() {
    let (mut bench, mut ours) = (protected(), Inbound::new(&key(1)));
    let own = Header { ssrc: 0x5EED, sequence: 1, ..Header::default() }.to_bytes();
    ours.unprotect_rtp(&mut sends(&mut bench, &own)).unwrap();
    let plain = bench.packet(0, &[0xFF; 160]);
    bench.leg.protect(Some(keys(4)));
    let under = |octet| sealed(&mut Outbound::new(&key(octet)), &plain);
    assert!(!hears(&mut bench, peer(), &under(2)));
    assert!(hears(&mut bench, peer(), &under(4)));
    bench.leg.protect(Some(keys(4)));
    assert!(!hears(&mut bench, peer(), &under(4)), "the same keys again change nothing");
    let mut again = [&own[..], &[0; 100]].concat();
    assert!(bench.leg.protected(&mut again, own.len()).is_none(), "its number went out before");
    assert_eq!(bench.leg.counters.snapshot().send_errors, 1);
    bench.leg.protect(None);
    assert_eq!(sends(&mut bench, &own), own);
}
