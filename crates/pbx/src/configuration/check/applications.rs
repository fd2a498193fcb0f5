//! Applications and functions that do not exist.

use asterisk_conf::{Diagnostic, suggest};
use dialplan_vm::{Dialplan, PlanStep};

use super::names::{APPLICATIONS, FUNCTIONS};
use crate::{applications, functions};

pub(super) fn check(plan: &Dialplan, found: &mut Vec<Diagnostic>) {
    for step in plan.steps() {
        check_application(step, found);
        for (name, at) in function_calls(step.arguments()) {
            check_function(step, name, at, found);
        }
    }
}

/// A call that reaches an unknown application ends there, as it does with Asterisk.
fn check_application(step: &PlanStep, found: &mut Vec<Diagnostic>) {
    let name = step.application();
    if name.is_empty() || name.contains('$') || applications::find(name).is_some() {
        return;
    }
    let of_asterisk = APPLICATIONS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let message = match of_asterisk {
        true => format!("the application {name} is not here yet: a call that reaches it ends"),
        false => format!("there is no application {name}: a call that reaches it ends"),
    };
    let finding = Diagnostic::warning("unknown-application", message).at(step.application_span());
    let ours = applications::table().iter().map(|application| application.name);
    let known = ours.chain(APPLICATIONS.iter().copied());
    found.push(if of_asterisk { finding } else { finding.suggest(suggest::nearest(name, known)) });
}

fn check_function(step: &PlanStep, name: &str, at: usize, found: &mut Vec<Diagnostic>) {
    if functions::find(name).is_some() {
        return;
    }
    let of_asterisk = FUNCTIONS.contains(&name);
    let message = match of_asterisk {
        true => format!("the function {name} is not here yet: its value is empty"),
        false => format!("there is no function {name}: its value is empty"),
    };
    let span = step.arguments_span().slice(at..at + name.len());
    let finding = Diagnostic::warning("unknown-function", message).at(span);
    let ours = functions::table().iter().map(|function| function.name);
    let known = ours.chain(FUNCTIONS.iter().copied());
    found.push(if of_asterisk { finding } else { finding.suggest(suggest::nearest(name, known)) });
}

/// The functions that a text reads, `${NAME(`, each with its place.
fn function_calls(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.match_indices("${").filter_map(|(at, _)| {
        let start = at + 2;
        let rest = text.get(start..)?;
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        let name = rest.get(..length).filter(|name| !name.is_empty())?;
        rest.get(length..)?.starts_with('(').then_some((name, start))
    })
}

#[cfg(test)]
mod tests {
    use super::function_calls;

    #[test]
    fn functions_are_found_inside_each_other() {
        let calls: Vec<_> = function_calls("${LEN(${CALLERID(num)})} ${EXTEN:1} ${A${B(1)}}").collect();
        assert_eq!(calls, [("LEN", 2), ("CALLERID", 8), ("B", 41)]);
    }
}
