//! Opus in rooms: it takes part at the best rate of the others.

use audio::goertzel::amplitude;

use super::*;

/// Turns until what was said before is heard no more.
const SETTLED: u32 = 15;

/// What everybody says at this turn: a tone of so many Hz each.
fn say_tones(hall: &mut Hall, turn: u32, tones: &[(usize, f64)]) {
    for (place, hertz) in tones {
        let rate = hall.phones.0[*place].codec.sample_rate();
        let at = |n: u32| {
            let time = f64::from(turn) / 50.0 + f64::from(n) / f64::from(rate);
            (6_000.0 * (std::f64::consts::TAU * hertz * time).sin()) as i16
        };
        let sound: Vec<i16> = (0..rate / 50).map(at).collect();
        hall.say(*place, &sound);
    }
}

/// What each place hears while these tones are said, after a while, and the last packets.
fn listen(hall: &mut Hall, tones: &[(usize, f64)], places: &[usize]) -> Vec<Vec<i16>> {
    let mut heard = vec![Vec::new(); places.len()];
    for turn in 0..40 {
        say_tones(hall, turn, tones);
        hall.turn();
        for (heard, place) in heard.iter_mut().zip(places) {
            let sound = hall.heard(*place).unwrap_or_default();
            heard.extend(sound.into_iter().filter(|_| turn >= SETTLED));
        }
    }
    heard
}

/// The bandwidth of the last packet that a place was sent (RFC 6716 table 2).
fn bandwidth(hall: &Hall, place: usize) -> &'static str {
    match hall.payload(place)[0] >> 3 {
        0..=3 | 16..=19 => "narrow",
        8..=11 | 20..=23 => "wide",
        15 | 28..=31 => "full",
        _ => "between",
    }
}

#[test]
fn beside_telephones_it_is_encoded_and_decoded_at_their_rate() {
    for (codec, rate, name, hertz) in
        [(Codec::Pcmu, 8_000, "narrow", 1_000.0), (Codec::G722, 16_000, "wide", 5_500.0)]
    {
        let mut hall = Hall::new();
        let [opus, one, other] = [Codec::Opus, codec, Codec::Pcmu].map(|codec| hall.enter(codec));
        let heard = listen(&mut hall, &[(opus, hertz), (one, 700.0)], &[opus, one, other]);
        assert_eq!(hall.room.wanted_rate(hall.phones.0[opus].number.unwrap()), rate);
        assert_eq!(bandwidth(&hall, opus), name, "what it hears");
        let level = amplitude(&heard[0], 48_000, 700.0);
        assert!((4_500.0..7_000.0).contains(&level), "{codec:?} is heard by Opus: {level}");
        let level = amplitude(&heard[1], codec.sample_rate(), hertz);
        assert!((3_500.0..7_500.0).contains(&level), "Opus is heard by {codec:?}: {level}");
        let level = amplitude(&heard[2], 8_000, 700.0);
        assert!((4_500.0..7_000.0).contains(&level), "{codec:?} is heard by another: {level}");
        // One who only listens gets what is encoded for all such.
        let quiet = listen(&mut hall, &[(one, 700.0)], &[opus]);
        assert_eq!(bandwidth(&hall, opus), name);
        let level = amplitude(&quiet[0], 48_000, 700.0);
        assert!((4_500.0..7_000.0).contains(&level), "{codec:?}: {level}");
    }
}

#[test]
fn two_of_them_hear_all_of_each_other_as_long_as_they_are_two() {
    let mut hall = Hall::new();
    let [first, phone] = [Codec::Opus, Codec::Pcma].map(|codec| hall.enter(codec));
    listen(&mut hall, &[(phone, 700.0)], &[first]);
    assert_eq!(bandwidth(&hall, first), "narrow");
    let second = hall.enter(Codec::Opus);
    let heard = listen(&mut hall, &[(second, 11_000.0), (phone, 700.0)], &[first, phone]);
    assert_eq!(bandwidth(&hall, first), "full");
    for (tone, least) in [(11_000.0, 3_000.0), (700.0, 4_500.0)] {
        let level = amplitude(&heard[0], 48_000, tone);
        assert!(level > least, "{tone} Hz: {level}");
    }
    hall.leave(second);
    let heard = listen(&mut hall, &[(first, 1_000.0), (phone, 700.0)], &[first, phone]);
    assert_eq!(bandwidth(&hall, first), "narrow");
    assert!(amplitude(&heard[0], 48_000, 700.0) > 4_500.0);
    assert!(amplitude(&heard[1], 8_000, 1_000.0) > 3_500.0);
}

/// Two phones with Opus that hear, and say, so many samples a second.
fn two_that(hear: [u32; 2], say: [u32; 2]) -> (Hall, [usize; 2]) {
    let mut hall = Hall::new();
    let places = [0, 1].map(|nth| {
        let theirs = opus::Parameters { max_playback_rate: hear[nth], ..opus::Parameters::default() };
        let opus = theirs.settings(opus::Settings::default());
        let settings = LegSettings::new(Some(peer()), Codec::Opus);
        hall.enter_with(LegSettings { opus, opus_captured: say[nth], ..settings }, MemberSettings::default())
    });
    hall.turn();
    (hall, places)
}

#[test]
fn nobody_encodes_what_nobody_hears_or_says() {
    for (hear, say, rate) in [
        ([48_000, 48_000], [48_000, 48_000], 48_000),
        ([16_000, 16_000], [48_000, 48_000], 16_000),
        ([8_000, 8_000], [48_000, 48_000], 8_000),
        ([12_000, 12_000], [48_000, 48_000], 16_000),
        ([24_000, 16_000], [48_000, 48_000], 24_000),
        ([16_000, 48_000], [48_000, 48_000], 48_000),
        ([48_000, 48_000], [16_000, 16_000], 16_000),
        // The second hears all, of one who says little; the first hears little.
        ([16_000, 48_000], [16_000, 48_000], 16_000),
        ([48_000, 16_000], [8_000, 48_000], 48_000),
    ] {
        let (mut hall, [one, other]) = two_that(hear, say);
        let number = hall.phones.0[one].number.unwrap();
        assert_eq!(hall.room.wanted_rate(number), rate, "hears {hear:?}, says {say:?}");
        let heard = listen(&mut hall, &[(other, 1_000.0)], &[one]);
        assert!(amplitude(&heard[0], 48_000, 1_000.0) > 3_500.0, "hears {hear:?}, says {say:?}");
    }
}

#[test]
fn a_recorder_hears_all_that_is_said() {
    let (mut hall, [one, _]) = two_that([16_000; 2], [48_000; 2]);
    let (end, _tap) = crate::tap::tap(hall.now, crate::tap::Sides::Only(crate::tap::Side::Read));
    hall.room.tap(end, 48_000);
    hall.turn();
    assert_eq!(hall.room.wanted_rate(hall.phones.0[one].number.unwrap()), 48_000);
}

#[test]
fn what_is_recorded_of_a_room_has_its_own_rate() {
    let mut hall = Hall::new();
    let [opus, _phone] = [Codec::Opus, Codec::Pcma].map(|codec| hall.enter(codec));
    let number = hall.phones.0[opus].number.unwrap();
    hall.turn();
    assert_eq!(hall.room.wanted_rate(number), 8_000);
    let (end, tap) = crate::tap::tap(hall.now, crate::tap::Sides::Only(crate::tap::Side::Read));
    hall.room.tap(end, 16_000);
    hall.turn();
    assert_eq!(hall.room.wanted_rate(number), 16_000);
    drop(tap);
    hall.turn();
    hall.turn();
    assert_eq!(hall.room.wanted_rate(number), 8_000);
}

#[test]
fn nobody_hears_more_than_the_room_has() {
    let mut hall = Hall::with(|config| config.highest_rate = 16_000);
    let [one, other] = [Codec::Opus; 2].map(|codec| hall.enter(codec));
    let heard = listen(&mut hall, &[(other, 5_000.0)], &[one]);
    assert_eq!(bandwidth(&hall, one), "wide");
    assert!(amplitude(&heard[0], 48_000, 5_000.0) > 3_000.0);
    assert_eq!(hall.room.wanted_rate(hall.phones.0[other].number.unwrap()), 16_000);
}
