//! The phones and the measuring, without an exchange: when these fail, look at the machine and not at `ipbx`.

use std::time::Duration;

use libtest_mimic::Trial;

use crate::harness::{Baresip, Outcome, Scene, Sipp, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("harness::tones_are_told_apart", &[], tones_are_told_apart),
        trial("harness::two_phones_hear_each_other_without_an_exchange", &["baresip"], two_phones),
        trial("harness::sipp_calls_sipp", &["sipp"], sipp_calls_sipp),
    ]
}

fn tones_are_told_apart(_: &Scene) -> Outcome {
    let length = Duration::from_secs(1);
    let mut heard = tone::sine(440, length);
    ensure(tone::tenths_of(&heard, 440) == 10, || "440 Hz is not found in itself".to_owned())?;
    ensure(tone::tenths_of(&heard, 1_000) == 0, || "1000 Hz is found in 440 Hz".to_owned())?;
    heard.extend(tone::sine(1_000, length));
    ensure(tone::ends_with_tone(&heard, 1_000), || "the newest tone is not found".to_owned())?;
    let mixed: Vec<i16> = heard[..8_000].iter().zip(&heard[8_000..]).map(|(a, b)| a / 2 + b / 2).collect();
    ensure(tone::tenths_of(&mixed, 440) == 0, || "two tones at once count as one".to_owned())?;
    ensure(tone::audible_tenths(&[0; 8_000]) == 0, || "silence is audible".to_owned())?;
    let path = tone::file(&Scene::new()?, 850, length);
    ensure(path.is_ok(), || "a tone cannot be written".to_owned())
}

fn two_phones(scene: &Scene) -> Outcome {
    let mut alice = Baresip::named(scene, "alice", 440).start_alone()?;
    let bob = Baresip::named(scene, "bob", 1_000).start_alone()?;
    alice.dial(&bob.own_uri()?)?;
    bob.is_in_call()?;
    alice.hears(1_000)?;
    bob.hears(440)?;
    alice.hang_up()?;
    bob.call_ends().map(drop)
}

/// A scenario for either side, played against the other.
fn sipp_calls_sipp(scene: &Scene) -> Outcome {
    let callee = Sipp::new(scene, "callee_answers")?;
    let place = callee.at();
    let callee = callee.wait_for_calls()?;
    let call = Sipp::new(scene, "call_without_challenge")?.to("desk").fill("length", 100);
    call.call(place)?.succeeds()?;
    callee.succeeds()
}
