//! What is recorded of a room, and what is done with the sound of one who is in it.

use super::*;
use crate::effects::SoundEffects;
use crate::tap::{Side, Sides, TapReader, tap};

/// The loudest of what a member hears, once its sound is under way.
fn loudest(hall: &mut Hall, place: usize, levels: [i16; 2]) -> i16 {
    let mut loudest = 0;
    for turn in 0..12 {
        for (speaker, level) in levels.into_iter().enumerate() {
            hall.say(speaker, &[level; 160]);
        }
        hall.turn();
        if let Some(heard) = hall.heard(place).filter(|_| turn > 5) {
            loudest = heard.into_iter().map(i16::saturating_abs).fold(loudest, i16::max);
        }
    }
    loudest
}

#[test]
fn listeners_hear_all_members_together_at_their_own_rate() {
    for rate in [8_000, 16_000] {
        let mut hall = Hall::new();
        hall.enter(Codec::Pcmu);
        hall.enter(Codec::Pcmu);
        let began = hall.now;
        let (end, tap) = tap(began, Sides::Only(Side::Read));
        hall.room.tap(end, rate);
        for _ in 0..25 {
            hall.say(0, &[1_000; 160]);
            hall.say(1, &[500; 160]);
            hall.turn();
        }
        let (mut reader, mut said) = (TapReader::new(tap, rate, Duration::ZERO), Vec::new());
        reader.finish(Some(hall.now), |read, _| said.extend_from_slice(read));
        assert_eq!(said.len(), rate as usize / 2);
        let middle = said[said.len() / 2];
        assert!((1_400..1_600).contains(&middle), "{middle}");
    }
}

#[test]
fn a_listener_who_is_gone_is_forgotten() {
    let mut hall = Hall::new();
    hall.enter(Codec::Pcmu);
    let (end, tap) = tap(hall.now, Sides::Only(Side::Read));
    hall.room.tap(end, 48_000);
    hall.turn();
    drop(tap);
    hall.say(0, &[1_000; 160]);
    hall.turn();
    hall.turn();
}

#[test]
fn what_is_done_with_the_sound_of_a_member_is_done_in_a_room_too() {
    let mut hall = Hall::new();
    for _ in 0..3 {
        hall.enter(Codec::Pcmu);
    }
    assert!(loudest(&mut hall, 2, [1_000, 2_000]) > 2_500);
    let quiet = SoundEffects { muted: true, ..SoundEffects::default() };
    let now = hall.now;
    hall.phones.0[2].leg.shape(now, Side::Write, quiet);
    assert_eq!(loudest(&mut hall, 2, [1_000, 2_000]), 0, "it hears nothing");
    hall.phones.0[2].leg.shape(now, Side::Write, SoundEffects::default());
    assert!(loudest(&mut hall, 2, [1_000, 2_000]) > 2_500, "and all again");
}
