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
    assert_eq!(b.told(), [LegEvent::DigitForPeer { digit: seven, duration: 60 * MS }]);
    // Its owner's keys go the same way.
    b.leg.send_digit(Digit::One, 200 * MS);
    let one = LegEvent::DigitForPeer { digit: Digit::One, duration: 200 * MS };
    assert_eq!(b.told(), [one, LegEvent::DigitSent(Digit::One)]);
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
