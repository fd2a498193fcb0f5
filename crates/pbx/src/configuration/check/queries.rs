//! Text of callers in statements of SQL: whoever calls could end the text that it stands in, and say what it likes behind it.

use asterisk_conf::Diagnostic;
use dialplan_vm::{Dialplan, PlanStep};

use super::commands::{FILTERS, OF_CALLERS, is_filtered, unfiltered};
use super::pieces::pieces;
use crate::configuration::{DatabasesConfiguration, QueryFunction, QueryText};

/// What makes a text fit to stand between single quotes.
const ESCAPE: &str = "${SQL_ESC(";

pub(super) fn check(plan: &Dialplan, databases: &DatabasesConfiguration, found: &mut Vec<Diagnostic>) {
    if databases.functions.is_empty() {
        return;
    }
    let filters: Vec<&str> = FILTERS.iter().copied().chain([ESCAPE]).collect();
    for text in databases.functions.values().flat_map(|function| function.texts()) {
        check_statement(text, &filters, found);
    }
    for step in plan.steps() {
        for function in databases.functions.values() {
            check_step(step, function, &filters, found);
        }
    }
}

/// What a statement itself asks of the caller.
fn check_statement(text: &QueryText, filters: &[&str], found: &mut Vec<Diagnostic>) {
    let places = OF_CALLERS.iter().flat_map(|name| text.sql.match_indices(name));
    if let Some((_, name)) = places.filter(|(at, _)| !is_filtered(&text.sql[..*at], filters)).min() {
        found.push(finding(name.trim_start_matches("${").trim_end_matches('(')).at(text.span));
    }
}

/// What a step of the dialplan hands to a statement.
fn check_step(step: &PlanStep, function: &QueryFunction, filters: &[&str], found: &mut Vec<Diagnostic>) {
    let text = step.arguments();
    let opening = format!("{}(", function.name);
    for (at, _) in text.match_indices(&opening) {
        let is_set = step.is("Set") && text[..at].trim().is_empty();
        if !is_set && !text[..at].ends_with("${") {
            continue;
        }
        let start = at + opening.len();
        let end = start + closing(&text[start..]);
        let mut told = parts(&text[start..end], "ARG", start);
        let mut statements: Vec<&QueryText> = function.read.iter().collect();
        if is_set {
            statements = [&function.write, &function.insert].into_iter().flatten().collect();
            let value = text[end..].find('=').map_or(text.len(), |equals| end + equals + 1);
            told.extend(parts(&text[value..], "VAL", value));
            told.push(("VALUE".to_owned(), value, text.len()));
        }
        for (name, from, to) in told {
            let Some((at, said)) = unfiltered(step, &text[..to], from, filters) else { continue };
            if statements.iter().any(|statement| is_bare(&statement.sql, &name, filters)) {
                let span = step.arguments_span().slice(at..at + said.len());
                found.push(finding(said.trim_start_matches("${")).at(span));
                return;
            }
        }
    }
}

/// The parts of arguments with the names that statements know them by, and where they begin and end.
fn parts(text: &str, name: &str, offset: usize) -> Vec<(String, usize, usize)> {
    let cut = pieces(text, b',').into_iter().enumerate();
    cut.map(|(n, (at, part))| (format!("{name}{}", n + 1), offset + at, offset + at + part.len())).collect()
}

/// Where the parenthesis is closed that was open before this text.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return at,
            b')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether a statement takes this variable as it comes.
fn is_bare(sql: &str, variable: &str, filters: &[&str]) -> bool {
    ["}", ":"].iter().any(|end| {
        let written = format!("${{{variable}{end}");
        sql.match_indices(&written).any(|(at, _)| !is_filtered(&sql[..at], filters))
    })
}

fn finding(name: &str) -> Diagnostic {
    let message =
        format!("{name} is what the caller chooses, and the data base reads it as a part of the statement");
    let help = "let func_odbc.conf write '${SQL_ESC(${ARG1})}', between single quotes";
    Diagnostic::warning("caller-text-in-statement", message).help(help)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use crate::configuration::{Configuration, Folders};

    const FUNCTIONS: &str = "[BARE]\ndsn=db\nreadsql=SELECT 1 FROM t WHERE a='${ARG1}' AND b='${SQL_ESC(${ARG2})}'\n\
        [SAFE]\ndsn=db\nreadsql=SELECT '${SQL_ESC(${ARG1})}'\nwritesql=UPDATE t SET a='${VAL1}' WHERE b='${SQL_ESC(${ARG1})}'\n";

    fn told(functions: &str, line: &str) -> bool {
        let files = MemoryFiles::from([
            ("/pbx/etc/extensions.conf", format!("[in]\nexten => {line}\n")),
            ("/pbx/etc/func_odbc.conf", functions.to_owned()),
        ]);
        let (_, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        report.render(false).contains("the data base reads it as a part of the statement")
    }

    #[test]
    fn text_of_callers_does_not_go_into_statements() {
        for line in [
            "1,1,NoOp(${ODBC_BARE(${CALLERID(name)})})",
            "1,1,GotoIf($[${ODBC_BARE(x${CALLERID(num)},b)} = 1]?out)",
            "_X.,1,Set(x=${ODBC_BARE(${EXTEN})})",
            "1,1,Set(ODBC_SAFE(a)=${CALLERID(name)})",
        ] {
            assert!(told(FUNCTIONS, line), "{line}");
        }
        for line in [
            "1,1,NoOp(${ODBC_SAFE(${CALLERID(name)})})",
            "1,1,NoOp(${ODBC_BARE(a,${CALLERID(name)})} ${CALLERID(name)})",
            "1,1,NoOp(${ODBC_BARE(${SQL_ESC(${CALLERID(name)})})})",
            "1,1,NoOp(${ODBC_BARE(${FILTER(0-9,${CALLERID(num)})})})",
            "_XX,1,Set(x=${ODBC_BARE(${EXTEN})})",
            "1,1,Set(ODBC_SAFE(${CALLERID(name)})=x)",
            "1,1,Set(ODBC_SAFE(a)=x,${CALLERID(name)})",
        ] {
            assert!(!told(FUNCTIONS, line), "{line}");
        }
        assert!(told("[X]\ndsn=db\nreadsql=SELECT '${CALLERID(name)}'\n", "1,1,NoOp()"));
        assert!(!told("[X]\ndsn=db\nreadsql=SELECT '${SQL_ESC(${CALLERID(name)})}'\n", "1,1,NoOp()"));
    }
}
