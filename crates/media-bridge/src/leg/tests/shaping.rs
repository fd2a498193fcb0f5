//! Sound that is changed on its way, and voices of others in it.

use std::sync::atomic::AtomicI8;

use super::*;
use crate::effects::{Overheard, SoundEffects, Voice, laid_over};
use crate::tap::{Side, Sides, Tap, TapReader, tap};

/// Somebody who says one level all the time, in G.711.
fn say(from: &mut Bench, to: &mut Bench, level: i16) -> Option<Vec<i16>> {
    let mut octets = [0; 160];
    g711::ulaw::encode(&[level; 160], &mut octets);
    let mut packet = from.packet(0, &octets);
    let heard = from.hear(&packet)?;
    from.leg.tap_heard(from.now, &heard, &packet);
    let shaped = from.leg.listens(&heard);
    let outgoing = if shaped || to.leg.recodes(&heard) {
        let mut pcm = [0; 5_760];
        let (samples, rate) = from
            .leg
            .decode(&heard, &packet, to.leg.heard_rate(), &mut pcm)
            .map(|(sound, rate)| (sound.len(), rate))?;
        from.leg.shape_heard(&mut pcm[..samples], rate);
        packet.resize(2_000, 0);
        to.leg.relay_sound(to.now, &heard, (&pcm[..samples], rate), &mut packet)?
    } else {
        to.leg.relay(to.now, &heard, &mut packet)?
    };
    packet.truncate(outgoing.length);
    to.leg.tap_sent(to.now, &packet);
    Some(decoded(&packet))
}

fn decoded(packet: &[u8]) -> Vec<i16> {
    let payload = Packet::parse(packet).unwrap().payload();
    let mut sound = vec![0; payload.len()];
    g711::ulaw::decode(payload, &mut sound);
    sound
}

fn about(level: i16, sound: &[i16]) -> bool {
    sound
        .iter()
        .all(|sample| i32::from(*sample).abs_diff(level.into()) <= 40 + u32::from(level.unsigned_abs()) / 20)
}

fn pair() -> (Bench, Bench) {
    (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::Pcmu)))
}

fn tapped(bench: &mut Bench, sides: Sides) -> Tap {
    let (end, tap) = tap(bench.now, sides);
    bench.leg.add_tap(end);
    tap
}

fn times(volume: f32) -> SoundEffects {
    SoundEffects { volume, ..SoundEffects::default() }
}

#[test]
fn volumes_hold_for_their_side_and_go_again() {
    let (mut a, mut b) = pair();
    assert!(about(1_000, &say(&mut a, &mut b, 1_000).unwrap()));
    a.leg.shape(a.now, Side::Read, times(2.0));
    assert!(about(2_000, &say(&mut a, &mut b, 1_000).unwrap()));
    assert!(about(1_000, &say(&mut b, &mut a, 1_000).unwrap()));
    a.leg.shape(a.now, Side::Write, times(0.25));
    assert!(about(250, &say(&mut b, &mut a, 1_000).unwrap()));
    a.leg.play(Pcm::new(8_000, vec![4_000; 320]).into(), 1.into());
    assert!(about(1_000, &decoded(&a.ticks(2)[0])), "what is played, too");
    a.leg.shape(a.now, Side::Read, SoundEffects::default());
    a.leg.shape(a.now, Side::Write, SoundEffects::default());
    let packet = a.packet(0, &[0x31; 160]);
    let heard = a.hear(&packet).unwrap();
    assert!(!a.leg.listens(&heard) && !b.leg.recodes(&heard), "packets go on as they came");
}

#[test]
fn listeners_hear_what_was_there_before() {
    let (mut a, mut b) = pair();
    let began = a.now;
    let tap = tapped(&mut a, Sides::Both);
    a.leg.shape(a.now, Side::Read, times(4.0));
    a.leg.shape(a.now, Side::Write, times(4.0));
    for _ in 0..20 {
        assert!(about(4_000, &say(&mut a, &mut b, 1_000).unwrap()));
        assert!(about(2_000, &say(&mut b, &mut a, 500).unwrap()));
        a.pass(20);
        b.pass(20);
    }
    let mut reader = TapReader::new(tap, 8_000, Duration::ZERO);
    let (mut said, mut heard) = (Vec::new(), Vec::new());
    reader.advance(began + Duration::from_millis(400), |read, write| {
        said.extend_from_slice(read);
        heard.extend_from_slice(write);
    });
    assert_eq!(said.len(), 3_200);
    assert!(about(1_000, &said) && about(500, &heard));
}

#[test]
fn a_spy_hears_both_and_only_the_one_that_it_whispers_to_hears_it() {
    let ((mut a, mut b), mut spy) = (pair(), Bench::new(settings(Codec::Pcmu)));
    let spied = tapped(&mut a, Sides::Both);
    spy.leg.overhear(Overheard::new(spied, 8_000, Arc::new(AtomicI8::new(0))));
    let (voice, whisper) = laid_over(tapped(&mut spy, Sides::Only(Side::Read)));
    a.leg.lay_over(a.now, voice);
    let (mut by_a, mut by_b, mut by_spy) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..100 {
        // The spy talks to nobody that its leg is joined with.
        let packet = spy.packet(0, &[0xFF ^ 0x40; 160]);
        let whispered = spy.hear(&packet).unwrap();
        spy.leg.tap_heard(spy.now, &whispered, &packet);
        by_b.extend(say(&mut a, &mut b, 1_000));
        by_a.extend(say(&mut b, &mut a, 300));
        by_spy.extend(spy.ticks(1).iter().map(|packet| decoded(packet)));
        a.pass(20);
        b.pass(20);
    }
    let level = g711::ulaw::decode_sample(0xFF ^ 0x40);
    assert!(by_b.iter().all(|sound| about(1_000, sound)), "the other party hears no whisper");
    let whispers = by_a.iter().filter(|sound| about(300 + level, sound)).count();
    assert!(whispers >= 95, "{whispers}");
    let heard = by_spy.iter().filter(|sound| about(1_300, sound)).count();
    assert!(heard >= 90, "{heard} of {}", by_spy.len());
    drop(whisper);
    a.leg.tick();
    assert!(about(300, &say(&mut b, &mut a, 300).unwrap()));
}

#[test]
fn voices_are_heard_where_there_is_nothing_else() {
    let (mut a, _) = pair();
    a.leg.lay_over(a.now, Voice::of_sound(Arc::new(Pcm::new(8_000, vec![700; 1_600]))));
    assert!(a.leg.needs_wheel());
    let sent: Vec<Vec<i16>> = a.ticks(30).iter().map(|packet| decoded(packet)).collect();
    assert!((9..=10).contains(&sent.len()), "{}", sent.len());
    assert!(sent.iter().all(|sound| about(700, sound)));
    assert!(!a.leg.needs_wheel());
}

#[test]
fn a_side_that_is_muted_is_silent_and_taps_hear_it_all_the_same() {
    let (mut a, mut b) = pair();
    let began = a.now;
    let tap = tapped(&mut a, Sides::Only(Side::Read));
    a.leg.shape(a.now, Side::Read, SoundEffects { muted: true, ..SoundEffects::default() });
    for _ in 0..5 {
        assert!(about(0, &say(&mut a, &mut b, 4_000).unwrap()));
        a.now += Duration::from_millis(20);
    }
    let (mut reader, mut said) = (TapReader::new(tap, 8_000, Duration::ZERO), Vec::new());
    reader.finish(Some(began + Duration::from_millis(100)), |read, _| said.extend_from_slice(read));
    assert!(said.iter().any(|sample| *sample > 3_500));
}

#[test]
fn scrambled_on_one_leg_and_back_on_the_other_is_as_before() {
    let (mut a, mut b) = pair();
    let scrambled = SoundEffects { scrambled: true, ..SoundEffects::default() };
    a.leg.shape(a.now, Side::Read, scrambled);
    let heard = say(&mut a, &mut b, 3_000).unwrap();
    assert!(heard.iter().any(|sample| *sample < -2_500), "every second sample is upside down");
    b.leg.shape(b.now, Side::Write, scrambled);
    assert!(
        about(3_000, &say(&mut a, &mut b, 3_000).unwrap())
            || about(-3_000, &say(&mut a, &mut b, 3_000).unwrap())
    );
}

#[test]
fn what_is_left_out_does_not_go_on() {
    use crate::omitted::Omitted;
    let (mut a, mut b) = pair();
    a.leg.omit(Side::Read, Omitted { media: true, ..Omitted::default() });
    assert!(say(&mut a, &mut b, 1_000).is_none(), "nothing comes from it");
    a.leg.omit(Side::Read, Omitted::default());
    assert!(say(&mut a, &mut b, 1_000).is_some());
    b.leg.omit(Side::Write, Omitted { media: true, ..Omitted::default() });
    assert!(say(&mut a, &mut b, 1_000).is_none(), "nothing goes to it");
    b.leg.play(Pcm::new(8_000, vec![4_000; 320]).into(), 1.into());
    assert!(b.ticks(2).is_empty(), "neither is anything played");
}
