//! Text of callers in commands of the shell: whoever calls could have a command of its own run.

use asterisk_conf::Diagnostic;
use dialplan_vm::{Dialplan, PlanStep};

/// What a caller chooses freely.
pub(super) const OF_CALLERS: &[&str] = &[
    "${CALLERID(",
    "${CONNECTEDLINE(",
    "${MESSAGE(",
    "${MESSAGE_DATA(",
    "${PJSIP_HEADER(",
    "${REDIRECTING(",
    "${SIPDOMAIN",
    "${SIP_HEADER(",
];

/// What lets through only characters that are named.
pub(super) const FILTERS: &[&str] =
    &["${FILTER(", "${LEN(", "${MD5(", "${SHA1(", "${KEYPADHASH(", "${BASE64_ENCODE("];

/// Where commands are run beside `System`.
const SHELL: &str = "${SHELL(";

pub(super) fn check(plan: &Dialplan, found: &mut Vec<Diagnostic>) {
    for step in plan.steps() {
        let text = step.arguments();
        let start = match () {
            () if step.is("System") || step.is("TrySystem") => 0,
            () => match text.find(SHELL) {
                Some(at) => at + SHELL.len(),
                None => continue,
            },
        };
        if let Some((at, name)) = unfiltered(step, text, start, FILTERS) {
            let message =
                format!("{name} is what the caller chooses, and the shell reads it as a part of the command");
            let finding = Diagnostic::warning("caller-text-in-command", message);
            let help = "let only harmless characters through, as in ${FILTER(0-9,${CALLERID(num)})}";
            found.push(finding.at(step.arguments_span().slice(at..at + name.len())).help(help));
        }
    }
}

/// The first text of the caller, from `start` on, that none of these filters stands around.
pub(super) fn unfiltered<'t>(
    step: &PlanStep,
    text: &'t str,
    start: usize,
    filters: &[&str],
) -> Option<(usize, &'t str)> {
    // Digits alone are harmless: a number is anything only where a pattern lets anything through.
    let any_number = step.extension().starts_with('_') && step.extension().ends_with(['.', '!']);
    let names = OF_CALLERS.iter().copied().chain(any_number.then_some("${EXTEN"));
    let places = names.flat_map(|name| {
        let found = text[start..].match_indices(name);
        found.map(move |(at, _)| (start + at, name.len()))
    });
    let (at, length) = places.filter(|(at, _)| !is_filtered(&text[..*at], filters)).min()?;
    Some((at, text.get(at..at + length)?.trim_end_matches('(')))
}

/// Whether what follows stands inside of a filter.
pub(super) fn is_filtered(before: &str, filters: &[&str]) -> bool {
    filters.iter().any(|filter| {
        before.rfind(filter).is_some_and(|at| {
            let inside = &before[at..];
            inside.matches("${").count() > inside.matches('}').count()
        })
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use crate::configuration::{Configuration, Folders};

    #[test]
    fn text_of_callers_does_not_go_into_commands() {
        let told = |line: &str| {
            let text = format!("[in]\nexten => {line}\n");
            let files = MemoryFiles::from([("/pbx/etc/extensions.conf", text)]);
            let (_, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
            report.render(false).contains("the shell reads it as a part of the command")
        };
        assert!(told("1,1,System(echo ${CALLERID(name)})"));
        assert!(told("1,1,TrySystem(x '${PJSIP_HEADER(read,X)}')"));
        assert!(told("_X.,1,System(log ${EXTEN})"));
        assert!(told("1,1,Set(x=${SHELL(who ${CALLERID(num)})})"));
        assert!(!told("_XX,1,System(log ${EXTEN})"));
        assert!(!told("1,1,System(log ${FILTER(0-9,${CALLERID(num)})} ${UNIQUEID})"));
        assert!(!told("1,1,NoOp(${CALLERID(name)})"));
    }
}
