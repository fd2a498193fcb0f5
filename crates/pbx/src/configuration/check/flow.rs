//! Steps in an order that does not do what it seems to do.

use std::collections::HashSet;

use asterisk_conf::Diagnostic;
use dialplan_vm::{Context, Dialplan, Extension, PlanStep, Switch};

use super::pieces::pieces;

/// What is meant for the conversation, and comes too late once `Dial` is over.
const FOR_THE_CALL: &[&str] = &["MixMonitor", "Monitor"];

pub(super) fn check(plan: &Dialplan, found: &mut Vec<Diagnostic>) {
    for context in plan.contexts() {
        let mut menu = None;
        for extension in context.extensions() {
            keys_lost(extension, found);
            too_late(extension, found);
            menu = menu.or_else(|| extension.steps().find(|step| step.is("WaitExten")));
        }
        if let Some(step) = menu {
            wrong_keys(plan, context, step, found);
        }
    }
}

/// `Background` takes the keys that are pressed while it plays for an extension; a `Read` after it never sees them.
fn keys_lost(extension: &Extension, found: &mut Vec<Diagnostic>) {
    let steps: Vec<&PlanStep> = extension.steps().collect();
    for pair in steps.windows(2) {
        let [before, after] = pair else { continue };
        if before.is("Background") && after.is("Read") && after.label().is_none() {
            let message =
                "keys that are pressed during this prompt are taken for an extension, not for the Read";
            let finding = Diagnostic::warning("keys-lost", message).at(before.span());
            let help = "give the prompt to Read itself, as in Read(PIN,prompt,4)";
            found.push(finding.related(after.span(), "reads what is pressed afterwards").help(help));
        }
    }
}

/// What stands after a `Dial` runs when nobody answered: after a conversation the call is over.
fn too_late(extension: &Extension, found: &mut Vec<Diagnostic>) {
    let mut dialled: Option<&PlanStep> = None;
    for step in extension.steps() {
        if step.label().is_some() {
            dialled = None;
        }
        if let Some(dial) = dialled.filter(|_| is_for_the_call(step)) {
            let message =
                format!("{} comes too late: the call ends with the conversation", step.application());
            let finding = Diagnostic::warning("too-late", message).at(step.span());
            let help = "put it before the Dial, or give the Dial its option g to go on afterwards";
            found.push(finding.related(dial.span(), "the conversation").help(help));
        }
        if step.is("Dial") && !goes_on(step) {
            dialled = Some(step);
        }
    }
}

fn is_for_the_call(step: &PlanStep) -> bool {
    let target = step.arguments().trim_start();
    let sets_record = step.is("Set") && ["CDR(", "CDR_PROP("].iter().any(|name| target.starts_with(name));
    sets_record || FOR_THE_CALL.iter().any(|name| step.is(name))
}

/// Whether the options of a `Dial` have a `g`, or are known only when a call comes.
fn goes_on(dial: &PlanStep) -> bool {
    let arguments = pieces(dial.arguments(), b',');
    let Some((_, options)) = arguments.get(2) else { return false };
    let mut depth = 0_i32;
    options.contains('$')
        || options.bytes().any(|byte| {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            byte == b'g' && depth == 0
        })
}

/// A menu whose context has no `i` ends the call at the first wrong key.
fn wrong_keys(plan: &Dialplan, context: &Context, step: &PlanStep, found: &mut Vec<Diagnostic>) {
    let reachable = contexts_below(plan, context);
    let mut extensions = reachable.iter().flat_map(|context| context.extensions());
    if extensions.any(|extension| extension.pattern().text() == "i") {
        return;
    }
    let message = format!("context '{}' has no extension i: a wrong key ends the call", context.name());
    let finding = Diagnostic::note("no-invalid-extension", message).at(step.application_span());
    found.push(finding.help("add exten => i,1,... that says so and lets the caller choose again"));
}

/// A context and all that it includes or that its switches lead to, directly or not.
pub(super) fn contexts_below<'p>(plan: &'p Dialplan, context: &'p Context) -> Vec<&'p Context> {
    let (mut all, mut seen, mut next) = (vec![context], HashSet::from([context.name()]), 0);
    while let Some(context) = all.get(next).copied() {
        let included = context.includes().map(|include| include.name());
        let switched = context.switches().filter_map(Switch::context);
        let below = included.chain(switched).filter_map(|name| plan.context(name));
        all.extend(below.filter(|below| seen.insert(below.name())));
        next += 1;
    }
    all
}
