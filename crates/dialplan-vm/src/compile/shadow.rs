//! Extensions that no call can reach, because another one takes all their numbers.

use crate::plan::{Context, Dialplan, Extension, Include};
use asterisk_conf::Diagnostic;

/// At most so many pairs are compared in one dialplan.
const MOST_PAIRS: usize = 200_000;

/// Names that mean something besides a number, so that `_.` in another context does not hide them.
const SPECIAL: [&str; 9] = ["s", "i", "t", "T", "h", "e", "o", "a", "fax"];

pub(super) fn check(plan: &Dialplan, found: &mut Vec<Diagnostic>) {
    let mut pairs = 0;
    for context in plan.contexts() {
        within(context, &mut pairs, found);
        for include in context.includes() {
            included(plan, context, include, &mut pairs, found);
        }
    }
}

/// Inside of one context only two things can hide a pattern: the same with `!` at its end, and an exact
/// extension where the pattern can match nothing else.
fn within(context: &Context, pairs: &mut usize, found: &mut Vec<Diagnostic>) {
    for (index, extension) in context.extensions.iter().enumerate().filter(|(_, e)| e.pattern.is_pattern()) {
        // What hides it stands close before it, or is an exact extension of the same text.
        let before = &context.extensions[..index];
        *pairs += before.len();
        if *pairs > MOST_PAIRS {
            return;
        }
        if let Some(hiding) = before.iter().find(|before| hides(before, extension)) {
            let (mine, theirs) = (extension.pattern.text(), hiding.pattern.text());
            let message = format!("`{mine}` never matches: `{theirs}` comes first and takes all its numbers");
            found.push(
                Diagnostic::warning("shadowed-pattern", message)
                    .at(extension.span)
                    .related(hiding.span, "this one comes first"),
            );
        }
    }
}

/// An include of which nothing can be reached, because a pattern of the context itself matches first.
fn included(
    plan: &Dialplan,
    context: &Context,
    include: &Include,
    pairs: &mut usize,
    found: &mut Vec<Diagnostic>,
) {
    let Some(target) = include.target.map(|index| &plan.contexts[index as usize]) else { return };
    let wide: Vec<&Extension> = context.extensions.iter().filter(|e| e.pattern.is_pattern()).collect();
    let startable = |e: &&Extension| e.step_index(1).is_some() && !SPECIAL.contains(&e.pattern.text());
    let targets: Vec<&Extension> = target.extensions.iter().filter(startable).collect();
    *pairs += wide.len() * targets.len();
    if targets.is_empty() || *pairs > MOST_PAIRS || !target.includes.is_empty() {
        return;
    }
    let hidden = |extension: &&Extension| wide.iter().any(|pattern| hides(pattern, extension));
    if !targets.iter().all(hidden) {
        return;
    }
    let Some(hiding) = wide.iter().find(|pattern| hides(pattern, targets[0])) else { return };
    let message = format!(
        "nothing of `{}` is ever reached from here: `{}` of this context takes all its numbers",
        include.name,
        hiding.pattern.text()
    );
    found.push(
        Diagnostic::warning("shadowed-include", message)
            .at(include.span)
            .related(hiding.span, "the context's own extensions come first")
            .help("put the pattern into a context of its own and include it last"),
    );
}

/// Whether `first`, which is tried before, takes every call that could reach `second`.
fn hides(first: &Extension, second: &Extension) -> bool {
    let same_callers = first.caller.is_none()
        || matches!((&first.caller, &second.caller), (Some(a), Some(b)) if a.same_as(b));
    same_callers
        && !first.pattern.same_as(&second.pattern)
        && first.pattern.covers(&second.pattern)
        && second.steps.iter().all(|step| first.step_index(step.priority).is_some())
        && !second.steps.is_empty()
}
