//! Music for those who wait, and streams.

use std::time::Duration;

use libtest_mimic::Trial;

use crate::harness::media::place_in;
use crate::harness::wait::until;
use crate::harness::{
    Baresip, Exchange, Folder, Media, Outcome, Scene, WebServer, Wire, ensure, tone, trial,
};

use crate::harness::wire::Caller;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("music::two_callers_hear_the_music_of_a_class", &["baresip"], two_callers),
        trial("music::an_exchange_without_any_plays_its_own", &["baresip"], own_music),
        trial("music::a_caller_hears_it_while_nobody_answers", &["baresip"], dialling),
        trial("music::a_party_that_is_held_hears_what_the_other_suggests", &["baresip"], held),
        trial("music::a_stream_that_breaks_off_is_heard_on", &["baresip"], stream),
        trial("music::a_prompt_is_wound_and_stopped_by_keys", &["baresip"], winding),
    ]
}

/// A second and a half of 440 Hz.
const STREAM: &[u8] = include_bytes!("../../crates/audio/tests/data/tone.mp3");

/// A folder whose class `default` plays 600 Hz and whose class `other` plays 850 Hz.
fn folder(scene: &Scene, lines: &str) -> Outcome<Folder> {
    let folder = Folder::new(scene)?.phone("alice").phone_with("bob", "moh_suggest=other").dialplan(lines);
    let mut text = String::new();
    for (class, frequency) in [("default", 600), ("other", 850)] {
        let place = folder.path().join(class);
        std::fs::create_dir_all(&place)?;
        std::fs::copy(tone::file(scene, frequency, Duration::from_secs(3))?, place.join("tone.wav"))?;
        text.push_str(&format!("[{class}]\nmode=files\ndirectory={}\n", place.display()));
    }
    folder.write_file("musiconhold.conf", &text)?;
    Ok(folder)
}

fn two_callers(scene: &Scene) -> Outcome {
    let lines = "exten => wait,1,Answer()\n same => n,MusicOnHold()\n\
                 exten => other,1,Answer()\n same => n,StartMusicOnHold(other)\n same => n,Wait(60)";
    let exchange = Exchange::start(scene, &folder(scene, lines)?)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("wait")?;
    bob.dial("wait")?;
    alice.hears(600)?;
    bob.hears(600)?;
    exchange.says("Started music on hold, class 'default', on channel 'PJSIP/alice-")?;
    let shown = exchange.console("moh show files")?;
    ensure(shown.contains("Class: other") && shown.contains("/other/tone"), || shown)?;
    bob.hang_up()?;
    bob.dial("other")?;
    bob.hears(850)?;
    alice.hears(600)?;
    alice.hang_up()?;
    bob.hang_up()?;
    exchange.is_idle()
}

fn own_music(scene: &Scene) -> Outcome {
    let lines = "exten => wait,1,Answer()\n same => n,MusicOnHold(,3)\n same => n,Hangup()";
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("wait")?;
    alice.call_ends()?;
    let heard = alice.heard()?;
    let audible = tone::audible_tenths(&heard.samples);
    ensure((15..=32).contains(&audible), || format!("three seconds of music: {}", tone::describe(&heard)))?;
    let shown = exchange.console("moh show classes")?;
    ensure(shown.contains("made by the exchange"), || shown)
}

fn dialling(scene: &Scene) -> Outcome {
    let lines = "exten => 9,1,Answer()\n same => n,Dial(PJSIP/desk&PJSIP/bob,30,m(other))";
    let nobody = (scene.address()?, 7_060).into();
    let exchange = Exchange::start(scene, &folder(scene, lines)?.desk("desk", nobody))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("9")?;
    alice.hears(850)?;
    alice.hang_up()?;
    exchange.says("Stopped music on hold on PJSIP/alice-")
}

/// Bob's phone holds with its own re-INVITE; what Alice hears is measured packet by packet.
fn held(scene: &Scene) -> Outcome {
    let exchange = Exchange::start(scene, &folder(scene, "exten => bob,1,Dial(PJSIP/bob,30)")?)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    let address = scene.address()?;
    let wire = Wire::bind(address, exchange.sip_address())?;
    let media = Media::start(address, 440)?;
    let alice = Caller::new(&wire, "alice", "bob");
    alice.invite(&media.description("sendrecv"))?;
    let answer = wire.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    media.send_to(Some(place_in(answer.body())?));
    media.hears(1_000)?;
    bob.hold()?;
    media.hears(850)?;
    bob.resume()?;
    media.hears(1_000)?;
    bob.hang_up()?;
    let bye = wire.expect("BYE")?;
    wire.respond(&bye, 200, "")?;
    exchange.is_idle()
}

/// The first connection gives three seconds of sound and breaks off.
fn stream(scene: &Scene) -> Outcome {
    let (short, long) = (STREAM.repeat(2), STREAM.repeat(20));
    let server = WebServer::streaming(scene.address()?, vec![short, long])?;
    let lines = format!("exten => radio,1,Answer()\n same => n,MP3Player({}live)", server.plain_url());
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").phone("bob").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 1_000).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("radio")?;
    alice.hears(440)?;
    bob.dial("radio")?;
    bob.hears(440)?;
    until("the stream to be fetched again", || Ok((server.asked() >= 2).then_some(())))?;
    std::thread::sleep(Duration::from_secs(2));
    alice.hears(440)?;
    bob.hears(440)?;
    ensure(server.asked() == 2, || format!("two listeners share a stream: {} connections", server.asked()))?;
    alice.press("1")?;
    alice.call_ends()?;
    bob.hang_up()?;
    exchange.is_idle()
}

fn winding(scene: &Scene) -> Outcome {
    let long = tone::file(scene, 600, Duration::from_secs(20))?.with_extension("");
    let lines = format!(
        "exten => play,1,Answer()\n same => n,ControlPlayback({},8000,6,4,5,8)\n \
         same => n,NoOp(it was ${{CPLAYBACKSTATUS}} by ${{CPLAYBACKSTOPKEY}} at ${{CPLAYBACKOFFSET:0:2}})\n same => n,Hangup()",
        long.display()
    );
    let exchange = Exchange::start(scene, &Folder::new(scene)?.phone("alice").dialplan(&lines))?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    alice.dial("play")?;
    alice.hears(600)?;
    alice.press("6")?;
    alice.press("5")?;
    exchange.says("it was USERSTOPPED by 5 at ")?;
    alice.call_ends().map(drop)
}
