//! `directrtpsetup` of `sip.conf`: the phones are told each other in the messages that make the call.

use libtest_mimic::Trial;
use sip_parser::Method;

use super::{Stage, body_of};
use crate::harness::folder::{SIP_PORT, secret_of};
use crate::harness::media::{self, place_in};
use crate::harness::wire::Caller;
use crate::harness::{Folder, Outcome, Scene, ensure, trial};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("direct_media::early_set_up_needs_no_further_invite", &[], early),
        trial("direct_media::early_media_comes_straight", &[], early_media),
        trial("direct_media::an_early_set_up_that_does_not_fit_is_mended", &[], mended),
        trial("direct_media::a_caller_who_waits_elsewhere_is_not_sent_early", &[], not_early),
    ]
}

fn stage(scene: &Scene) -> Outcome<Stage> {
    let at = scene.address()?;
    let text = format!(
        "[general]\ncontext=nobody\nallowguest=no\nudpbindaddr=BIND:PORT\ntcpenable=yes\ntcpbindaddr=BIND:PORT\n\
         disallow=all\nallow=ulaw,alaw\nqualify=no\ndirectmedia=yes\ndirectrtpsetup=yes\nnat=no\n\n\
         [alice]\ntype=friend\nhost=dynamic\ncontext=phones\ndtmfmode=rfc2833\nsecret={}\n\n\
         [desk]\ntype=peer\nhost={at}\nport={SIP_PORT}\ncontext=phones\ndtmfmode=rfc2833\n",
        secret_of("alice")
    );
    let dialplan = "exten => desk,1,Dial(SIP/desk,20)\nexten => keys,1,Dial(SIP/desk,20,T)";
    let folder = Folder::new(scene)?.in_place_of_pjsip("sip.conf", &text).dialplan(dialplan);
    Stage::start(scene, &folder, at)
}

/// The INVITE names Alice, the 200 names the desk, and nobody is told anything more.
fn early(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    alice.invite(&stage.alice.description("sendrecv"))?;
    let invite = stage.desk.expect("INVITE")?;
    ensure(place_in(invite.body())? == stage.alice.address(), || body_of(&invite))?;
    stage.desk.respond_in_dialog(&invite, 180, "desk", None)?;
    stage.caller.await_any(&["180 INVITE"])?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&stage.callee.description("sendrecv")))?;
    stage.desk.expect("ACK")?;
    let answer = stage.caller.expect("200 INVITE")?;
    alice.ack_answer(&answer)?;
    ensure(place_in(answer.body())? == stage.callee.address(), || body_of(&answer))?;
    stage.nothing_more()?;
    stage.hear_each_other()?;
    stage.ends(&alice)?;
    stage.nothing_more()
}

/// A 183 with a description: Alice's 183 names the desk, and so does her 200.
fn early_media(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    alice.invite(&stage.alice.description("sendrecv"))?;
    let invite = stage.desk.expect("INVITE")?;
    let description = stage.callee.description("sendrecv");
    stage.desk.respond_in_dialog(&invite, 183, "desk", Some(&description))?;
    let progress = stage.caller.await_any(&["183 INVITE"])?;
    ensure(place_in(progress.body())? == stage.callee.address(), || body_of(&progress))?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&description))?;
    stage.desk.expect("ACK")?;
    let answer = stage.caller.expect("200 INVITE")?;
    alice.ack_answer(&answer)?;
    ensure(answer.body() == progress.body(), || "183 and 200 differ".to_owned())?;
    stage.nothing_more()?;
    stage.ends(&alice)
}

/// The desk answers without the events that Alice has: Alice is answered with our own place, and the desk called back.
fn mended(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    alice.invite(&stage.alice.description("sendrecv"))?;
    let invite = stage.desk.expect("INVITE")?;
    let description = media::description(stage.callee.address(), "0", "a=rtpmap:0 PCMU/8000\r\n", "sendrecv");
    let plain = description.replace(" 0 101\r\n", " 0\r\n");
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&plain))?;
    stage.desk.expect("ACK")?;
    let answer = stage.caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    stage.is_ours(place_in(answer.body())?)?;
    let offer = stage.desk.expect("INVITE")?;
    stage.is_ours(place_in(offer.body())?)?;
    super::take(&stage.desk, &offer, &plain)?;
    stage.nothing_more()?;
    stage.ends(&alice)
}

/// `Dial` listens for keys: both are told us, as ever.
fn not_early(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let alice = Caller::new(&stage.caller, "alice", "keys");
    let invite = stage.connect(&alice, &stage.callee.description("sendrecv"))?;
    stage.is_ours(place_in(invite.body())?)?;
    stage.nothing_more()?;
    alice.send(&Method::Bye, None, None)?;
    stage.caller.expect("200 BYE")?;
    let bye = stage.desk.expect("BYE")?;
    stage.desk.respond(&bye, 200, "")
}
