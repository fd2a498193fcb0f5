//! `cargo xtask bench-media`: builds the bench of the media plane and runs it. `benches/README.md` says how to read it.

use std::process::Command;

use crate::build::{built, cargo};
use crate::{Outcome, root};

/// Runs the bench with these words; a quick run takes what the tests are built of.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let mut bench = if words.contains(&"--quick") {
        Command::new(built("media-bench")?)
    } else {
        let mut cargo = cargo();
        cargo.args(["run", "--quiet", "--release", "--package", "media-bench", "--"]);
        cargo
    };
    let status = bench.args(words).current_dir(root()).status()?;
    if status.success() { Ok(()) } else { Err("the bench of media has failed".into()) }
}
