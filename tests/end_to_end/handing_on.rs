//! `Transfer`: the exchange asks a phone to call somebody else (302, REFER).

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("handing_on::a_caller_who_was_not_answered", &[], redirected),
        trial("handing_on::a_caller_who_was_answered", &[], referred),
        trial("handing_on::a_caller_who_does_not_want_to", &[], refused),
    ]
}

const DIALPLAN: &str = "exten => early,1,Transfer(555)
exten => uri,1,Transfer(PJSIP/sip:555@example.com)
exten => desk,1,Transfer(PJSIP/desk)
exten => late,1,Answer()
 same => n,Transfer(555@example.com)
 same => n,NoOp(it came to ${TRANSFERSTATUS} ${TRANSFERSTATUSPROTOCOL})
 same => n,Hangup()
exten => odd,1,Transfer(IAX2/555)
 same => n,NoOp(it came to ${TRANSFERSTATUS})
 same => n,Hangup(17)
exten => h,1,NoOp(in the end ${TRANSFERSTATUS})";

struct Stage {
    exchange: Exchange,
    wire: Wire,
    media: Media,
}

fn stage(scene: &Scene) -> Outcome<Stage> {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?.desk("gateway", (a, SIP_PORT).into()).dialplan(DIALPLAN);
    let folder = folder.desk("desk", (b, SIP_PORT).into());
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(a, exchange.sip_address())?;
    Ok(Stage { exchange, wire, media: Media::start(a, 440)? })
}

fn says(message: &Message, name: &str, wanted: &str) -> Outcome {
    let value = header(message, name)?;
    ensure(value == wanted, || format!("{name} should say '{wanted}', not '{value}'"))
}

fn redirected(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let here = stage.exchange.sip_address();
    let places = [("early", format!("<sip:555@{here}>")), ("uri", "<sip:555@example.com>".to_owned())];
    for (number, place) in places {
        let gateway = Caller::new(&stage.wire, "gateway", number);
        gateway.send(&Method::Invite, Some(&stage.media.description("sendrecv")), None)?;
        let moved = stage.wire.await_any(&["302 INVITE"])?;
        says(&moved, "Contact", &place)?;
        gateway.ack_failure(&moved)?;
        stage.exchange.is_idle()?;
    }
    let gateway = Caller::new(&stage.wire, "gateway", "desk");
    gateway.send(&Method::Invite, Some(&stage.media.description("sendrecv")), None)?;
    let moved = stage.wire.await_any(&["302 INVITE"])?;
    ensure(header(&moved, "Contact")?.starts_with("<sip:desk@127."), || "where is the desk?".to_owned())?;
    gateway.ack_failure(&moved)?;
    stage.exchange.says("in the end SUCCESS")?;
    stage.exchange.is_idle()
}

/// The gateway calls, is answered, and is asked to call elsewhere: that REFER.
fn asked<'s>(stage: &'s Stage) -> Outcome<(Caller<'s>, Message)> {
    let gateway = Caller::new(&stage.wire, "gateway", "late");
    gateway.send(&Method::Invite, Some(&stage.media.description("sendrecv")), None)?;
    let answer = stage.wire.await_any(&["200 INVITE"])?;
    gateway.ack_answer(&answer)?;
    let refer = stage.wire.await_any(&["REFER"])?;
    says(&refer, "Refer-To", "<sip:555@example.com>")?;
    header(&refer, "Referred-By")?;
    Ok((gateway, refer))
}

fn ends(stage: &Stage, wanted: &str) -> Outcome {
    stage.exchange.says(wanted)?;
    let bye = stage.wire.await_any(&["BYE"])?;
    stage.wire.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

fn referred(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    for (fragment, wanted) in
        [("200 OK", "it came to SUCCESS 0"), ("486 Busy Here", "it came to FAILURE 486")]
    {
        let (gateway, refer) = asked(&stage)?;
        stage.wire.respond(&refer, 202, "")?;
        gateway.say_type("message/sipfrag");
        for (state, fragment) in
            [("active;expires=60", "100 Trying"), ("terminated;reason=noresource", fragment)]
        {
            let headers = [("Event", "refer"), ("Subscription-State", state)];
            gateway.send_with(&Method::Notify, &headers, Some(&format!("SIP/2.0 {fragment}\r\n")), None)?;
            stage.wire.await_any(&["200 NOTIFY"])?;
        }
        ends(&stage, wanted)?;
    }
    Ok(())
}

fn refused(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let (_gateway, refer) = asked(&stage)?;
    stage.wire.respond(&refer, 603, "")?;
    ends(&stage, "it came to FAILURE 603")?;
    let gateway = Caller::new(&stage.wire, "gateway", "odd");
    gateway.send(&Method::Invite, Some(&stage.media.description("sendrecv")), None)?;
    let refusal = stage.wire.await_any(&["486 INVITE"])?;
    gateway.ack_failure(&refusal)?;
    stage.exchange.says("it came to FAILURE")?;
    stage.exchange.is_idle()
}
