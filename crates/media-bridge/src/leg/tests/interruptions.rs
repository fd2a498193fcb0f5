//! What breaks a stream off and takes it up again: holds, keys between sounds, another source.

use super::*;

fn on_hold(direction: Direction) -> LegSettings {
    LegSettings { direction, ..settings(Codec::Pcmu) }
}

/// A packet of a key that the peer holds since packet `start`.
fn key_packet(bench: &mut Bench, digit: Digit, start: u16, end: bool) -> Vec<u8> {
    bench.sequence += 1;
    let (timestamp, marker) = (160 * u32::from(start), !end);
    let sequence = bench.sequence;
    let header = Header { payload_type: 96, marker, sequence, timestamp, ssrc: 9 };
    let event = Event { code: digit.code(), end, volume: 10, duration: 800 };
    [&header.to_bytes()[..], &event.to_bytes()].concat()
}

/// Presses or releases a key at `from`, for `to` to sound.
fn press(from: &mut Bench, to: &mut Bench, digit: Digit, start: u16, end: bool) {
    let mut packet = key_packet(from, digit, start, end);
    if let Some(heard) = from.hear(&packet) {
        to.leg.relay(to.now, &heard, &mut packet);
    }
}

/// Packets that sound of all that are sent.
fn audible(sent: &[Vec<u8>]) -> usize {
    let loud = |packet: &Vec<u8>| {
        let mut frame = [0; 160];
        let payload = Packet::parse(packet).unwrap().payload().to_vec();
        g711::ulaw::decode(&payload, &mut frame);
        frame.iter().any(|sample| sample.unsigned_abs() > 500)
    };
    sent.iter().filter(|packet| loud(packet)).count()
}

/// A peer that cannot read telephone-events, and one that presses keys.
fn keypad_and_listener() -> (Bench, Bench) {
    (Bench::new(settings(Codec::Pcmu)), Bench::new(LegSettings::new(Some(peer()), Codec::Pcmu)))
}

#[test]
fn numbers_close_over_a_hold_of_the_listener() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    bridged(&mut a, &mut b, 0, &[1; 160]).unwrap();
    b.leg.configure(b.now, on_hold(Direction::RecvOnly));
    for _ in 0..50 {
        assert_eq!(bridged(&mut a, &mut b, 0, &[1; 160]), None);
        b.pass(20);
    }
    b.leg.configure(b.now, settings(Codec::Pcmu));
    let packet = bridged(&mut a, &mut b, 0, &[1; 160]).unwrap();
    let parsed = Packet::parse(&packet).unwrap();
    assert_eq!(
        (parsed.sequence(), parsed.timestamp()),
        (501, 7_000 + 8_000),
        "nothing was lost, a second passed"
    );
    assert!(parsed.marker(), "a talkspurt begins");
}

#[test]
fn numbers_close_over_a_hold_of_the_talker() {
    let (mut a, mut b) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)));
    bridged(&mut a, &mut b, 0, &[1; 160]).unwrap();
    a.leg.configure(a.now, on_hold(Direction::SendOnly));
    for _ in 0..50 {
        assert_eq!(bridged(&mut a, &mut b, 0, &[1; 160]), None);
        b.pass(20);
    }
    a.leg.configure(a.now, settings(Codec::Pcmu));
    let packet = bridged(&mut a, &mut b, 0, &[1; 160]).unwrap();
    let parsed = Packet::parse(&packet).unwrap();
    assert_eq!(
        (parsed.sequence(), parsed.timestamp()),
        (501, 7_000 + 8_000),
        "nothing was lost, a second passed"
    );
    assert!(parsed.marker(), "a talkspurt begins");
}

#[test]
fn a_talker_on_hold_does_not_disturb_what_plays_to_the_other() {
    let (mut a, mut b) = (Bench::new(on_hold(Direction::SendOnly)), Bench::new(settings(Codec::Pcmu)));
    b.leg.play(Pcm::new(8_000, vec![8_000; 1_600]).into(), PlayToken(1));
    let mut markers = Vec::new();
    for _ in 0..5 {
        assert_eq!(bridged(&mut a, &mut b, 0, &[1; 160]), None);
        let sent = b.ticks(1);
        markers.extend(sent.iter().map(|packet| Packet::parse(packet).unwrap().marker()));
    }
    assert_eq!(markers, [true, false, false, false, false]);
}

#[test]
fn a_prompt_goes_on_unsent_while_the_peer_holds() {
    for ptime_ms in [10, 20, 30] {
        let settings = LegSettings { ptime_ms, ..settings(Codec::Pcmu) };
        let mut a = Bench::new(settings);
        a.leg.play(Pcm::new(8_000, vec![8_000; 160 * 60]).into(), PlayToken(1));
        let before = a.ticks(3);
        let last = Packet::parse(before.last().unwrap()).unwrap().sequence();
        a.leg.configure(a.now, LegSettings { direction: Direction::Inactive, ..settings });
        assert!(a.ticks(30).is_empty());
        a.leg.configure(a.now, settings);
        let after = a.ticks(40);
        let first = Packet::parse(&after[0]).unwrap();
        assert_eq!(first.sequence(), last + 1, "{ptime_ms} ms: what was not sent has no number");
        assert!(first.marker());
        let left = after.len() * usize::from(ptime_ms) / 10;
        assert!((50..=58).contains(&left), "{ptime_ms} ms: about 27 ticks are left, not {left} half ones");
    }
}

#[test]
fn a_key_stops_sounding_when_it_is_released_during_a_prompt() {
    let (mut a, mut b) = keypad_and_listener();
    press(&mut a, &mut b, Digit::One, 101, false);
    b.ticks(2);
    b.leg.play(Pcm::new(8_000, vec![0; 8_000]).into(), PlayToken(1));
    press(&mut a, &mut b, Digit::One, 101, true);
    b.ticks(5);
    assert_eq!(audible(&b.ticks(5)), 0, "the key is up");
}

#[test]
fn a_key_stops_sounding_when_it_is_released_during_a_hold() {
    let (mut a, mut b) = keypad_and_listener();
    let resumed = LegSettings::new(Some(peer()), Codec::Pcmu);
    press(&mut a, &mut b, Digit::One, 101, false);
    b.ticks(2);
    b.leg.configure(b.now, LegSettings { direction: Direction::RecvOnly, ..resumed });
    press(&mut a, &mut b, Digit::One, 101, true);
    b.leg.configure(b.now, resumed);
    b.ticks(5);
    assert_eq!(audible(&b.ticks(5)), 0, "the key is up");
    // The same, when it is the one who presses that is put on hold.
    press(&mut a, &mut b, Digit::One, 201, false);
    b.ticks(2);
    a.leg.configure(a.now, on_hold(Direction::SendOnly));
    press(&mut a, &mut b, Digit::One, 201, true);
    b.ticks(5);
    assert_eq!(audible(&b.ticks(5)), 0, "the key is up");
}

#[test]
fn a_key_stops_sounding_when_its_stream_ends() {
    let (mut a, mut b) = keypad_and_listener();
    press(&mut a, &mut b, Digit::One, 101, false);
    b.ticks(2);
    let header = Header { payload_type: 0, sequence: 7, timestamp: 1, ssrc: 10, ..Header::default() };
    let mut packet = [&header.to_bytes()[..], &[0xFF; 160]].concat();
    let heard = a.hear(&packet).unwrap();
    b.leg.relay(b.now, &heard, &mut packet);
    b.ticks(5);
    assert_eq!(audible(&b.ticks(5)), 0, "another stream began");
}

#[test]
fn a_short_key_is_heard_long_enough_to_be_known() {
    let (mut a, mut b) = keypad_and_listener();
    // Of this key only the end came through.
    press(&mut a, &mut b, Digit::One, 101, true);
    let heard = audible(&b.ticks(20));
    assert!((3..=8).contains(&heard), "{heard} packets of 20 ms sounded");
}

#[test]
fn keys_in_quick_succession_are_all_heard() {
    let (mut a, mut b) = keypad_and_listener();
    let mut sent = Vec::new();
    for (n, digit) in [Digit::One, Digit::Five, Digit::Five, Digit::Pound].into_iter().enumerate() {
        let start = 200 + 10 * n as u16;
        press(&mut a, &mut b, digit, start, false);
        sent.extend(b.ticks(2));
        press(&mut a, &mut b, digit, start, true);
        sent.extend(b.ticks(1));
    }
    sent.extend(b.ticks(60));
    assert!(!b.leg.makes_packets(), "all keys are over");
    let loud: Vec<bool> = sent.iter().map(|packet| audible(std::slice::from_ref(packet)) == 1).collect();
    let bursts = loud.iter().enumerate().filter(|&(n, &on)| on && (n == 0 || !loud[n - 1])).count();
    assert_eq!(bursts, 4, "{loud:?}");
}
