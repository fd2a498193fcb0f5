//! `Dial(PJSIP/a&PJSIP/b)`: the first that answers wins, the others are cancelled.

use libtest_mimic::Trial;
use sip_parser::{HeaderName, Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::{Caller, branch, header};
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("several_destinations::the_first_answer_wins", &[], first_answer_wins),
        trial(
            "several_destinations::a_real_phone_wins_and_the_other_stops_ringing",
            &["baresip"],
            real_phones,
        ),
        trial("several_destinations::who_gives_up_says_that_somebody_answered", &[], answered_elsewhere),
        trial("several_destinations::the_dialplan_says_that_somebody_answered", &[], said_by_the_dialplan),
        trial("several_destinations::one_refusal_does_not_stop_the_others", &[], one_refuses),
    ]
}

/// Both called phones and the caller are scripted, on sockets of their own.
struct Stage {
    exchange: Exchange,
    caller: Wire,
    first: Wire,
    second: Wire,
    media: Media,
}

fn stage(scene: &Scene) -> Outcome<Stage> {
    let (a, b, c) = (scene.address()?, scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .phone("alice")
        .desk("first", (a, SIP_PORT).into())
        .desk("second", (b, SIP_PORT).into())
        .dialplan(
            "exten => all,1,Dial(PJSIP/first&PJSIP/second,20)\n same => n,NoOp(status=${DIALSTATUS})
exten => h,1,NoOp(cause=${HANGUPCAUSE})
exten => quiet,1,Dial(PJSIP/first,1,c)",
        );
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let (first, second, caller) = (Wire::bind(a, at)?, Wire::bind(b, at)?, Wire::bind(c, at)?);
    Ok(Stage { exchange, caller, first, second, media: Media::start(c, 440)? })
}

/// Both phones ring.
fn ring(stage: &Stage, alice: &Caller<'_>) -> Outcome<(Message, Message)> {
    alice.invite(&stage.media.description("sendrecv"))?;
    let (to_first, to_second) = (stage.first.expect("INVITE")?, stage.second.expect("INVITE")?);
    ensure(to_first.call_id()? != to_second.call_id()?, || "both legs have one Call-ID".to_owned())?;
    stage.first.respond_in_dialog(&to_first, 180, "first", None)?;
    stage.second.respond_in_dialog(&to_second, 180, "second", None)?;
    stage.caller.await_any(&["180 INVITE"])?;
    Ok((to_first, to_second))
}

fn first_answer_wins(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let alice = Caller::new(&stage.caller, "alice", "all");
    let (to_first, to_second) = ring(&stage, &alice)?;
    let answer = stage.media.description("sendrecv");
    stage.second.respond_in_dialog(&to_second, 200, "second", Some(&answer))?;
    stage.second.expect("ACK")?;
    let cancel = stage.first.expect("CANCEL")?;
    ensure(branch(&cancel)? == branch(&to_first)?, || "the CANCEL is not for the INVITE".to_owned())?;
    let reason = header(&cancel, "Reason")?;
    ensure(reason.contains("SIP") && reason.contains("cause=200"), || {
        format!("a phone would note a missed call: Reason: {reason}")
    })?;
    stage.first.respond(&cancel, 200, "first")?;
    stage.first.respond(&to_first, 487, "first")?;
    stage.first.expect("ACK")?;
    let answered = stage.caller.await_any(&["200 INVITE"])?;
    place_in(answered.body())?;
    alice.ack_answer(&answered)?;
    alice.send(&Method::Bye, None, None)?;
    stage.caller.expect("200 BYE")?;
    let bye = stage.second.expect("BYE")?;
    stage.second.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

/// Takes the CANCEL of a phone that rings.
fn stops_ringing(wire: &Wire, invite: &Message) -> Outcome<String> {
    let cancel = wire.expect("CANCEL")?;
    wire.respond(&cancel, 200, "desk")?;
    wire.respond(invite, 487, "desk")?;
    wire.expect("ACK")?;
    Ok(cancel.raw(&HeaderName::Reason).unwrap_or_default().to_owned())
}

/// Who calls is itself one of several that were called: what it says of that is passed on.
fn answered_elsewhere(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    for (said, is_passed_on, cause) in
        [("SIP;cause=200;text=\"Call completed elsewhere\"", true, 26), ("Q.850;cause=31", false, 31)]
    {
        let alice = Caller::new(&stage.caller, "alice", "all");
        let invite = alice.invite(&stage.media.description("sendrecv"))?;
        let (to_first, to_second) = (stage.first.expect("INVITE")?, stage.second.expect("INVITE")?);
        stage.first.respond_in_dialog(&to_first, 180, "desk", None)?;
        stage.second.respond_in_dialog(&to_second, 180, "desk", None)?;
        stage.caller.await_any(&["180 INVITE"])?;
        alice.say(&[("Reason", said)]);
        alice.cancel(&invite)?;
        for (wire, invite) in [(&stage.first, &to_first), (&stage.second, &to_second)] {
            let reason = stops_ringing(wire, invite)?;
            ensure(reason.contains("SIP;cause=200") == is_passed_on, || {
                format!("'{said}' came to '{reason}'")
            })?;
        }
        let refusal = stage.caller.await_any(&["487 INVITE"])?;
        alice.ack_failure(&refusal)?;
        stage.exchange.says(&format!("cause={cause}"))?;
    }
    stage.exchange.is_idle()
}

fn said_by_the_dialplan(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let alice = Caller::new(&stage.caller, "alice", "quiet");
    alice.invite(&stage.media.description("sendrecv"))?;
    let invite = stage.first.expect("INVITE")?;
    stage.first.respond_in_dialog(&invite, 180, "desk", None)?;
    let reason = stops_ringing(&stage.first, &invite)?;
    ensure(reason.contains("SIP;cause=200"), || format!("a missed call: '{reason}'"))?;
    let refusal = stage.caller.await_any(&["480 INVITE"])?;
    alice.ack_failure(&refusal)?;
    stage.exchange.is_idle()
}

fn one_refuses(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let alice = Caller::new(&stage.caller, "alice", "all");
    let (to_first, to_second) = ring(&stage, &alice)?;
    stage.first.respond(&to_first, 486, "first")?;
    stage.first.expect("ACK")?;
    stage.second.respond(&to_second, 480, "second")?;
    stage.second.expect("ACK")?;
    stage.exchange.says("status=BUSY")?;
    let refusal = stage.caller.await_any(&["486 INVITE"])?;
    alice.ack_failure(&refusal)?;
    stage.exchange.is_idle()
}

fn real_phones(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?
        .phone("alice")
        .phone("bob")
        .phone("carol")
        .dialplan("exten => all,1,Dial(PJSIP/bob&PJSIP/carol,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).manual().register_at(&exchange)?;
    let carol = Baresip::named(scene, "carol", 1_400).manual().register_at(&exchange)?;
    alice.dial("all")?;
    bob.rings()?;
    carol.rings()?;
    bob.accept()?;
    carol.call_ends()?;
    alice.hears(1_000)?;
    bob.hears(440)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()
}
