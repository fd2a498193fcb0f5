//! `Transfer([technology/]destination)`: asks the caller's phone to call somebody else instead of us.
//!
//! A caller that was not answered gets 302, which ends the call; one that was gets REFER, and says what became of it. The
//! destination is a URI, `number@host`, a number here, or with `PJSIP/` an endpoint, whose contact it becomes.
//!
//! Sets `TRANSFERSTATUS` (`SUCCESS`, `FAILURE`, `UNSUPPORTED`) and `TRANSFERSTATUSPROTOCOL`, the status of a refusal or 0.

use call_control::{ChannelState, TransferFailure};
use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::directory;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let Some(destination) = destination(channel, arguments.trim()) else {
        tell(channel, "FAILURE", 0);
        return Ok(Outcome::Continue);
    };
    // A call that ends by a 302 ends this application, too.
    let at_once = channel.call.state() == ChannelState::Ring;
    tell(channel, if at_once { "SUCCESS" } else { "FAILURE" }, 0);
    match channel.call.transfer(&destination).await? {
        Ok(()) => tell(channel, "SUCCESS", 0),
        Err(TransferFailure::Unsupported) => tell(channel, "UNSUPPORTED", 0),
        Err(TransferFailure::Refused(status)) => tell(channel, "FAILURE", status),
    }
    Ok(Outcome::Continue)
}

fn tell(channel: &DialplanChannel, status: &str, protocol: u16) {
    channel.set("TRANSFERSTATUS", status);
    channel.set("TRANSFERSTATUSPROTOCOL", protocol.to_string());
}

/// What the phone is to call; `None`, with a word on the console, for what it cannot.
fn destination(channel: &DialplanChannel, text: &str) -> Option<String> {
    let (technology, resource) = match text.split_once('/') {
        Some((technology, resource)) if !technology.contains(':') => (Some(technology), resource.trim()),
        _ => (None, text),
    };
    if resource.is_empty() {
        channel.warning("Transfer(): give a destination, as in Transfer(sip:100@example.com)");
        return None;
    }
    let named = technology.and_then(|name| channel.exchange.switchboard().technology(name));
    match technology {
        Some(name) if named.is_none_or(|found| found.name() != channel.call.technology()) => {
            channel.warning(format!(
                "Transfer: a channel of {} cannot go to {name}/",
                channel.call.technology()
            ));
            None
        }
        Some(_) => {
            let contact = directory::contacts_of(&channel.exchange, resource).into_iter().next();
            Some(contact.map_or_else(|| resource.to_owned(), |route| route.target))
        }
        None => Some(resource.to_owned()),
    }
}
