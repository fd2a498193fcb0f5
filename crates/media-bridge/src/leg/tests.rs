//! A leg on a virtual clock: packets in, packets out, and what its owner is told.

mod codecs;
mod collisions;
mod digits;
mod evening;
mod extended;
mod interruptions;
mod network;
mod noise;
mod numbers;
mod passing;
mod protection;
mod rates;
mod redundancy;
mod reports;
mod shaping;
mod sharing;
mod taps;
mod translation;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use audio::Pcm;
use rtp::telephone_event::Event;
use rtp::{Header, Packet};

use super::*;
use crate::Digit;
use crate::codec::Codec;
use crate::settings::{Direction, EventPayload};

/// A leg whose peer is at 192.0.2.1, and what it told.
struct Bench {
    leg: LegCore,
    events: Receiver<LegEvent>,
    now: Instant,
    sequence: u16,
}

fn peer() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 4_000))
}

fn settings(codec: Codec) -> LegSettings {
    let mut settings = LegSettings::new(Some(peer()), codec);
    // 96 is for events here.
    let payload_type = codec.static_payload_type().unwrap_or(110);
    (settings.send_payload_type, settings.receive_payload_type) = (payload_type, payload_type);
    settings.telephone_event = Some(EventPayload { send: 101, receive: 96, clock_rate: 8_000 });
    settings
}

impl Bench {
    fn new(settings: LegSettings) -> Self {
        let (sender, events) = channel();
        let seed = Seed {
            ssrc: 0x5EED,
            sequence: 500,
            timestamp: 7_000,
            name: 1,
            opened: Duration::from_secs(1_800_000_000),
        };
        let sink = Box::new(move |event| {
            let _ = sender.send(event);
        });
        let now = Instant::now();
        let mut leg = LegCore::new(now, seed, Arc::new(Counters::default()), sink);
        leg.configure(now, settings);
        Self { leg, events, now, sequence: 100 }
    }

    fn pass(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
    }

    /// The next packet of the peer's stream.
    fn packet(&mut self, payload_type: u8, payload: &[u8]) -> Vec<u8> {
        self.sequence += 1;
        let timestamp = 160 * u32::from(self.sequence);
        let header =
            Header { payload_type, sequence: self.sequence, timestamp, ssrc: 9, ..Header::default() };
        [&header.to_bytes()[..], payload].concat()
    }

    fn hear(&mut self, packet: &[u8]) -> Option<super::receive::Heard> {
        self.leg.hear(self.now, peer(), packet)
    }

    fn told(&self) -> Vec<LegEvent> {
        self.events.try_iter().collect()
    }

    /// What the wheel sends in so many ticks.
    fn ticks(&mut self, count: usize) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        for _ in 0..count {
            self.leg.tick();
            let mut buffer = [0; 8_192];
            while let Some(outgoing) = self.leg.next_packet(self.now, &mut buffer) {
                assert_eq!(outgoing.to, peer());
                sent.push(buffer[..outgoing.length].to_vec());
            }
            self.pass(20);
        }
        sent
    }
}

/// Sends a packet that `from` heard out by `to`, and returns it.
fn bridged(from: &mut Bench, to: &mut Bench, payload_type: u8, payload: &[u8]) -> Option<Vec<u8>> {
    let mut packet = from.packet(payload_type, payload);
    let heard = from.hear(&packet)?;
    let outgoing = to.leg.relay(to.now, &heard, &mut packet)?;
    assert_eq!((outgoing.length, outgoing.to), (packet.len(), peer()));
    Some(packet)
}

#[test]
fn one_codec_goes_on_as_it_came_under_a_new_header() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    let payload: Vec<u8> = (0..160).map(|n| n as u8).collect();
    for n in 0..5_u16 {
        let packet = bridged(&mut a, &mut b, 0, &payload).unwrap();
        let parsed = Packet::parse(&packet).unwrap();
        assert_eq!(parsed.payload(), payload);
        assert_eq!((parsed.ssrc(), parsed.sequence(), parsed.payload_type()), (0x5EED, 500 + n, 0));
        assert_eq!(parsed.timestamp(), 7_000 + 160 * u32::from(n));
        assert_eq!(parsed.marker(), n == 0);
    }
    assert_eq!(a.told(), [LegEvent::FirstPacket { from: peer() }]);
}

#[test]
fn mu_law_becomes_a_law() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcma)));
    let mut expected = [0x31; 160];
    g711::ulaw_to_alaw(&mut expected);
    let packet = bridged(&mut a, &mut b, 0, &[0x31; 160]).unwrap();
    let parsed = Packet::parse(&packet).unwrap();
    assert_eq!((parsed.payload_type(), parsed.payload()), (8, &expected[..]));
}

#[test]
fn a_key_goes_on_under_the_peers_payload_type_and_is_told() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    let event = |end, duration| Event { code: 5, end, volume: 10, duration }.to_bytes();
    let packet = bridged(&mut a, &mut b, 96, &event(false, 160)).unwrap();
    assert_eq!(Packet::parse(&packet).unwrap().payload_type(), 101);
    assert_eq!(a.told()[1..], [LegEvent::DigitBegan(Digit::Five)]);
    // The end has the timestamp of the start.
    a.sequence += 1;
    let header =
        Header { payload_type: 96, sequence: a.sequence, timestamp: 160 * 101, ssrc: 9, ..Header::default() };
    let packet = [&header.to_bytes()[..], &event(true, 800)].concat();
    a.hear(&packet);
    let duration = Duration::from_millis(100);
    assert_eq!(a.told(), [LegEvent::DigitEnded { digit: Digit::Five, duration }]);
}

#[test]
fn a_key_becomes_a_tone_for_a_peer_without_telephone_events() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    let mut b = Bench::new(LegSettings::new(Some(peer()), Codec::Pcmu));
    let event = |end, duration| Event { code: 1, end, volume: 10, duration }.to_bytes();
    assert_eq!(bridged(&mut a, &mut b, 96, &event(false, 160)), None);
    assert!(b.leg.makes_packets());
    let mut samples = Vec::new();
    for packet in b.ticks(5) {
        let parsed = Packet::parse(&packet).unwrap();
        let mut frame = [0; 160];
        g711::ulaw::decode(parsed.payload(), &mut frame);
        samples.extend(frame);
    }
    let strength = |hz: f64| audio::goertzel::amplitude(&samples, 8_000, hz);
    assert!(strength(697.0) > 1_000.0 && strength(1_209.0) > 1_000.0, "the tones of 1");
    // Audio of the other leg waits while the key sounds.
    assert_eq!(bridged(&mut a, &mut b, 0, &[0; 160]), None);
    bridged(&mut a, &mut b, 96, &event(true, 800));
    b.ticks(4);
    assert!(!b.leg.makes_packets());
    assert!(bridged(&mut a, &mut b, 0, &[0; 160]).is_some());
}

#[test]
fn a_prompt_is_sent_in_packets_and_its_end_is_told() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    a.leg.play(Pcm::new(8_000, vec![8_000; 400]).into(), PlayToken(3));
    let sent = a.ticks(5);
    assert_eq!(sent.len(), 3, "400 samples are three packets of 160");
    let times: Vec<_> = sent.iter().map(|p| Packet::parse(p).unwrap().timestamp()).collect();
    assert_eq!(times, [7_000, 7_160, 7_320]);
    let ended = LegEvent::PlaybackEnded { token: PlayToken(3), reason: PlaybackEnd::Finished };
    assert_eq!(a.told(), [ended]);
}

#[test]
fn longer_packets_hold_more_sound() {
    for (ptime, packets) in [(10, 10), (20, 5), (30, 3), (40, 2), (60, 1)] {
        let mut a = Bench::new(LegSettings { ptime_ms: ptime, ..settings(Codec::Pcmu) });
        a.leg.play(Pcm::new(8_000, vec![1; 80_000]).into(), PlayToken(1));
        let sent = a.ticks(5);
        assert_eq!(sent.len(), packets, "{ptime} ms");
        assert!(sent.iter().all(|p| p.len() == 12 + usize::from(ptime) * 8));
    }
}

#[test]
fn a_key_is_sent_with_three_ends_and_told() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    a.leg.send_digit(Digit::Nine, Duration::from_millis(100));
    let events: Vec<Event> = a
        .ticks(12)
        .iter()
        .map(|packet| {
            let parsed = Packet::parse(packet).unwrap();
            assert_eq!((parsed.payload_type(), parsed.timestamp()), (101, 7_000));
            Event::parse(parsed.payload()).unwrap()
        })
        .collect();
    assert_eq!(events.iter().filter(|event| event.end).count(), 3);
    assert_eq!(events.last().map(|event| (event.code, event.duration)), Some((9, 800)));
    assert_eq!(a.told(), [LegEvent::DigitSent(Digit::Nine)]);
}

#[test]
fn hold_stops_what_goes_to_the_peer_and_resume_brings_it_back() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    assert!(bridged(&mut a, &mut b, 0, &[1; 160]).is_some());
    b.leg.configure(b.now, LegSettings { direction: Direction::RecvOnly, ..settings(Codec::Pcmu) });
    assert!(bridged(&mut a, &mut b, 0, &[1; 160]).is_none());
    a.leg.configure(a.now, LegSettings { direction: Direction::SendOnly, ..settings(Codec::Pcmu) });
    b.leg.configure(b.now, settings(Codec::Pcmu));
    assert!(bridged(&mut a, &mut b, 0, &[1; 160]).is_none(), "what a peer on hold sends is not heard");
    a.leg.configure(a.now, settings(Codec::Pcmu));
    assert!(bridged(&mut a, &mut b, 0, &[1; 160]).is_some());
}

#[test]
fn silence_is_told_once_and_again_after_sound() {
    let limit = Duration::from_secs(5);
    let mut a = Bench::new(LegSettings { rtp_timeout: Some(limit), ..settings(Codec::Pcmu) });
    a.pass(4_999);
    a.leg.attend(a.now);
    assert!(a.told().is_empty());
    a.pass(1);
    a.leg.attend(a.now);
    a.leg.attend(a.now);
    assert_eq!(a.told(), [LegEvent::RtpTimeout]);
    let packet = a.packet(0, &[0; 160]);
    a.hear(&packet);
    a.told();
    a.pass(5_000);
    a.leg.attend(a.now);
    assert_eq!(a.told(), [LegEvent::RtpTimeout]);
    // On hold another limit holds: here none.
    a.leg.configure(
        a.now,
        LegSettings { direction: Direction::RecvOnly, rtp_timeout: Some(limit), ..settings(Codec::Pcmu) },
    );
    a.pass(60_000);
    a.leg.attend(a.now);
    assert!(a.told().is_empty());
}

#[test]
fn a_symmetric_leg_sends_to_where_packets_come_from() {
    let mut a = Bench::new(LegSettings { symmetric: true, ..settings(Codec::Pcmu) });
    let behind_nat = SocketAddr::from(([198, 51, 100, 7], 31_000));
    for _ in 0..4 {
        let packet = a.packet(0, &[0; 160]);
        a.leg.hear(a.now, behind_nat, &packet);
    }
    assert!(a.told().contains(&LegEvent::Retargeted { to: behind_nat }));
    assert_eq!(a.leg.destination(), Some(behind_nat));
}

#[test]
fn reports_tell_what_was_lost() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    for n in 0..100 {
        let packet = a.packet(0, &[0; 160]);
        if n % 10 != 5 {
            a.hear(&packet);
        }
        a.pass(20);
    }
    a.pass(8_000);
    let mut buffer = [0; 8_192];
    let report = a.leg.report(a.now, &mut buffer).unwrap();
    assert_eq!(report.to, SocketAddr::new(peer().ip(), peer().port() + 1));
    let compound = rtp::rtcp::Compound::parse(&buffer[..report.length]).unwrap();
    let Some(rtp::rtcp::Packet::ReceiverReport(first)) = compound.packets().next() else {
        panic!("a leg that sent nothing sends a receiver report");
    };
    assert_eq!(first.blocks().next().map(|block| block.cumulative_lost), Some(10));
    assert_eq!(a.leg.report(a.now, &mut buffer), None, "the next one comes later");
}

#[test]
fn strangers_and_noise_are_counted_and_dropped() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    let packet = a.packet(0, &[0; 160]);
    a.hear(&packet);
    let stranger = SocketAddr::from(([203, 0, 113, 5], 999));
    assert!(a.leg.hear(a.now, stranger, &packet).is_none());
    assert!(a.hear(b"\xff\xff noise that is no packet").is_none());
    let other = a.packet(33, &[0; 160]);
    assert!(a.hear(&other).is_none());
    let counted = a.leg.counters.snapshot();
    assert_eq!((counted.strangers, counted.malformed, counted.unexpected_payload), (1, 1, 1));
    assert_eq!(counted.packets_received, 1);
}

proptest::proptest! {
    #[test]
    fn no_datagram_breaks_a_leg(
        datagrams in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..200), 0..40),
        first in proptest::sample::select(vec![0x80_u8, 0x90, 0xA0, 0xB0, 0x8F]),
        kind in proptest::sample::select(vec![0_u8, 96, 200, 201, 203]),
    ) {
        let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcma)));
        for mut datagram in datagrams {
            if let [one, two, ..] = &mut datagram[..] {
                (*one, *two) = (first, kind);
            }
            a.leg.hear_rtcp(a.now, peer(), &datagram);
            if let Some(heard) = a.leg.hear(a.now, peer(), &datagram) {
                b.leg.relay(b.now, &heard, &mut datagram);
            }
            b.ticks(1);
        }
    }
}

#[test]
fn the_silence_of_a_peer_that_talks_to_somebody_else_ends_nothing() {
    let limit = Some(Duration::from_secs(3));
    let here = LegSettings { rtp_timeout: limit, rtp_timeout_hold: limit, ..settings(Codec::Pcmu) };
    for direction in [Direction::SendRecv, Direction::Inactive] {
        let mut a = Bench::new(LegSettings { away: true, direction, ..here });
        a.pass(60_000);
        a.leg.attend(a.now);
        assert_eq!(a.told(), []);
        // Back here, it has all its time again.
        a.leg.configure(a.now, here);
        a.pass(2_900);
        a.leg.attend(a.now);
        assert_eq!(a.told(), []);
        a.pass(200);
        a.leg.attend(a.now);
        assert_eq!(a.told(), [LegEvent::RtpTimeout]);
    }
}

#[test]
fn a_peer_is_told_by_stun_where_it_is_seen() {
    let bench = Bench::new(settings(Codec::Pcmu));
    let request = [&[0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42][..], b"transaction!"].concat();
    let response = bench.leg.answer_stun(peer(), &request).unwrap();
    assert_eq!(rtp::classify(&response), rtp::Kind::Stun);
    assert_eq!(response[..2], [1, 1]);
    assert_eq!(bench.leg.answer_stun(peer(), &response), None, "an answer is not answered");
    assert_eq!(bench.leg.answer_stun(peer(), &[0x80; 40]), None);
}
