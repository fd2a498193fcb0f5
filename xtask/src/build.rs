//! What the chores run is built at once with all that is tested.

use std::path::PathBuf;
use std::process::Command;

use crate::{Outcome, root};

/// Builds the workspace with its tests, benches and examples, and names one of its programs.
///
/// Everything together, because what is built of one package alone has other features in what it depends on: all of that would be
/// built once more.
pub(crate) fn built(program: &str) -> Outcome<PathBuf> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--all-targets"])
        .current_dir(root())
        .status()?;
    if !built.success() {
        return Err("the workspace cannot be built; its errors are above".into());
    }
    // This program lies beside the others.
    Ok(std::env::current_exe()?.with_file_name(program))
}
