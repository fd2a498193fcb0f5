//! Steps that open and close a block: `While` … `EndWhile`, `If` … `EndIf`.
//!
//! A block lies in one extension; the steps between are looked at each time, so that it costs nothing to jump out of one.

use dialplan_vm::{JumpTarget, Outcome, Query};

use crate::dialplan::DialplanChannel;

/// The words of one kind of block.
pub(super) struct Words {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
}

pub(super) const WHILE: Words = Words { open: "While", close: "EndWhile" };
pub(super) const IF: Words = Words { open: "If", close: "EndIf" };

/// A step of the extension that runs.
pub(super) struct BlockStep {
    pub(super) priority: u32,
    pub(super) application: String,
    pub(super) arguments: String,
}

impl BlockStep {
    pub(super) fn is(&self, name: &str) -> bool {
        self.application.eq_ignore_ascii_case(name)
    }
}

/// The steps of the running extension before (in the order away from here) or behind the one that runs.
pub(super) fn steps(channel: &DialplanChannel, behind: bool) -> Vec<BlockStep> {
    let here = channel.machine.location();
    let caller = channel.call.caller().number;
    let query = Query::new(&here.context, &here.extension, Some(&caller)).at(channel);
    let plan = channel.machine.plan();
    let Some(found) = plan.find_with(&query, here.priority) else { return Vec::new() };
    let wanted = |priority: u32| if behind { priority > here.priority } else { priority < here.priority };
    let steps = found.extension.steps().filter(|step| wanted(step.priority()));
    let mut steps: Vec<_> = steps
        .map(|step| BlockStep {
            priority: step.priority(),
            application: step.application().to_owned(),
            arguments: step.arguments().to_owned(),
        })
        .collect();
    if !behind {
        steps.reverse();
    }
    steps
}

/// The step that opens the block around the one that runs.
pub(super) fn opening(channel: &DialplanChannel, words: &Words) -> Option<u32> {
    let mut depth = 0_u32;
    for step in steps(channel, false) {
        if step.is(words.close) {
            depth += 1;
        } else if step.is(words.open) {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some(step.priority),
            }
        }
    }
    None
}

/// The step that closes the block around the one that runs, or that it opens.
pub(super) fn closing(channel: &DialplanChannel, words: &Words) -> Option<u32> {
    let mut depth = 0_u32;
    for step in steps(channel, true) {
        if step.is(words.open) {
            depth += 1;
        } else if step.is(words.close) {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some(step.priority),
            }
        }
    }
    None
}

/// On to another step of the extension.
pub(super) fn to(priority: u32) -> Outcome {
    Outcome::Jump(JumpTarget::priority(priority))
}

/// A block that is not closed, or not open: said on the console, and the call ends.
pub(super) fn unmatched(channel: &DialplanChannel, application: &str, other: &str) -> Outcome {
    channel.warning(format!("{application}: there is no {other} for it in this extension: the call ends"));
    Outcome::Hangup
}
