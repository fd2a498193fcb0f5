//! Sound that is evened out before others hear it.

use super::*;
use crate::settings::{JitterBuffer, JitterMode};

/// A tone of 400 Hz in packets of 20 ms.
fn tone(packet: u16) -> Vec<u8> {
    let sample = |n: u32| {
        let time = f64::from(u32::from(packet) * 160 + n) / 8_000.0;
        (8_000.0 * (std::f64::consts::TAU * 400.0 * time).sin()) as i16
    };
    (0..160).map(|n| g711::ulaw::encode_sample(sample(n))).collect()
}

fn packet(sequence: u16, payload: &[u8]) -> Vec<u8> {
    let header = Header { sequence, timestamp: 160 * u32::from(sequence), ssrc: 9, ..Header::default() };
    [&header.to_bytes()[..], payload].concat()
}

/// What `to` sends in so many turns of the wheel, when these packets come to `from` in each of them.
fn turns(from: &mut Bench, to: &mut Bench, arrivals: &[Vec<u16>]) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    for arrived in arrivals {
        for sequence in arrived {
            let packet = packet(*sequence, &tone(*sequence));
            let heard = from.hear(&packet).unwrap();
            assert!(from.leg.even_out(from.now, &heard, &packet));
        }
        let mut pcm = [0; crate::codec::MOST_SAMPLES];
        if let Some((heard, sound)) = from.leg.play_out(from.now, &mut pcm) {
            let mut buffer = [0; 2_048];
            let outgoing = to.leg.relay_sound(to.now, &heard, sound, &mut buffer).unwrap();
            sent.push(buffer[..outgoing.length].to_vec());
        }
        from.pass(20);
        to.pass(20);
    }
    sent
}

fn evened(mode: JitterMode) -> Bench {
    let mut bench = Bench::new(settings(Codec::Pcmu));
    bench.leg.set_jitter_buffer(Some(JitterBuffer::new(mode)));
    assert!(!bench.leg.needs_wheel(), "nothing has come yet");
    bench
}

/// Whether each packet has the number and the time after those of the one before.
fn is_even(sent: &[Vec<u8>]) -> bool {
    let headers: Vec<Header> = sent.iter().map(|packet| Packet::parse(packet).unwrap().header()).collect();
    headers.windows(2).all(|pair| {
        let [one, next] = pair else { return false };
        (next.sequence, next.timestamp) == (one.sequence + 1, one.timestamp + 160)
    })
}

#[test]
fn packets_that_come_unevenly_go_out_evenly() {
    for mode in [JitterMode::Fixed, JitterMode::Adaptive] {
        let (mut a, mut b) = (evened(mode), Bench::new(settings(Codec::Pcma)));
        // Two at a time, the second before the first.
        let arrivals: Vec<Vec<u16>> =
            (0..100).map(|n| if n % 2 == 1 { vec![n, n - 1] } else { vec![] }).collect();
        let sent = turns(&mut a, &mut b, &arrivals);
        assert!(a.leg.needs_wheel());
        assert!(sent.len() > 80, "{mode:?}: {}", sent.len());
        assert!(is_even(&sent), "{mode:?}");
        assert!(sent.iter().all(|packet| Packet::parse(packet).unwrap().payload_type() == 8));
    }
}

#[test]
fn a_lost_packet_is_made_up() {
    let (mut a, mut b) = (evened(JitterMode::Adaptive), Bench::new(settings(Codec::Pcmu)));
    let arrivals: Vec<Vec<u16>> = (0..100).map(|n| if n % 10 == 5 { vec![] } else { vec![n] }).collect();
    let sent = turns(&mut a, &mut b, &arrivals);
    assert!(is_even(&sent));
    let level = |packet: &Vec<u8>| {
        let payload = Packet::parse(packet).unwrap().payload().to_vec();
        let sound: Vec<i16> = payload.into_iter().map(g711::ulaw::decode_sample).collect();
        audio::level::rms(&sound)
    };
    assert!(sent[5..90].iter().all(|packet| level(packet) > 2_000.0), "the tone goes on through the gaps");
}

#[test]
fn switched_off_packets_go_on_as_they_come() {
    let mut a = evened(JitterMode::Fixed);
    turns(&mut a, &mut Bench::new(settings(Codec::Pcmu)), &[vec![1], vec![2]]);
    a.leg.set_jitter_buffer(None);
    let packet = packet(3, &tone(3));
    let heard = a.hear(&packet).unwrap();
    assert!(!a.leg.even_out(a.now, &heard, &packet) && !a.leg.needs_wheel());
}
