use audio::Pcm;

use super::*;
use crate::event::{PlayToken, PlaybackEnd};

const FRAME: usize = 160;

fn ended(token: u64, reason: PlaybackEnd) -> ConferenceEvent {
    ConferenceEvent::PlaybackEnded { token: PlayToken(token), reason }
}

#[test]
fn an_announcement_is_heard_by_everybody_beside_what_is_said() {
    let mut hall = Hall::new();
    let (ann, bob) = (hall.enter(Codec::L16), hall.enter(Codec::L16));
    hall.room.play(Pcm::new(8_000, vec![50; 2 * FRAME]).into(), 3.into());
    let mut heard = Vec::new();
    for _ in 0..3 {
        hall.say(ann, &[4; FRAME]);
        hall.turn();
        heard.push((hall.heard(ann).unwrap()[0], hall.heard(bob).unwrap()[0]));
    }
    assert_eq!(heard, [(50, 54), (50, 54), (0, 4)]);
    let events: Vec<_> = hall.events.try_iter().collect();
    assert_eq!(events, [ended(3, PlaybackEnd::Finished)]);
}

#[test]
fn a_wide_announcement_is_heard_in_narrow_rooms_too() {
    let mut hall = Hall::new();
    let ann = hall.enter(Codec::L16);
    hall.room.play(Pcm::new(16_000, vec![1_000; 3_200]).into(), 1.into());
    for _ in 0..6 {
        hall.turn();
    }
    assert!(hall.heard(ann).unwrap().iter().all(|sample| (990..1_010).contains(sample)));
}

#[test]
fn another_announcement_and_the_end_of_the_room_end_one() {
    let mut hall = Hall::new();
    hall.enter(Codec::Pcmu);
    for token in [1, 2] {
        hall.room.play(Pcm::new(8_000, vec![50; 9_999]).into(), token.into());
        hall.turn();
    }
    hall.room.stop_playing(PlaybackEnd::Closed);
    let events: Vec<_> = hall.events.try_iter().collect();
    assert_eq!(events, [ended(1, PlaybackEnd::Replaced), ended(2, PlaybackEnd::Closed)]);
}

/// Sequence, timestamp and marker of the packets that a phone gets in so many turns, its own prompt among them.
fn headers(hall: &mut Hall, place: usize, turns: usize) -> Vec<(u16, u32, bool)> {
    let mut seen = Vec::new();
    for _ in 0..turns {
        hall.say(1 - place, &[4; FRAME]);
        hall.turn();
        let (phone, mut buffer) = (&mut hall.phones.0[place], [0; 1_000]);
        phone.leg.tick();
        while let Some(outgoing) = phone.leg.next_packet(hall.now, &mut buffer) {
            phone.packets.push(buffer[..outgoing.length].to_vec());
        }
        for packet in &phone.packets {
            let header = Packet::parse(packet).unwrap().header();
            seen.push((header.sequence, header.timestamp, header.marker));
        }
    }
    seen
}

#[test]
fn a_prompt_and_what_comes_after_it_are_one_stream() {
    let mut hall = Hall::new();
    let (ann, _) = (hall.enter(Codec::L16), hall.enter(Codec::L16));
    headers(&mut hall, ann, 3);
    hall.phones.0[ann].leg.play(Pcm::new(8_000, vec![9; 5 * FRAME]).into(), 1.into());
    let seen = headers(&mut hall, ann, 8);
    assert_eq!(seen.len(), 8);
    assert!(
        seen.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1 && pair[1].1 == pair[0].1 + 160),
        "{seen:?}"
    );
    let marked: Vec<usize> = (0..8).filter(|n| seen[*n].2).collect();
    assert_eq!(marked, [5], "the room begins anew after the prompt");
}

#[test]
fn one_who_hears_a_prompt_alone_is_still_heard() {
    let mut hall = Hall::new();
    let (ann, bob) = (hall.enter(Codec::L16), hall.enter(Codec::L16));
    hall.phones.0[ann].leg.play(Pcm::new(8_000, vec![9; FRAME]).into(), 1.into());
    hall.say(ann, &[3; FRAME]);
    hall.say(bob, &[4; FRAME]);
    hall.turn();
    assert_eq!((hall.heard(ann), hall.heard(bob)), (None, Some(vec![3; FRAME])));
    let mut buffer = [0; 1_000];
    hall.phones.0[ann].leg.tick();
    assert!(hall.phones.0[ann].leg.next_packet(hall.now, &mut buffer).is_some());
    hall.say(ann, &[3; FRAME]);
    hall.say(bob, &[4; FRAME]);
    hall.turn();
    assert_eq!(hall.heard(ann), Some(vec![4; FRAME]));
}
