//! `Pickup([extension[@context][&…]])`: takes a call that rings: at phones that this extension dialled (of the
//! context that dialled them, or that is theirs), with
//! `mark@PICKUPMARK` at phones whose variable `PICKUPMARK` has this value, without arguments in a group of the caller.
//!
//! Without such a call the dialplan goes on.

use call_control::Call;
use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::pickup::{Target, by_application};

/// In place of a context: the extension is a mark.
const MARK: &str = "PICKUPMARK";

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let context = channel.machine.location().context.to_string();
    let named = arguments.split('&').map(str::trim).filter(|target| !target.is_empty());
    let mut targets: Vec<Target> = named.map(|target| target_of(target, &context)).collect();
    if targets.is_empty() {
        targets.push(Box::new(|taker: &Call| taker.switchboard().ringing_for(taker)));
    }
    by_application(channel, &targets).await?;
    Ok(Outcome::Continue)
}

fn target_of(text: &str, here: &str) -> Target {
    let (extension, context) = text.split_once('@').unwrap_or((text, here));
    let (extension, context) = (extension.trim().to_owned(), context.trim().to_owned());
    if context.eq_ignore_ascii_case(MARK) {
        return Box::new(move |taker: &Call| {
            oldest(taker, |ringing| ringing.variable(MARK).as_deref() == Some(&extension))
        });
    }
    Box::new(move |taker: &Call| {
        oldest(taker, |ringing| {
            // The context of the dialplan that dialled, or the one of the phone that rings, by which Asterisk finds it.
            ringing.dialed_from().is_some_and(|from| {
                let from_here = from.context == context || ringing.position().context == context;
                from.extension == extension && from_here
            })
        })
    })
}

fn oldest(taker: &Call, is_meant: impl Fn(&Call) -> bool) -> Option<Call> {
    let mut ringing = taker.switchboard().ringing().into_iter();
    ringing.find(|call| call.name() != taker.name() && is_meant(call))
}
