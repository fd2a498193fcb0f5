//! Bodies of the fuzz targets, kept here so that they always compile.

use crate::{
    JumpTarget, Location, Machine, Outcome, SimpleHost, Step, Text, TimeCondition, check_conditions,
    check_jumps, compile, evaluate_expression, is_true, split_arguments, substitute,
};
use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};
use std::path::Path;
use std::sync::Arc;

/// Compiles any bytes as `extensions.conf`, checks and shows them, dials into every context, and runs each call
/// for a bounded number of steps. The outcomes of the applications follow from their arguments.
pub fn extensions_conf(data: &[u8]) {
    let files = MemoryFiles::from([("extensions.conf", data.to_vec())]);
    let mut sources = SourceMap::new();
    let options = LoadOptions { max_entries: 5_000, ..LoadOptions::default() };
    let (config, _) = load(Path::new("extensions.conf"), &files, &mut sources, &options);
    let compiled = compile(&config);
    let plan = Arc::new(compiled.plan);
    let findings = compiled.diagnostics.into_iter().chain(check_jumps(&plan)).chain(check_conditions(&plan));
    for finding in findings.take(50) {
        finding.render(&sources, false);
    }
    assert!(plan.show(&sources, None, None).is_some());
    for context in plan.contexts().take(10) {
        for number in ["s", "100", "*1", "9-9", "", "é"] {
            plan.matching(context.name(), number, Some("200"));
            call(Machine::new(Arc::clone(&plan), Location::new(context.name(), number, 1)));
        }
    }
}

fn call(mut machine: Machine) {
    let mut host = SimpleHost::new();
    for _ in 0..100 {
        match machine.step(&mut host) {
            Step::Run(call) => machine.complete(outcome(&call.arguments)),
            Step::Evaluate(_) => return,
            Step::Ended(_) if machine.hangup() => {}
            Step::Ended(_) => return,
        }
    }
}

fn outcome(arguments: &str) -> Outcome {
    match arguments.len() % 7 {
        1 => Outcome::Dialed(arguments.to_owned()),
        2 => Outcome::ResponseTimeout,
        3 => Outcome::AbsoluteTimeout,
        4 => JumpTarget::parse(arguments).map_or(Outcome::Continue, Outcome::Jump),
        5 => Outcome::Hangup,
        _ => Outcome::Continue,
    }
}

/// Evaluates any text as an expression, a text with variables, arguments, a jump target and a time.
pub fn dialplan_expression(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    is_true(&text);
    split_arguments(&text);
    let _ = JumpTarget::parse(&text);
    let _ = TimeCondition::parse(&text);
    if let Ok(value) = evaluate_expression(&text)
        && value.len() < 4_000
        && let Ok(again) = evaluate_expression(&value)
    {
        // A result that is itself one word stands for itself.
        assert!(value.contains(|c: char| !c.is_ascii_digit()) || again == value, "{value} {again}");
    }
    let mut host = SimpleHost::new();
    for (name, value) in [("A", "12345"), ("B", "A"), ("C", "F(x)"), ("D", "1 + (")] {
        host.variables.insert(name.to_owned(), value.to_owned());
    }
    host.functions.insert("F(x)".to_owned(), "é".repeat(100));
    let result = substitute(&mut host, &text);
    if Text::compile(&text).is_constant() {
        assert_eq!(result.as_deref(), Ok(&*text));
    }
}
