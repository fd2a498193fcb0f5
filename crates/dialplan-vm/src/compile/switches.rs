//! Switches that do not lead where they seem to.

use crate::plan::{Context, Dialplan, Switch, SwitchKind, is_local};
use asterisk_conf::suggest::nearest;
use asterisk_conf::{Diagnostic, Spanned};
use std::collections::HashSet;

/// What can be said of a line alone. `written` is the value before anything was put in.
pub(super) fn of_line(switch: &Switch, written: &Spanned<String>) -> Option<Diagnostic> {
    let warning = |code, message: String| Diagnostic::warning(code, message).at(written.span);
    if !switch.is_served() {
        return Some(not_served(switch));
    }
    let of_the_number = ["${EXTEN", "${CONTEXT", "${PRIORITY"];
    if switch.kind == SwitchKind::Plain && of_the_number.iter().any(|name| written.value.contains(name)) {
        let message =
            "a `switch` is put together as the file is read, when there is no number: this is empty";
        return Some(warning("switch-without-number", message.to_owned()).help("write `lswitch =>`"));
    }
    if switch.kind != SwitchKind::Evaluated && written.value.contains("${") && written.value.contains('(') {
        let message = "functions have a value in an `eswitch` alone: this is empty".to_owned();
        return Some(warning("function-in-switch", message).help("write `eswitch =>`"));
    }
    is_local(switch.technology()).then(|| {
        let message =
            "Asterisk has no switch `Local`: here it means `Loopback`, the dialplan of this exchange";
        Diagnostic::note("switch-local", message.to_owned()).at(written.span).help("write `Loopback/…`")
    })
}

fn not_served(switch: &Switch) -> Diagnostic {
    let technology = switch.technology();
    let trunk = "send such numbers to a trunk, by a pattern and Dial";
    let (what, instead) = match technology.to_ascii_lowercase().as_str() {
        "realtime" => ("extensions in a data base are not read", "write them into extensions.conf"),
        "dundi" => ("there is no DUNDi here", trunk),
        "iax2" => ("dialplans of other exchanges are not asked", trunk),
        _ => {
            ("there is no such switch", "write `lswitch => Loopback/${EXTEN}@context`, or include a context")
        }
    };
    let message = format!("{what}: extensions behind this switch are not found");
    Diagnostic::warning("switch-not-served", message).at(switch.span).help(instead)
}

/// What can be said when all contexts are known.
pub(super) fn check(plan: &Dialplan, found: &mut Vec<Diagnostic>) {
    for context in plan.contexts() {
        for switch in context.switches().filter(|switch| switch.is_served()) {
            found.extend(of_target(plan, context, switch));
        }
    }
}

fn of_target(plan: &Dialplan, context: &Context, switch: &Switch) -> Option<Diagnostic> {
    let warning = |code, message: String| Diagnostic::warning(code, message).at(switch.span);
    let Some(name) = switch.context() else {
        let is_put_together = switch.target.contains('$');
        let message = "this switch names no context, and its own is not searched twice".to_owned();
        return (!is_put_together)
            .then(|| warning("switch-loop", message).help("write `Loopback/${EXTEN}@context`"));
    };
    let Some(target) = plan.context(name) else {
        let message = format!("there is no context `{name}` to search");
        let names = plan.contexts().map(Context::name);
        return Some(warning("unknown-context", message).suggest(nearest(name, names)));
    };
    if name == context.name() {
        let message = "this switch leads to its own context, which is not searched twice".to_owned();
        return Some(warning("switch-loop", message));
    }
    let comes_back = !switch.has_pattern() && leads_to(plan, target, context.name());
    comes_back.then(|| {
        let message = format!("from context `{name}` the search comes back here, and ends after some rounds");
        warning("switch-loop", message).help("add a pattern, as in `Loopback/${EXTEN}@context/_9X.`")
    })
}

/// Whether includes and switches without a pattern lead from a context to another one.
fn leads_to(plan: &Dialplan, from: &Context, wanted: &str) -> bool {
    let (mut pending, mut seen) = (vec![from], HashSet::new());
    while let Some(context) = pending.pop() {
        if context.name() == wanted {
            return true;
        }
        if !seen.insert(context.name()) {
            continue;
        }
        let included = context.includes().map(|include| include.name());
        let switched = context.switches().filter(|switch| !switch.has_pattern()).filter_map(Switch::context);
        pending.extend(included.chain(switched).filter_map(|name| plan.context(name)));
    }
    false
}
