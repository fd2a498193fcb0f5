//! Modules of Python, where `cargo xtask test` puts them.

use std::path::{Path, PathBuf};

/// The folder of the modules.
pub(crate) fn modules() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")).join("python")
}

/// A file of a module, which a test of it needs.
pub(crate) fn module(file: &str) -> String {
    modules().join(file).display().to_string()
}
