//! `cargo xtask bench-media`: builds the bench of the media plane and runs it. `benches/README.md` says how to read it.

use std::process::Command;

use crate::{Outcome, root};

/// Runs the bench with these words; a quick run takes what the tests are built of.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let profile = if words.contains(&"--quick") { "dev" } else { "release" };
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--profile", profile, "--package", "media-bench", "--"])
        .args(words)
        .current_dir(root())
        .status()?;
    if status.success() { Ok(()) } else { Err("the bench of media has failed".into()) }
}
