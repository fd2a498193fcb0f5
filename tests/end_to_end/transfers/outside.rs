//! REFER outside of a call: a phone has itself called, and then whom it wants to speak with.

use libtest_mimic::Trial;
use sip_parser::{HeaderName, Message, Method};

use super::{Stage, stage};
use crate::harness::wire::Caller;
use crate::harness::{Outcome, Scene, ensure, trial};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("transfers::a_phone_is_called_to_call_a_number", &["baresip"], click_to_dial),
        trial("transfers::a_phone_that_is_not_there_calls_nobody", &["baresip"], nobody_at_the_phone),
        trial("transfers::whom_nobody_may_have_called", &["baresip"], refused),
    ]
}

impl Stage {
    /// The desk has itself called, to speak with `number`.
    fn asks_for(&self, number: &str, headers: &[(&str, &str)]) -> Outcome<Caller<'_>> {
        let desk = Caller::new(&self.wire, "desk", "desk");
        let refer_to = format!("<{}>", self.uri(number));
        let mut headers = headers.to_vec();
        headers.push(("Refer-To", &refer_to));
        desk.send_with(&Method::Refer, &headers, None, None)?;
        Ok(desk)
    }

    /// The desk is called; news that comes before is taken.
    fn desk_is_called(&self) -> Outcome<Message> {
        loop {
            let message = self.wire.await_any(&["INVITE", "NOTIFY"])?;
            if message.method() == Some(Method::Invite) {
                return Ok(message);
            }
            self.wire.respond(&message, 200, "")?;
        }
    }
}

fn click_to_dial(scene: &Scene) -> Outcome {
    let mut stage = stage(scene, "")?;
    drop(stage.asks_for("carol", &[])?);
    stage.wire.await_any(&["202 REFER"])?;
    let invite = stage.desk_is_called()?;
    let from = invite.raw(&HeaderName::From).unwrap_or_default();
    ensure(from.contains("sip:carol@"), || format!("the phone shows '{from}'"))?;
    stage.wire.respond_in_dialog(&invite, 200, "desk", Some(&stage.media.description("sendrecv")))?;
    let fragment = stage.news()?;
    ensure(fragment.starts_with("SIP/2.0 200"), || format!("it came to '{fragment}'"))?;
    stage.media.send_to(Some(crate::harness::media::place_in(invite.body())?));
    stage.carol.hears(440)?;
    stage.carol.hang_up()?;
    let bye = stage.wire.await_any(&["BYE"])?;
    stage.wire.respond(&bye, 200, "")?;
    stage.exchange.is_idle()
}

fn nobody_at_the_phone(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    drop(stage.asks_for("carol", &[])?);
    let invite = stage.desk_is_called()?;
    stage.wire.respond_in_dialog(&invite, 486, "desk", None)?;
    let fragment = stage.news()?;
    ensure(fragment.starts_with("SIP/2.0 486"), || format!("it came to '{fragment}'"))?;
    // Who wants no news hears none.
    drop(stage.asks_for("carol", &[("Refer-Sub", "false")])?);
    let invite = stage.wire.await_any(&["INVITE"])?;
    stage.wire.respond_in_dialog(&invite, 486, "desk", None)?;
    stage.wire.await_any(&["ACK"])?;
    stage.wire.is_quiet(std::time::Duration::from_millis(300))?;
    stage.exchange.is_idle()
}

fn refused(scene: &Scene) -> Outcome {
    let stage = stage(scene, "")?;
    drop(stage.asks_for("0", &[])?);
    stage.wire.await_any(&["404 REFER"])?;
    let two = Caller::new(&stage.wire, "desk", "desk");
    let to = format!("<{}>", stage.uri("carol"));
    two.send_with(&Method::Refer, &[("Refer-To", &to), ("Refer-To", &to)], None, None)?;
    stage.wire.await_any(&["400 REFER"])?;
    drop(two);
    // Somebody else's phone.
    let other = Caller::new(&stage.wire, "desk", "bob");
    other.send_with(&Method::Refer, &[("Refer-To", &to)], None, None)?;
    stage.wire.await_any(&["403 REFER"])?;
    // Nobody proves to be Alice.
    let alice = Caller::new(&stage.wire, "alice", "alice");
    alice.send_with(&Method::Refer, &[("Refer-To", &to)], None, None)?;
    stage.wire.await_any(&["401 REFER"])?;
    stage.exchange.is_idle()
}
