//! What a phone that hands its call on hears of the way that the other party takes.

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use super::{Stage, refer, stage};
use crate::harness::wire::{Caller, header};
use crate::harness::{Outcome, Scene, ensure, trial};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("transfers::the_phone_hears_how_far_its_party_is", &["baresip"], rings_and_answers),
        trial("transfers::the_phone_hears_that_nobody_is_reached", &["baresip"], busy),
        trial("transfers::a_phone_that_hangs_up_is_told_all_the_same", &["baresip"], after_its_bye),
        trial("transfers::a_phone_that_wants_no_progress_is_done_at_once", &["baresip"], without_progress),
    ]
}

impl Stage {
    /// Takes the next news: the status that it tells, and whether it is the last.
    fn hears(&self) -> Outcome<(String, bool)> {
        let notify = self.wire.await_any(&["NOTIFY"])?;
        self.wire.respond(&notify, 200, "")?;
        let event = header(&notify, "Event")?;
        ensure(event.starts_with("refer;id="), || format!("news of '{event}'"))?;
        let last = header(&notify, "Subscription-State")?.starts_with("terminated");
        Ok((String::from_utf8_lossy(notify.body()).get(8..11).unwrap_or_default().to_owned(), last))
    }

    fn hears_of(&self, status: &str, last: bool) -> Outcome {
        let heard = self.hears()?;
        ensure(heard == (status.to_owned(), last), || format!("{status} should be told, not {heard:?}"))
    }

    /// Alice hands Bob on to the desk, which rings.
    fn sends_bob_to_the_desk(&self, alice: &Caller<'_>) -> Outcome<Message> {
        refer(alice, &format!("<{}>", self.uri("desk")))?;
        self.wire.await_any(&["202 REFER"])?;
        self.hears_of("100", false)?;
        let invite = self.wire.await_any(&["INVITE"])?;
        self.wire.respond_in_dialog(&invite, 180, "desk", None)?;
        Ok(invite)
    }
}

fn rings_and_answers(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    let alice = stage.calls("bob")?;
    let invite = stage.sends_bob_to_the_desk(&alice)?;
    stage.hears_of("180", false)?;
    stage.wire.respond_in_dialog(&invite, 200, "desk", Some(&stage.media.description("sendrecv")))?;
    stage.hears_of("200", true)?;
    drop(alice);
    // Only now the exchange hangs up.
    let bye = stage.wire.await_any(&["BYE"])?;
    stage.wire.respond(&bye, 200, "")?;
    stage.bob.hang_up()?;
    let bye = stage.wire.await_any(&["BYE"])?;
    stage.wire.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

fn busy(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    let alice = stage.calls("bob")?;
    let invite = stage.sends_bob_to_the_desk(&alice)?;
    stage.hears_of("180", false)?;
    stage.wire.respond_in_dialog(&invite, 486, "desk", None)?;
    stage.hears_of("486", true)?;
    drop(alice);
    let bye = stage.wire.await_any(&["BYE"])?;
    stage.wire.respond(&bye, 200, "")?;
    stage.bob.hang_up()?;
    stage.exchange.is_idle()
}

fn after_its_bye(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    let alice = stage.calls("bob")?;
    let invite = stage.sends_bob_to_the_desk(&alice)?;
    stage.hears_of("180", false)?;
    alice.send(&Method::Bye, None, None)?;
    stage.wire.await_any(&["200 BYE"])?;
    stage.wire.respond_in_dialog(&invite, 200, "desk", Some(&stage.media.description("sendrecv")))?;
    stage.hears_of("200", true)?;
    drop(alice);
    stage.bob.hang_up()?;
    let bye = stage.wire.await_any(&["BYE"])?;
    stage.wire.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

fn without_progress(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "refer_blind_progress=no")?;
    let alice = stage.calls("bob")?;
    refer(&alice, &format!("<{}>", stage.uri("desk")))?;
    stage.wire.await_any(&["202 REFER"])?;
    drop(alice);
    // The INVITE to the desk comes among them.
    let mut seen = Vec::new();
    while !["INVITE", "BYE", "NOTIFY terminated"].iter().all(|one| seen.iter().any(|it| it == one)) {
        let message = stage.wire.next()?;
        let method = message.method().map(|method| method.to_string()).unwrap_or_default();
        if method == "INVITE" {
            stage.wire.respond_in_dialog(&message, 180, "desk", None)?;
        } else if message.is_request() {
            stage.wire.respond(&message, 200, "")?;
        }
        let state = message.raw(&sip_parser::HeaderName::SubscriptionState).unwrap_or_default();
        let state = state.split(';').next().unwrap_or_default();
        if state == "terminated" {
            let body = String::from_utf8_lossy(message.body());
            ensure(body.starts_with("SIP/2.0 200"), || format!("it came to '{body}'"))?;
        }
        seen.push(format!("{method} {state}").trim().to_owned());
    }
    stage.bob.hang_up()?;
    stage.wire.await_any(&["CANCEL"])?;
    Ok(())
}
