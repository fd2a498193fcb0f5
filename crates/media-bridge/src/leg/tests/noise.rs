//! Pauses that a peer describes (RFC 3389).

use super::*;
use crate::settings::ComfortNoise;

const NOISE: Option<ComfortNoise> = Some(ComfortNoise { send: 13, receive: 13 });

fn with_noise(codec: Codec) -> Bench {
    Bench::new(LegSettings { comfort_noise: NOISE, ..settings(codec) })
}

/// The leg hears the description of a pause.
fn pause(bench: &mut Bench, payload: &[u8]) -> (Heard, Vec<u8>) {
    let packet = bench.packet(13, payload);
    (bench.hear(&packet).unwrap(), packet)
}

/// What `to` sends in so many turns of the wheel while the peer of `from` pauses.
fn made(from: &mut Bench, to: &mut Bench, turns: usize) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    for _ in 0..turns {
        let mut pcm = [0; crate::codec::MOST_SAMPLES];
        let (heard, sound) = from.leg.play_out(from.now, HIGHEST_RATE, &mut pcm).unwrap();
        let mut buffer = [0; 2_048];
        let outgoing = to.leg.relay_sound(to.now, &heard, sound, &mut buffer).unwrap();
        sent.push(buffer[..outgoing.length].to_vec());
        from.pass(20);
        to.pass(20);
    }
    sent
}

#[test]
fn a_pause_goes_on_to_who_has_comfort_noise_too() {
    let (mut a, mut b) = (with_noise(Codec::Pcmu), with_noise(Codec::Pcma));
    b.leg.configure(
        b.now,
        LegSettings { comfort_noise: Some(ComfortNoise { send: 97, receive: 13 }), ..settings(Codec::Pcma) },
    );
    bridged(&mut a, &mut b, 0, &[0xFF; 160]).unwrap();
    let (heard, mut packet) = pause(&mut a, &[60, 130]);
    assert!(b.leg.takes_noise(&heard));
    let sent = b.leg.relay(b.now, &heard, &mut packet).unwrap();
    let parsed = Packet::parse(&packet[..sent.length]).unwrap();
    assert_eq!((parsed.payload_type(), parsed.payload(), parsed.sequence()), (97, &[60, 130][..], 501));
    assert_eq!(parsed.timestamp(), 7_160);
    let speech = bridged(&mut a, &mut b, 0, &[0xFF; 160]).unwrap();
    assert_eq!(Packet::parse(&speech).unwrap().sequence(), 502);
}

#[test]
fn it_goes_on_beside_what_is_translated() {
    let (mut a, mut b) = (with_noise(Codec::Pcmu), with_noise(Codec::G722));
    let packet = a.packet(0, &[0xFF; 160]);
    let heard = a.hear(&packet).unwrap();
    let mut buffer = [0; 2_048];
    b.leg.relay_sound(b.now, &heard, (&[0; 160], 8_000), &mut buffer).unwrap();
    let (heard, mut packet) = pause(&mut a, &[60]);
    let sent = b.leg.relay(b.now, &heard, &mut packet).unwrap();
    let parsed = Packet::parse(&packet[..sent.length]).unwrap();
    assert_eq!((parsed.payload_type(), parsed.payload(), parsed.sequence()), (13, &[60][..], 501));
}

#[test]
fn others_hear_noise_of_that_level_until_the_peer_speaks() {
    let (mut a, mut b) = (with_noise(Codec::Pcmu), Bench::new(settings(Codec::Pcma)));
    let before = bridged(&mut a, &mut b, 0, &[0xFF; 160]).unwrap();
    let (heard, packet) = pause(&mut a, &[40]);
    assert!(!b.leg.takes_noise(&heard) && !a.leg.needs_wheel());
    a.leg.begin_noise(&heard, &packet);
    assert!(a.leg.needs_wheel());
    let sent = made(&mut a, &mut b, 50);
    let mut samples = Vec::new();
    for (nth, packet) in (0_u16..).zip(&sent) {
        let parsed = Packet::parse(packet).unwrap();
        let last = Packet::parse(&before).unwrap().sequence();
        assert_eq!((parsed.payload_type(), parsed.sequence()), (8, last + 1 + nth));
        samples.extend(parsed.payload().iter().map(|octet| g711::alaw::decode_sample(*octet)));
    }
    let level = audio::level::rms_dbfs(&samples);
    assert!((level + 40.0).abs() < 1.5, "{level}");
    let packet = a.packet(0, &[0xFF; 160]);
    let heard = a.hear(&packet).unwrap();
    a.leg.end_noise(&heard);
    assert!(!a.leg.needs_wheel());
}

#[test]
fn who_listens_in_hears_the_noise_too() {
    use crate::tap::{Kind, Side, Sides, tap};
    let mut a = with_noise(Codec::Pcmu);
    let (end, mut listening) = tap(a.now, Sides::Both);
    a.leg.add_tap(end);
    let (heard, packet) = pause(&mut a, &[30]);
    a.leg.begin_noise(&heard, &packet);
    let mut pcm = [0; crate::codec::MOST_SAMPLES];
    let (_, (sound, _)) = a.leg.play_out(a.now, HIGHEST_RATE, &mut pcm).unwrap();
    let mut octets = [0; 2_000];
    let (slice, length) = listening.next(&mut octets).unwrap();
    assert_eq!(
        (slice.side, slice.kind, slice.timestamp),
        (Side::Read, Kind::Linear { rate: 8_000, clock: 8_000 }, 0)
    );
    let copied: Vec<i16> =
        octets[..length].as_chunks().0.iter().map(|octets| i16::from_le_bytes(*octets)).collect();
    assert_eq!(copied, sound);
}

#[test]
fn a_pause_ends_with_a_hold() {
    let mut a = with_noise(Codec::Pcmu);
    let (heard, packet) = pause(&mut a, &[40]);
    a.leg.begin_noise(&heard, &packet);
    a.leg.configure(a.now, LegSettings { direction: Direction::SendOnly, ..settings(Codec::Pcmu) });
    assert!(!a.leg.needs_wheel());
}

#[test]
fn who_did_not_agree_on_it_is_not_heard_with_it() {
    let mut a = Bench::new(settings(Codec::Pcmu));
    let packet = a.packet(13, &[40]);
    assert!(a.hear(&packet).is_none());
    assert_eq!(a.leg.counters.snapshot().unexpected_payload, 1);
    let (heard, packet) = pause(&mut with_noise(Codec::Pcmu), &[]);
    a.leg.begin_noise(&heard, &packet);
    assert!(!a.leg.needs_wheel(), "a description of nothing is none");
}

#[test]
fn a_pause_fills_what_a_jitter_buffer_leaves_silent() {
    let mut a = with_noise(Codec::Pcmu);
    a.leg.set_jitter_buffer(Some(JitterBuffer::new(crate::settings::JitterMode::Fixed)));
    let packet = a.packet(0, &[0xFF; 160]);
    let heard = a.hear(&packet).unwrap();
    assert!(a.leg.even_out(a.now, &heard, &packet));
    let (heard, packet) = pause(&mut a, &[30]);
    assert!(!a.leg.even_out(a.now, &heard, &packet));
    a.leg.begin_noise(&heard, &packet);
    a.pass(5_000);
    let mut pcm = [0; crate::codec::MOST_SAMPLES];
    for _ in 0..20 {
        a.leg.play_out(a.now, HIGHEST_RATE, &mut pcm);
        a.pass(20);
    }
    let (_, (sound, rate)) = a.leg.play_out(a.now, HIGHEST_RATE, &mut pcm).unwrap();
    assert_eq!((sound.len(), rate), (160, 8_000));
    assert!(audio::level::rms_dbfs(sound) > -35.0);
}
