//! Hold and resume: re-INVITE with `sendonly`, then with `sendrecv`.

use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::media::place_in;
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("hold::the_holder_gets_no_audio_until_it_resumes", &["baresip"], scripted_holder),
        trial("hold::a_black_hole_address_holds_too", &["baresip"], old_style_hold),
        trial("hold::both_hear_each_other_again_after_a_real_phone_resumes", &["baresip"], real_holder),
        trial("hold::a_hold_is_passed_on_to_a_phone_that_wants_to_know", &["baresip"], passed_on),
        trial("hold::a_dialplan_has_a_hold_passed_on", &["baresip"], passed_on_by_the_dialplan),
    ]
}

fn exchange(scene: &Scene) -> Outcome<Exchange> {
    let folder =
        Folder::new(scene)?.phone("alice").phone("bob").dialplan("exten => bob,1,Dial(PJSIP/bob,30)");
    Exchange::start(scene, &folder)
}

/// Alice is scripted, so that every packet towards her is seen.
fn scripted_holder(scene: &Scene) -> Outcome {
    hold_with(scene, |media| media.description("sendonly"), "recvonly")
}

/// RFC 2543's way: an address of 0.0.0.0.
fn old_style_hold(scene: &Scene) -> Outcome {
    hold_with(
        scene,
        |media| {
            let description = media.description("sendrecv");
            let address = description.lines().find(|l| l.starts_with("c=")).unwrap_or_default().to_owned();
            description.replace(&address, "c=IN IP4 0.0.0.0")
        },
        "",
    )
}

fn hold_with(scene: &Scene, on_hold: fn(&Media) -> String, answered: &str) -> Outcome {
    let exchange = exchange(scene)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    let address = scene.address()?;
    let wire = Wire::bind(address, exchange.sip_address())?;
    let media = Media::start(address, 440)?;
    let alice = Caller::new(&wire, "alice", "bob");
    alice.invite(&media.description("sendrecv"))?;
    let answer = wire.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    media.send_to(Some(place_in(answer.body())?));
    bob.hears(440)?;
    media.hears(1_000)?;
    ensure(media.payload_types() == [0], || format!("PCMU was agreed: {:?} came", media.payload_types()))?;

    let held = reinvite(&wire, &alice, &on_hold(&media))?;
    let body = String::from_utf8_lossy(held.body()).into_owned();
    ensure(body.contains(answered), || format!("the answer to a hold should say {answered}:\n{body}"))?;
    media.send_to(None);
    media.falls_silent(Duration::from_millis(700))?;

    let resumed = reinvite(&wire, &alice, &media.description("sendrecv"))?;
    media.send_to(Some(place_in(resumed.body())?));
    media.hears(1_000)?;
    bob.hears(440)?;
    alice.send(&Method::Bye, None, None)?;
    wire.expect("200 BYE")?;
    bob.call_ends()?;
    exchange.is_idle()
}

fn reinvite(wire: &Wire, caller: &Caller<'_>, description: &str) -> Outcome<Message> {
    caller.send(&Method::Invite, Some(description), None)?;
    let answer = wire.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    Ok(answer)
}

/// Bob holds and resumes with his own re-INVITEs. His recorder ends at the first of them, so Alice tells what is heard.
fn real_holder(scene: &Scene) -> Outcome {
    let exchange = exchange(scene)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    let address = scene.address()?;
    let wire = Wire::bind(address, exchange.sip_address())?;
    let media = Media::start(address, 440)?;
    let alice = Caller::new(&wire, "alice", "bob");
    alice.invite(&media.description("sendrecv"))?;
    let answer = wire.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    media.send_to(Some(place_in(answer.body())?));
    bob.hears(440)?;
    media.hears(1_000)?;
    bob.hold()?;
    bob.process().says("a=recvonly")?;
    bob.resume()?;
    media.hears(1_000)?;
    wire.is_quiet(Duration::from_millis(300))?;
    bob.hang_up()?;
    let bye = wire.expect("BYE")?;
    wire.respond(&bye, 200, "")?;
    exchange.is_idle()
}

/// With `moh_passthrough` Alice's phone is told that it is held, and hears nothing of ours.
fn passed_on(scene: &Scene) -> Outcome {
    is_passed_on(scene, "moh_passthrough=yes", "exten => bob,1,Dial(PJSIP/bob,30)")
}

fn passed_on_by_the_dialplan(scene: &Scene) -> Outcome {
    let plan = "exten => bob,1,Set(PJSIP_MOH_PASSTHROUGH()=yes)\n same => n,Dial(PJSIP/bob,30)";
    is_passed_on(scene, "", plan)
}

fn is_passed_on(scene: &Scene, lines: &str, plan: &str) -> Outcome {
    let folder = Folder::new(scene)?.phone_with("alice", lines).phone("bob").dialplan(plan);
    let exchange = Exchange::start(scene, &folder)?;
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
    for (direction, answered) in [("sendonly", "recvonly"), ("sendrecv", "sendrecv")] {
        match direction {
            "sendonly" => bob.hold()?,
            _ => bob.resume()?,
        }
        let offer = wire.expect("INVITE")?;
        let body = String::from_utf8_lossy(offer.body()).into_owned();
        ensure(body.contains(&format!("a={direction}\r\n")), || format!("{direction} is missing:\n{body}"))?;
        wire.respond_in_dialog(&offer, 200, &alice.tag(), Some(&media.description(answered)))?;
        wire.expect("ACK")?;
        if direction == "sendonly" {
            media.falls_silent(Duration::from_millis(700))?;
        }
    }
    media.hears(1_000)?;
    ensure(exchange.count("Started music on hold")? == 0, || {
        "nothing plays to a phone that knows".to_owned()
    })?;
    bob.hang_up()?;
    let bye = wire.expect("BYE")?;
    wire.respond(&bye, 200, "")?;
    exchange.is_idle()
}
