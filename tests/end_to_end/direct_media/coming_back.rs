//! Audio that comes back to the exchange: holds, transfers, applications.

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use super::{Stage, body_of, stage, take, told};
use crate::harness::media::{self, place_in};
use crate::harness::wire::Caller;
use crate::harness::{Outcome, Scene, ensure, trial};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("direct_media::a_hold_brings_it_back_and_a_resume_sends_it_out", &[], hold),
        trial("direct_media::another_codec_is_passed_on", &[], another_codec),
        trial("direct_media::a_party_that_is_handed_on_comes_back", &[], handed_on),
        trial("direct_media::what_the_dialplan_does_next_brings_it_back", &[], dialplan_goes_on),
        trial("direct_media::who_takes_over_a_call_is_told_to_the_other", &[], taken_over),
    ]
}

/// Alice changes the session; her answer.
fn change(stage: &Stage, alice: &Caller<'_>, description: &str) -> Outcome<Message> {
    alice.send(&Method::Invite, Some(description), None)?;
    let answer = stage.caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    Ok(answer)
}

fn hold(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let (alice, _) = stage.direct("desk")?;
    for _ in 0..2 {
        let held = change(&stage, &alice, &stage.alice.description("sendonly"))?;
        stage.is_ours(place_in(held.body())?)?;
        ensure(body_of(&held).contains("a=recvonly"), || body_of(&held))?;
        // The one on hold sends to us, and hears music from us.
        let ours = stage.desk_comes_back()?;
        stage.nothing_more()?;
        ensure(stage.callee.sources().contains(&ours), || format!("{:?}", stage.callee.sources()))?;
        let resumed = change(&stage, &alice, &stage.alice.description("sendrecv"))?;
        stage.is_ours(place_in(resumed.body())?)?;
        stage.both_are_told()?;
        stage.nothing_more()?;
        stage.callee.forget_sources();
    }
    stage.hear_each_other()?;
    stage.ends(&alice)
}

/// Alice offers A-law alone: both come back, the desk is asked for A-law, takes it, and they are direct again.
fn another_codec(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let (alice, _) = stage.direct("desk")?;
    let a_law = |at| media::description(at, "8", "a=rtpmap:8 PCMA/8000\r\n", "sendrecv");
    let answer = change(&stage, &alice, &a_law(stage.alice.address()))?;
    stage.is_ours(place_in(answer.body())?)?;
    let offer = stage.desk.expect("INVITE")?;
    stage.is_ours(place_in(offer.body())?)?;
    ensure(body_of(&offer).contains("RTP/AVP 8 0 101\r\n"), || body_of(&offer))?;
    take(&stage.desk, &offer, &a_law(stage.callee.address()))?;
    for (wire, own, other) in [
        (&stage.desk, stage.callee.address(), stage.alice.address()),
        (&stage.caller, stage.alice.address(), stage.callee.address()),
    ] {
        let offer = wire.expect("INVITE")?;
        take(wire, &offer, &a_law(own))?;
        ensure(place_in(offer.body())? == other, || body_of(&offer))?;
        ensure(body_of(&offer).contains("RTP/AVP 8 101\r\n"), || body_of(&offer))?;
    }
    stage.nothing_more()?;
    stage.ends(&alice)
}

/// Alice hands the desk to an application: the desk hears it from the exchange, Alice gets her BYE and no more.
fn handed_on(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let (alice, _) = stage.direct("desk")?;
    let to = format!("<sip:echo@{}>", stage.exchange.sip_address());
    alice.send_with(&Method::Refer, &[("Refer-To", &to)], None, None)?;
    stage.caller.expect("202 REFER")?;
    loop {
        let message = stage.caller.next()?;
        let last = message.method() == Some(Method::Bye);
        ensure(last || message.method() == Some(Method::Notify), || stage.caller.story())?;
        stage.caller.respond(&message, 200, "")?;
        if last {
            break;
        }
    }
    let place = stage.desk_comes_back()?;
    stage.callee.send_to(Some(place));
    stage.callee.hears(1_000)?;
    stage.nothing_more()
}

/// `Dial` with `g`: the caller's dialplan goes on after the callee has hung up.
fn dialplan_goes_on(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let (alice, invite) = stage.direct("stay")?;
    let desk = Caller::answered(&stage.desk, "desk", &invite, "desk")?;
    desk.send(&Method::Bye, None, None)?;
    stage.desk.expect("200 BYE")?;
    let place = stage.is_ours(told(&stage.caller, &stage.alice)?)?;
    stage.alice.send_to(Some(place));
    stage.alice.hears(440)?;
    alice.send(&Method::Bye, None, None)?;
    stage.caller.expect("200 BYE")?;
    stage.exchange.is_idle()
}

/// Alice takes the call over from her own phone's second dialog: the desk is told her new place, and never ours.
fn taken_over(scene: &Scene) -> Outcome {
    let stage = stage(scene, "", "")?;
    let (first, _) = stage.direct("desk")?;
    let second = Caller::new(&stage.caller, "alice", "desk");
    let elsewhere = std::net::SocketAddr::new(stage.alice.address().ip(), 9_000);
    let description = media::description(elsewhere, "0", "a=rtpmap:0 PCMU/8000\r\n", "sendrecv");
    let replaces = first.replaces();
    let headers = [("Replaces", replaces.as_str())];
    second.send_with(&Method::Invite, &headers, Some(&description), None)?;
    let challenge = stage.caller.await_any(&["401 INVITE"])?;
    second.ack_failure(&challenge)?;
    second.send_with(&Method::Invite, &headers, Some(&description), Some(&challenge))?;
    let mut invited = false;
    // Her first call ends, the second one is answered, and is told the desk, in whatever order.
    for wanted in ["BYE", "200 INVITE", "INVITE"] {
        let message = stage.caller.await_any(&["BYE", "200 INVITE", "INVITE"])?;
        match message.method() {
            Some(Method::Bye) => stage.caller.respond(&message, 200, "")?,
            Some(_) => {
                invited = true;
                let place = place_in(message.body())?;
                ensure(place == stage.callee.address(), || format!("{wanted}: Alice was told {place}"))?;
                take(&stage.caller, &message, &description)?;
            }
            None => second.ack_answer(&message)?,
        }
    }
    ensure(invited, || stage.caller.story())?;
    let place = told(&stage.desk, &stage.callee)?;
    ensure(place == elsewhere, || format!("the desk was told {place}"))?;
    stage.nothing_more()?;
    stage.ends(&second)
}
