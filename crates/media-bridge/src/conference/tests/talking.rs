use super::*;

const FRAME: usize = 160;

fn settings(drop_silence: bool) -> MemberSettings {
    let mut settings = MemberSettings { drop_silence, talk_events: true, ..MemberSettings::default() };
    settings.talk.silence_after = Duration::from_millis(60);
    settings
}

/// A phone says 20 ms at each of these levels; returns what another one hears of them.
fn hear_levels(hall: &mut Hall, speaker: usize, listener: usize, levels: &[i16]) -> Vec<i16> {
    let mut heard = Vec::new();
    for level in levels {
        hall.say(speaker, &[*level; FRAME]);
        hall.turn();
        heard.push(hall.heard(listener).unwrap()[0]);
    }
    heard
}

#[test]
fn the_owner_is_told_who_talks_and_for_how_long() {
    let mut hall = Hall::new();
    let leg = LegSettings::new(Some(peer()), Codec::L16);
    let (ann, bob) = (hall.enter_with(leg, settings(false)), hall.enter(Codec::L16));
    hear_levels(&mut hall, ann, bob, &[0, 100, 500, 500]);
    assert_eq!(hall.told(ann), [LegEvent::TalkBegan]);
    hear_levels(&mut hall, ann, bob, &[100, 0]);
    assert_eq!(hall.told(ann), []);
    // Even a phone that sends nothing any more falls silent.
    hall.turn();
    assert_eq!(hall.told(ann), [LegEvent::TalkEnded { duration: Duration::from_millis(40) }]);
    hear_levels(&mut hall, bob, ann, &[5_000]);
    assert_eq!(hall.told(bob), [], "nobody asked");
}

#[test]
fn the_noise_of_a_place_is_dropped_where_that_is_wanted() {
    let mut hall = Hall::new();
    let leg = LegSettings::new(Some(peer()), Codec::L16);
    let (ann, bob) = (hall.enter_with(leg, settings(true)), hall.enter(Codec::L16));
    let heard = hear_levels(&mut hall, ann, bob, &[100, 100, 500, 100, 100, 100, 100, 500]);
    assert_eq!(heard, [0, 0, 500, 100, 100, 0, 0, 500]);
}

#[test]
fn one_who_is_muted_while_talking_falls_silent() {
    let mut hall = Hall::new();
    let leg = LegSettings::new(Some(peer()), Codec::L16);
    let (ann, bob) = (hall.enter_with(leg, settings(false)), hall.enter(Codec::L16));
    hear_levels(&mut hall, ann, bob, &[500]);
    hall.change(ann, MemberSettings { muted: true, ..settings(false) });
    hear_levels(&mut hall, ann, bob, &[500, 500, 500]);
    assert_eq!(
        hall.told(ann),
        [LegEvent::TalkBegan, LegEvent::TalkEnded { duration: Duration::from_millis(20) }]
    );
}
