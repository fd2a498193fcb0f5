//! Commands about the call as such.

use std::time::Duration;

use billing_agi::agi::Reply;
use call_control::{Call, CallError, CallText, CallerId, ChannelState, HangupCause};
use tokio::time::Instant;

use super::super::script::Script;
use super::FAILED;

pub(super) async fn answer(script: &Script<'_>) -> Result<Reply, CallError> {
    if script.channel.call.state() != ChannelState::Up {
        script.channel.call.answer().await?;
    }
    Ok(Reply::of(0))
}

/// Its own channel, or the one of that name.
fn channel(script: &Script<'_>, name: Option<&str>) -> Option<Call> {
    match name {
        None => Some(script.channel.call.clone()),
        Some(name) => script.channel.exchange.switchboard().find(name),
    }
}

pub(super) fn status(script: &Script<'_>, name: Option<&str>) -> Reply {
    Reply::of(match channel(script, name).map(|call| call.state()) {
        None => -1,
        Some(ChannelState::Ended(_)) => 0,
        Some(ChannelState::Dialing) => 3,
        Some(ChannelState::Ring) => 4,
        Some(ChannelState::Ringing) => 5,
        Some(ChannelState::Up) => 6,
        Some(_) => 1,
    })
}

pub(super) fn hang_up(script: &Script<'_>, name: Option<&str>) -> Reply {
    match channel(script, name) {
        Some(call) => {
            call.hangup(HangupCause::NORMAL);
            Reply::of(1)
        }
        None => Reply::of(FAILED),
    }
}

pub(super) fn end_after(script: &mut Script<'_>, after: Option<Duration>) -> Reply {
    script.channel.ends_at = after.and_then(|after| Instant::now().checked_add(after));
    Reply::of(0)
}

pub(super) fn set_caller(script: &Script<'_>, text: &str) -> Reply {
    let Ok(parsed) = text.parse::<CallerId>();
    let own = script.channel.call.caller();
    // A number alone leaves the name as it is.
    let name = if parsed.name.is_empty() { own.name } else { parsed.name };
    script.channel.call.set_caller(CallerId { name, number: parsed.number, ..own });
    Reply::of(1)
}

pub(super) fn send_text(script: &Script<'_>, text: &str) -> Reply {
    script.channel.call.send_text(&CallText::new(text, "text/plain"));
    Reply::of(0)
}

/// The next text of the party, in one line.
pub(super) async fn receive_text(script: &Script<'_>, wait: Option<Duration>) -> Result<Reply, CallError> {
    Ok(match script.channel.call.next_text(wait).await? {
        Some(text) => Reply::with_data(1, text.replace(['\r', '\n'], " ")),
        None => Reply::of(FAILED),
    })
}

pub(super) fn tell(script: &Script<'_>, text: &str, level: u8) -> Reply {
    script.channel.verbose(level, text);
    Reply::of(1)
}
