//! Calls that are handed on: REFER blind and attended, and INVITEs that take the place of a call.

mod outside;
mod progress;

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wire::{Caller, header};
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = progress::trials();
    trials.extend(outside::trials());
    trials.extend([
        trial("transfers::the_caller_hands_the_called_one_on", &["baresip"], by_the_caller),
        trial("transfers::the_called_one_hands_the_caller_on", &["baresip"], by_the_callee),
        trial("transfers::a_real_phone_hands_its_call_on", &["baresip"], by_a_real_phone),
        trial("transfers::what_is_refused", &["baresip"], refused),
        trial(
            "transfers::a_phone_joins_the_parties_of_two_calls_that_it_made",
            &["baresip"],
            attended_as_caller,
        ),
        trial("transfers::a_phone_joins_a_caller_with_whom_it_called", &["baresip"], attended_as_callee),
        trial("transfers::the_dialplan_decides_about_a_call_elsewhere", &["baresip"], attended_elsewhere),
        trial("transfers::a_ringing_call_is_picked_up_by_replaces", &["baresip"], pickup),
        trial("transfers::a_conversation_is_taken_over_by_replaces", &["baresip"], takeover),
    ]);
    trials
}

const DIALPLAN: &str = "exten => external_replaces,1,Dial(PJSIP/desk/${SIPREFERTOHDR},30)
exten => _[a-z].,1,Dial(PJSIP/${EXTEN},30)
exten => moved,1,NoOp(${BLINDTRANSFER} ${SIPREFERREDBYHDR})
 same => n,Answer()
 same => n,Echo()
[plain]
exten => bob,1,Dial(PJSIP/bob,30)";

/// Alice is scripted; Bob (1000 Hz) and Carol (600 Hz) are real.
struct Stage {
    exchange: Exchange,
    wire: Wire,
    media: Media,
    bob: Baresip,
    carol: Baresip,
}

fn stage(scene: &Scene, alice: &str) -> Outcome<Stage> {
    let address = scene.address()?;
    let folder = Folder::new(scene)?.phone_with("alice", alice).phone("bob").phone("carol");
    let folder = folder.desk("desk", (address, SIP_PORT).into()).dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    Ok(Stage {
        wire: Wire::bind(address, exchange.sip_address())?,
        media: Media::start(address, 440)?,
        bob: Baresip::named(scene, "bob", 1_000).register_at(&exchange)?,
        carol: Baresip::named(scene, "carol", 600).register_at(&exchange)?,
        exchange,
    })
}

impl Stage {
    fn uri(&self, number: &str) -> String {
        format!("sip:{number}@{}", self.exchange.sip_address())
    }

    /// Alice calls, and is answered.
    fn calls(&self, number: &str) -> Outcome<Caller<'_>> {
        let alice = Caller::new(&self.wire, "alice", number);
        let answer = alice.call_with(&[], &self.media.description("sendrecv"))?;
        self.media.send_to(Some(place_in(answer.body())?));
        Ok(alice)
    }

    /// Takes the news of a REFER; the sipfrag of the last.
    fn news(&self) -> Outcome<String> {
        let notify = self.wire.await_any(&["NOTIFY"])?;
        self.wire.respond(&notify, 200, "")?;
        let state = header(&notify, "Subscription-State")?.to_owned();
        let fragment = String::from_utf8_lossy(notify.body()).trim().to_owned();
        if state.starts_with("terminated") { Ok(fragment) } else { self.news() }
    }

    /// The transfer succeeds, and the exchange hangs up on Alice.
    fn succeeds(&self) -> Outcome {
        self.wire.await_any(&["202 REFER"])?;
        let news = self.news()?;
        ensure(news.starts_with("SIP/2.0 200"), || format!("the transfer came to '{news}'"))?;
        let bye = self.wire.await_any(&["BYE"])?;
        self.wire.respond(&bye, 200, "")
    }

    fn bob_and_carol_talk(&mut self) -> Outcome {
        self.carol.is_in_call()?;
        self.carol.hears(1_000)?;
        self.bob.hears(600)?;
        let shown = self.exchange.console("core show channels")?;
        ensure(shown.contains("2 active channels"), || format!("who is left?\n{shown}"))?;
        self.bob.hang_up()?;
        self.carol.call_ends()?;
        self.exchange.is_idle()
    }
}

fn refer(alice: &Caller<'_>, to: &str) -> Outcome {
    let headers = [("Refer-To", to), ("Referred-By", "<sip:alice@example.com>")];
    alice.send_with(&Method::Refer, &headers, None, None).map(drop)
}

fn by_the_caller(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    let alice = stage.calls("bob")?;
    stage.bob.hears(440)?;
    refer(&alice, &format!("<{}>", stage.uri("carol")))?;
    stage.succeeds()?;
    drop(alice);
    stage.bob_and_carol_talk()
}

/// Bob has called a desk phone, which is scripted.
fn by_the_callee(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    stage.bob.dial("desk")?;
    let invite = stage.wire.expect("INVITE")?;
    stage.wire.respond_in_dialog(&invite, 200, "desk", Some(&stage.media.description("sendrecv")))?;
    stage.wire.expect("ACK")?;
    stage.bob.is_in_call()?;
    let desk = Caller::answered(&stage.wire, "desk", &invite, "desk")?;
    refer(&desk, &format!("<{}>", stage.uri("carol")))?;
    stage.succeeds()?;
    drop(desk);
    stage.bob_and_carol_talk()
}

fn by_a_real_phone(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    stage.bob.dial("carol")?;
    stage.carol.is_in_call()?;
    stage.bob.hears(600)?;
    stage.carol.transfer(&stage.uri("moved"))?;
    stage.carol.call_ends()?;
    // Bob hears himself now.
    stage.bob.hears(1_000)?;
    stage.exchange.says("NoOp")?;
    stage.bob.hang_up()?;
    stage.exchange.is_idle()
}

fn refused(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    let alice = stage.calls("bob")?;
    stage.bob.hears(440)?;
    refer(&alice, &format!("<{}>", stage.uri("0")))?;
    stage.wire.await_any(&["202 REFER"])?;
    let news = stage.news()?;
    ensure(news.starts_with("SIP/2.0 404"), || format!("a number that leads nowhere came to '{news}'"))?;
    alice.send(&Method::Refer, None, None)?;
    stage.wire.await_any(&["400 REFER"])?;
    // The call goes on.
    stage.media.hears(1_000)?;
    alice.send(&Method::Bye, None, None)?;
    stage.wire.await_any(&["200 BYE"])?;
    stage.exchange.is_idle()?;

    let folder = scene_without_transfers(scene)?;
    folder.wire.await_any(&["603 REFER"]).map(drop)
}

fn scene_without_transfers(scene: &Scene) -> Outcome<Stage> {
    let stage = stage(scene, "allow_transfer=no")?;
    let alice = stage.calls("bob")?;
    refer(&alice, &format!("<{}>", stage.uri("carol")))?;
    drop(alice);
    Ok(stage)
}

/// Alice has called Bob, then Carol; she hands Bob to Carol.
fn attended_as_caller(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    let first = stage.calls("bob")?;
    let second = stage.calls("carol")?;
    stage.carol.hears(440)?;
    refer(&first, &replacing(&stage, &second))?;
    stage.wire.await_any(&["202 REFER"])?;
    let news = stage.news()?;
    ensure(news.starts_with("SIP/2.0 200"), || format!("the transfer came to '{news}'"))?;
    for _ in 0..2 {
        let bye = stage.wire.await_any(&["BYE"])?;
        stage.wire.respond(&bye, 200, "")?;
    }
    drop((first, second));
    stage.bob_and_carol_talk()
}

/// Bob has called the desk; the desk asks Carol, and hands Bob to her.
fn attended_as_callee(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    stage.bob.dial("desk")?;
    let invite = stage.wire.expect("INVITE")?;
    stage.wire.respond_in_dialog(&invite, 200, "desk", Some(&stage.media.description("sendrecv")))?;
    stage.wire.expect("ACK")?;
    let first = Caller::answered(&stage.wire, "desk", &invite, "desk")?;
    let second = stage.calls("carol")?;
    stage.carol.hears(440)?;
    refer(&first, &replacing(&stage, &second))?;
    stage.wire.await_any(&["202 REFER"])?;
    stage.news()?;
    for _ in 0..2 {
        let bye = stage.wire.await_any(&["BYE"])?;
        stage.wire.respond(&bye, 200, "")?;
    }
    drop((first, second));
    stage.bob_and_carol_talk()
}

fn replacing(stage: &Stage, call: &Caller<'_>) -> String {
    let escaped = call.replaces().replace(';', "%3B").replace('=', "%3D").replace('@', "%40");
    format!("<{}?Replaces={escaped}>", stage.uri("carol"))
}

/// Alice hands Bob to a call that is none of ours: without an extension for that it is refused; with one, the INVITE that
/// the dialplan sends says which call it replaces.
fn attended_elsewhere(scene: &Scene) -> Outcome {
    let refused = stage(scene, "context=plain")?;
    let alice = refused.calls("bob")?;
    refused.bob.hears(440)?;
    let named = "other%40there%3Bto-tag%3Db%3Bfrom-tag%3Da";
    refer(&alice, &format!("<{}?Replaces={named}>", refused.uri("carol")))?;
    refused.wire.await_any(&["202 REFER"])?;
    let news = refused.news()?;
    ensure(news.starts_with("SIP/2.0 404"), || format!("without an extension it came to '{news}'"))?;
    refused.media.hears(1_000)?;
    alice.send(&Method::Bye, None, None)?;
    refused.wire.await_any(&["200 BYE"])?;
    refused.exchange.is_idle()?;
    drop(alice);
    drop(refused);

    let stage = stage(scene, "")?;
    let alice = stage.calls("bob")?;
    stage.bob.hears(440)?;
    refer(&alice, &format!("<sip:far@{}?Replaces={named}>", stage.wire.address()))?;
    let invite = stage.wire.await_any(&["INVITE"])?;
    ensure(header(&invite, "Replaces")? == "other@there;to-tag=b;from-tag=a", || {
        "another call is named".to_owned()
    })?;
    ensure(header(&invite, "Referred-By")? == "<sip:alice@example.com>", || "nobody is named".to_owned())?;
    ensure(header(&invite, "To")?.contains("sip:far@"), || "the URI is another one".to_owned())?;
    stage.wire.respond_in_dialog(&invite, 486, "desk", None)?;
    let news = stage.news()?;
    ensure(news.starts_with("SIP/2.0 486"), || format!("it came to '{news}'"))?;
    drop(alice);
    Ok(())
}

/// Bob calls the desk, which rings; Alice takes the call from her own phone.
fn pickup(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    stage.bob.dial("desk")?;
    let invite = stage.wire.expect("INVITE")?;
    stage.wire.respond_in_dialog(&invite, 180, "desk", None)?;
    stage.bob.hears_ringing()?;
    let desk = Caller::answered(&stage.wire, "desk", &invite, "desk")?;
    let alice = Caller::new(&stage.wire, "alice", "desk");
    let named = desk.replaces();
    let answer = alice.call_with(&[("Replaces", &named)], &stage.media.description("sendrecv"))?;
    stage.media.send_to(Some(place_in(answer.body())?));
    stage.bob.hears(440)?;
    stage.media.hears(1_000)?;
    stage.bob.hang_up()?;
    let bye = stage.wire.await_any(&["BYE"])?;
    ensure(bye.call_id()? == alice.call_id(), || "the BYE is not for Alice's call".to_owned())?;
    stage.wire.respond(&bye, 200, "")
}

/// Bob talks to the desk; Alice takes the call over.
fn takeover(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    stage.bob.dial("desk")?;
    let invite = stage.wire.expect("INVITE")?;
    stage.wire.respond_in_dialog(&invite, 200, "desk", Some(&stage.media.description("sendrecv")))?;
    stage.wire.expect("ACK")?;
    stage.bob.is_in_call()?;
    let desk = Caller::answered(&stage.wire, "desk", &invite, "desk")?;
    let alice = Caller::new(&stage.wire, "alice", "desk");
    let (named, description) = (desk.replaces(), stage.media.description("sendrecv"));
    let replaces = [("Replaces", named.as_str())];
    alice.send_with(&Method::Invite, &replaces, Some(&description), None)?;
    let challenge = stage.wire.await_any(&["401 INVITE"])?;
    alice.ack_failure(&challenge)?;
    alice.send_with(&Method::Invite, &replaces, Some(&description), Some(&challenge))?;
    // The desk is hung up, and Alice answered, in whatever order.
    let one = stage.wire.await_any(&["BYE", "200 INVITE"])?;
    let other = stage.wire.await_any(&["BYE", "200 INVITE"])?;
    let (bye, answer) = if one.is_request() { (one, other) } else { (other, one) };
    ensure(bye.call_id()? == invite.call_id()?, || "the BYE is not for the desk's call".to_owned())?;
    stage.wire.respond(&bye, 200, "")?;
    alice.ack_answer(&answer)?;
    stage.media.send_to(Some(place_in(answer.body())?));
    stage.bob.hears(440)?;
    stage.media.hears(1_000)?;
    alice.send(&Method::Bye, None, None)?;
    stage.wire.await_any(&["200 BYE"])?;
    stage.bob.call_ends()?;
    stage.exchange.is_idle()
}
