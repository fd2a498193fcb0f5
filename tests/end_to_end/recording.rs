//! Calls that are recorded while they go on.

use std::path::Path;

use audio::Pcm;
use libtest_mimic::Trial;

use crate::harness::wait::until;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("recording::both_sides_are_recorded_together_and_apart", &["baresip"], together_and_apart),
        trial("recording::what_was_said_outlives_the_exchange", &["baresip"], outlives),
    ]
}

fn read(path: &Path) -> Outcome<Pcm> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    audio::wav::read(&bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Tenths of a second in which there was so much of a frequency, whatever else there was.
fn tenths_with(recording: &Pcm, frequency: u32) -> usize {
    let amplitude = |window| audio::goertzel::amplitude(window, recording.rate, f64::from(frequency));
    recording
        .samples
        .chunks_exact(recording.rate as usize / 10)
        .filter(|window| amplitude(window) > 1_000.0)
        .count()
}

fn holds(path: &Path, tones: &[u32]) -> Outcome {
    let recording = read(path)?;
    for frequency in [440, 1_000] {
        let (tenths, wanted) = (tenths_with(&recording, frequency), tones.contains(&frequency));
        ensure(if wanted { tenths >= 10 } else { tenths == 0 }, || {
            let described = tone::describe(&recording);
            format!("{frequency} Hz in {tenths} tenths of {}: {described}", path.display())
        })?;
    }
    Ok(())
}

fn together_and_apart(scene: &Scene) -> Outcome {
    let files = scene.subfolder("recordings")?;
    let name = |name: &str| files.join(name);
    let folder =
        Folder::new(scene)?.phone_with("alice", "direct_media=yes").phone_with("bob", "direct_media=yes");
    let folder = folder.dialplan(&format!(
        "exten => bob,1,MixMonitor({0}/all.wav,r({0}/said.wav)t({0}/heard.wav)i(RECORDING),cp ^{{MIXMONITOR_FILENAME}} \"{0}/a copy.wav\")\n \
         same => n,Verbose(1,recorded as ${{MIXMONITOR(${{RECORDING}},filename)}})\n \
         same => n,Dial(PJSIP/bob,20)",
        files.display()
    ));
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.is_in_call()?;
    alice.hears_nothing_but(1_000)?;
    bob.hears_nothing_but(440)?;
    let listed = exchange.console("mixmonitor list PJSIP/alice-00000000")?;
    ensure(listed.contains("said.wav"), || format!("the recording should be listed:\n{listed}"))?;
    exchange.says(&format!("recorded as {}", name("all.wav").display()))?;
    alice.hang_up()?;
    bob.call_ends()?;
    until("the copy of the recording", || Ok(name("a copy.wav").exists().then_some(())))?;
    holds(&name("said.wav"), &[440])?;
    holds(&name("heard.wav"), &[1_000])?;
    holds(&name("all.wav"), &[440, 1_000])?;
    let (all, said) = (read(&name("all.wav"))?, read(&name("said.wav"))?);
    ensure(all.samples.len() == said.samples.len(), || "files of one recording are as long".to_owned())?;
    exchange.is_idle()
}

fn outlives(scene: &Scene) -> Outcome {
    let files = scene.subfolder("recordings")?;
    let path = files.join("call.wav");
    let folder = Folder::new(scene)?
        .phone("alice")
        .phone("bob")
        .dialplan(&format!("exten => bob,1,MixMonitor({})\n same => n,Dial(PJSIP/bob,20)", path.display()));
    let mut exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.is_in_call()?;
    bob.is_in_call()?;
    until("three seconds of recording", || {
        let recorded = read(&path).ok().filter(|recording| tenths_with(recording, 440) >= 30);
        Ok(recorded.map(|_| ()))
    })?;
    let heard = bob.heard()?.samples.len() / tone::RATE as usize;
    exchange.process().kill();
    holds(&path, &[440, 1_000])?;
    let kept = read(&path)?.samples.len() / tone::RATE as usize;
    ensure(kept + 2 >= heard, || format!("{kept} s are kept of a call in which {heard} s were heard"))
}
