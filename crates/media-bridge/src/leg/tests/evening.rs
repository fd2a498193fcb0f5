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
        if let Some((heard, sound)) = from.leg.play_out(from.now, to.leg.heard_rate(), &mut pcm) {
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

#[test]
fn opus_is_decoded_for_whoever_hears_it_and_goes_on_when_that_is_another() {
    let mut phone = Bench::new(settings(Codec::Opus));
    phone.leg.set_jitter_buffer(Some(JitterBuffer::new(JitterMode::Fixed)));
    let mut listeners = [Codec::Pcmu, Codec::G722, Codec::L16Full].map(|codec| Bench::new(settings(codec)));
    let mut encoder = Codec::Opus.encoder(&opus::Settings::default()).unwrap();
    let mut numbers = Vec::new();
    for n in 0..150_u16 {
        let at = |n: u32| (8_000.0 * (std::f64::consts::TAU * 400.0 * f64::from(n) / 48_000.0).sin()) as i16;
        let sound: Vec<i16> = (0..960).map(|sample| at(u32::from(n) * 960 + sample)).collect();
        let mut payload = [0; 1_500];
        let octets = encoder.encode(&sound, &mut payload);
        let timestamp = 960 * u32::from(n);
        let header = Header { payload_type: 110, sequence: n, timestamp, ssrc: 9, ..Header::default() };
        let packet = [&header.to_bytes()[..], &payload[..octets]].concat();
        let heard = phone.hear(&packet).unwrap();
        assert!(phone.leg.even_out(phone.now, &heard, &packet));
        let listener = &mut listeners[usize::from(n / 50)];
        let wanted = listener.leg.heard_rate();
        let (mut pcm, mut buffer) = ([0; crate::codec::MOST_SAMPLES], [0; 4_096]);
        if let Some((heard, sound)) = phone.leg.play_out(phone.now, wanted, &mut pcm) {
            assert_eq!((sound.0.len(), sound.1), (wanted as usize / 50, wanted));
            // The first ones after a change ring in.
            if n % 50 > 15 {
                let level = audio::level::rms(sound.0);
                assert!((4_500.0..7_000.0).contains(&level), "packet {n}: {level}");
            }
            numbers.push((heard.header.sequence, heard.header.timestamp));
            assert!(
                listener.leg.relay_sound(listener.now, &heard, sound, &mut buffer).is_some(),
                "packet {n}"
            );
        }
        phone.pass(20);
        listeners.iter_mut().for_each(|listener| listener.pass(20));
    }
    assert!(numbers.len() > 130, "{}", numbers.len());
    assert!(numbers.windows(2).all(|pair| pair[1] == (pair[0].0 + 1, pair[0].1 + 960)), "one stream");
}
