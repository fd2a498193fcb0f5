//! The limits of ITU-T Q.24, one by one, for every key: what they let in is found once, what they leave out is not.

mod signals;

use audio::dtmf::{DigitEvent, Limits};
use signals::{Key, Line, began};

const KEYS: &str = "123A456B789C*0#D";
const RATES: [u32; 5] = [8_000, 16_000, 24_000, 32_000, 48_000];

/// Each key once, 60 ms apart, made by `key`.
fn all_keys(rate: u32, key: impl Fn(char) -> Key) -> Line {
    KEYS.chars().fold(Line::new(rate).pause(61.3), |line, digit| line.key(key(digit)).pause(63.7))
}

fn accepts(what: &str, key: impl Fn(char) -> Key) {
    assert_eq!(all_keys(8_000, &key).digits(), KEYS, "{what}");
    // At every place within a hop of the analysis.
    for start in 0..10 {
        let line = Line::new(8_000).pause(50.0 + f64::from(start) * 0.625).key(key('4')).pause(60.0);
        assert_eq!(line.digits(), "4", "{what}, {start}");
    }
}

fn refuses(what: &str, key: impl Fn(char) -> Key) {
    assert_eq!(all_keys(8_000, &key).digits(), "", "{what}");
    for start in 0..10 {
        let line = Line::new(8_000).pause(50.0 + f64::from(start) * 0.625).key(key('4')).pause(60.0);
        assert_eq!(line.digits(), "", "{what}, {start}");
    }
}

#[test]
fn every_key_at_every_rate() {
    for rate in RATES {
        assert_eq!(all_keys(rate, Key::new).digits(), KEYS, "{rate} Hz");
    }
}

#[test]
fn frequencies_within_one_and_a_half_percent_are_taken() {
    for (low, high) in [(0.015, 0.015), (-0.015, -0.015), (0.015, -0.015), (-0.015, 0.015), (0.0, 0.015)] {
        accepts(&format!("{low} {high}"), |digit| Key::new(digit).offsets(low, high));
        accepts(&format!("{low} {high}, 40 ms"), |digit| Key::new(digit).offsets(low, high).length(40.0));
    }
}

#[test]
fn frequencies_beyond_three_and_a_half_percent_are_not() {
    for offset in [0.035, -0.035, 0.045, -0.045] {
        refuses(&format!("low {offset}"), |digit| Key::new(digit).offsets(offset, 0.0));
        refuses(&format!("high {offset}"), |digit| Key::new(digit).offsets(0.0, offset));
        refuses(&format!("both {offset}"), |digit| Key::new(digit).offsets(offset, offset).length(200.0));
    }
}

#[test]
fn twist_is_taken_up_to_its_limits() {
    accepts("8 dB normal", |digit| Key::new(digit).levels(-6.0, -14.0));
    accepts("4 dB reverse", |digit| Key::new(digit).levels(-14.0, -10.0));
    refuses("10 dB normal", |digit| Key::new(digit).levels(-6.0, -16.0));
    refuses("6 dB reverse", |digit| Key::new(digit).levels(-16.0, -10.0));
}

#[test]
fn relaxed_limits_take_more_reverse_twist() {
    let line = all_keys(8_000, |digit| Key::new(digit).levels(-16.0, -10.0));
    assert_eq!(began(&line.events(Limits::relaxed())), KEYS);
}

#[test]
fn levels_from_0_to_minus_25_dbm0_are_taken() {
    for level in [0.0, -3.0, -10.0, -20.0, -25.0, -30.0, -35.0] {
        accepts(&format!("{level} dBm0"), |digit| Key::new(digit).levels(level, level));
    }
    accepts("both limits at once", |digit| Key::new(digit).levels(-17.0, -25.0).length(40.0));
    for level in [-38.0, -45.0, -55.0] {
        refuses(&format!("{level} dBm0"), |digit| Key::new(digit).levels(level, level));
    }
}

#[test]
fn tones_from_40_ms_on_are_taken_and_up_to_23_ms_not() {
    for length in [40.0, 45.0, 51.0, 70.0, 500.0] {
        accepts(&format!("{length} ms"), |digit| Key::new(digit).length(length));
    }
    for length in [5.0, 10.0, 15.0, 20.0, 23.0] {
        refuses(&format!("{length} ms"), |digit| Key::new(digit).length(length));
    }
}

#[test]
fn one_frequency_is_no_digit() {
    refuses("low only", |digit| Key::new(digit).levels(-10.0, -70.0));
    refuses("high only", |digit| Key::new(digit).levels(-70.0, -10.0));
}

#[test]
fn pauses_of_40_ms_part_digits_and_breaks_of_10_ms_do_not() {
    for start in 0..20 {
        let offset = f64::from(start) * 0.3125;
        let twice = Line::new(8_000).pause(40.0 + offset).key(Key::new('7').length(40.0));
        let twice =
            twice.pause(40.0).key(Key::new('7').length(40.0)).pause(40.0).key(Key::new('8').length(40.0));
        assert_eq!(twice.digits(), "778", "{start}");
        let broken = Line::new(8_000).pause(40.0).key(Key::new('7').length(100.0)).pause(50.0);
        assert_eq!(broken.interrupt(85.0 + offset, 10.0).digits(), "7", "{start}");
        let early = Line::new(8_000).pause(40.0).key(Key::new('7').length(100.0)).pause(50.0);
        assert_eq!(early.interrupt(55.0 + offset, 10.0).digits(), "7", "{start}");
    }
}

#[test]
fn digits_follow_each_other_in_93_ms() {
    // AT&T's fastest signalling: 40 ms, 40 ms pause and somewhat more.
    let line = all_keys(8_000, |digit| Key::new(digit).length(50.0));
    assert_eq!(line.digits(), KEYS);
    let line =
        KEYS.chars().fold(Line::new(8_000), |line, digit| line.key(Key::new(digit).length(53.0)).pause(40.0));
    assert_eq!(line.digits(), KEYS);
}

#[test]
fn noise_15_db_below_is_borne() {
    for seed in 0..20 {
        let line = all_keys(8_000, |digit| Key::new(digit).length(50.0)).noise(-22.0, seed);
        assert_eq!(line.digits(), KEYS, "{seed}");
    }
}

#[test]
fn noise_alone_is_no_digit() {
    for level in [-30.0, -10.0, 0.0] {
        assert_eq!(Line::new(8_000).pause(20_000.0).noise(level, 7).digits(), "", "{level}");
    }
}

#[test]
fn a_dial_tone_is_borne() {
    let dial_tones: [&[f64]; 4] = [&[350.0, 440.0], &[425.0], &[400.0], &[440.0, 330.0]];
    for frequencies in dial_tones {
        for level in [-25.0, -16.0, -10.0] {
            let line = all_keys(8_000, Key::new).tones(frequencies, level);
            assert_eq!(line.digits(), KEYS, "{frequencies:?} at {level} dBm0");
        }
    }
}

#[test]
fn an_echo_is_borne_and_no_digit_of_its_own() {
    for later in [5.0, 11.0, 20.0] {
        let line = all_keys(8_000, |digit| Key::new(digit).length(60.0)).echo(later, 16.0);
        assert_eq!(line.digits(), KEYS, "{later} ms later");
    }
}

#[test]
fn places_and_durations_are_right_to_three_ms() {
    for rate in RATES {
        for length in [40.0, 55.0, 123.0, 1_000.0] {
            for start in 0..8 {
                let before = 80.0 + f64::from(start) * 0.9;
                let line = Line::new(rate).pause(before).key(Key::new('5').length(length)).pause(80.0);
                let ms = |samples: u64| samples as f64 * 1_000.0 / f64::from(rate);
                match line.events(Limits::default())[..] {
                    [
                        DigitEvent::Began { digit: '5', at },
                        DigitEvent::Ended { digit: '5', at: again, duration },
                    ] => {
                        assert_eq!(at, again);
                        assert!((ms(at) - before).abs() < 3.0, "{} for {before}", ms(at));
                        assert!((ms(duration) - length).abs() < 3.0, "{} for {length}", ms(duration));
                    }
                    ref other => panic!("{other:?}"),
                }
            }
        }
    }
}

#[test]
fn g711_does_no_harm() {
    let mut samples = all_keys(8_000, |digit| Key::new(digit).levels(-17.0, -25.0).length(40.0)).samples();
    let mut octets = vec![0; samples.len()];
    g711::alaw::encode(&samples, &mut octets);
    g711::alaw::decode(&octets, &mut samples);
    assert_eq!(began(&signals::events(&samples, 8_000, Limits::default())), KEYS);
}
