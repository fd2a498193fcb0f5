//! Numbers that come in pieces: asked for by 484, or heard as keys before the answer.

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("overlap::a_number_that_is_too_short_is_484_until_it_is_whole", &[], asked_for_the_rest),
        trial("overlap::the_rest_of_a_number_comes_as_keys", &[], heard_as_keys),
    ]
}

const DIALPLAN: &str = "exten => 4711,1,Answer()
 same => n,Echo()
[elsewhere]
exten => 88,1,Answer()";

/// A desk that nobody challenges.
fn stage(scene: &Scene, lines: &str) -> Outcome<(Exchange, Wire, Media)> {
    let address = scene.address()?;
    let folder = Folder::new(scene)?.desk_with("desk", (address, SIP_PORT).into(), lines).dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(address, exchange.sip_address())?;
    Ok((exchange, wire, Media::start(address, 440)?))
}

/// Calls a number, and says what the final response is.
fn outcome(wire: &Wire, media: &Media, number: &str) -> Outcome<u16> {
    let desk = Caller::new(wire, "desk", number);
    desk.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
    loop {
        let response = wire.next()?;
        match response.status() {
            None | Some(..200) => {}
            Some(200) => {
                desk.ack_answer(&response)?;
                desk.send(&Method::Bye, None, None)?;
                wire.await_any(&["200 BYE"])?;
                return Ok(200);
            }
            Some(status) => {
                desk.ack_failure(&response)?;
                return Ok(status);
            }
        }
    }
}

fn asked_for_the_rest(scene: &Scene) -> Outcome {
    let outcomes = |lines: &str, wanted: &[(&str, u16)]| -> Outcome {
        let (exchange, wire, media) = stage(scene, lines)?;
        for (number, status) in wanted {
            let found = outcome(&wire, &media, number)?;
            ensure(found == *status, || format!("{lines}: {number} came to {found}, not to {status}"))?;
        }
        exchange.is_idle()
    };
    outcomes("", &[("4", 484), ("47", 484), ("471", 484), ("4711", 200), ("48", 404)])?;
    outcomes("allow_overlap=no", &[("47", 404), ("4711", 200)])?;
    outcomes("overlap_context=elsewhere", &[("47", 404), ("8", 484), ("88", 404), ("4711", 200)])
}

fn heard_as_keys(scene: &Scene) -> Outcome {
    let (exchange, wire, media) = stage(scene, "allow_overlap=dtmf")?;
    let call = |keys: &str| -> Outcome<(Caller<'_>, u16)> {
        let desk = Caller::new(&wire, "desk", "47");
        desk.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
        let early = wire.await_any(&["183 INVITE"])?;
        ensure(!early.body().is_empty(), || "keys need a description to be sent to".to_owned())?;
        header(&early, "Contact")?;
        desk.follow(&early)?;
        let invite = 1;
        for key in keys.chars() {
            desk.say_type("application/dtmf-relay");
            desk.send(&Method::Info, Some(&format!("Signal={key}\r\nDuration=100\r\n")), None)?;
            wire.await_any(&["200 INFO"])?;
        }
        desk.say_type("application/sdp");
        let last = wire.await_any(&["200 INVITE", "404 INVITE", "484 INVITE"])?;
        ensure(last.cseq()?.number == invite, || "an answer to another request".to_owned())?;
        let status = last.status().unwrap_or_default();
        if status == 200 {
            desk.ack_answer(&last)?;
        }
        Ok((desk, status))
    };
    let (desk, status) = call("11")?;
    ensure(status == 200, || format!("the whole number came to {status}"))?;
    exchange.console("core show channels")?.contains("4711@phones").then_some(()).ok_or("no 4711")?;
    desk.send(&Method::Bye, None, None)?;
    wire.await_any(&["200 BYE"])?;
    let (_, status) = call("9")?;
    ensure(status == 404, || format!("a number that leads nowhere came to {status}"))
}
