//! Peers whose authors read less of the RFCs than they should have, and that Asterisk gets on with.

use libtest_mimic::Trial;
use sip_parser::{Message, Method, ResponseBuilder};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("careless::a_branch_that_is_used_again", &[], same_branch),
        trial("careless::a_peer_that_says_our_address_is_its_own", &[], our_contact),
    ]
}

const DIALPLAN: &str = "exten => busy,1,Hangup(17)
exten => desk,1,Dial(PJSIP/desk,20)";

struct Stage {
    exchange: Exchange,
    caller: Wire,
    desk: Wire,
    media: [Media; 2],
}

fn stage(scene: &Scene) -> Outcome<Stage> {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("gateway", (a, SIP_PORT).into(), "")
        .desk_with("desk", (b, SIP_PORT).into(), "")
        .dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let media = [Media::start(a, 600)?, Media::start(b, 1_000)?];
    Ok(Stage { caller: Wire::bind(a, at)?, desk: Wire::bind(b, at)?, media, exchange })
}

/// As pyVoIP 1.6 calls again after a challenge: with the branch of the INVITE that was refused a moment ago.
fn same_branch(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let gateway = Caller::new(&stage.caller, "gateway", "busy");
    let first = gateway.send(&Method::Invite, Some(&stage.media[0].description("sendrecv")), None)?;
    let refusal = stage.caller.await_any(&["486 INVITE"])?;
    gateway.ack_failure(&refusal)?;
    let text = String::from_utf8_lossy(first.as_bytes()).replace("CSeq: 1 INVITE", "CSeq: 2 INVITE");
    stage.caller.send(text.as_bytes())?;
    let refusal = stage.caller.await_any(&["486 INVITE"])?;
    ensure(header(&refusal, "CSeq")? == "2 INVITE", || "the first was refused again".to_owned())?;
    gateway.ack_failure(&refusal)?;
    stage.exchange.is_idle()
}

/// As voip-utils 0.5 (Home Assistant) answers: the caller's Contact is its own, and its 200 to BYE has no empty line.
fn our_contact(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let gateway = Caller::new(&stage.caller, "gateway", "desk");
    gateway.send(&Method::Invite, Some(&stage.media[0].description("sendrecv")), None)?;
    let invite = stage.desk.await_any(&["INVITE"])?;
    let answer = ResponseBuilder::reply(&invite, 200)
        .to_tag("desk")
        .header("Contact", header(&invite, "Contact")?)
        .body("application/sdp", stage.media[1].description("sendrecv").as_bytes());
    stage.desk.send(&answer.build())?;
    stage.desk.await_any(&["ACK"])?;
    gateway.ack_answer(&stage.caller.await_any(&["200 INVITE"])?)?;
    gateway.send(&Method::Bye, None, None)?;
    let bye = stage.desk.await_any(&["BYE"])?;
    stage.desk.send(without_empty_line(&bye).as_bytes())?;
    stage.exchange.is_idle()
}

fn without_empty_line(request: &Message) -> String {
    let response = ResponseBuilder::reply(request, 200).build();
    String::from_utf8_lossy(&response).trim_end().to_owned() + "\r\n"
}
