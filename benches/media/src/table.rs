//! The table as it is printed, in Markdown.

use crate::contestants::Contestant;
use crate::rows::{ALL, Measure};
use crate::{Outcome, machine};

/// Measures rows whose names have one of `words`, all without words, and prints each as soon as it is done.
pub(crate) fn run(quick: bool, words: &[&str]) -> Outcome<()> {
    let measure = Measure { quick };
    println!("{}\n", machine::line());
    print_line(["row", "aim"].into_iter().chain(Contestant::ALL.map(Contestant::name)));
    print_line(std::iter::repeat_n("---", 2 + Contestant::ALL.len()));
    for row in ALL.iter().filter(|row| words.is_empty() || words.iter().any(|word| row.name.contains(word))) {
        let figure = |contestant| match (row.measure)(&measure, contestant) {
            Ok(figure) => figure.unwrap_or_default(),
            // The others go on: a machine may be too busy for one of them.
            Err(error) => format!("none: {error}"),
        };
        let figures = Contestant::ALL.map(figure);
        print_line([row.name, row.aim].into_iter().chain(figures.iter().map(String::as_str)));
    }
    Ok(())
}

fn print_line<'a>(cells: impl Iterator<Item = &'a str>) {
    println!("| {} |", cells.collect::<Vec<_>>().join(" | "));
}
