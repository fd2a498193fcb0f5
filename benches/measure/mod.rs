//! Time, instructions and allocations of operations, as a table.

mod time;
mod valgrind;

use std::process::ExitCode;

use crate::operation::Operation;
use valgrind::Tool;

/// What one operation costs.
struct Cost {
    /// Processor time, in nanoseconds.
    nanoseconds: f64,
    /// Counted by valgrind; `None` where it is missing.
    instructions: Option<f64>,
    allocations: Option<f64>,
}

/// The main function of a bench: measures `operations` and prints a table. The first of a name is what the others of
/// that name are compared with.
///
/// With `--test` each is done once, to see that it can be done. Words among the arguments pick the operations whose names
/// or crates have one of them. Instructions and allocations are counted by valgrind, which runs this program again.
pub fn table(operations: &[Operation]) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(order) = valgrind::Order::read(&arguments) {
        order.obey(operations);
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--test") {
        operations.iter().for_each(once);
        return ExitCode::SUCCESS;
    }
    let missing = Tool::missing();
    if let Some(how) = &missing {
        eprintln!("{how}");
    }
    print_all(operations, &arguments, missing.is_none());
    ExitCode::SUCCESS
}

fn once(operation: &Operation) {
    let mut work = operation.start();
    work.prepare(1);
    work.run(1);
    println!("{}, {}: done", operation.name, operation.who);
}

fn print_all(operations: &[Operation], words: &[String], counted: bool) {
    println!(
        "| {:<34} | {:<15} | {:>9} | {:>9} | {:>7} | {:>13} |",
        "operation", "crate", "ns of CPU", "instr.", "allocs", "times the first"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    let mut first: Option<(&str, Cost)> = None;
    for (index, operation) in operations.iter().enumerate() {
        let is_meant = |word: &String| operation.name.contains(word) || operation.who.contains(word);
        if !words.is_empty() && !words.iter().any(is_meant) {
            continue;
        }
        let count = |tool| counted.then(|| valgrind::count(tool, operation, index)).flatten();
        let cost = Cost {
            nanoseconds: time::shortest(operation),
            instructions: count(Tool::Callgrind),
            allocations: count(Tool::Memcheck),
        };
        let before = first.as_ref().filter(|(name, _)| *name == operation.name).map(|(_, cost)| cost);
        print_row(operation, &cost, before);
        if before.is_none() {
            first = Some((operation.name, cost));
        }
    }
}

fn print_row(operation: &Operation, cost: &Cost, first: Option<&Cost>) {
    let number = |value: Option<f64>| value.map_or("?".to_owned(), |value| format!("{value:.0}"));
    let ratio = first.map_or(String::new(), |first| {
        let by = |value: Option<f64>, of: Option<f64>| match (value, of) {
            (Some(value), Some(of)) if of > 0.0 => format!("{:.1}", value / of),
            _ => "?".to_owned(),
        };
        let time = by(Some(cost.nanoseconds), Some(first.nanoseconds));
        format!("{time} / {}", by(cost.instructions, first.instructions))
    });
    println!(
        "| {:<34} | {:<15} | {:>9.0} | {:>9} | {:>7} | {:>15} |",
        operation.name,
        operation.who,
        cost.nanoseconds,
        number(cost.instructions),
        number(cost.allocations),
        ratio
    );
}
