//! `call-limit` of `sip.conf`: a device has so many calls at a time, both ways, and no more.

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("call_limits::so_many_calls_both_ways", &[], limits)]
}

fn limits(scene: &Scene) -> Outcome {
    let (a, b) = (scene.address()?, scene.address()?);
    let text = format!(
        "[general]\nudpbindaddr=BIND:PORT\ntcpenable=yes\ntcpbindaddr=BIND:PORT\nallowguest=no\ncontext=phones\n\
         [gateway]\ntype=peer\nhost={a}\nport={SIP_PORT}\n\
         [desk]\ntype=peer\nhost={b}\nport={SIP_PORT}\ncall-limit=1\n"
    );
    let folder = Folder::new(scene)?.in_place_of_pjsip("sip.conf", &text);
    let folder =
        folder.dialplan("exten => desk,1,Dial(SIP/desk,20)\nexten => wait,1,Answer()\n same => n,Wait(60)");
    let exchange = Exchange::start(scene, &folder)?;
    let (caller, desk) = (Wire::bind(a, exchange.sip_address())?, Wire::bind(b, exchange.sip_address())?);
    let media = Media::start(b, 440)?;
    let offer = media.description("sendrecv");
    // The desk calls once, and no second time.
    let first = Caller::new(&desk, "desk", "wait");
    first.send(&Method::Invite, Some(&offer), None)?;
    let answer = desk.await_any(&["200 INVITE"])?;
    first.ack_answer(&answer)?;
    let second = Caller::new(&desk, "desk", "wait");
    second.send(&Method::Invite, Some(&offer), None)?;
    second.ack_failure(&desk.await_any(&["480 INVITE"])?)?;
    exchange.says("rejected because it has as many calls as its call-limit allows")?;
    // Nobody can call it meanwhile; others are not limited.
    let gateway = Caller::new(&caller, "gateway", "desk");
    gateway.send(&Method::Invite, Some(&offer), None)?;
    gateway.ack_failure(&caller.await_any(&["486 INVITE"])?)?;
    first.send(&Method::Bye, None, None)?;
    desk.await_any(&["200 BYE"])?;
    exchange.is_idle()?;
    // Afterwards it takes a call again.
    let gateway = Caller::new(&caller, "gateway", "desk");
    gateway.send(&Method::Invite, Some(&offer), None)?;
    let invite = desk.await_any(&["INVITE"])?;
    desk.respond(&invite, 486, "desk")?;
    gateway.ack_failure(&caller.await_any(&["486 INVITE"])?)?;
    exchange.is_idle()
}
