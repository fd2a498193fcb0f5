//! `ChannelRedirect(channel,[[context,]extension,]priority)`: sends another channel to a place of the dialplan.
//!
//! Sets `CHANNELREDIRECT_STATUS` to `SUCCESS` or `NOCHANNEL`.

use call_control::{DialplanPosition, Move};
use dialplan_vm::{JumpTarget, Location, Outcome};

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let (name, place) = arguments.split_once(',').unwrap_or((arguments, ""));
    let Some(other) = channel.exchange.switchboard().find(name.trim()) else {
        channel.warning(format!("ChannelRedirect: there is no channel '{}'", name.trim()));
        channel.set("CHANNELREDIRECT_STATUS", "NOCHANNEL");
        return Ok(Outcome::Continue);
    };
    let to = JumpTarget::parse(place)
        .ok()
        .and_then(|target| channel.resolve(&seen_from(&other.position(), target)));
    let Some(Location { context, extension, priority }) = to else {
        channel.warning(format!("ChannelRedirect({arguments}): there is no such place"));
        return Ok(Outcome::Hangup);
    };
    let (context, extension) = (context.as_ref().into(), extension.as_ref().into());
    other.send_to(Move::Dialplan(DialplanPosition { context, extension, priority }));
    channel.set("CHANNELREDIRECT_STATUS", "SUCCESS");
    Ok(Outcome::Continue)
}

/// What a target leaves out is where the other channel is.
fn seen_from(at: &DialplanPosition, target: JumpTarget) -> JumpTarget {
    JumpTarget {
        context: target.context.or_else(|| Some(at.context.to_string())),
        extension: target.extension.or_else(|| Some(at.extension.to_string())),
        ..target
    }
}
