//! Keys on their way between phones that send and get them differently (`dtmf_mode`).

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("keys::what_comes_as_info_goes_out_as_events_and_the_other_way_round", &["baresip"], info),
        trial("keys::what_is_heard_in_the_sound_goes_out_as_events", &["baresip"], sound),
    ]
}

fn info(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let folder = Folder::new(scene)?
        .desk_with("desk", (here, SIP_PORT).into(), "dtmf_mode=info")
        .phone("bob")
        .dialplan("exten => bob,1,Dial(PJSIP/bob,20)");
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let media = Media::start(here, 440)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    let caller = Caller::new(&wire, "desk", "bob");
    caller.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
    let answer = wire.await_any(&["200 INVITE"])?;
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    ensure(!text.contains("telephone-event"), || format!("keys go by INFO:\n{text}"))?;
    caller.ack_answer(&answer)?;
    bob.is_in_call()?;
    // One, for baresip 1.1 hears the first alone of several that come without sound between them.
    caller.say_type("application/dtmf-relay");
    caller.send(&Method::Info, Some("Signal=#\r\nDuration=120\r\n"), None)?;
    wire.await_any(&["200 INFO"])?;
    bob.gets_keys("#")?;
    bob.press("7")?;
    let info = wire.expect("INFO")?;
    let text = String::from_utf8_lossy(info.body()).into_owned();
    ensure(text.starts_with("Signal=7\r\nDuration="), || format!("a key should come:\n{text}"))?;
    wire.respond(&info, 200, "")?;
    bob.hang_up()?;
    wire.respond(&wire.expect("BYE")?, 200, "")?;
    exchange.is_idle()
}

fn sound(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone_with("alice", "dtmf_mode=inband").phone("bob").dialplan(
        "exten => bob,1,Dial(PJSIP/bob,20)\n\
             exten => menu,1,Answer()\n same => n,Read(PRESSED,,3,,,10)\n same => n,NoOp(pressed ${PRESSED})",
    );
    let exchange = Exchange::start(scene, &folder)?;
    let keys = tone::keys(scene, "4*7")?;
    let mut alice = Baresip::named(scene, "alice", 440).playing(keys).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.is_in_call()?;
    bob.gets_keys("4*7")?;
    alice.hang_up()?;
    bob.call_ends()?;
    alice.dial("menu")?;
    alice.is_in_call()?;
    alice.call_ends()?;
    exchange.says("pressed 4*7")?;
    exchange.is_idle()
}
