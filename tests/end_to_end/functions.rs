//! Functions of the dialplan that real messages, a disk and other channels have a part in.

use libtest_mimic::Trial;
use sip_parser::{Method, ResponseBuilder};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("functions::headers_are_read_and_handed_on", &[], headers),
        trial("functions::an_extension_calls_the_devices_of_its_hint", &[], hint),
        trial("functions::the_data_base_outlives_a_power_cut", &[], data_base),
    ]
}

const DIALPLAN: &str = "exten => desk,1,Verbose(1,it says ${PJSIP_HEADER(read,X-Account)} and ${PJSIP_HEADER(read,X-Account,2)} in ${PJSIP_HEADERS(x-)})
 same => n,Verbose(1,it is ${CHANNEL(pjsip,call-id)} to ${PJSIP_PARSE_URI(${CHANNEL(pjsip,request_uri)},user)} of ${SIPDOMAIN} for ${CHANNEL(exten)})
 same => n,Verbose(1,${CHANNEL(peername)} at ${CHANNEL(peerip)} and ${CHANNEL(recvip)}:${CHANNEL(recvport)} with ${CHANNEL(useragent)} from ${CHANNEL(from)})
 same => n,Set(PJSIP_INHERITABLE_HEADER(add,X-Account)=${PJSIP_HEADER(read,X-Account)})
 same => n,Set(PJSIP_INHERITABLE_HEADER(add,X-Other)=none)
 same => n,Set(PJSIP_INHERITABLE_HEADER(remove,X-Other)=)
 same => n,Dial(PJSIP/desk,20)
 same => n,Verbose(1,it ended with ${HANGUPCAUSE(${HANGUPCAUSE_KEYS()},tech)} as ${HANGUPCAUSE(${HANGUPCAUSE_KEYS()},ast)})
 same => n,Hangup(17)
exten => keep,1,Set(DB(count/${CALLERID(num)})=$[0${DB(count/${CALLERID(num)})} + 1])
 same => n,Verbose(1,kept ${DB(count/${CALLERID(num)})})
 same => n,Hangup(17)";

fn headers(scene: &Scene) -> Outcome {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("gateway", (a, SIP_PORT).into(), "")
        .desk_with("desk", (b, SIP_PORT).into(), "")
        .dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let (wire, desk) = (Wire::bind(a, exchange.sip_address())?, Wire::bind(b, exchange.sip_address())?);
    let media = Media::start(a, 440)?;
    let gateway = Caller::new(&wire, "gateway", "desk");
    let said = [("User-Agent", "old 1.0"), ("X-Account", "42"), ("X-Account", "43"), ("X-Secret", "no")];
    gateway.send_with(&Method::Invite, &said, Some(&media.description("sendrecv")), None)?;
    let invite = desk.expect("INVITE")?;
    ensure(header(&invite, "X-Account")? == "42", || "X-Account is another one".to_owned())?;
    for stray in ["X-Other", "X-Secret"] {
        ensure(header(&invite, stray).is_err(), || format!("{stray} was handed on"))?;
    }
    exchange.says("it says 42 and 43 in X-Account,X-Secret")?;
    let domain = exchange.sip_address().ip();
    exchange.says(&format!("it is {} to desk of {domain} for desk", gateway.call_id()))?;
    exchange.says(&format!("gateway at {a} and {a}:{SIP_PORT} with old 1.0 from sip:gateway@"))?;
    let busy = ResponseBuilder::reply(&invite, 486).reason("Not Now").to_tag("desk");
    desk.send(&busy.build())?;
    desk.expect("ACK")?;
    exchange.says("it ended with SIP 486 Not Now as 17")?;
    let refusal = wire.await_any(&["486 INVITE"])?;
    gateway.ack_failure(&refusal)?;
    exchange.is_idle()
}

fn hint(scene: &Scene) -> Outcome {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk_with("gateway", (a, SIP_PORT).into(), "")
        .desk_with("desk", (b, SIP_PORT).into(), "")
        .dialplan("include => hints\n[hints]\nexten => 200,hint,PJSIP/desk\nexten => 200,1,Dial(${HINT},20)");
    let exchange = Exchange::start(scene, &folder)?;
    let (wire, desk) = (Wire::bind(a, exchange.sip_address())?, Wire::bind(b, exchange.sip_address())?);
    let gateway = Caller::new(&wire, "gateway", "200");
    gateway.send(&Method::Invite, Some(&Media::start(a, 440)?.description("sendrecv")), None)?;
    let invite = desk.expect("INVITE")?;
    desk.respond_in_dialog(&invite, 486, "desk", None)?;
    desk.expect("ACK")?;
    let refusal = wire.await_any(&["486 INVITE"])?;
    gateway.ack_failure(&refusal)?;
    exchange.is_idle()
}

fn data_base(scene: &Scene) -> Outcome {
    let a = scene.address()?;
    let folder = Folder::new(scene)?.desk_with("gateway", (a, SIP_PORT).into(), "").dialplan(DIALPLAN);
    let mut exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(a, exchange.sip_address())?;
    let media = Media::start(a, 440)?;
    for count in 1..=3 {
        let gateway = Caller::new(&wire, "gateway", "keep");
        gateway.send(&Method::Invite, Some(&media.description("sendrecv")), None)?;
        // The value is on the disk before the dialplan goes on, so before this refusal.
        let refusal = wire.await_any(&["486 INVITE"])?;
        gateway.ack_failure(&refusal)?;
        exchange.says(&format!("kept {count}"))?;
        exchange.kill_and_start_again(scene)?;
    }
    let shown = exchange.console("database show count")?;
    ensure(shown.contains(": 3"), || format!("the console shows {shown}"))
}
