use proptest::prelude::*;

use super::*;

const FRAME: usize = 160;

fn clip(sample: i32) -> i16 {
    sample.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[test]
fn everybody_hears_all_but_themselves() {
    let mut hall = Hall::new();
    let [ann, bob, eve] = [(); 3].map(|()| hall.enter(Codec::L16));
    hall.say(ann, &[100; FRAME]);
    hall.say(bob, &[20; FRAME]);
    hall.say(eve, &[-3; FRAME]);
    hall.turn();
    let heard = [ann, bob, eve].map(|place| hall.heard(place).unwrap());
    assert_eq!(heard, [17, 97, 120].map(|sample| vec![sample; FRAME]));
}

#[test]
fn the_stream_of_each_goes_on_without_a_gap() {
    let mut hall = Hall::new();
    let (ann, bob) = (hall.enter(Codec::Pcmu), hall.enter(Codec::Pcmu));
    let mut headers = Vec::new();
    for _ in 0..60 {
        hall.say(ann, &[1_000; FRAME]);
        hall.turn();
        headers.push(Packet::parse(&hall.phones.0[bob].packets[0]).unwrap().header());
    }
    for pair in headers.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
        assert!(!pair[1].marker);
    }
    assert!(headers[0].marker);
}

#[test]
fn nobody_is_sent_much_while_there_is_nothing_to_hear() {
    let mut hall = Hall::new();
    let (ann, bob) = (hall.enter(Codec::Pcma), hall.enter(Codec::Pcmu));
    let mut sent = [0; 2];
    for _ in 0..480 {
        // Digital silence is nothing either.
        hall.say(bob, &[0; FRAME]);
        hall.turn();
        [ann, bob]
            .iter()
            .zip(&mut sent)
            .for_each(|(place, sent)| *sent += hall.phones.0[*place].packets.len());
    }
    // The first second, and a packet a second from then on.
    assert_eq!(sent, [58, 58]);
    for turn in 0..500 {
        hall.say(bob, &[1_000; FRAME]);
        hall.turn();
        assert!(hall.heard(ann).is_some(), "{turn}");
        if turn == 0 {
            let first = Packet::parse(&hall.phones.0[ann].packets[0]).unwrap().header();
            assert!(first.marker, "a talkspurt begins");
        }
        sent[1] += hall.phones.0[bob].packets.len();
    }
    assert_eq!(sent[1], 58 + 10, "one who speaks alone hears nothing either");
}

#[test]
fn those_who_are_muted_are_not_heard_and_hear() {
    let mut hall = Hall::new();
    let (ann, bob) = (hall.enter(Codec::L16), hall.enter(Codec::L16));
    hall.change(ann, MemberSettings { muted: true, ..MemberSettings::default() });
    hall.say(ann, &[100; FRAME]);
    hall.say(bob, &[7; FRAME]);
    hall.turn();
    assert_eq!((hall.heard(ann), hall.heard(bob)), (Some(vec![7; FRAME]), Some(vec![0; FRAME])));
    hall.change(ann, MemberSettings::default());
    hall.pass_over(ann, 160);
    hall.say(ann, &[100; FRAME]);
    hall.turn();
    assert_eq!(hall.heard(bob), Some(vec![100; FRAME]));
}

#[test]
fn each_may_be_louder_for_others_and_others_for_each() {
    let mut hall = Hall::new();
    let [ann, bob, eve] = [(); 3].map(|()| hall.enter(Codec::L16));
    hall.change(ann, MemberSettings { talking_gain: 6, ..MemberSettings::default() });
    hall.change(bob, MemberSettings { listening_gain: -6, ..MemberSettings::default() });
    hall.say(ann, &[1_000; FRAME]);
    hall.turn();
    assert_eq!(hall.heard(eve), Some(vec![1_995; FRAME]));
    assert_eq!(hall.heard(bob), Some(vec![1_000; FRAME]));
    assert_eq!(hall.heard(ann), Some(vec![0; FRAME]), "nothing of the own voice is left");
}

#[test]
fn only_the_loudest_are_heard_and_they_hear_each_other() {
    let mut hall = Hall::with(|config| config.loudest = Some(2));
    let places: Vec<usize> = (0..5).map(|_| hall.enter(Codec::L16)).collect();
    for turn in 0..3 {
        for (n, place) in places.iter().enumerate() {
            hall.say(*place, &[[4, 900, 2, 30, 10][n]; FRAME]);
        }
        hall.turn();
        let heard: Vec<i16> = places.iter().map(|place| hall.heard(*place).unwrap()[turn]).collect();
        assert_eq!(heard, [930, 30, 930, 900, 930]);
    }
}

#[test]
fn wide_voices_are_heard_wide_by_those_who_can() {
    use audio::goertzel::amplitude;
    let mut hall = Hall::new();
    let (wide, other, narrow) =
        (hall.enter(Codec::L16Wide), hall.enter(Codec::G722), hall.enter(Codec::Pcmu));
    let (mut by_other, mut by_narrow, mut by_wide) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..50 {
        let tone = |rate: f64, frequency: f64, samples: usize| -> Vec<i16> {
            let step = std::f64::consts::TAU * frequency / rate;
            (0..samples).map(|n| ((step * (turn * samples + n) as f64).sin() * 8_000.0) as i16).collect()
        };
        hall.say(wide, &tone(16_000.0, 6_000.0, 320));
        hall.say(narrow, &tone(8_000.0, 1_000.0, 160));
        hall.turn();
        by_wide.extend(hall.heard(wide).unwrap());
        by_other.extend(hall.heard(other).unwrap());
        by_narrow.extend(hall.heard(narrow).unwrap());
    }
    let level = |heard: &[i16], rate, frequency| amplitude(&heard[heard.len() / 2..], rate, frequency);
    assert!(level(&by_other, 16_000, 6_000.0) > 6_000.0);
    assert!(level(&by_other, 16_000, 1_000.0) > 7_000.0);
    assert!(level(&by_wide, 16_000, 1_000.0) > 7_000.0);
    assert!(level(&by_wide, 16_000, 6_000.0) < 1.0, "nothing of the own voice is left");
    assert!(level(&by_narrow, 8_000, 2_000.0) < 200.0, "nothing folds over");
}

#[test]
fn a_highest_rate_holds_for_everybody() {
    use audio::goertzel::amplitude;
    let mut hall = Hall::with(|config| config.highest_rate = 8_000);
    let (speaker, listener) = (hall.enter(Codec::L16Wide), hall.enter(Codec::L16Full));
    let mut heard = Vec::new();
    for turn in 0..50 {
        let sound: Vec<i16> = (0..320)
            .map(|n| {
                let at = f64::from(turn * 320 + n) * std::f64::consts::TAU / 16_000.0;
                ((at * 1_000.0).sin() * 8_000.0 + (at * 6_000.0).sin() * 8_000.0) as i16
            })
            .collect();
        hall.say(speaker, &sound);
        hall.turn();
        heard.extend(hall.heard(listener).unwrap());
    }
    let steady = &heard[heard.len() / 2..];
    assert!((7_000.0..9_000.0).contains(&amplitude(steady, 48_000, 1_000.0)));
    assert!(amplitude(steady, 48_000, 6_000.0) < 100.0);
}

proptest! {
    /// Whoever comes and goes and speaks: each hears the sum of the others, clipped.
    #[test]
    fn each_hears_the_sum_of_the_others(
        steps in proptest::collection::vec(
            (0_u8..10, 0_usize..6, proptest::collection::vec(any::<i16>(), 8)), 1..60
        )
    ) {
        let mut hall = Hall::new();
        let mut places: Vec<usize> = Vec::new();
        for (step, at, words) in steps {
            match step {
                0 | 1 if places.len() < 8 => places.push(hall.enter(Codec::L16)),
                2 if !places.is_empty() => {
                    let place = places.swap_remove(at % places.len());
                    hall.leave(place);
                }
                _ => {}
            }
            // Some say nothing now.
            let said: Vec<(usize, Option<i16>)> = places
                .iter()
                .zip(&words)
                .map(|(place, word)| (*place, (word % 3 != 0).then_some(*word)))
                .collect();
            for (place, word) in &said {
                match word {
                    Some(word) => hall.say(*place, &[*word; FRAME]),
                    None => hall.pass_over(*place, FRAME as u32),
                }
            }
            hall.turn();
            for (place, own) in &said {
                let all: i32 = said.iter().filter_map(|(_, word)| *word).map(i32::from).sum();
                let others = clip(all - i32::from(own.unwrap_or(0)));
                let speakers = said.iter().filter(|(_, word)| word.is_some()).count();
                match hall.heard(*place) {
                    Some(heard) => prop_assert_eq!(heard, vec![others; FRAME]),
                    None => prop_assert!(speakers - usize::from(own.is_some()) == 0, "somebody spoke"),
                }
            }
        }
    }
}
