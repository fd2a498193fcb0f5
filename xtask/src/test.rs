//! `cargo xtask test`: every test of the workspace, with one count at the end.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::build::{built, cargo};
use crate::{Outcome, programs, root};

/// Runs all tests and prints `N passed, N failed` as the last line.
pub(crate) fn run() -> Outcome {
    let folders = programs::install()?;
    let exchange = built("ipbx")?;
    let mut tests = cargo()
        .args(["test", "--workspace", "--no-fail-fast"])
        .current_dir(root())
        .env("END_TO_END", "required")
        .env("IPBX", exchange)
        .env("PATH", folders)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut count = Count::default();
    if let Some(output) = tests.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            count.add(&line);
        }
    }
    let status = tests.wait()?;
    println!("{} passed, {} failed", count.passed, count.failed);
    if status.success() { Ok(()) } else { Err("some tests failed; their output is above".into()) }
}

/// Sums the lines that the test harness ends each program with.
#[derive(Default, Debug, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

impl Count {
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split([';', '.']) {
            match part.trim().split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_harness_are_summed() {
        let mut count = Count::default();
        count.add(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
        );
        count.add("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        count.add("test result of something else: 9 passed");
        assert_eq!(count, Count { passed: 15, failed: 2 });
    }
}
