//! Digits within the limits of ITU-T Q.24 are found, each once, wherever they are and whatever the frames; and no
//! samples whatever do harm.
//!
//! `JUDGE=1 cargo test --release -p audio --test digits judge -- --nocapture` has libspandsp hear the same digits.

mod signals;

use audio::dtmf::{Detector, DigitEvent, Limits, Mute};
use proptest::prelude::*;
use signals::judge::Judge;
use signals::{Key, Line, Random, began};

fn digit() -> impl Strategy<Value = char> {
    prop::sample::select("123A456B789C*0#D".chars().collect::<Vec<_>>())
}

/// A key within the limits, and the pause after it.
fn key_within() -> impl Strategy<Value = (Key, f64)> {
    let offset = || -0.015..0.015;
    (digit(), -25.0..-3.0, -4.0..8.0, offset(), offset(), 40.0..150.0, 40.0..200.0).prop_map(
        |(digit, level, twist, low, high, length, pause): (_, f64, f64, _, _, _, _)| {
            // The stronger one within 0 to −25 dBm0, and the weaker one too.
            let level = if twist > 0.0 { level.max(-25.0 + twist) } else { level };
            let low_level = if twist > 0.0 { level } else { level.max(-25.0 - twist) + twist };
            let high_level = low_level - twist;
            (Key::new(digit).levels(low_level, high_level).offsets(low, high).length(length), pause)
        },
    )
}

fn dialled(rate: u32, before: f64, keys: &[(Key, f64)]) -> Line {
    keys.iter()
        .fold(Line::new(rate).pause(before), |line, (key, pause)| line.key(*key).pause(*pause))
        .pause(60.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn digits_within_the_limits_are_found_once(
        rate in prop::sample::select(vec![8_000, 16_000, 48_000]),
        before in 0.0..50.0,
        keys in prop::collection::vec(key_within(), 1..5),
    ) {
        let events = dialled(rate, before, &keys).events(Limits::default());
        let wanted: String = keys.iter().map(|(key, _)| key.digit).collect();
        prop_assert_eq!(began(&events), wanted);
        prop_assert_eq!(events.len(), 2 * keys.len());
    }

    #[test]
    fn frequencies_outside_are_refused(
        (key, pause) in key_within(),
        beside in 0.035..0.08_f64,
        (high, above) in any::<(bool, bool)>(),
    ) {
        let offset = if above { beside } else { -beside };
        let key = if high { key.offsets(key.offsets[0], offset) } else { key.offsets(offset, key.offsets[1]) };
        // Neighbours are 10 % apart: 8 % below one is no more than 3 % above another.
        let events = dialled(8_000, 20.0, &[(key, pause)]).events(Limits::default());
        let heard = began(&events);
        prop_assert!(!heard.contains(key.digit), "{:?}", heard);
    }

    #[test]
    fn short_tones_are_refused((key, pause) in key_within(), length in 1.0..23.0, before in 0.0..30.0) {
        let events = dialled(8_000, before, &[(key.length(length), pause)]).events(Limits::default());
        prop_assert_eq!(began(&events), "");
    }

    #[test]
    fn frames_do_not_matter(
        keys in prop::collection::vec(key_within(), 1..4),
        frames in prop::collection::vec(1_usize..700, 1..20),
        rate in prop::sample::select(vec![8_000, 24_000]),
    ) {
        let line = dialled(rate, 10.0, &keys);
        let (mut detector, mut found, samples) = (Detector::new(rate, Limits::default()).unwrap(), Vec::new(), line.samples());
        let (mut rest, mut frames) = (&samples[..], frames.iter().cycle());
        while !rest.is_empty() {
            let (frame, more) = rest.split_at(rest.len().min(*frames.next().unwrap()));
            detector.push(frame, |event| found.push(event));
            rest = more;
        }
        detector.finish(|event| found.push(event));
        prop_assert_eq!(found, line.events(Limits::default()));
    }

    #[test]
    fn events_alternate_whatever_the_samples(
        rate in prop::sample::select(vec![8_000, 16_000, 48_000]),
        samples in prop::collection::vec(prop_oneof![any::<i16>(), Just(i16::MIN), Just(i16::MAX), Just(0)], 0..3_000),
        frame in 1_usize..500,
        delay in 0_u64..60,
    ) {
        audio::fuzzing::digits(&samples, rate, frame, delay);
    }

    #[test]
    fn nothing_of_a_digit_passes_a_mute(
        rate in prop::sample::select(vec![8_000, 16_000]),
        keys in prop::collection::vec(key_within(), 1..4),
        before in 30.0..60.0,
    ) {
        let mut samples = dialled(rate, before, &keys).pause(60.0).samples();
        let mut mute = Mute::new(rate, Limits::default(), std::time::Duration::from_millis(25)).unwrap();
        let mut found = 0;
        samples.chunks_mut(rate as usize / 50).for_each(|frame| {
            mute.process(frame, |event| found += usize::from(matches!(event, DigitEvent::Began { .. })));
        });
        prop_assert_eq!(found, keys.len());
        // A millisecond or two at the edges may be left.
        let audible = samples.iter().filter(|sample| sample.unsigned_abs() > 30).count();
        prop_assert!(audible <= keys.len() * rate as usize / 500, "{} samples of {} digits", audible, keys.len());
    }

    #[test]
    fn no_receiver_hears_what_the_usual_delay_leaves(keys in prop::collection::vec(key_within(), 1..4)) {
        let mut samples = dialled(8_000, 40.0, &keys).pause(60.0).samples();
        let mut mute = Mute::new(8_000, Limits::default(), Mute::DELAY).unwrap();
        samples.chunks_mut(160).for_each(|frame| mute.process(frame, |_| {}));
        prop_assert_eq!(began(&signals::events(&samples, 8_000, Limits::relaxed())), "");
        let loud = |frame: &&[i16]| frame.iter().any(|sample| sample.unsigned_abs() > 30);
        let audible = samples.chunks(8).filter(loud).count();
        prop_assert!(audible <= 18 * keys.len(), "{} ms of {} digits", audible, keys.len());
    }
}

#[test]
fn a_mute_leaves_speech_alone() {
    let line =
        Line::new(8_000).pause(2_000.0).noise(-20.0, 3).tones(&[180.0, 360.0, 540.0, 900.0, 2_300.0], -20.0);
    let samples = line.samples();
    let mut muted = samples.clone();
    let mut mute = Mute::new(8_000, Limits::default(), Mute::DELAY).unwrap();
    muted.chunks_mut(160).for_each(|frame| mute.process(frame, |event| panic!("{event:?}")));
    assert_eq!(muted[80..], samples[..samples.len() - 80]);
}

/// Two thousand digits within the limits, over noise 15 dB below the weaker frequency or none.
#[test]
fn digits_for_a_judge() {
    let mut random = Random::new(11);
    for (what, noise) in [("clean", None), ("over noise at -15 dB", Some(15.0))] {
        let (mut judge, mut wanted, mut found) = (Judge::start(), 0_usize, 0_usize);
        for _ in 0..200 {
            let (mut line, mut digits, level) =
                (Line::new(8_000).pause(50.0), String::new(), random.between(-17.0, -3.0));
            let twist = random.between(-4.0, 8.0);
            for _ in 0..10 {
                let digit = *random.pick(&b"0123456789*#ABCD"[..]) as char;
                let offsets = [random.between(-0.015, 0.015), random.between(-0.015, 0.015)];
                let key = Key {
                    digit,
                    levels: [level + twist.min(0.0), level - twist.max(0.0)],
                    offsets,
                    length: 50.0,
                };
                line = line.key(key).pause(50.0);
                digits.push(digit);
            }
            line = line.pause(50.0);
            if let Some(below) = noise {
                line = line.noise(level - twist.abs() - below, random.next());
            }
            let samples = line.samples();
            judge.iter_mut().for_each(|judge| judge.hear(&samples));
            let heard = began(&signals::events(&samples, 8_000, Limits::default()));
            wanted += digits.len();
            found += if heard == digits { digits.len() } else { heard.len().min(digits.len() - 1) };
        }
        println!("{what}: {found} of {wanted} digits; libspandsp: {}", signals::judge::verdict(judge));
        assert_eq!(found, wanted, "{what}");
    }
}
