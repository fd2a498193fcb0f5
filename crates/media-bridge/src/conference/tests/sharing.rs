use super::*;

const FRAME: usize = 160;

#[test]
fn those_who_say_nothing_are_sent_one_payload_and_streams_of_their_own() {
    for codec in [Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus] {
        let mut hall = Hall::new();
        let speaker = hall.enter(Codec::Pcmu);
        let listeners: Vec<usize> = (0..5).map(|_| hall.enter(codec)).collect();
        for turn in 0..20_i16 {
            let sound: Vec<i16> = (0..FRAME as i16).map(|n| (n * 97 + turn).wrapping_mul(31)).collect();
            hall.say(speaker, &sound);
            hall.turn();
            let first = hall.payload(listeners[0]).to_vec();
            for place in &listeners {
                assert_eq!(hall.payload(*place), first, "{codec:?}");
            }
        }
    }
}

#[test]
fn one_who_comes_later_is_heard_and_hears_at_once() {
    let mut hall = Hall::new();
    let ann = hall.enter(Codec::L16);
    for _ in 0..75 {
        hall.say(ann, &[5; FRAME]);
        hall.turn();
    }
    let bob = hall.enter(Codec::L16);
    hall.say(ann, &[5; FRAME]);
    hall.say(bob, &[9; FRAME]);
    hall.turn();
    assert_eq!((hall.heard(ann), hall.heard(bob)), (Some(vec![9; FRAME]), Some(vec![5; FRAME])));
}

#[test]
fn packets_have_the_length_that_their_phone_asked_for() {
    for (ms, counts) in [(10, [2, 2, 2]), (30, [0, 1, 1]), (40, [0, 1, 0]), (60, [0, 0, 1])] {
        let mut hall = Hall::new();
        let speaker = hall.enter(Codec::L16);
        let settings = LegSettings { ptime_ms: ms, ..LegSettings::new(Some(peer()), Codec::L16) };
        let listener = hall.enter_with(settings, MemberSettings::default());
        let (mut heard, mut sent) = (Vec::new(), Vec::new());
        for n in 1..=3 {
            hall.say(speaker, &[n; FRAME]);
            hall.turn();
            sent.push(hall.phones.0[listener].packets.len());
            heard.extend(hall.heard(listener).unwrap_or_default());
        }
        assert_eq!(sent, counts, "{ms}");
        let whole: Vec<i16> = (1..=3).flat_map(|n| [n; FRAME]).collect();
        assert_eq!(heard, whole[..heard.len()]);
    }
}

#[test]
fn a_phone_that_changes_its_codec_is_followed() {
    use crate::settings::CodecPayload;
    let mut hall = Hall::new();
    let ann = hall.enter(Codec::L16);
    let mut settings = LegSettings::new(Some(peer()), Codec::Pcmu);
    settings.alternatives[0] = Some(CodecPayload { codec: Codec::G722, send: 9, receive: 9 });
    let bob = hall.enter_with(settings, MemberSettings::default());
    for turn in 0..4 {
        if turn == 2 {
            let phone = &mut hall.phones.0[bob];
            phone.codec = Codec::G722;
            phone.encoder = Codec::G722.encoder(&opus::Settings::default()).unwrap();
            phone.decoder = Codec::G722.decoder().unwrap();
        }
        let length = if turn < 2 { FRAME } else { 2 * FRAME };
        hall.say(bob, &vec![2_000; length]);
        hall.say(ann, &[1_000; FRAME]);
        hall.turn();
        let payload_type = Packet::parse(&hall.phones.0[bob].packets[0]).unwrap().header().payload_type;
        assert_eq!(payload_type, if turn < 2 { 0 } else { 9 });
        assert_eq!(hall.heard(bob).unwrap().len(), length);
    }
}

#[test]
fn one_on_hold_is_sent_nothing_and_the_others_go_on() {
    use crate::settings::Direction;
    let mut hall = Hall::new();
    let [ann, bob, eve] = [(); 3].map(|()| hall.enter(Codec::L16));
    let held = LegSettings { direction: Direction::Inactive, ..LegSettings::new(Some(peer()), Codec::L16) };
    let now = hall.now;
    hall.phones.0[bob].leg.configure(now, held);
    hall.say(ann, &[6; FRAME]);
    hall.turn();
    assert_eq!((hall.heard(bob), hall.heard(eve)), (None, Some(vec![6; FRAME])));
}
