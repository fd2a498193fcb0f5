//! Session timers, acknowledged provisional responses, UPDATE, and what is required of us, on the wire.

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("session_extensions::the_timer_is_agreed_on_both_legs", &[], timers),
        trial("session_extensions::an_interval_that_is_too_short_is_refused", &[], too_short),
        trial("session_extensions::an_update_changes_the_session", &[], updates),
        trial("session_extensions::provisional_responses_are_acknowledged", &[], reliable),
        trial("session_extensions::a_late_offer_comes_reliably_and_is_answered_by_prack", &[], late_offer),
        trial("session_extensions::what_is_not_known_is_refused", &[], unknown),
    ]
}

struct Stage {
    exchange: Exchange,
    caller: Wire,
    desk: Wire,
    media: Media,
}

fn stage(scene: &Scene, alice: &str) -> Outcome<Stage> {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?.phone_with("alice", alice).desk("desk", (a, SIP_PORT).into());
    let folder =
        folder.dialplan("exten => desk,1,Dial(PJSIP/desk,20)\nexten => echo,1,Answer()\n same => n,Echo()");
    let folder = folder.dialplan(
        "exten => early,1,Progress()\n same => n,Playtones(600)\n same => n,Wait(4)\n same => n,StopPlaytones()\n same => n,Answer()\n same => n,Echo()",
    );
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    Ok(Stage { desk: Wire::bind(a, at)?, caller: Wire::bind(b, at)?, media: Media::start(b, 440)?, exchange })
}

fn says(message: &Message, name: &str, wanted: &str) -> Outcome {
    let value = header(message, name)?;
    ensure(value.contains(wanted), || format!("{name} should say '{wanted}', not '{value}'"))
}

fn timers(scene: &Scene) -> Outcome {
    let stage = stage(scene, "timers_sess_expires=600\ntimers_min_se=120")?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    let description = stage.media.description("sendrecv");
    let asks = [("Supported", "timer"), ("Session-Expires", "300")];
    alice.send_with(&Method::Invite, &asks, Some(&description), None)?;
    let challenge = stage.caller.await_any(&["401 INVITE"])?;
    alice.ack_failure(&challenge)?;
    alice.send_with(&Method::Invite, &asks, Some(&description), Some(&challenge))?;
    let invite = stage.desk.expect("INVITE")?;
    says(&invite, "Session-Expires", "1800")?;
    says(&invite, "Min-SE", "90")?;
    says(&invite, "Supported", "timer")?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&description))?;
    stage.desk.expect("ACK")?;
    let answer = stage.caller.await_any(&["200 INVITE"])?;
    says(&answer, "Session-Expires", "300;refresher=uac")?;
    says(&answer, "Require", "timer")?;
    alice.ack_answer(&answer)?;
    alice.send(&Method::Bye, None, None)?;
    stage.caller.await_any(&["200 BYE"])?;
    let bye = stage.desk.expect("BYE")?;
    stage.desk.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

fn too_short(scene: &Scene) -> Outcome {
    let stage = stage(scene, "timers_sess_expires=600\ntimers_min_se=120")?;
    let alice = Caller::new(&stage.caller, "alice", "echo");
    let description = stage.media.description("sendrecv");
    let asks = [("Supported", "timer"), ("Session-Expires", "100")];
    alice.send_with(&Method::Invite, &asks, Some(&description), None)?;
    let challenge = stage.caller.await_any(&["401 INVITE"])?;
    alice.ack_failure(&challenge)?;
    alice.send_with(&Method::Invite, &asks, Some(&description), Some(&challenge))?;
    let refusal = stage.caller.await_any(&["422 INVITE"])?;
    says(&refusal, "Min-SE", "120")?;
    alice.ack_failure(&refusal)?;
    stage.exchange.is_idle()
}

fn updates(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    let alice = Caller::new(&stage.caller, "alice", "echo");
    let answer = alice.call_with(&[], &stage.media.description("sendrecv"))?;
    says(&answer, "Allow", "UPDATE")?;
    alice.send(&Method::Update, None, None)?;
    let refreshed = stage.caller.await_any(&["200 UPDATE"])?;
    ensure(refreshed.body().is_empty(), || "an UPDATE without an offer was answered with one".to_owned())?;
    alice.send(&Method::Update, Some(&stage.media.description("sendonly")), None)?;
    let held = stage.caller.await_any(&["200 UPDATE"])?;
    let body = String::from_utf8_lossy(held.body()).into_owned();
    ensure(body.contains("a=recvonly"), || format!("a hold is answered with recvonly:\n{body}"))?;
    alice.send(&Method::Bye, None, None)?;
    stage.caller.await_any(&["200 BYE"])?;
    stage.exchange.is_idle()
}

fn reliable(scene: &Scene) -> Outcome {
    let stage = stage(scene, "100rel=peer_supported")?;
    let alice = Caller::new(&stage.caller, "alice", "desk");
    let description = stage.media.description("sendrecv");
    let asks = [("Supported", "100rel")];
    alice.send_with(&Method::Invite, &asks, Some(&description), None)?;
    let challenge = stage.caller.await_any(&["401 INVITE"])?;
    alice.ack_failure(&challenge)?;
    alice.send_with(&Method::Invite, &asks, Some(&description), Some(&challenge))?;
    let invite = stage.desk.expect("INVITE")?;
    says(&invite, "Supported", "100rel")?;
    // The desk rings reliably, and the exchange acknowledges it.
    let ringing = sip_parser::ResponseBuilder::reply(&invite, 180)
        .to_tag("desk")
        .header("Contact", stage.desk.contact("desk"))
        .header("Require", "100rel")
        .header("RSeq", 17);
    stage.desk.send(&ringing.build())?;
    let prack = stage.desk.expect("PRACK")?;
    says(&prack, "RAck", "17 ")?;
    stage.desk.respond(&prack, 200, "")?;
    // So does the exchange towards Alice, until she acknowledges it.
    let ringing = stage.caller.await_any(&["180 INVITE"])?;
    says(&ringing, "Require", "100rel")?;
    let rseq = header(&ringing, "RSeq")?.to_owned();
    stage.caller.repeat_of("180 INVITE", 0)?;
    alice.follow(&ringing)?;
    let cseq = ringing.cseq()?.number;
    alice.send_with(&Method::Prack, &[("RAck", &format!("{rseq} {cseq} INVITE"))], None, None)?;
    stage.caller.await_any(&["200 PRACK"])?;
    stage.desk.respond_in_dialog(&invite, 200, "desk", Some(&description))?;
    stage.desk.expect("ACK")?;
    let answer = stage.caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    alice.send(&Method::Bye, None, None)?;
    stage.caller.await_any(&["200 BYE"])?;
    let bye = stage.desk.expect("BYE")?;
    stage.desk.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

/// Alice offers nothing: our offer is in the first reliable response, her answer in the PRACK (RFC 3262 section 5).
fn late_offer(scene: &Scene) -> Outcome {
    let stage = stage(scene, "100rel=peer_supported")?;
    let alice = Caller::new(&stage.caller, "alice", "early");
    let asks = [("Supported", "100rel")];
    alice.send_with(&Method::Invite, &asks, None, None)?;
    let challenge = stage.caller.await_any(&["401 INVITE"])?;
    alice.ack_failure(&challenge)?;
    alice.send_with(&Method::Invite, &asks, None, Some(&challenge))?;
    let progress = stage.caller.await_any(&["183 INVITE"])?;
    says(&progress, "Require", "100rel")?;
    let offer = String::from_utf8_lossy(progress.body()).into_owned();
    ensure(offer.contains("m=audio"), || format!("the 183 holds no offer: '{offer}'"))?;
    let rseq = header(&progress, "RSeq")?.to_owned();
    alice.follow(&progress)?;
    let rack = format!("{rseq} {} INVITE", progress.cseq()?.number);
    stage.media.send_to(Some(place_in(progress.body())?));
    let answer = stage.media.description("sendrecv");
    alice.send_with(&Method::Prack, &[("RAck", &rack)], Some(&answer), None)?;
    stage.caller.await_any(&["200 PRACK"])?;
    // She hears it before anybody answers, and is heard afterwards.
    stage.media.hears(600)?;
    let answered = stage.caller.await_any(&["200 INVITE"])?;
    ensure(answered.body().is_empty(), || "the 200 holds another offer".to_owned())?;
    alice.ack_answer(&answered)?;
    stage.media.hears(440)?;
    alice.send(&Method::Bye, None, None)?;
    stage.caller.await_any(&["200 BYE"])?;
    stage.exchange.is_idle()
}

fn unknown(scene: &Scene) -> Outcome {
    let stage = stage(scene, "100rel=no")?;
    let alice = Caller::new(&stage.caller, "alice", "echo");
    let description = stage.media.description("sendrecv");
    alice.send_with(&Method::Invite, &[("Require", "gruu-of-tomorrow")], Some(&description), None)?;
    let refusal = stage.caller.await_any(&["420 INVITE"])?;
    says(&refusal, "Unsupported", "gruu-of-tomorrow")?;
    alice.ack_failure(&refusal)?;
    let asks = [("Require", "100rel")];
    alice.send_with(&Method::Invite, &asks, Some(&description), None)?;
    let challenge = stage.caller.await_any(&["401 INVITE"])?;
    alice.ack_failure(&challenge)?;
    alice.send_with(&Method::Invite, &asks, Some(&description), Some(&challenge))?;
    let refusal = stage.caller.await_any(&["420 INVITE"])?;
    says(&refusal, "Unsupported", "100rel")?;
    alice.ack_failure(&refusal)?;
    stage.exchange.is_idle()
}
