//! Conditions that are always true because nobody evaluates them.

use super::targets::outside;
use crate::plan::{Dialplan, PlanStep};
use asterisk_conf::Diagnostic;

/// Applications whose arguments begin with a condition. The condition of the first ones ends at `?`.
const WITH_BRANCHES: [&str; 3] = ["gotoif", "gosubif", "execif"];
const WITHOUT_BRANCHES: [&str; 4] = ["while", "if", "elseif", "exitif"];

/// Finds comparisons outside of `$[ ]`, as in `GotoIf("${X}"="1"?yes:no)`.
///
/// Such a condition is a text, and a text that does not begin with a number is true: the call always takes the
/// first branch, whoever is calling.
pub fn check_conditions(plan: &Dialplan) -> Vec<Diagnostic> {
    plan.steps().filter_map(check).collect()
}

fn check(step: &PlanStep) -> Option<Diagnostic> {
    let arguments = step.arguments();
    let condition = if WITH_BRANCHES.iter().any(|name| step.is(name)) {
        let Some(question) = outside(arguments, |byte| byte == b'?') else {
            return Some(
                Diagnostic::warning("missing-branch", "this condition has no `?`: nothing follows from it")
                    .at(step.arguments_span)
                    .help("write `condition?then:else`"),
            );
        };
        &arguments[..question]
    } else if WITHOUT_BRANCHES.iter().any(|name| step.is(name)) {
        arguments
    } else {
        return None;
    };
    let start = condition.len() - condition.trim_start().len();
    let trimmed = condition.trim();
    let compares = outside(trimmed, |byte| matches!(byte, b'=' | b'<' | b'>' | b'!' | b'&' | b'|')).is_some();
    let by_number = trimmed.starts_with("${") || trimmed.starts_with(|c: char| c.is_ascii_digit());
    let (message, help) = match () {
        () if compares && by_number => (
            "this comparison is not made: only a number at its beginning counts",
            format!("write `$[{trimmed}]`"),
        ),
        () if compares => (
            "this condition is always true: outside of `$[ ]` a comparison is a text",
            format!("write `$[{trimmed}]`"),
        ),
        () if trimmed.starts_with('"') => (
            "this condition is always true: the quotes are a part of the text, so it is never empty",
            format!("write `{}`", trimmed.trim_matches('"')),
        ),
        () => return None,
    };
    let span = step.arguments_span.slice(start..start + trimmed.len());
    Some(Diagnostic::warning("comparison-not-made", message).at(span).help(help))
}
