//! The table as it is printed, in Markdown.

use crate::contestants::Contestant;
use crate::measure::Measure;
use crate::rows::ALL;
use crate::{Outcome, machine};

/// Measures rows whose names have one of `words`, all without words, and prints each as soon as it is done.
pub(crate) fn run(quick: bool, words: &[&str]) -> Outcome<()> {
    let measure = Measure { quick };
    println!("{}\n", machine::line());
    print_line(["row", "aim"].into_iter().chain(Contestant::ALL.map(Contestant::name)));
    print_line(std::iter::repeat_n("---", 2 + Contestant::ALL.len()));
    let mut failed = Vec::new();
    for row in ALL.iter().filter(|row| words.is_empty() || words.iter().any(|word| row.name.contains(word))) {
        let mut figures = (row.measure)(&measure);
        let cells = Contestant::ALL.map(|contestant| {
            let place = figures.iter().position(|(of, _)| *of == contestant);
            match place.map(|place| figures.swap_remove(place).1) {
                None => String::new(),
                Some(Ok(figure)) => figure,
                // The others go on: a machine may be too busy for one of them.
                Some(Err(error)) => {
                    failed.push(row.name);
                    format!("none: {error}")
                }
            }
        });
        print_line([row.name, row.aim].into_iter().chain(cells.iter().map(String::as_str)));
    }
    // Whether it can be done is all that a quick run is for.
    if quick && !failed.is_empty() { Err(format!("not done: {}", failed.join("; ")).into()) } else { Ok(()) }
}

fn print_line<'a>(cells: impl Iterator<Item = &'a str>) {
    println!("| {} |", cells.collect::<Vec<_>>().join(" | "));
}
