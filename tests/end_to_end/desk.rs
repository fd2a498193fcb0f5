//! What dialplans do with SIP itself, and callers with keys: headers, statuses, notices and texts on the wire; a line that
//! two sides test; a dictation that outlives a power cut.

use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::wait::until_within;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("desk::headers_are_added_and_taken_away", &[], headers),
        trial("desk::a_caller_is_refused_with_a_status", &[], refused),
        trial("desk::a_phone_is_notified_in_its_call_and_outside", &[], notified),
        trial("desk::texts_of_a_call_reach_the_dialplan", &[], texts),
        trial("desk::a_line_is_tested_from_both_ends", &[], line),
    ]
}

const DIALPLAN: &str = "exten => desk,1,SIPAddHeader(X-Account: 42)
 same => n,SIPAddHeader(X-Other: none)
 same => n,SIPAddHeader(P-Kept: yes)
 same => n,SIPRemoveHeader(X-Other:)
 same => n,Dial(PJSIP/desk,20)
exten => refuse,1,PJSIPHangup(UNSUPPORTED_CERTIFICATE)
exten => notify,1,Answer()
 same => n,PJSIPNotify(,&Event=Test&X-Data=Fun)
 same => n,PJSIPNotify(,talk)
 same => n,Wait(20)
exten => text,1,Answer()
 same => n,ReceiveText(10)
 same => n,Verbose(1,it said ${RECEIVETEXTMESSAGE} with ${RECEIVETEXTSTATUS})
 same => n,Set(SENDTEXT_FROM_DISPLAYNAME=The \"Exchange\")
 same => n,SendText(and so do I)
 same => n,Verbose(1,sent ${SENDTEXTTYPE} ${SENDTEXTSTATUS})
 same => n,ReceiveText(1)
 same => n,Verbose(1,then ${RECEIVETEXTSTATUS})
exten => line,1,Originate(Local/server@phones,app,TestClient,4711)
exten => server,1,TestServer()";

struct Stage {
    exchange: Exchange,
    wire: Wire,
    desk: Wire,
    media: Media,
}

fn stage(scene: &Scene) -> Outcome<Stage> {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk("gateway", (a, SIP_PORT).into())
        .desk("desk", (b, SIP_PORT).into())
        .dialplan(DIALPLAN);
    folder.write_file(
        "pjsip_notify.conf",
        "[talk]\nEvent=>talk\n[sync]\nEvent=>check-sync\nContent-type=>text/plain\nContent=>now\nContent=>please\n",
    )?;
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    Ok(Stage { wire: Wire::bind(a, at)?, desk: Wire::bind(b, at)?, media: Media::start(a, 440)?, exchange })
}

impl Stage {
    /// The gateway, in an answered call to this number.
    fn call(&self, number: &str) -> Outcome<Caller<'_>> {
        let gateway = Caller::new(&self.wire, "gateway", number);
        gateway.send(&Method::Invite, Some(&self.media.description("sendrecv")), None)?;
        let answer = self.wire.await_any(&["200 INVITE"])?;
        gateway.ack_answer(&answer)?;
        Ok(gateway)
    }

    fn notified(&self, at: &Wire, event: &str) -> Outcome<Message> {
        let notify = at.await_any(&["NOTIFY"])?;
        let found = header(&notify, "Event")?.to_owned();
        ensure(found == event, || format!("'{event}' should come, not '{found}'"))?;
        at.respond(&notify, 200, "")?;
        Ok(notify)
    }
}

fn headers(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let gateway = Caller::new(&stage.wire, "gateway", "desk");
    gateway.send(&Method::Invite, Some(&stage.media.description("sendrecv")), None)?;
    let invite = stage.desk.expect("INVITE")?;
    ensure(header(&invite, "X-Account")? == "42", || "X-Account is another one".to_owned())?;
    ensure(header(&invite, "P-Kept")? == "yes", || "P-Kept is another one".to_owned())?;
    ensure(header(&invite, "X-Other").is_err(), || "X-Other was taken away".to_owned())?;
    stage.desk.respond(&invite, 486, "desk")?;
    let refusal = stage.wire.await_any(&["486 INVITE"])?;
    gateway.ack_failure(&refusal)?;
    stage.exchange.is_idle()
}

fn refused(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let gateway = Caller::new(&stage.wire, "gateway", "refuse");
    gateway.send(&Method::Invite, Some(&stage.media.description("sendrecv")), None)?;
    let refusal = stage.wire.await_any(&["437 INVITE"])?;
    gateway.ack_failure(&refusal)?;
    stage.exchange.is_idle()
}

fn notified(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let gateway = stage.call("notify")?;
    let first = stage.notified(&stage.wire, "Test")?;
    ensure(header(&first, "X-Data")? == "Fun", || "X-Data is another one".to_owned())?;
    ensure(first.call_id()? == gateway.call_id(), || "it came outside of the call".to_owned())?;
    stage.notified(&stage.wire, "talk")?;
    let console = std::thread::scope(|scope| {
        let asked = scope.spawn(|| stage.exchange.console("pjsip send notify sync endpoint desk"));
        let notify = stage.notified(&stage.desk, "check-sync")?;
        ensure(notify.body()[..] == *b"now\r\nplease", || format!("{:?}", notify.body()))?;
        asked.join().map_err(|_| "the console failed")?
    })?;
    ensure(console.contains("Sent 'sync' to desk"), || console.clone())?;
    gateway.send(&Method::Bye, None, None)?;
    stage.wire.await_any(&["200 BYE"])?;
    stage.exchange.is_idle()
}

fn texts(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let gateway = stage.call("text")?;
    gateway.text("hello there", None)?;
    stage.exchange.says("it said hello there with SUCCESS")?;
    let text = stage.wire.await_any(&["MESSAGE"])?;
    ensure(text.body()[..] == *b"and so do I", || format!("{:?}", text.body()))?;
    let from = header(&text, "From")?.to_owned();
    ensure(from.starts_with("\"The \\\"Exchange\\\"\" <"), || from.clone())?;
    stage.wire.respond(&text, 200, "")?;
    stage.exchange.says("sent ENHANCED SUCCESS")?;
    stage.exchange.says("then FAILURE")?;
    stage.wire.await_any(&["BYE"])?;
    Ok(())
}

/// Both ends are channels of one exchange, joined by a pair of Local ones.
fn line(scene: &Scene) -> Outcome {
    let stage = stage(scene)?;
    let gateway = Caller::new(&stage.wire, "gateway", "line");
    gateway.send(&Method::Invite, Some(&stage.media.description("sendrecv")), None)?;
    let results = stage.exchange.folder().join("var/log/testresults");
    let report = |side: &str| {
        let text = std::fs::read_to_string(results.join(format!("4711-{side}.txt"))).unwrap_or_default();
        Ok(text.ends_with("-- END TEST--\n").then_some(text))
    };
    let patience = Duration::from_secs(60);
    let server = until_within(patience, "the report of the server", || report("server"))?;
    let client = until_within(patience, "the report of the client", || report("client"))?;
    for text in [&server, &client] {
        ensure(!text.contains("FAIL"), || text.clone())?;
    }
    ensure(server.contains("WAIT HANGUP:   PASS"), || server.clone())?;
    ensure(client.contains("MEASURENOISE:  PASS (0)"), || client.clone())
}
