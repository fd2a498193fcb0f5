//! Audio that stays with the exchange.

use libtest_mimic::Trial;
use sip_parser::Method;

use super::{DIALPLAN, Stage, stage, told};
use crate::harness::folder::SIP_PORT;
use crate::harness::media::{self, place_in};
use crate::harness::wire::Caller;
use crate::harness::{Folder, Outcome, Scene, ensure, trial};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("direct_media::other_codecs_stay", &[], other_codec),
        trial("direct_media::keys_that_only_one_understands_stay", &[], other_keys),
        trial("direct_media::phones_behind_translators_stay", &[], translator),
        trial("direct_media::one_inside_and_one_outside_stay", &[], inside_and_outside),
        trial("direct_media::one_phone_that_may_not_is_enough", &[], not_allowed),
        trial("direct_media::keys_that_dial_listens_for_stay", &[], keys_are_needed),
        trial("direct_media::a_phone_that_refuses_is_left_alone", &[], refused),
    ]
}

/// The desk answers so; no phone is told anything, and the exchange passes the audio on.
fn stays(stage: &Stage, number: &str, description: &str) -> Outcome {
    let alice = Caller::new(&stage.caller, "alice", number);
    let invite = stage.connect(&alice, description)?;
    stage.nothing_more()?;
    stage.callee.send_to(Some(place_in(invite.body())?));
    stage.alice.hears(1_000)?;
    let ours = stage.exchange.sip_address().ip();
    let sources = stage.alice.sources();
    ensure(sources.iter().all(|from| from.ip() == ours), || format!("audio came from {sources:?}"))?;
    stage.ends(&alice)
}

fn other_codec(scene: &Scene) -> Outcome {
    let stage = stage(scene, "allow=!all,ulaw", "allow=!all,alaw")?;
    let a_law = media::description(stage.callee.address(), "8", "a=rtpmap:8 PCMA/8000\r\n", "sendrecv");
    let alice = Caller::new(&stage.caller, "alice", "desk");
    stage.connect(&alice, &a_law)?;
    stage.nothing_more()?;
    stage.ends(&alice)
}

fn other_keys(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "dtmf_mode=info")?;
    let alike = stage.callee.description("sendrecv");
    let without: String = alike
        .replace(" 0 101\r\n", " 0\r\n")
        .lines()
        .filter(|l| !l.contains(":101 "))
        .map(|l| format!("{l}\r\n"))
        .collect();
    stays(&stage, "desk", &without)
}

/// The description names another address than the messages come from.
fn translator(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "disable_direct_media_on_nat=yes")?;
    let own = stage.callee.address();
    let description = stage.callee.description("sendrecv").replace(&own.ip().to_string(), "127.1.2.3");
    let alice = Caller::new(&stage.caller, "alice", "desk");
    stage.connect(&alice, &description)?;
    stage.nothing_more()?;
    stage.ends(&alice)?;
    // The same phone in front of its translator is no obstacle.
    let (alice, _) = stage.direct("desk")?;
    stage.ends(&alice)
}

/// The desk is in `local_net`, and Alice is told the translator's address of ours.
fn inside_and_outside(scene: &Scene) -> Outcome {
    let at = scene.address()?;
    let transport = format!("[udp](+)\nlocal_net={at}/32\nexternal_media_address=198.51.100.8");
    let folder = Folder::new(scene)?
        .pjsip(&transport)
        .phone_with("alice", "direct_media=yes")
        .desk_with("desk", (at, SIP_PORT).into(), "direct_media=yes")
        .dialplan(DIALPLAN);
    let stage = Stage::start(scene, &folder, at)?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    stage.connect(&alice, &stage.callee.description("sendrecv"))?;
    stage.nothing_more()?;
    stage.ends(&alice)
}

fn not_allowed(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "direct_media=no")?;
    stays(&stage, "desk", &stage.callee.description("sendrecv"))
}

fn keys_are_needed(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    stays(&stage, "keys", &stage.callee.description("sendrecv"))
}

/// Alice's phone says 488: the desk, which took its offer, comes back, and nobody is asked again.
fn refused(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    stage.connect(&alice, &stage.callee.description("sendrecv"))?;
    let place = told(&stage.desk, &stage.callee)?;
    ensure(place == stage.alice.address(), || format!("the desk was told {place}"))?;
    let offer = stage.caller.expect("INVITE")?;
    stage.caller.respond(&offer, 488, "")?;
    stage.caller.expect("ACK")?;
    let place = stage.desk_comes_back()?;
    stage.nothing_more()?;
    stage.callee.send_to(Some(place));
    stage.alice.hears(1_000)?;
    // A hold and its end are no reason to try again.
    for direction in ["sendonly", "sendrecv"] {
        alice.send(&Method::Invite, Some(&stage.alice.description(direction)), None)?;
        let answer = stage.caller.await_any(&["200 INVITE"])?;
        alice.ack_answer(&answer)?;
        stage.is_ours(place_in(answer.body())?)?;
        stage.nothing_more()?;
    }
    stage.ends(&alice)
}
