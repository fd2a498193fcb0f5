//! Priorities: gaps, extensions that never start, and priorities of two patterns that interleave.

use crate::plan::{Context, Dialplan, Extension, PlanStep};
use crate::{JumpTarget, PriorityOrLabel, check::constant_targets};
use asterisk_conf::Diagnostic;
use std::collections::HashSet;

/// Applications that never go on with the next priority.
const FINAL: [&str; 6] = ["hangup", "goto", "return", "busy", "congestion", "macroexit"];

/// At most so many pairs of patterns are compared in one dialplan.
const MOST_PAIRS: usize = 200_000;

pub(super) fn check(plan: &Dialplan, found: &mut Vec<Diagnostic>) {
    let jumped_to = numeric_targets(plan);
    let mut pairs = 0;
    for context in plan.contexts() {
        for extension in context.extensions() {
            first_priority(extension, found);
            gaps(extension, &jumped_to, found);
            unreachable(extension, &jumped_to, found);
        }
        interleaved(context, &mut pairs, found);
    }
}

/// All priorities above 1 that some jump names by number. A label needs no entry: it is a reason of its own.
fn numeric_targets(plan: &Dialplan) -> HashSet<u32> {
    let mut numbers = HashSet::new();
    for (step, target) in
        plan.steps().flat_map(|step| constant_targets(step).into_iter().map(move |t| (step, t)))
    {
        match target.target.map(|JumpTarget { priority, .. }| priority) {
            Ok(PriorityOrLabel::Priority(priority)) => drop(numbers.insert(priority)),
            Ok(PriorityOrLabel::Relative(offset)) => {
                numbers.extend(step.priority.checked_add_signed(offset));
            }
            _ => {}
        }
    }
    numbers
}

fn first_priority(extension: &Extension, found: &mut Vec<Diagnostic>) {
    let Some(first) = extension.steps.first().filter(|step| step.priority != 1) else { return };
    if extension.steps.iter().any(|step| step.label.is_some()) {
        // Meant to be jumped into.
        return;
    }
    let message =
        format!("`{}` has no priority 1: no call that dials it gets here", extension.pattern.text());
    found.push(
        Diagnostic::warning("no-first-priority", message)
            .at(first.span)
            .help("let its first line have priority 1"),
    );
}

fn gaps(extension: &Extension, jumped_to: &HashSet<u32>, found: &mut Vec<Diagnostic>) {
    for pair in extension.steps.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        let meant = after.label.is_some() || jumped_to.contains(&after.priority);
        if after.priority != before.priority + 1 && !meant {
            let message = format!(
                "priority {} is out of reach: `{}` has no priority {}",
                after.priority,
                extension.pattern.text(),
                after.priority - 1
            );
            found.push(
                Diagnostic::warning("priority-gap", message)
                    .at(after.span)
                    .related(before.span, format!("the call ends after priority {}", before.priority))
                    .help("number the lines without a gap, or write `n`"),
            );
        }
    }
}

/// The first line after one that never goes on, unless a jump leads there.
fn unreachable(extension: &Extension, jumped_to: &HashSet<u32>, found: &mut Vec<Diagnostic>) {
    for pair in extension.steps.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        let next = after.priority == before.priority + 1;
        if next && !goes_on(before) && after.label.is_none() && !jumped_to.contains(&after.priority) {
            let message = format!("no call gets here: `{}` above never goes on", before.application);
            found.push(
                Diagnostic::note("unreachable-step", message)
                    .at(after.span)
                    .help("give the line a label and jump to it, or drop it"),
            );
        }
    }
}

/// After its last priority, an extension goes on in the next pattern that matches the same number and has more.
fn interleaved(context: &Context, pairs: &mut usize, found: &mut Vec<Diagnostic>) {
    let patterns =
        context.extensions.iter().position(|e| e.pattern.is_pattern()).unwrap_or(context.extensions.len());
    for (index, extension) in context.extensions.iter().enumerate() {
        let Some(last) = extension.steps.last().filter(|step| goes_on(step)) else { continue };
        let others = &context.extensions[patterns.max(index + 1)..];
        *pairs += others.len();
        if *pairs > MOST_PAIRS {
            return;
        }
        let continues = |other: &&Extension| {
            other.step_index(last.priority + 1).is_some()
                && !other.pattern.same_as(&extension.pattern)
                && other.pattern.overlaps(&extension.pattern)
        };
        if let Some(other) = others.iter().find(continues) {
            let (mine, theirs) = (extension.pattern.text(), other.pattern.text());
            let next = last.priority + 1;
            let message = format!("after `{mine}` the call goes on with priority {next} of `{theirs}`");
            let mut finding = Diagnostic::note("interleaved-priorities", message)
                .at(last.span)
                .help("end the extension with `Hangup()` if that is not meant");
            if let Some(step) = other.step(next) {
                finding = finding.related(step.span, "the next step");
            }
            found.push(finding);
        }
    }
}

/// Whether a call can go on with the next priority after this step.
fn goes_on(step: &PlanStep) -> bool {
    !FINAL.iter().any(|name| step.is(name))
}
