//! What the chores run is built at once with all that is tested.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::{Outcome, root};

/// Cargo, as whoever asks for a chore would run it: without what it tells the chore of the chore's own package. Build scripts
/// of others look at that, and all that depends on them would be built once more.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    let own = |name: &OsString| {
        name.to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| own(name)) {
        cargo.env_remove(name);
    }
    cargo
}

/// Builds the workspace with its tests, benches and examples, and names one of its programs.
///
/// Everything together, because what is built of one package alone has other features in what it depends on: all of that would be
/// built once more.
pub(crate) fn built(program: &str) -> Outcome<PathBuf> {
    let built = cargo().args(["build", "--workspace", "--all-targets"]).current_dir(root()).status()?;
    if !built.success() {
        return Err("the workspace cannot be built; its errors are above".into());
    }
    // This program lies beside the others.
    Ok(std::env::current_exe()?.with_file_name(program))
}
