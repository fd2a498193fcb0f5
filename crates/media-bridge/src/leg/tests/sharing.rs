//! One sound for many legs: what is encoded once.

use super::*;
use crate::broadcast::{Announcer, Source};
use crate::playback::{Form, Press, Sound};

fn sound(samples: usize) -> Sound {
    Sound::shared(Pcm::new(8_000, (0..samples).map(|n| ((n as f64 * 0.3).sin() * 9_000.0) as i16).collect()))
}

fn form(codec: Codec) -> Form {
    Form::new(codec, opus::Settings::default())
}

/// The payloads of what a leg plays, to its end.
fn payloads(bench: &mut Bench, packets: usize) -> Vec<Vec<u8>> {
    bench.ticks(packets).into_iter().map(|packet| packet[Header::LENGTH..].to_vec()).collect()
}

#[test]
fn fifty_legs_play_what_was_encoded_once() {
    for codec in [Codec::Pcmu, Codec::G722, Codec::Gsm, Codec::Opus, Codec::L16Wide] {
        let (sound, press) = (sound(16_000), Press::at_once());
        let mut heard = Vec::new();
        for token in 0..50 {
            let mut bench = Bench::new(settings(codec));
            let list = Playback::from(sound.clone()).pressed(&form(codec), &press);
            bench.leg.play(list, PlayToken(token));
            let one = payloads(&mut bench, 100);
            assert_eq!(one.len(), 100, "{codec:?}");
            assert_eq!(
                bench.told().last(),
                Some(&LegEvent::PlaybackEnded { token: PlayToken(token), reason: PlaybackEnd::Finished })
            );
            assert!(!bench.leg.makes_packets());
            heard.push(one);
        }
        assert!(heard.iter().all(|one| *one == heard[0]), "{codec:?}");
        assert_eq!(sound.frames_encoded(), 100, "{codec:?}");
    }
}

#[test]
fn what_is_shared_sounds_as_if_it_were_made_for_the_leg() {
    let press = Press::at_once();
    let of = |list: Playback| {
        let mut bench = Bench::new(settings(Codec::Pcma));
        bench.leg.play(list, PlayToken(1));
        payloads(&mut bench, 12).concat()
    };
    // Two sounds that end within a packet: no gap, and the rest of the last packet is silence.
    let (one, two) = (sound(500), sound(700));
    let shared = of(Playback::new([one.clone(), two.clone()]).pressed(&form(Codec::Pcma), &press));
    let made = of(Playback::new([one.pcm().clone(), two.pcm().clone()]));
    assert_eq!(shared, made);
    assert_eq!(shared.len(), 8 * 160);
}

#[test]
fn a_sound_in_another_form_than_the_leg_speaks_is_made_for_it() {
    let sound = sound(1_600);
    let mut bench = Bench::new(settings(Codec::Pcmu));
    bench.leg.play(Playback::from(sound.clone()).pressed(&form(Codec::Gsm), &Press::at_once()), PlayToken(1));
    assert!(payloads(&mut bench, 10).iter().all(|payload| payload.len() == 160));
    assert_eq!(sound.frames_encoded(), 10, "in the form that was asked for");
}

/// Silence without an end.
struct Silence;

impl Source for Silence {
    fn rate(&self) -> u32 {
        8_000
    }

    fn read(&mut self, frame: &mut [i16]) -> Option<usize> {
        frame.fill(0);
        Some(frame.len())
    }
}

#[test]
fn a_leg_that_listens_says_so_and_stops_when_it_is_told() {
    let broadcast = Announcer::default().begin(Box::new(Silence));
    let mut bench = Bench::new(settings(Codec::Pcmu));
    bench.leg.tune_in(broadcast.0.tune_in(&form(Codec::Pcmu)), PlayToken(4));
    assert_eq!(broadcast.listeners(), 1);
    assert_eq!(payloads(&mut bench, 3).len(), 3);
    bench.leg.stop_playing();
    assert_eq!(broadcast.listeners(), 0);
    let ended = LegEvent::PlaybackEnded { token: PlayToken(4), reason: PlaybackEnd::Stopped };
    assert_eq!(bench.told(), [ended]);
}
