//! Calling a routine: what `Gosub`, `GosubIf` and `Macro` have in common.

use dialplan_vm::{JumpTarget, Location, Outcome};

use super::branches::pieces;
use crate::dialplan::{DialplanChannel, FrameKind};

/// Goes to `[[context,]extension,]priority[(argument[,…])]` and comes back here by `Return`. A place that is not there ends
/// the call, as in Asterisk.
pub(super) fn gosub(channel: &mut DialplanChannel, target: &str) -> Outcome {
    match begin(channel, target) {
        Some(to) => Outcome::Jump(JumpTarget::to(&*to.context, &*to.extension, to.priority)),
        None => {
            channel.warning(format!("Gosub({target}): the call ends"));
            Outcome::Hangup
        }
    }
}

/// Enters the routine at `[[context,]extension,]priority[(argument[,…])]`, from which `Return` leads back here: the place of
/// its first step. `None`, with a word on the console, where there is no such place, or routines nest too deep.
pub(crate) fn begin(channel: &mut DialplanChannel, target: &str) -> Option<Location> {
    let (place, arguments) = match target.split_once('(') {
        Some((place, rest)) => (place, rest.rfind(')').map_or(rest, |close| &rest[..close])),
        None => (target, ""),
    };
    let parsed = match JumpTarget::parse(place.trim()) {
        Ok(parsed) => parsed,
        Err(error) => {
            channel.warning(format!("a routine at '{target}': {error}"));
            return None;
        }
    };
    let caller = channel.call.caller().number;
    let to = channel.resolve(&parsed).filter(|to| {
        let plan = channel.exchange.configuration().dialplan.clone();
        plan.exists(&to.context, &to.extension, Some(&caller), to.priority)
    });
    let Some(to) = to else {
        channel.warning(format!("a routine at '{target}': there is no such place"));
        return None;
    };
    let back = channel.machine.location().clone();
    enter(channel, FrameKind::Gosub, back, arguments).then_some(to)
}

/// Enters a routine. `false`, with a word on the console, when routines nest too deep.
pub(super) fn enter(channel: &mut DialplanChannel, kind: FrameKind, back: Location, arguments: &str) -> bool {
    let arguments: Vec<String> = match arguments.is_empty() {
        true => Vec::new(),
        false => pieces(arguments, ',', usize::MAX).into_iter().map(str::to_owned).collect(),
    };
    let entered = channel.frames.enter(&channel.call, kind, back, &arguments);
    if let Err(too_deep) = &entered {
        channel.warning(too_deep.to_string());
    }
    entered.is_ok()
}
