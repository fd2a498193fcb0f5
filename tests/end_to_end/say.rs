//! What is said to a caller: prompts one after the other, and texts by programs that speak.

use std::path::Path;
use std::time::Duration;

use ::say::{Format, Language, Prompt};
use audio::Pcm;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use libtest_mimic::Trial;

use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("say::a_moment_in_french_is_heard_word_by_word", &["baresip"], moment),
        trial("say::the_speaking_clock_tells_the_time", &["baresip"], clock),
        trial("say::a_key_ends_a_number_and_dials", &["baresip"], keys),
        trial("say::a_missing_prompt_is_told_of_and_spoken", &["baresip"], missing),
        trial(
            "say::texts_are_spoken_by_real_programs_and_kept",
            &["baresip", "espeak-ng", "flite"],
            programs,
        ),
    ]
}

fn call(scene: &Scene, lines: &str, speech: &str) -> Outcome<(Exchange, Baresip, Folder)> {
    let folder = Folder::new(scene)?.phone("alice").dialplan(lines);
    folder.write_file("speech.conf", speech)?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("600")?;
    alice.is_in_call()?;
    Ok((exchange, alice, folder))
}

/// The prompts that the console told of, in order.
fn played(exchange: &mut Exchange, language: &str) -> Outcome<Vec<String>> {
    let said = exchange.process().said()?;
    let name = |line: &str| {
        let (_, rest) = line.split_once("Playing '")?;
        let (file, rest) = rest.split_once('\'')?;
        rest.contains(&format!("(language '{language}')")).then(|| file.trim_end_matches(".wav").to_owned())
    };
    Ok(said.lines().filter_map(name).collect())
}

const MOMENT: &str = "exten => 600,1,Answer()
 same => n,Set(CHANNEL(language)=fr)
 same => n,SayUnixTime(1769951109,Europe/Paris,AdBY T)
 same => n,Hangup()";

/// Sunday, 1 February 2026, 14:05:09.
fn moment(scene: &Scene) -> Outcome {
    let (mut exchange, alice, _) = call(scene, MOMENT, "")?;
    alice.call_ends_within(Duration::from_secs(30))?;
    let wanted = [
        "digits/day-0",
        "digits/h-1",
        "digits/mon-1",
        "digits/2",
        "digits/thousand",
        "digits/20",
        "digits/6",
        "digits/14",
        "digits/oclock",
        "digits/5",
        "digits/9",
        "second",
    ];
    let prompts = played(&mut exchange, "fr")?;
    ensure(prompts == wanted, || format!("{wanted:?} should be played, not {prompts:?}"))?;
    is_heard(&alice.heard()?, &prompts)
}

/// Each prompt is in what was heard, one after the other, with no more than a breath between them.
fn is_heard(heard: &Pcm, prompts: &[String]) -> Outcome {
    let sounds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sounds/fr");
    let mut at = 0;
    let mut found = 0;
    for (n, name) in prompts.iter().enumerate() {
        let prompt = Pcm::open(sounds.join(format!("{name}.wav")))?.resampled(tone::RATE).samples;
        // The call begins with what the phone takes to be set up.
        let breath = if n == 0 { 3 * tone::RATE as usize } else { tone::RATE as usize / 3 };
        let best = (at..at + breath)
            .filter_map(|start| {
                Some((likeness(&prompt, heard.samples.get(start..start + prompt.len())?), start))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((likeness, start)) if likeness > 0.7 => {
                found += 1;
                at = start + prompt.len() * 9 / 10;
            }
            _ => at += prompt.len(),
        }
    }
    // A busy machine may tear one of them.
    ensure(found + 2 >= prompts.len(), || {
        format!("{found} of {} prompts were heard: {}", prompts.len(), tone::describe(heard))
    })
}

/// 1 for the same sound at any volume, 0 for one that has nothing to do with it. By every fourth sample.
pub(crate) fn likeness(a: &[i16], b: &[i16]) -> f64 {
    let (mut ab, mut aa, mut bb) = (0_i64, 0_i64, 1_i64);
    for (a, b) in a.iter().step_by(4).zip(b.iter().step_by(4)) {
        let (a, b) = (i64::from(*a), i64::from(*b));
        (ab, aa, bb) = (ab + a * b, aa + a * a, bb + b * b);
    }
    ab as f64 / (aa as f64 * bb as f64).sqrt()
}

const CLOCK: &str = "exten => 600,1,Answer()
 same => n,Set(CHANNEL(language)=fr)
 same => n,SayUnixTime(,Europe/Paris,AdBY T)
 same => n,Hangup()";

/// What it says is a second between the beginning and the end of the call.
fn clock(scene: &Scene) -> Outcome {
    let before = Timestamp::now();
    let (mut exchange, alice, _) = call(scene, CLOCK, "")?;
    alice.call_ends_within(Duration::from_secs(30))?;
    let after = Timestamp::now();
    let prompts = played(&mut exchange, "fr")?;
    let (zone, format) = (TimeZone::get("Europe/Paris")?, Format::parse("AdBY T"));
    let said = |second: i64| -> Vec<Prompt> {
        let moment = (before + SignedDuration::from_secs(second)).to_zoned(zone.clone());
        Language::of("fr").date(&format, &moment, &moment)
    };
    let seconds = after.as_second() - before.as_second();
    ensure((0..=seconds).any(|second| said(second) == prompts), || {
        format!("{prompts:?} is no time between {before} and {after}")
    })?;
    is_heard(&alice.heard()?, &prompts)
}

const KEYS: &str = "exten => 600,1,Answer()
 same => n,Set(SAY_DTMF_INTERRUPT=true)
 same => n,SayDigits(12345678901234567890123456789012345678901234567890)
 same => n,NoOp(said to the end)
 same => n,Hangup()
exten => 2,1,NoOp(dialled two)
 same => n,Hangup()";

fn keys(scene: &Scene) -> Outcome {
    let (exchange, mut alice, _) = call(scene, KEYS, "")?;
    exchange.says("Playing 'digits/2.wav'")?;
    alice.press("2")?;
    exchange.says("dialled two")?;
    alice.call_ends()?;
    ensure(exchange.count("said to the end")? == 0, || "the key did not end it".to_owned())
}

/// German says "four and" before "twenty", which nobody has recorded here: a program speaks it.
fn missing(scene: &Scene) -> Outcome {
    let sound = tone::file(scene, 700, Duration::from_millis(600))?;
    let speech = format!(
        "[general]\ndefault=tiny\n[tiny]\nprogram=cp\narguments={} {{file}}\nlanguages=de\n",
        sound.display()
    );
    let lines = "exten => 600,1,Answer()
 same => n,Set(CHANNEL(language)=de)
 same => n,SayNumber(2424)
 same => n,Hangup()";
    let (exchange, alice, _) = call(scene, lines, &speech)?;
    alice.call_ends()?;
    let heard = alice.heard()?;
    let tenths = tone::tenths_of(&heard.samples, 700);
    ensure((4..=7).contains(&tenths), || format!("the program should be heard: {}", tone::describe(&heard)))?;
    exchange.says("digits/4-and")?;
    exchange.says("(built in)/de")?;
    let warnings = exchange.count("SayNumber: ")?;
    ensure(warnings == 1, || format!("one warning should tell of it, not {warnings}"))
}

const SPOKEN: &str = "exten => 600,1,Answer()
 same => n,Espeak(\"Bonjour, $(touch pwned) à tous\",any,fr)
 same => n,Espeak(\"Bonjour, $(touch pwned) à tous\",any,fr)
 same => n,Flite(Hello there)
 same => n,Espeak(Quatre cinq six. Quatre cinq six. Quatre cinq six. Quatre cinq six.,7,fr)
 same => n,Hangup()
exten => 7,1,NoOp(dialled seven)
 same => n,Hangup()";

fn programs(scene: &Scene) -> Outcome {
    let (mut exchange, mut alice, folder) = call(scene, SPOKEN, "")?;
    let spoken = folder.path().join("var/spool/speech");
    let sounds = || -> Outcome<usize> {
        let files = std::fs::read_dir(&spoken)?.flatten();
        Ok(files.filter(|file| file.path().extension().is_some_and(|extension| extension == "wav")).count())
    };
    exchange.says("Quatre cinq six")?;
    // The same text comes from the same file.
    let own = spoken.to_string_lossy().into_owned();
    crate::harness::wait::until("the third text to be played", || {
        let played = played(&mut exchange, "en")?;
        let spoken: Vec<_> = played.iter().filter(|name| name.starts_with(&own)).collect();
        Ok((spoken.len() == 4)
            .then(|| ensure(spoken[0] == spoken[1] && spoken[1] != spoken[2], || format!("{spoken:?}"))))
    })??;
    alice.press("7")?;
    exchange.says("dialled seven")?;
    alice.call_ends()?;
    let heard = tone::audible_tenths(&alice.heard()?.samples);
    ensure(heard > 20, || format!("four texts should be heard, not {heard} tenths of a second"))?;
    let kept = sounds()?;
    ensure(kept == 3, || format!("three texts should be kept, not {kept}"))
}
