//! Two that speak codecs of different rates, and codecs that are only passed on.

use super::*;

/// What `to` sends when `from` hears a packet at this timestamp: the way that the stage takes.
fn carried(from: &mut Bench, to: &mut Bench, header: Header, payload: &[u8]) -> Vec<Vec<u8>> {
    let packet = [&header.to_bytes()[..], payload].concat();
    let Some(heard) = from.leg.hear(from.now, peer(), &packet) else { return Vec::new() };
    let mut buffer = [0; 8_192];
    let mut sent = Vec::new();
    let outgoing = if to.leg.recodes(&heard) {
        let mut pcm = [0; crate::codec::MOST_SAMPLES];
        let sound = from.leg.decode(&heard, &packet, to.leg.heard_rate(), &mut pcm).unwrap();
        to.leg.relay_sound(to.now, &heard, sound, &mut buffer)
    } else {
        buffer[..packet.len()].copy_from_slice(&packet);
        to.leg.relay(to.now, &heard, &mut buffer[..packet.len()])
    };
    sent.extend(outgoing.map(|outgoing| buffer[..outgoing.length].to_vec()));
    while let Some(outgoing) = to.leg.next_repacked(to.now, &mut buffer) {
        sent.push(buffer[..outgoing.length].to_vec());
    }
    sent
}

fn header(payload_type: u8, sequence: u16, timestamp: u32) -> Header {
    Header { payload_type, sequence, timestamp, ssrc: 9, ..Header::default() }
}

/// A tone of 400 Hz as samples of 16 bits on the wire.
fn wide_tone(start: usize, samples: usize) -> Vec<u8> {
    (start..start + samples).flat_map(|n| tone_at(n, 16_000).to_be_bytes()).collect()
}

fn tone_at(sample: usize, rate: u32) -> i16 {
    (8_000.0 * (std::f64::consts::TAU * 400.0 * sample as f64 / f64::from(rate)).sin()) as i16
}

fn legs(one: Codec, other: Codec) -> (Bench, Bench) {
    (Bench::new(settings(one)), Bench::new(settings(other)))
}

#[test]
fn a_wide_codec_becomes_a_narrow_one_packet_by_packet() {
    let (mut wide, mut narrow) = legs(Codec::L16Wide, Codec::Pcmu);
    let mut heard = Vec::new();
    for n in 0..10_u16 {
        let sound = wide_tone(usize::from(n) * 320, 320);
        let sent = carried(&mut wide, &mut narrow, header(110, 10 + n, 320 * u32::from(n)), &sound);
        assert_eq!(sent.len(), 1);
        let parsed = Packet::parse(&sent[0]).unwrap();
        assert_eq!((parsed.payload_type(), parsed.payload().len()), (0, 160));
        assert_eq!((parsed.sequence(), parsed.timestamp()), (500 + n, 7_000 + 160 * u32::from(n)));
        assert_eq!(parsed.marker(), n == 0);
        heard.extend(parsed.payload().iter().map(|octet| g711::ulaw::decode_sample(*octet)));
    }
    // The resampler delays by a few samples; the tone is there at its level.
    let loudest = heard[800..].iter().map(|sample| sample.abs()).max().unwrap();
    assert!((7_500..=8_500).contains(&loudest), "{loudest}");
    let crossings = heard[800..1_600].windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    assert!((39..=41).contains(&crossings), "400 Hz in 100 ms: {crossings}");
}

#[test]
fn a_narrow_codec_becomes_a_wide_one_and_gaps_stay() {
    let (mut narrow, mut wide) = legs(Codec::Pcma, Codec::L16Full);
    let mut times = Vec::new();
    for n in [0_u16, 1, 2, 5, 4, 6] {
        let sent = carried(&mut narrow, &mut wide, header(8, n, 160 * u32::from(n)), &[0xD5; 160]);
        let parsed = Packet::parse(&sent[0]).unwrap();
        assert_eq!(parsed.payload().len(), 1_920);
        times.push((parsed.sequence() - 500, (parsed.timestamp() - 7_000) / 960));
    }
    assert_eq!(times, [(0, 0), (1, 1), (2, 2), (5, 5), (4, 4), (6, 6)], "what is lost or late stays so");
}

#[test]
fn packets_that_are_longer_than_the_peer_takes_are_cut() {
    let (mut wide, mut narrow) = legs(Codec::L16Wide, Codec::Pcmu);
    narrow.leg.configure(narrow.now, LegSettings { longest_ms: Some(20), ..settings(Codec::Pcmu) });
    let mut times = Vec::new();
    let mut sent = 0;
    for (n, ms) in [20, 40, 20, 40].into_iter().enumerate() {
        let sound = wide_tone(sent as usize * 16, ms as usize * 16);
        for sent in carried(&mut wide, &mut narrow, header(110, n as u16, sent * 16), &sound) {
            let parsed = Packet::parse(&sent).unwrap();
            assert_eq!(parsed.payload().len(), 160);
            times.push((parsed.sequence() - 500, parsed.timestamp() - 7_000));
        }
        sent += ms;
    }
    assert_eq!(times, (0..6).map(|n| (n, 160 * u32::from(n))).collect::<Vec<_>>());
}

#[test]
fn packets_get_the_length_that_is_wanted() {
    let (mut wide, mut narrow) = legs(Codec::L16Wide, Codec::Pcmu);
    narrow.leg.configure(narrow.now, LegSettings { repack: true, ptime_ms: 30, ..settings(Codec::Pcmu) });
    let mut times = Vec::new();
    for n in 0..12_u16 {
        let sound = wide_tone(usize::from(n) * 320, 320);
        for sent in carried(&mut wide, &mut narrow, header(110, n, 320 * u32::from(n)), &sound) {
            let parsed = Packet::parse(&sent).unwrap();
            assert_eq!(parsed.payload().len(), 240);
            times.push((parsed.sequence() - 500, parsed.timestamp() - 7_000));
        }
    }
    assert_eq!(times, (0..8).map(|n| (n, 240 * u32::from(n))).collect::<Vec<_>>());
}

#[test]
fn keys_keep_their_length_on_another_clock() {
    let mut with_events = settings(Codec::L16Wide);
    with_events.telephone_event = Some(EventPayload { send: 97, receive: 97, clock_rate: 16_000 });
    let (mut wide, mut narrow) = (Bench::new(with_events), Bench::new(settings(Codec::Pcmu)));
    carried(&mut wide, &mut narrow, header(110, 1, 0), &wide_tone(0, 320));
    let event = Event { code: 5, end: true, volume: 10, duration: 3_200 };
    let sent = carried(&mut wide, &mut narrow, header(97, 2, 320), &event.to_bytes());
    let parsed = Packet::parse(&sent[0]).unwrap();
    assert_eq!((parsed.payload_type(), parsed.timestamp()), (101, 7_160));
    assert_eq!(Event::parse(parsed.payload()).unwrap(), Event { duration: 1_600, ..event });
    let ended = |event: &LegEvent| matches!(event, LegEvent::DigitEnded { duration, .. } if duration.as_millis() == 200);
    assert!(wide.told().iter().any(ended));
    // Our own keys count by the clock of the stream, too.
    wide.leg.send_digit(Digit::One, Duration::from_millis(60));
    let sent = wide.ticks(5);
    let last = Event::parse(Packet::parse(sent.last().unwrap()).unwrap().payload()).unwrap();
    assert_eq!((sent.len(), last.duration, last.end), (5, 960, true));
}

#[test]
fn sounds_and_tones_are_played_at_the_rate_of_the_codec() {
    let mut wide = Bench::new(settings(Codec::L16Wide));
    let sound: Vec<i16> = (0..1_600).map(|n| tone_at(n, 8_000)).collect();
    wide.leg.play(Pcm::new(8_000, sound).into(), PlayToken(1));
    let sent = wide.ticks(10);
    assert_eq!(sent.len(), 10);
    let mut heard = Vec::new();
    for (n, packet) in sent.iter().enumerate() {
        let parsed = Packet::parse(packet).unwrap();
        assert_eq!((parsed.payload().len(), parsed.timestamp()), (640, 7_000 + 320 * n as u32));
        heard.extend(parsed.payload().as_chunks().0.iter().map(|octets| i16::from_be_bytes(*octets)));
    }
    let crossings = heard[1_600..3_200].windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    assert!((39..=41).contains(&crossings), "400 Hz in 100 ms: {crossings}");
    assert!(
        wide.told().contains(&LegEvent::PlaybackEnded { token: PlayToken(1), reason: PlaybackEnd::Finished })
    );
}

#[test]
fn what_is_not_known_is_passed_on_between_those_who_know_it() {
    let (mut a, mut b) = legs(Codec::G729, Codec::G729);
    let payload = [7; 20];
    let sent = carried(&mut a, &mut b, header(18, 1, 160), &payload);
    assert_eq!(Packet::parse(&sent[0]).unwrap().payload(), payload);
    let (mut a, mut b) = legs(Codec::G729, Codec::Pcmu);
    assert!(carried(&mut a, &mut b, header(18, 1, 160), &payload).is_empty());
    assert_eq!(b.leg.counters.snapshot().untranslatable, 1);
    // It cannot be played to, and what is played ends all the same.
    a.leg.play(Pcm::new(8_000, vec![1; 320]).into(), PlayToken(2));
    assert!(a.ticks(3).is_empty());
    assert!(
        a.told().contains(&LegEvent::PlaybackEnded { token: PlayToken(2), reason: PlaybackEnd::Finished })
    );
}

#[test]
fn a_source_that_changes_between_rates_is_followed() {
    let mut both = settings(Codec::Pcmu);
    both.alternatives[0] =
        Some(crate::settings::CodecPayload { codec: Codec::L16Wide, send: 110, receive: 110 });
    both.asymmetric = true;
    let (mut phone, mut other) = (Bench::new(both), Bench::new(settings(Codec::Pcmu)));
    let mut last: Option<(u16, u32)> = None;
    for (n, wide) in [false, false, true, true, false, true].into_iter().enumerate() {
        let n = n as u16;
        let sent = match wide {
            true => carried(&mut phone, &mut other, header(110, n, 320 * u32::from(n)), &wide_tone(0, 320)),
            false => carried(&mut phone, &mut other, header(0, n, 160 * u32::from(n)), &[0xFF; 160]),
        };
        let parsed = Packet::parse(&sent[0]).unwrap();
        let here = (parsed.sequence(), parsed.timestamp());
        if let Some((sequence, timestamp)) = last {
            assert_eq!(here.0, sequence + 1);
            assert!(
                here.1 > timestamp && here.1 <= timestamp + 320,
                "time goes on: {timestamp} to {}",
                here.1
            );
        }
        last = Some(here);
        phone.pass(20);
        other.pass(20);
    }
}

#[test]
fn a_packet_that_makes_no_sense_is_lost_and_changes_nothing() {
    let (mut gsm, mut narrow) = legs(Codec::Gsm, Codec::Pcmu);
    let frame = {
        let mut payload = [0; 33];
        assert_eq!(::gsm::Encoder::new().encode(&[1_000; 160], &mut payload), 33);
        payload
    };
    let mut sent = Vec::new();
    for n in 0..4_u16 {
        let payload = if n == 2 { &frame[..20] } else { &frame[..] };
        sent.extend(carried(&mut gsm, &mut narrow, header(3, n, 160 * u32::from(n)), payload));
    }
    let numbers: Vec<u16> =
        sent.iter().map(|packet| Packet::parse(packet).unwrap().sequence() - 500).collect();
    assert_eq!(numbers, [0, 1, 3], "packet by packet still");
}
