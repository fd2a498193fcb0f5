//! Applications and functions that do not exist.

use asterisk_conf::{Diagnostic, suggest};
use dialplan_vm::{Dialplan, PlanStep};

use super::names;
use crate::configuration::DatabasesConfiguration;
use crate::{applications, functions};

pub(super) fn check(plan: &Dialplan, databases: &DatabasesConfiguration, found: &mut Vec<Diagnostic>) {
    for step in plan.steps() {
        check_application(step, found);
        let read = functions_read(step.arguments());
        for (name, at) in read.chain(function_set(step)) {
            if !databases.functions.contains_key(name) {
                check_function(step, name, at, found);
            }
        }
    }
}

/// A call that reaches an unknown application ends there, as it does with Asterisk.
fn check_application(step: &PlanStep, found: &mut Vec<Diagnostic>) {
    let name = step.application();
    if name.is_empty() || name.contains('$') || applications::find(name).is_some() {
        return;
    }
    let told =
        |message: String| Diagnostic::warning("unknown-application", message).at(step.application_span());
    found.push(if let Some(instead) = names::replaced(name) {
        let message = format!("the application {name} went out of Asterisk: a call that reaches it ends");
        told(message).help(format!("write {instead}"))
    } else if names::applications().any(|known| known.eq_ignore_ascii_case(name)) {
        told(format!("the application {name} is not here yet: a call that reaches it ends"))
    } else {
        let ours = applications::table().iter().map(|application| application.name);
        let nearest = suggest::nearest(name, ours.chain(names::applications()));
        told(format!("there is no application {name}: a call that reaches it ends")).suggest(nearest)
    });
}

fn check_function(step: &PlanStep, name: &str, at: usize, found: &mut Vec<Diagnostic>) {
    if functions::find(name).is_some() {
        return;
    }
    let of_asterisk = names::functions().any(|known| known.eq_ignore_ascii_case(name));
    let message = match of_asterisk {
        true => format!("the function {name} is not here yet: its value is empty"),
        false => format!("there is no function {name}: its value is empty"),
    };
    let span = step.arguments_span().slice(at..at + name.len());
    let finding = Diagnostic::warning("unknown-function", message).at(span);
    let ours = functions::table().iter().map(|function| function.name);
    let nearest = || suggest::nearest(name, ours.chain(names::functions()));
    found.push(if of_asterisk { finding } else { finding.suggest(nearest()) });
}

/// The functions that a text reads, `${NAME(`, each with its place.
fn functions_read(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.match_indices("${").filter_map(|(at, _)| Some((function_at(text.get(at + 2..)?)?, at + 2)))
}

/// The function that a step sets, `Set(NAME(…)=…)`, with its place.
fn function_set(step: &PlanStep) -> Option<(&str, usize)> {
    let text = step.arguments();
    let start = text.len() - text.trim_start().len();
    let name = step.is("Set").then(|| function_at(text.get(start..)?)).flatten()?;
    Some((name, start))
}

/// The name at the beginning of `NAME(…`.
fn function_at(text: &str) -> Option<&str> {
    let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let (name, rest) = text.split_at_checked(length)?;
    (!name.is_empty() && rest.starts_with('(')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::functions_read;

    #[test]
    fn functions_are_found_inside_each_other() {
        let calls: Vec<_> = functions_read("${LEN(${CALLERID(num)})} ${EXTEN:1} ${A${B(1)}}").collect();
        assert_eq!(calls, [("LEN", 2), ("CALLERID", 8), ("B", 41)]);
    }
}
