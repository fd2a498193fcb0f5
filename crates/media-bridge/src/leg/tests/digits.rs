//! Keys between legs whose peers send and get them in different ways.

use audio::dtmf;

use super::*;
use crate::settings::Direction;

const MS: Duration = Duration::from_millis(1);

/// A leg whose peer has no telephone-events: its keys are in its sound.
fn by_sound() -> LegSettings {
    LegSettings { digits_in_sound: true, ..LegSettings::new(Some(peer()), Codec::Pcmu) }
}

/// A leg whose peer gets its keys elsewhere.
fn elsewhere() -> LegSettings {
    LegSettings { digits_elsewhere: true, ..LegSettings::new(Some(peer()), Codec::Pcmu) }
}

/// Twenty milliseconds at a time of these keys, 100 ms each, with pauses as long.
fn tones(digits: &str) -> Vec<Vec<u8>> {
    let tone = dtmf::sequence(digits, 100 * MS, 100 * MS).unwrap();
    let mut generator = audio::ToneGenerator::new(tone, 8_000);
    let mut frames = Vec::new();
    loop {
        let mut frame = [0; 160];
        if generator.fill(&mut frame) == 0 {
            return frames;
        }
        let mut payload = vec![0; 160];
        g711::ulaw::encode(&frame, &mut payload);
        frames.push(payload);
    }
}

/// What `to` sends when `from` hears a packet, the wheel included: the way that the stage takes.
fn carry(from: &mut Bench, to: &mut Bench, payload_type: u8, payload: &[u8]) -> Vec<Vec<u8>> {
    let mut packet = from.packet(payload_type, payload);
    let heard = from.hear(&packet).unwrap();
    if from.leg.listens(&heard) {
        let mut pcm = [0; crate::codec::MOST_SAMPLES];
        let sound = from.leg.decode(&heard, &packet, to.leg.heard_rate(), &mut pcm).unwrap();
        let keys = from.leg.listen(sound);
        to.leg.press_heard(to.now, &keys);
    }
    let outgoing = to.leg.relay(to.now, &heard, &mut packet);
    let mut sent: Vec<Vec<u8>> =
        outgoing.map(|outgoing| packet[..outgoing.length].to_vec()).into_iter().collect();
    from.pass(20);
    sent.extend(to.ticks(1));
    sent
}

fn events_in(packets: &[Vec<u8>]) -> Vec<Event> {
    let events = packets.iter().map(|packet| Packet::parse(packet).unwrap());
    events.filter(|p| p.payload_type() == 101).map(|p| Event::parse(p.payload()).unwrap()).collect()
}

#[test]
fn keys_in_the_sound_are_told_and_become_telephone_events() {
    let (mut a, mut b) = (Bench::new(by_sound()), Bench::new(settings(Codec::Pcmu)));
    let mut sent = Vec::new();
    for payload in tones("4#") {
        sent.extend(carry(&mut a, &mut b, 0, &payload));
    }
    let told: Vec<LegEvent> = a.told();
    let ended: Vec<char> = told
        .iter()
        .filter_map(|event| match event {
            LegEvent::DigitEnded { digit, duration } => {
                assert!((80 * MS..=120 * MS).contains(duration), "{duration:?}");
                Some(digit.to_char())
            }
            _ => None,
        })
        .collect();
    assert_eq!(ended, ['4', '#']);
    let events = events_in(&sent);
    let finals: Vec<u8> = events.iter().filter(|event| event.end).map(|event| event.code).collect();
    assert_eq!(finals, [4, 4, 4, 11, 11, 11]);
    assert!(events.iter().filter(|event| event.end).all(|event| (480..=1_120).contains(&event.duration)));
    assert!(!b.told().iter().any(|event| matches!(event, LegEvent::DigitSent(_))), "nobody asked for them");
}

#[test]
fn a_tone_does_not_go_on_beside_its_key_that_is_told_elsewhere() {
    let (mut a, mut b) = (Bench::new(by_sound()), Bench::new(elsewhere()));
    let frames = tones("5");
    let all: Vec<Vec<u8>> = frames.iter().flat_map(|frame| carry(&mut a, &mut b, 0, frame)).collect();
    let before = frames.iter().zip(&all).take_while(|(frame, packet)| packet[12..] == frame[..]).count();
    assert!((1..=2).contains(&before), "{before} packets of the tone were sent before it was known");
    assert_eq!(frames.len() - all.len(), 5, "as many as the tone has are left out");
    let numbers: Vec<u16> = all.iter().map(|packet| Packet::parse(packet).unwrap().sequence()).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "nothing looks lost");
    let told = b.told();
    assert!(matches!(told[..], [LegEvent::DigitForPeer { .. }]), "{told:?}");
}

#[test]
fn sound_without_keys_goes_on_as_it_came() {
    let (mut a, mut b) = (Bench::new(by_sound()), Bench::new(settings(Codec::Pcmu)));
    for n in 0..50_u8 {
        let sent = carry(&mut a, &mut b, 0, &[n; 160]);
        assert_eq!(Packet::parse(&sent[0]).unwrap().payload(), [n; 160]);
    }
}

#[test]
fn a_peer_that_gets_its_keys_elsewhere_is_sent_none() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(elsewhere()));
    for (duration, end) in [(160, false), (640, false), (800, true), (800, true)] {
        let event = Event { code: 7, end, volume: 10, duration };
        let packet = a.packet(96, &event.to_bytes());
        // All packets of a key have one timestamp.
        let mut packet = [&packet[..4], &16_000_u32.to_be_bytes()[..], &packet[8..]].concat();
        let heard = a.hear(&packet).unwrap();
        assert_eq!(b.leg.relay(b.now, &heard, &mut packet), None);
        assert!(!b.leg.makes_packets());
        a.pass(20);
        b.pass(20);
    }
    let seven = Digit::from_char('7').unwrap();
    // As long as its own packets say, not as long as they took.
    assert_eq!(b.told(), [LegEvent::DigitForPeer { digit: seven, duration: 100 * MS }]);
    // Its owner's keys go the same way.
    b.leg.send_digit(Digit::One, 200 * MS);
    let one = LegEvent::DigitForPeer { digit: Digit::One, duration: 200 * MS };
    assert_eq!(b.told(), [one, LegEvent::DigitSent(Digit::One)]);
}

/// A packet of a key that the peer holds since timestamp `start`.
fn key_packet(bench: &mut Bench, code: u8, start: u32, (duration, end): (u16, bool)) -> Vec<u8> {
    let event = Event { code, end, volume: 10, duration };
    let packet = bench.packet(96, &event.to_bytes());
    [&packet[..4], &start.to_be_bytes()[..], &packet[8..]].concat()
}

/// What `to` sends when `from` hears that packet: what a key before it owes first, as the stage has it.
fn forward(from: &mut Bench, to: &mut Bench, packet: &[u8]) -> Vec<Vec<u8>> {
    let heard = from.hear(packet).unwrap();
    let (mut sent, mut buffer) = (Vec::new(), [0; 512]);
    if heard.ends_former_key() {
        to.leg.end_forwarded();
        while let Some(outgoing) = to.leg.missed_end(to.now, &mut buffer) {
            sent.push(buffer[..outgoing.length].to_vec());
        }
    }
    buffer[..packet.len()].copy_from_slice(packet);
    let outgoing = to.leg.relay(to.now, &heard, &mut buffer[..packet.len()]);
    sent.extend(outgoing.map(|outgoing| buffer[..outgoing.length].to_vec()));
    from.pass(20);
    to.pass(20);
    sent
}

/// Code, end and duration of each event.
fn shape(packets: &[Vec<u8>]) -> Vec<(u8, bool, u16)> {
    events_in(packets).iter().map(|event| (event.code, event.end, event.duration)).collect()
}

#[test]
fn a_key_whose_ends_are_lost_is_ended_when_sound_comes() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    let start = 160 * 101;
    let mut sent = Vec::new();
    for duration in [160, 320] {
        let packet = key_packet(&mut a, 7, start, (duration, false));
        sent.extend(forward(&mut a, &mut b, &packet));
    }
    for _ in 0..10 {
        let packet = a.packet(0, &[0x55; 160]);
        sent.extend(forward(&mut a, &mut b, &packet));
    }
    let expected = [(7, false, 160), (7, false, 320), (7, true, 320), (7, true, 320), (7, true, 320)];
    assert_eq!(shape(&sent), expected);
    let parsed: Vec<_> = sent.iter().map(|packet| Packet::parse(packet).unwrap()).collect();
    assert!(parsed.windows(2).all(|pair| pair[1].sequence() == pair[0].sequence() + 1), "nothing looks lost");
    let times: Vec<u32> = parsed.iter().filter(|p| p.payload_type() == 101).map(Packet::timestamp).collect();
    assert!(times.iter().all(|time| *time == times[0]), "they are of one key");
    let seven = Digit::from_char('7').unwrap();
    assert!(a.told().contains(&LegEvent::DigitEnded { digit: seven, duration: 40 * MS }));
}

#[test]
fn a_key_whose_ends_are_lost_is_ended_before_the_next_one_and_at_the_end_of_the_bridge() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    let mut sent = Vec::new();
    for (code, start, duration) in [(7, 0, 160), (8, 4_000, 160)] {
        let packet = key_packet(&mut a, code, start, (duration, false));
        sent.extend(forward(&mut a, &mut b, &packet));
    }
    let seven = [(7, false, 160), (7, true, 160), (7, true, 160), (7, true, 160)];
    assert_eq!(shape(&sent), [&seven[..], &[(8, false, 160)]].concat());
    b.leg.splice();
    assert!(b.leg.needs_wheel());
    assert_eq!(shape(&b.ticks(3)), [(8, true, 160); 3]);
    assert!(!b.leg.needs_wheel());
}

#[test]
fn a_key_whose_end_came_is_not_ended_twice() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    let mut sent = Vec::new();
    for packet in [(160, false), (320, true), (320, true)] {
        let packet = key_packet(&mut a, 7, 0, packet);
        sent.extend(forward(&mut a, &mut b, &packet));
    }
    for _ in 0..20 {
        let packet = a.packet(0, &[0x55; 160]);
        sent.extend(forward(&mut a, &mut b, &packet));
    }
    b.leg.splice();
    sent.extend(b.ticks(3));
    assert_eq!(shape(&sent), [(7, false, 160), (7, true, 320), (7, true, 320)]);
}

#[test]
fn a_key_reaches_a_peer_that_hears_music() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    b.leg.play(Pcm::new(8_000, vec![1_000; 80_000]).into(), PlayToken(1));
    let mut sent = b.ticks(3);
    for n in 1..=5 {
        let packet = key_packet(&mut a, 7, 0, (160 * n, n == 5));
        assert!(forward(&mut a, &mut b, &packet).is_empty());
        sent.extend(b.ticks(1));
    }
    sent.extend(b.ticks(5));
    let keys = shape(&sent);
    assert!(keys.len() > 4 && keys.iter().all(|(code, ..)| *code == 7), "{keys:?}");
    assert_eq!(keys.iter().filter(|(_, end, _)| *end).count(), 3);
    let numbers: Vec<u16> = sent.iter().map(|packet| Packet::parse(packet).unwrap().sequence()).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
    assert_eq!(Packet::parse(sent.last().unwrap()).unwrap().payload_type(), 0, "the music goes on");
}

#[test]
fn a_key_that_was_said_elsewhere_becomes_an_event_or_a_tone() {
    let mut with_events = Bench::new(settings(Codec::Pcmu));
    with_events.leg.press_for(Digit::One, 100 * MS);
    let events = events_in(&with_events.ticks(12));
    assert_eq!(
        events.iter().filter(|event| event.end).map(|event| event.duration).collect::<Vec<_>>(),
        [800; 3]
    );
    let mut without = Bench::new(LegSettings::new(Some(peer()), Codec::Pcmu));
    without.leg.press_for(Digit::One, 100 * MS);
    let sent = without.ticks(12);
    let sound: Vec<i16> = sent
        .iter()
        .flat_map(|packet| Packet::parse(packet).unwrap().payload().to_vec())
        .map(g711::ulaw::decode_sample)
        .collect();
    let amplitude = |frequency| audio::goertzel::amplitude(&sound[..800], 8_000, frequency);
    assert!(amplitude(697.0) > 3_000.0 && amplitude(1_209.0) > 3_000.0 && amplitude(852.0) < 500.0);
    let held = LegSettings { direction: Direction::RecvOnly, ..settings(Codec::Pcmu) };
    let mut held = Bench::new(held);
    held.leg.press_for(Digit::One, 100 * MS);
    assert!(held.ticks(12).is_empty(), "it is on hold");
    assert!(!held.leg.makes_packets(), "and the key does not wait for its end");
}
