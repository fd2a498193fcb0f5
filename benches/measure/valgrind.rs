//! Instructions and allocations, counted by valgrind.
//!
//! The program runs itself twice under valgrind, with the same preparation and with fewer and more rounds. The difference
//! is what the rounds cost, and nothing of what comes before and after them.

use std::process::Command;

use crate::operation::Operation;

/// First of the arguments of a run within valgrind.
const WORD: &str = "--within-valgrind";

/// The program that counts.
#[derive(Clone, Copy)]
pub(super) enum Tool {
    /// Counts instructions.
    Callgrind,
    /// Counts allocations.
    Memcheck,
}

impl Tool {
    /// What to do where valgrind is missing.
    pub(super) fn missing() -> Option<String> {
        let found = Command::new("valgrind").arg("--version").output().is_ok_and(|it| it.status.success());
        let how = "valgrind is missing: instructions and allocations are not counted, and shown as '?'. \
                   Install it with: apt-get install valgrind";
        (!found).then(|| how.to_owned())
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Callgrind => &["--tool=callgrind", "--callgrind-out-file=/dev/null"],
            Self::Memcheck => &["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"],
        }
    }

    /// What stands before the number in the last words of the tool.
    fn label(self) -> &'static str {
        match self {
            Self::Callgrind => "Collected : ",
            Self::Memcheck => "total heap usage: ",
        }
    }
}

/// What a run within valgrind has to do.
pub(super) struct Order {
    /// Which of the operations.
    index: usize,
    prepared: usize,
    rounds: usize,
}

impl Order {
    pub(super) fn read(arguments: &[String]) -> Option<Self> {
        let [word, rest @ ..] = arguments else { return None };
        let numbers: Vec<usize> = rest.iter().filter_map(|number| number.parse().ok()).collect();
        match (word.as_str(), numbers.as_slice()) {
            (WORD, &[index, prepared, rounds]) => Some(Self { index, prepared, rounds }),
            _ => None,
        }
    }

    pub(super) fn obey(&self, operations: &[Operation]) {
        let Some(operation) = operations.get(self.index) else { return };
        let mut work = operation.start();
        work.prepare(self.prepared);
        work.run(self.rounds);
        // What was prepared and not used must not be freed in one run and not in the other.
        std::process::exit(0);
    }
}

/// How many of what `tool` counts one operation costs. Says on the standard error stream why it cannot be told.
pub(super) fn count(tool: Tool, operation: &Operation, index: usize) -> Option<f64> {
    let (few, many) = (operation.rounds, operation.rounds * 3);
    let counted = |rounds| run(tool, &[index, many, rounds]).inspect_err(|error| eprintln!("{error}"));
    let difference = counted(many).ok()? - counted(few).ok()?;
    Some(difference / ((many - few) * operation.start().per_round()) as f64)
}

fn run(tool: Tool, numbers: &[usize]) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(tool.arguments()).arg(program).arg(WORD).args(numbers.iter().map(usize::to_string));
    let output = valgrind.output().map_err(|error| format!("valgrind does not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let number = said.lines().find_map(|line| line.split_once(tool.label())).map(|(_, number)| number);
    let digits = number.and_then(|number| number.split_whitespace().next()).unwrap_or_default();
    digits.replace(',', "").parse().map_err(|_| format!("valgrind did not count:\n{said}"))
}
