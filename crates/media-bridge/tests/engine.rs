//! The engine on loopback sockets: two peers, their legs, and what comes through.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where its machine fails")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use media_bridge::{
    Codec, EventPayload, Leg, LegConfig, LegEvent, LegKeys, LegSettings, MasterKey, MediaConfig, MediaEngine,
    RedundantPayloads, Suite,
};
use rtp::srtp::{Inbound, Outbound};
use rtp::telephone_event::Event;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A phone of the test, and the leg that serves it.
struct Party {
    socket: UdpSocket,
    leg: Leg,
    events: Receiver<LegEvent>,
    sequence: u16,
}

fn engine(threads: usize) -> MediaEngine {
    let config = MediaConfig { threads: Some(threads), ports: 30_000..=39_999, ..MediaConfig::default() };
    MediaEngine::start(config).unwrap()
}

fn party(engine: &MediaEngine, codec: Codec) -> Party {
    let socket = UdpSocket::bind((LOCAL, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let (sender, events) = channel();
    let leg = engine
        .open_leg(LegConfig::new(LOCAL, move |event| {
            let _ = sender.send(event);
        }))
        .unwrap();
    leg.configure(LegSettings::new(Some(socket.local_addr().unwrap()), codec));
    Party { socket, leg, events, sequence: 0 }
}

impl Party {
    fn send(&mut self, payload_type: u8, octet: u8) {
        self.sequence += 1;
        let timestamp = 160 * u32::from(self.sequence);
        let header =
            rtp::Header { payload_type, sequence: self.sequence, timestamp, ssrc: 7, ..Default::default() };
        let packet = [&header.to_bytes()[..], &[octet; 160]].concat();
        self.socket.send_to(&packet, self.leg.rtp_address()).unwrap();
    }

    fn receive(&self) -> (Vec<u8>, SocketAddr) {
        let mut buffer = [0; 2_048];
        let (length, from) = self.socket.recv_from(&mut buffer).expect("a packet within five seconds");
        (buffer[..length].to_vec(), from)
    }
}

/// Sends until it comes through: a bridge of legs on two threads takes a moment.
fn hears(from: &mut Party, to: &Party, payload_type: u8, octet: u8) -> Vec<u8> {
    to.socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    for _ in 0..100 {
        from.send(payload_type, octet);
        let mut buffer = [0; 2_048];
        if let Ok((length, source)) = to.socket.recv_from(&mut buffer) {
            assert_eq!(source, to.leg.rtp_address());
            return buffer[..length].to_vec();
        }
    }
    panic!("nothing came through the bridge");
}

#[test]
fn two_phones_hear_each_other_whatever_threads_their_legs_are_on() {
    for threads in [1, 3] {
        let engine = engine(threads);
        let (mut a, mut b) = (party(&engine, Codec::Pcmu), party(&engine, Codec::Pcma));
        let bridge = engine.bridge(&a.leg, &b.leg);
        let packet = hears(&mut a, &b, 0, 0xFF);
        assert_eq!((packet[1] & 0x7F, packet.len()), (8, 172));
        let packet = hears(&mut b, &a, 8, 0xD5);
        assert_eq!(packet[1] & 0x7F, 0);
        drop(bridge);
        let (other, back) = (party(&engine, Codec::Pcmu), engine.open_legs());
        assert_eq!(back, 3);
        drop(other);
    }
}

#[test]
fn the_first_packet_after_a_bridge_goes_through_though_nobody_was_woken() {
    let engine = engine(1);
    let (mut a, b) = (party(&engine, Codec::Pcmu), party(&engine, Codec::Pcmu));
    for octet in 0..20 {
        let bridge = engine.bridge(&a.leg, &b.leg);
        a.send(0, octet);
        assert_eq!(b.receive().0.last(), Some(&octet));
        drop(bridge);
    }
}

#[test]
fn a_leg_moves_from_bridge_to_bridge_over_threads() {
    let engine = engine(3);
    let mut parties: Vec<_> = (0..4).map(|_| party(&engine, Codec::Pcmu)).collect();
    let mut first = parties.remove(0);
    for mut other in parties {
        let bridge = engine.bridge(&other.leg, &first.leg);
        hears(&mut first, &other, 0, 1);
        hears(&mut other, &first, 0, 2);
        drop(bridge);
    }
}

#[test]
fn a_prompt_reaches_the_phone_in_time_and_its_end_is_told() {
    let engine = engine(1);
    let a = party(&engine, Codec::Pcmu);
    let started = Instant::now();
    a.leg.play(audio::Pcm::new(8_000, vec![1_000; 1_600]), 9);
    let packets: Vec<_> = (0..10).map(|_| a.receive().0).collect();
    assert!(packets.iter().all(|packet| packet.len() == 172));
    assert!(started.elapsed() >= Duration::from_millis(170), "ten packets are paced");
    let event = a.events.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(matches!(event, LegEvent::PlaybackEnded { token, .. } if token.0 == 9));
}

#[test]
fn echo_returns_what_was_said() {
    let engine = engine(1);
    let mut a = party(&engine, Codec::Pcmu);
    a.leg.echo(true);
    a.send(0, 0x42);
    assert_eq!(a.receive().0[12..], [0x42; 160]);
}

#[test]
fn ports_that_rest_serve_where_there_are_no_others() {
    // Other programs may have some of the ports; what could be had once can be had again.
    let config = MediaConfig { threads: Some(2), ports: 29_000..=29_063, ..MediaConfig::default() };
    let engine = MediaEngine::start(config).unwrap();
    let all =
        || std::iter::from_fn(|| engine.open_leg(LegConfig::new(LOCAL, |_| {})).ok()).collect::<Vec<_>>();
    let first = all();
    let count = first.len();
    drop(first);
    let deadline = Instant::now() + Duration::from_secs(5);
    while engine.ports_in_use() > 0 {
        assert!(Instant::now() < deadline, "{} pairs are still held", engine.ports_in_use());
        std::thread::yield_now();
    }
    assert_eq!(all().len(), count);
}

#[test]
fn closed_legs_give_their_ports_back() {
    let engine = engine(2);
    let parties: Vec<_> = (0..50).map(|_| party(&engine, Codec::Pcmu)).collect();
    assert_eq!(engine.ports_in_use(), 50);
    drop(parties);
    let deadline = Instant::now() + Duration::from_secs(5);
    while engine.ports_in_use() > 0 {
        assert!(Instant::now() < deadline, "{} pairs are still held", engine.ports_in_use());
        std::thread::yield_now();
    }
    assert_eq!(engine.open_legs(), 0);
}

/// A phone that speaks Secure RTP hears one that does not, and is heard.
#[test]
fn a_protected_leg_is_bridged_with_a_plain_one() {
    let engine = engine(2);
    let (mut alice, mut bob) = (party(&engine, Codec::Pcmu), party(&engine, Codec::Pcmu));
    let key = |octet| MasterKey::new(Suite::AeadAes128Gcm, &[octet; 28]).unwrap();
    let (mut out, mut inbound) = (Outbound::new(&key(2)), Inbound::new(&key(1)));
    alice.leg.protect(Some(LegKeys { send: key(1), receive: key(2), receive_mki: None }));
    let _bridge = engine.bridge(&alice.leg, &bob.leg);
    let mut heard = hears(&mut bob, &alice, 0, 0x42);
    let length = inbound.unprotect_rtp(&mut heard).unwrap();
    assert_eq!(heard[12..length], [0x42; 160]);
    // Plain packets of hers are nobody's.
    alice.send(0, 0x13);
    let header = rtp::Header { sequence: 9, timestamp: 160, ssrc: 7, ..Default::default() };
    let mut buffer = [0x37; 172 + Suite::MOST_ADDED];
    header.write(&mut buffer);
    let length = out.protect_rtp(&mut buffer, 172).unwrap();
    alice.socket.send_to(&buffer[..length], alice.leg.rtp_address()).unwrap();
    bob.socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let (packet, _) = bob.receive();
    assert_eq!(packet[12..], [0x37; 160]);
    assert_eq!(alice.leg.statistics().unauthentic, 1);
}

#[test]
fn what_a_phone_loses_is_found_in_its_redundant_data() {
    let engine = engine(1);
    let (mut a, b) = (party(&engine, Codec::Pcmu), party(&engine, Codec::Pcmu));
    let mut settings = LegSettings::new(Some(a.socket.local_addr().unwrap()), Codec::Pcmu);
    let redundant =
        RedundantPayloads { send: 121, receive: 121, carries: 0, generations: 1, preferred: false };
    settings.redundancy[0] = Some(redundant);
    a.leg.configure(settings);
    let _bridge = engine.bridge(&a.leg, &b.leg);
    hears(&mut a, &b, 0, 0);
    b.socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let redundancy = |a: &mut Party, before: u8, now: u8| {
        a.sequence += 1;
        let timestamp = 160 * u32::from(a.sequence);
        let header =
            rtp::Header { payload_type: 121, sequence: a.sequence, timestamp, ssrc: 7, ..Default::default() };
        let word = 0x80_u32 << 24 | 160 << 10 | 160;
        let packet =
            [&header.to_bytes()[..], &word.to_be_bytes(), &[0], &[before; 160], &[now; 160]].concat();
        a.socket.send_to(&packet, a.leg.rtp_address()).unwrap();
    };
    redundancy(&mut a, 0, 1);
    a.sequence += 1;
    redundancy(&mut a, 2, 3);
    let mut found = Vec::new();
    while found.len() < 3 {
        let packet = b.receive().0;
        // Those before may have waited for the bridge.
        if packet[12] != 0 {
            found.push(packet);
        }
    }
    let heard = [0, 1, 2].map(|nth: usize| {
        let packet = &found[nth];
        (u16::from_be_bytes([packet[2], packet[3]]), packet[1] & 0x7F, packet[12], packet.len())
    });
    let first = heard[0].0;
    let number = |n: u16| first.wrapping_add(n);
    assert_eq!(heard, [(number(0), 0, 1, 172), (number(1), 0, 2, 172), (number(2), 0, 3, 172)]);
    assert_eq!(a.leg.statistics().recovered, 1);
}

/// The ends of a key are lost: its listener gets some all the same, with the sound after it, or without any.
#[test]
fn a_key_whose_ends_are_lost_is_ended_for_the_other_phone() {
    for talks_on in [true, false] {
        let engine = engine(2);
        let (mut a, b) = (party(&engine, Codec::Pcmu), party(&engine, Codec::Pcmu));
        for party in [&a, &b] {
            let mut settings = LegSettings::new(Some(party.socket.local_addr().unwrap()), Codec::Pcmu);
            settings.telephone_event = Some(EventPayload { send: 101, receive: 101, clock_rate: 8_000 });
            party.leg.configure(settings);
        }
        let _bridge = engine.bridge(&a.leg, &b.leg);
        hears(&mut a, &b, 0, 0);
        let start = 160 * u32::from(a.sequence + 1);
        for duration in [160_u16, 320, 480] {
            a.sequence += 1;
            let header = rtp::Header {
                payload_type: 101,
                sequence: a.sequence,
                timestamp: start,
                ssrc: 7,
                ..Default::default()
            };
            let event = Event { code: 5, end: false, volume: 10, duration };
            let packet = [&header.to_bytes()[..], &event.to_bytes()].concat();
            a.socket.send_to(&packet, a.leg.rtp_address()).unwrap();
        }
        if talks_on {
            (0..15).for_each(|_| a.send(0, 0));
        }
        b.socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut events = Vec::new();
        while events.len() < 6 {
            let packet = b.receive().0;
            if packet[1] & 0x7F == 101 {
                let event = Event::parse(&packet[12..]).unwrap();
                events.push((event.code, event.end, event.duration));
            }
        }
        let end = (5, true, 480);
        let told = [(5, false, 160), (5, false, 320), (5, false, 480), end, end, end];
        assert_eq!(events, told, "talks on: {talks_on}");
    }
}
