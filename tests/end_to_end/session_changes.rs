//! What dialplans change of a session that runs, as the phone sees it: `PJSIP_MEDIA_OFFER()`, `PJSIP_SEND_SESSION_REFRESH()`,
//! `PJSIP_DTMF_MODE()`.

use std::net::SocketAddr;

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::description;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("session_changes::codecs_and_keys_change_while_a_call_runs", &[], changes),
        trial("session_changes::a_routine_changes_a_call_before_it_goes_out", &[], before_it_goes_out),
        trial(
            "session_changes::a_call_over_udp_is_not_made_where_signalling_is_to_be_secure",
            &[],
            not_secure,
        ),
    ]
}

const DIALPLAN: &str = "exten => change,1,Set(PJSIP_MEDIA_OFFER(audio)=!all,alaw)
 same => n,Verbose(1,before it is ${PJSIP_MEDIA_OFFER(audio)} by ${PJSIP_DTMF_MODE()})
 same => n,Answer()
 same => n,Wait(0.5)
 same => n,Set(PJSIP_MEDIA_OFFER(audio)=ulaw)
 same => n,Set(PJSIP_SEND_SESSION_REFRESH()=invite)
 same => n,WaitDigit(10)
 same => n,Set(PJSIP_MEDIA_OFFER(audio)=!all,ulaw)
 same => n,Set(PJSIP_SEND_SESSION_REFRESH()=update)
 same => n,WaitDigit(10)
 same => n,Set(PJSIP_DTMF_MODE()=info)
 same => n,WaitDigit(10)
 same => n,SendDTMF(7)
 same => n,Verbose(1,after it is ${PJSIP_MEDIA_OFFER(audio)} by ${PJSIP_DTMF_MODE()})
 same => n,Wait(1)
 same => n,Hangup()";

/// Both laws, as attributes of a description.
const BOTH: &str = "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n";

fn changes(scene: &Scene) -> Outcome {
    let here = scene.address()?;
    let folder = Folder::new(scene)?
        .desk_with("desk", (here, SIP_PORT).into(), "dtmf_mode=auto_info")
        .dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let media = SocketAddr::from((here, 4_000));
    let caller = Caller::new(&wire, "desk", "change");
    caller.say(&[("Allow", "INVITE, ACK, CANCEL, BYE, INFO, UPDATE")]);
    caller.send(&Method::Invite, Some(&description(media, "0 8", BOTH, "sendrecv")), None)?;
    let answer = wire.await_any(&["200 INVITE"])?;
    has(&answer, "8 101")?;
    caller.ack_answer(&answer)?;
    exchange.says("before it is alaw by auto_info")?;
    let again = wire.expect("INVITE")?;
    has(&again, "8 0 101")?;
    agree(&wire, &again, &description(media, "8 0", BOTH, "sendrecv"))?;
    press(&wire, &caller)?;
    let update = wire.expect("UPDATE")?;
    has(&update, "0 101")?;
    wire.respond_in_dialog(&update, 200, "", Some(&description(media, "0", BOTH, "sendrecv")))?;
    press(&wire, &caller)?;
    let keys = wire.expect("INVITE")?;
    has(&keys, "0")?;
    let plain = description(media, "0", BOTH, "sendrecv").replace(" 101\r\n", "\r\n");
    agree(&wire, &keys, &plain)?;
    press(&wire, &caller)?;
    let info = wire.expect("INFO")?;
    let text = String::from_utf8_lossy(info.body()).into_owned();
    ensure(text.starts_with("Signal=7\r\n"), || format!("a key should come:\n{text}"))?;
    wire.respond(&info, 200, "")?;
    exchange.says("after it is ulaw by info")?;
    wire.respond(&wire.expect("BYE")?, 200, "")?;
    exchange.is_idle()
}

/// A key that the dialplan waits for.
fn press(wire: &Wire, caller: &Caller<'_>) -> Outcome {
    caller.say_type("application/dtmf-relay");
    caller.send(&Method::Info, Some("Signal=1\r\nDuration=120\r\n"), None)?;
    wire.await_any(&["200 INFO"]).map(drop)
}

fn agree(wire: &Wire, invite: &Message, description: &str) -> Outcome {
    wire.respond_in_dialog(invite, 200, "", Some(description))?;
    wire.expect("ACK").map(drop)
}

/// The payload types that a message describes.
fn has(message: &Message, wanted: &str) -> Outcome {
    let text = String::from_utf8_lossy(message.body()).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("m=audio "));
    let formats = line.and_then(|line| line.split_once("RTP/AVP ")).map_or("", |(_, formats)| formats.trim());
    ensure(formats == wanted, || format!("it should describe {wanted}:\n{text}"))
}

const BEFORE: &str = "exten => out,1,Dial(PJSIP/there,20,b(prepare^s^1(seven)))
 same => n,Hangup()

[prepare]
exten => s,1,Set(PJSIP_MEDIA_OFFER(audio)=!all,alaw)
 same => n,Set(PJSIP_DTMF_MODE()=info)
 same => n,Verbose(1,it goes to ${CHANNEL(contact)})
 same => n,Verbose(1,holds are passed on: ${PJSIP_MOH_PASSTHROUGH()}, transfers: ${PJSIP_TRANSFER_HANDLING()})
 same => n,Set(PJSIP_TRANSFER_HANDLING()=ari-only)
 same => n,Set(PJSIP_HEADER(add,X-Ticket)=${ARG1})
 same => n,Set(CHANNEL(hangup_handler_push)=prepare,over,1(${CHANNEL(aor)}))
 same => n,Return()
exten => over,1,Verbose(1,it was ${HANGUPCAUSE} at ${ARG1})
 same => n,Return()";

/// Codecs, keys and headers that the routine of option `b` sets are in the first INVITE; its hangup handler runs at the end.
fn before_it_goes_out(scene: &Scene) -> Outcome {
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk("here", (here, SIP_PORT).into())
        .desk("there", (there, SIP_PORT).into())
        .dialplan(BEFORE);
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let phone = Wire::bind(there, exchange.sip_address())?;
    let caller = Caller::new(&wire, "here", "out");
    let media = SocketAddr::from((here, 4_000));
    caller.send(&Method::Invite, Some(&description(media, "0 8", BOTH, "sendrecv")), None)?;
    let invite = phone.expect("INVITE")?;
    has(&invite, "8")?;
    exchange.says("holds are passed on: no, transfers: core")?;
    exchange.says("there is no ARI")?;
    let ticket = header(&invite, "X-Ticket")?;
    ensure(ticket == "seven", || format!("the header says {ticket}"))?;
    phone.respond_in_dialog(&invite, 486, "busy", None)?;
    phone.expect("ACK")?;
    let refusal = wire.await_any(&["486 INVITE", "603 INVITE", "480 INVITE", "503 INVITE"])?;
    caller.ack_failure(&refusal)?;
    exchange.says("it was 17 at there")?;
    exchange.is_idle()
}

fn not_secure(scene: &Scene) -> Outcome {
    let (here, there) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk("here", (here, SIP_PORT).into())
        .desk("there", (there, SIP_PORT).into())
        .dialplan(
            "exten => safe,1,Set(CHANNEL(secure_bridge_signaling)=1)\n same => n,Dial(PJSIP/there,20)\n \
             same => n,Verbose(1,it is ${DIALSTATUS} for ${HANGUPCAUSE})\n same => n,Hangup(17)",
        );
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(here, exchange.sip_address())?;
    let phone = Wire::bind(there, exchange.sip_address())?;
    let caller = Caller::new(&wire, "here", "safe");
    let media = SocketAddr::from((here, 4_000));
    caller.send(&Method::Invite, Some(&description(media, "0 8", BOTH, "sendrecv")), None)?;
    let refusal = wire.await_any(&["486 INVITE"])?;
    caller.ack_failure(&refusal)?;
    exchange.says("it is CHANUNAVAIL for 58")?;
    phone.is_quiet(std::time::Duration::from_millis(300))?;
    exchange.is_idle()
}
