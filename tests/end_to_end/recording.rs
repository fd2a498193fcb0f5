//! Calls that are recorded while they go on, and listened to.

use std::path::Path;
use std::process::Command;

use audio::Pcm;
use libtest_mimic::Trial;

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wait::until;
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("recording::both_sides_are_recorded_together_and_apart", &["baresip"], together_and_apart),
        trial("recording::monitor_keeps_both_sides_apart_as_ever", &["baresip"], monitored),
        trial("recording::what_was_said_outlives_the_exchange", &["baresip"], outlives),
        trial(
            "recording::what_was_said_in_opus_outlives_the_exchange",
            &["baresip", "opusdec"],
            outlives_in_opus,
        ),
        trial("recording::a_dictation_outlives_the_exchange", &["baresip"], dictation_outlives),
        trial("recording::a_caller_records_until_it_presses_a_key", &["baresip"], records_until_a_key),
        trial("recording::a_spy_hears_both_and_is_heard_by_whom_it_whispers_to", &["baresip"], listens_in),
        trial("recording::a_spy_is_told_a_name_and_need_not_be_answered", &["baresip"], named_and_unanswered),
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

fn monitored(scene: &Scene) -> Outcome {
    let files = scene.subfolder("recordings")?;
    let name = |name: &str| files.join(name);
    let folder = Folder::new(scene)?.phone("alice").phone("bob").dialplan(&format!(
        "exten => bob,1,Monitor(wav,{0}/call,o)\n same => n,StopMonitor()\n same => n,Monitor(wav,{0}/apart)\n \
         same => n,Monitor(wav,{0}/together,m)\n same => n,Dial(PJSIP/bob,20)",
        files.display()
    ));
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.hears_nothing_but(1_000)?;
    bob.hears_nothing_but(440)?;
    until("two seconds of recording", || {
        let recorded = read(&name("together.wav")).ok();
        Ok(recorded.filter(|recording| tenths_with(recording, 440) >= 20).map(drop))
    })?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()?;
    holds(&name("apart-in.wav"), &[440])?;
    holds(&name("apart-out.wav"), &[1_000])?;
    holds(&name("together.wav"), &[440, 1_000])?;
    ensure(name("call-in.wav").exists() && !name("call-out.wav").exists(), || {
        "the first one records what is said alone".to_owned()
    })?;
    ensure(!name("together-in.wav").exists(), || "one file has both".to_owned())
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

/// The exchange ends as in a power cut; a reader of others plays what it has written.
fn outlives_in_opus(scene: &Scene) -> Outcome {
    let files = scene.subfolder("recordings")?;
    let (path, decoded) = (files.join("call.opus"), files.join("decoded.wav"));
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
    until("four seconds of the call", || {
        let heard = bob.heard()?.samples;
        Ok((tone::tenths_of(&heard, 440) >= 40).then_some(()))
    })?;
    let heard = bob.heard()?.samples.len() / tone::RATE as usize;
    exchange.process().kill();
    let output = Command::new("opusdec").args(["--rate", "8000"]).arg(&path).arg(&decoded).output()?;
    ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())?;
    holds(&decoded, &[440, 1_000])?;
    let kept = read(&decoded)?.samples.len() / tone::RATE as usize;
    ensure(kept + 2 >= heard, || format!("{kept} s are kept of a call in which {heard} s were heard"))
}

/// The file is linear, of 8 kHz and without a head: every octet of it counts.
fn dictation_outlives(scene: &Scene) -> Outcome {
    let files = scene.subfolder("dictations")?;
    let path = files.join("7.raw");
    let folder = Folder::new(scene)?
        .phone("alice")
        .dialplan(&format!("exten => dictate,1,Dictate({},7)\n same => n,Hangup()", files.display()));
    let mut exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("dictate")?;
    alice.is_in_call()?;
    // From listening to dictating, and on.
    alice.press("1")?;
    alice.press("*")?;
    let kept = || -> Outcome<Pcm> {
        let samples = std::fs::read(&path).unwrap_or_default();
        let samples = samples.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        Ok(Pcm { rate: 8_000, samples })
    };
    until("the first second of the dictation", || Ok((tenths_with(&kept()?, 440) >= 10).then_some(())))?;
    let (begun, before) = (std::time::Instant::now(), tenths_with(&kept()?, 440));
    std::thread::sleep(std::time::Duration::from_secs(3));
    exchange.process().kill();
    let said = usize::try_from(begun.elapsed().as_millis() / 100)?;
    let after = tenths_with(&kept()?, 440);
    ensure(after + 12 >= before + said, || {
        format!("{before} tenths were kept, {said} more were said, and {after} are there after a power cut")
    })
}

fn records_until_a_key(scene: &Scene) -> Outcome {
    let files = scene.subfolder("recordings")?;
    let folder = Folder::new(scene)?.phone("alice").dialplan(&format!(
        "exten => rec,1,Record({}/m%d.wav,0,30)\n same => n,Verbose(1,${{RECORDED_FILE}} ended by ${{RECORD_STATUS}})\n \
         same => n,WaitForSilence(300,1,1)\n same => n,Verbose(1,waited: ${{WAITSTATUS}})\n \
         same => n,WaitForNoise(300,1,5)\n same => n,Verbose(1,waited: ${{WAITSTATUS}})",
        files.display()
    ));
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("rec")?;
    alice.is_in_call()?;
    let path = files.join("m0.wav");
    until("two seconds of recording", || {
        Ok(read(&path).ok().filter(|recording| tenths_with(recording, 440) >= 20).map(|_| ()))
    })?;
    alice.press("#")?;
    exchange.says(&format!("{}/m0 ended by DTMF", files.display()))?;
    exchange.says("waited: TIMEOUT")?;
    exchange.says("waited: NOISE")?;
    holds(&path, &[440])?;
    // Who hangs up leaves nothing behind.
    alice.call_ends()?;
    alice.dial("rec")?;
    alice.is_in_call()?;
    until("another recording", || Ok(files.join("m1.wav").exists().then_some(())))?;
    alice.hang_up()?;
    until("the recording to be gone", || Ok((!files.join("m1.wav").exists()).then_some(())))?;
    exchange.is_idle()
}

fn listens_in(scene: &Scene) -> Outcome {
    let folder =
        Folder::new(scene)?.phone_with("alice", "direct_media=yes").phone_with("bob", "direct_media=yes");
    let folder = folder
        .phone("eve")
        .dialplan("exten => bob,1,Dial(PJSIP/bob,20)\nexten => spy,1,ChanSpy(PJSIP/alice,qd)\n");
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    let mut eve = Baresip::named(scene, "eve", 1_400).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.is_in_call()?;
    bob.hears(440)?;
    eve.dial("spy")?;
    eve.is_in_call()?;
    let newest = |phone: &Baresip| -> Outcome<Pcm> {
        let heard = phone.heard()?;
        let start = heard.samples.len().saturating_sub(tone::RATE as usize);
        Ok(Pcm::new(heard.rate, heard.samples.get(start..).unwrap_or_default().to_vec()))
    };
    let hears = |phone: &Baresip, tones: &'static [u32], what: &str| {
        until(what, || {
            let heard = newest(phone)?;
            let all = [440, 1_000, 1_400].iter().all(|tone| {
                let tenths = tenths_with(&heard, *tone);
                if tones.contains(tone) { tenths >= 9 } else { tenths == 0 }
            });
            Ok((all && heard.samples.len() >= tone::RATE as usize).then_some(()))
        })
    };
    hears(&eve, &[440, 1_000], "the spy to hear both")?;
    hears(&alice, &[1_000], "nobody to hear the spy")?;
    hears(&bob, &[440], "nobody to hear the spy")?;
    eve.press("5")?;
    hears(&alice, &[1_000, 1_400], "the whisper at one")?;
    hears(&bob, &[440], "no whisper at the other")?;
    hears(&eve, &[440, 1_000], "the spy not to hear itself")?;
    eve.press("6")?;
    hears(&bob, &[440, 1_400], "the spy at the other")?;
    eve.press("4")?;
    hears(&alice, &[1_000], "the whisper to end")?;
    alice.hang_up()?;
    eve.hang_up()?;
    exchange.is_idle()
}

/// Options `n` and `N`: the spy hears the name that the party has recorded for its mailbox, and then both, before anybody answers it.
fn named_and_unanswered(scene: &Scene) -> Outcome {
    let at = scene.address()?;
    let folder = Folder::new(scene)?
        .phone("alice")
        .phone("bob")
        .desk("eve", (at, SIP_PORT).into())
        .dialplan("exten => bob,1,Dial(PJSIP/bob,20)\nexten => spy,1,ChanSpy(PJSIP/alice,n(7,desks)N)\n");
    let exchange = Exchange::start(scene, &folder)?;
    let mailbox = exchange.folder().join("var/spool/voicemail/desks/7");
    std::fs::create_dir_all(&mailbox)?;
    let name = tone::file(scene, 850, std::time::Duration::from_millis(1_500))?;
    std::fs::copy(name, mailbox.join("greet.wav"))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.is_in_call()?;
    bob.hears(440)?;
    let (wire, media) = (Wire::bind(at, exchange.sip_address())?, Media::start(at, 1_400)?);
    let eve = Caller::new(&wire, "eve", "spy");
    let invite = eve.send(&sip_parser::Method::Invite, Some(&media.description("sendrecv")), None)?;
    let early = wire.await_any(&["183 INVITE"])?;
    media.send_to(Some(place_in(early.body())?));
    media.hears(850)?;
    media.hears_mix(&[440, 1_000], 1_400)?;
    ensure(!wire.story().contains("<- 200"), || format!("the spy was answered:\n{}", wire.story()))?;
    eve.cancel(&invite)?;
    let refusal = wire.await_any(&["487 INVITE"])?;
    eve.ack_failure(&refusal)?;
    alice.hang_up()?;
    exchange.is_idle()
}
