//! Which codecs are offered and answered, in which order: what phones see of `incoming_call_offer_pref`,
//! `outgoing_call_offer_pref`, `codec_prefs_*` and `preferred_codec_only`.

use std::net::SocketAddr;

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::media::description;
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("codec_order::two_descriptions_of_each_call", &[], descriptions),
        trial("codec_order::a_call_that_may_not_be_translated_is_refused", &[], no_translation),
        trial("codec_order::a_phone_that_resumes_stays_with_its_codec", &[], later_offers),
        trial("codec_order::the_log_says_why_two_could_not_agree", &[], told),
        trial("codec_order::the_log_says_who_cannot_hear_what_is_played", &[], unspoken),
        trial("codec_order::a_phone_that_names_all_it_knows_again_stays_with_its_codec", &[], all_again),
    ]
}

/// A call between two phones, by payload types: 0 is µ-law, 8 A-law.
struct Case {
    /// Lines of the caller's endpoint, and of the called one's. Both may use µ-law and A-law, unless they say otherwise.
    caller: &'static str,
    called: &'static str,
    /// What the caller offers, and what the called phone is to be offered.
    offer: &'static str,
    offered: &'static str,
    /// What it answers, and what the caller is to be answered.
    answer: &'static str,
    answered: &'static str,
}

/// Nothing said: our order for the caller, who is then followed.
const PLAIN: Case =
    Case { caller: "", called: "", offer: "8 0", offered: "0 8", answer: "0 8", answered: "0 8" };

const CASES: &[Case] = &[
    PLAIN,
    Case { offer: "18 8", offered: "8 0", answer: "8", answered: "8", ..PLAIN },
    Case { caller: "incoming_call_offer_pref=remote", offered: "8 0", answer: "8", answered: "8 0", ..PLAIN },
    Case { caller: "incoming_call_offer_pref=local_first", answered: "0", ..PLAIN },
    Case { caller: "incoming_call_offer_pref=remote_first", offered: "8 0", answered: "8", ..PLAIN },
    Case { caller: "preferred_codec_only=yes", answered: "0", ..PLAIN },
    Case { called: "outgoing_call_offer_pref=local\nallow=!all,alaw,ulaw", offered: "8 0", ..PLAIN },
    Case { called: "outgoing_call_offer_pref=local_first\nallow=!all,alaw,ulaw", offered: "8", ..PLAIN },
    Case { called: "outgoing_call_offer_pref=local_merge\nallow=!all,alaw", offered: "8", ..PLAIN },
    Case { called: "outgoing_call_offer_pref=remote_first", offered: "0", ..PLAIN },
    Case { offer: "0", offered: "0 8", answered: "0", ..PLAIN },
    Case {
        called: "outgoing_call_offer_pref=remote",
        offer: "8",
        offered: "8",
        answer: "8",
        answered: "8",
        ..PLAIN
    },
    Case {
        caller: "codec_prefs_incoming_offer=prefer: pending, operation: intersect",
        offered: "8 0",
        answered: "8 0",
        ..PLAIN
    },
    Case {
        called: "codec_prefs_outgoing_offer=prefer: configured, operation: union, keep: first",
        offer: "8",
        offered: "0",
        answered: "8",
        ..PLAIN
    },
    Case {
        called: "codec_prefs_outgoing_offer=transcode: prevent",
        offer: "8",
        offered: "8",
        answered: "8",
        ..PLAIN
    },
    // The called party chooses A-law, and the caller is answered likewise.
    Case { caller: "codec_prefs_outgoing_answer=keep: first", answer: "8", answered: "8", ..PLAIN },
];

/// The payload types of a description's audio, without telephone-event.
fn formats(message: &Message) -> Outcome<String> {
    let text = String::from_utf8_lossy(message.body()).into_owned();
    let line = text.lines().find(|line| line.starts_with("m=audio ")).ok_or("no audio")?;
    let formats: Vec<&str> = line.split(' ').skip(3).filter(|format| *format != "101").collect();
    Ok(formats.join(" "))
}

fn has(message: &Message, wanted: &str, case: &str) -> Outcome {
    let found = formats(message)?;
    ensure(found == wanted, || format!("{case}: '{wanted}' should be described, not '{found}'"))
}

/// An exchange with a caller's phone and a called one for each case, and the wires of both kinds.
fn desks(scene: &Scene, cases: &[Case]) -> Outcome<(Exchange, Wire, Wire)> {
    let (here, there) = (scene.address()?, scene.address()?);
    let mut folder = Folder::new(scene)?;
    for (number, case) in cases.iter().enumerate() {
        let [from, to]: [SocketAddr; 2] = [(here, SIP_PORT).into(), (there, SIP_PORT).into()];
        folder = folder
            .desk_with(&format!("from{number}"), from, case.caller)
            .desk_with(&format!("to{number}"), to, case.called)
            .dialplan(&format!("exten => to{number},1,Dial(PJSIP/to{number},20)"));
    }
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    Ok((exchange, Wire::bind(here, at)?, Wire::bind(there, at)?))
}

/// What a phone on this wire says of its audio, with these payload types.
fn audio(wire: &Wire, formats: &str) -> String {
    description((wire.address().ip(), 8_000).into(), formats, "", "sendrecv")
}

fn descriptions(scene: &Scene) -> Outcome {
    let (exchange, here, there) = desks(scene, CASES)?;
    for (number, case) in CASES.iter().enumerate() {
        let told = format!("case {number} ({}/{})", case.caller, case.called);
        let caller = Caller::new(&here, &format!("from{number}"), &format!("to{number}"));
        caller.send(&Method::Invite, Some(&audio(&here, case.offer)), None)?;
        let invite = there.expect("INVITE")?;
        has(&invite, case.offered, &format!("{told}, offer"))?;
        there.respond_in_dialog(&invite, 200, "there", Some(&audio(&there, case.answer)))?;
        there.expect("ACK")?;
        let answer = here.await_any(&["200 INVITE"])?;
        has(&answer, case.answered, &format!("{told}, answer"))?;
        caller.ack_answer(&answer)?;
        caller.send(&Method::Bye, None, None)?;
        here.await_any(&["200 BYE"])?;
        there.respond(&there.expect("BYE")?, 200, "")?;
    }
    exchange.is_idle()
}

/// Either end may rule a translation out; the called phone does not ring then, and the dialplan ends in congestion.
fn no_translation(scene: &Scene) -> Outcome {
    let strict = "codec_prefs_outgoing_offer=operation: intersect, transcode: prevent\nallow=!all,ulaw";
    let cases = [
        Case { called: strict, ..PLAIN },
        Case { caller: "codec_prefs_incoming_offer=transcode: prevent", called: "allow=!all,ulaw", ..PLAIN },
    ];
    let (exchange, here, there) = desks(scene, &cases)?;
    for number in 0..cases.len() {
        let caller = Caller::new(&here, &format!("from{number}"), &format!("to{number}"));
        caller.send(&Method::Invite, Some(&audio(&here, "8")), None)?;
        let refusal = here.await_any(&["488 INVITE", "503 INVITE", "200 INVITE"])?;
        ensure(refusal.status() == Some(503), || {
            format!("case {number} should be refused:\n{}", here.story())
        })?;
        caller.ack_failure(&refusal)?;
        there.is_quiet(std::time::Duration::from_millis(100))?;
    }
    exchange.is_idle()
}

/// A phone that the caller's codec was offered to first holds and resumes: no codec changes by that.
fn later_offers(scene: &Scene) -> Outcome {
    let (exchange, here, there) = desks(scene, &[PLAIN])?;
    let caller = Caller::new(&here, "from0", "to0");
    caller.send(&Method::Invite, Some(&audio(&here, "8")), None)?;
    let invite = there.expect("INVITE")?;
    has(&invite, "8 0", "offer")?;
    there.respond_in_dialog(&invite, 200, "there", Some(&audio(&there, "8 0")))?;
    there.expect("ACK")?;
    let answer = here.await_any(&["200 INVITE"])?;
    caller.ack_answer(&answer)?;
    let called = Caller::answered(&there, "to0", &invite, "there")?;
    called.send(&Method::Invite, Some(&audio(&there, "8 0")), None)?;
    let again = there.await_any(&["200 INVITE"])?;
    has(&again, "8 0", "answer to a re-INVITE")?;
    called.ack_answer(&again)?;
    called.send(&Method::Bye, None, None)?;
    there.await_any(&["200 BYE"])?;
    here.respond(&here.expect("BYE")?, 200, "")?;
    exchange.is_idle()
}

/// As PJSIP does it: one codec is settled on after the answer, and each hold names all of them again, in the phone's own
/// order, which was overruled when the call began. What it speaks stays, until its order changes.
fn all_again(scene: &Scene) -> Outcome {
    let (exchange, here, there) = desks(scene, &[PLAIN])?;
    let caller = Caller::new(&here, "from0", "to0");
    caller.send(&Method::Invite, Some(&audio(&here, "8 0")), None)?;
    let invite = there.expect("INVITE")?;
    has(&invite, "0 8", "offer")?;
    there.respond_in_dialog(&invite, 200, "there", Some(&audio(&there, "0 8")))?;
    there.expect("ACK")?;
    let answer = here.await_any(&["200 INVITE"])?;
    has(&answer, "0 8", "answer")?;
    caller.ack_answer(&answer)?;
    for (offer, answered) in
        [("0", "0"), ("8 0", "0 8"), ("0", "0"), ("8 0", "0 8"), ("0 8", "0 8"), ("8 0", "8 0")]
    {
        caller.send(&Method::Invite, Some(&audio(&here, offer)), None)?;
        let again = here.await_any(&["200 INVITE"])?;
        has(&again, answered, &format!("answer to a re-INVITE with '{offer}'"))?;
        caller.ack_answer(&again)?;
    }
    // The called phone has never made an offer before.
    let called = Caller::answered(&there, "to0", &invite, "there")?;
    called.send(&Method::Invite, Some(&audio(&there, "8 0")), None)?;
    let again = there.await_any(&["200 INVITE"])?;
    has(&again, "0 8", "answer to the called phone")?;
    called.ack_answer(&again)?;
    called.send(&Method::Bye, None, None)?;
    there.await_any(&["200 BYE"])?;
    here.respond(&here.expect("BYE")?, 200, "")?;
    exchange.is_idle()
}

/// What the peer reads in a Warning, and a caller in no way at all, is told to whoever looks after the exchange.
fn told(scene: &Scene) -> Outcome {
    let (exchange, here, there) = desks(scene, &[PLAIN])?;
    let caller = Caller::new(&here, "from0", "to0");
    caller.send(&Method::Invite, Some(&audio(&here, "18")), None)?;
    caller.ack_failure(&here.await_any(&["488 INVITE"])?)?;
    exchange.says("rejected because no codec in common: the peer has G729")?;

    let caller = Caller::new(&here, "from0", "to0");
    caller.send(&Method::Invite, Some(&audio(&here, "0")), None)?;
    let invite = there.expect("INVITE")?;
    let closed = audio(&there, "0").replace("m=audio 8000 ", "m=audio 0 ");
    there.respond_in_dialog(&invite, 200, "there", Some(&closed))?;
    there.expect("ACK")?;
    there.respond(&there.expect("BYE")?, 200, "")?;
    caller.ack_failure(&here.await_any(&["503 INVITE"])?)?;
    exchange.says("the answer cannot be used")?;

    let caller = Caller::new(&here, "from0", "to0");
    caller.send(&Method::Invite, Some(&audio(&here, "0")), None)?;
    let invite = there.expect("INVITE")?;
    there.respond_in_dialog(&invite, 200, "there", Some(&audio(&there, "0")))?;
    there.expect("ACK")?;
    caller.ack_answer(&here.await_any(&["200 INVITE"])?)?;
    caller.send(&Method::Invite, Some(&audio(&here, "18")), None)?;
    caller.ack_failure(&here.await_any(&["488 INVITE"])?)?;
    exchange.says("re-INVITE is refused: no codec in common")?;
    caller.send(&Method::Bye, None, None)?;
    here.await_any(&["200 BYE"])?;
    there.respond(&there.expect("BYE")?, 200, "")?;
    exchange.is_idle()
}

/// G.729 is passed on between phones that have it, and no more.
fn unspoken(scene: &Scene) -> Outcome {
    let address = scene.address()?;
    let folder = Folder::new(scene)?
        .desk_with("desk", (address, SIP_PORT).into(), "allow=!all,g729")
        .dialplan("exten => tone,1,Answer()\n same => n,PlayTones(busy)\n same => n,Wait(20)");
    let exchange = Exchange::start(scene, &folder)?;
    let here = Wire::bind(address, exchange.sip_address())?;
    let caller = Caller::new(&here, "desk", "tone");
    caller.send(&Method::Invite, Some(&audio(&here, "18")), None)?;
    caller.ack_answer(&here.await_any(&["200 INVITE"])?)?;
    exchange.says("it hears nothing of what is played: G729 is only passed on")?;
    caller.send(&Method::Bye, None, None)?;
    here.await_any(&["200 BYE"])?;
    exchange.is_idle()
}
