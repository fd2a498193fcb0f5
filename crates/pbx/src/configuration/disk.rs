//! Configuration files as they are on the disk.

use std::io;
use std::path::{Path, PathBuf};

use asterisk_conf::Files;

/// Files of the disk; patterns are those of `#include`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn glob(&self, pattern: &Path) -> Vec<PathBuf> {
        let Some(pattern) = pattern.to_str() else { return Vec::new() };
        let found = glob::glob(pattern).into_iter().flatten().filter_map(Result::ok);
        let mut files: Vec<_> = found.filter(|path| path.is_file()).collect();
        files.sort();
        files
    }

    fn execute(&self, command: &str) -> io::Result<Vec<u8>> {
        let output = std::process::Command::new("sh").arg("-c").arg(command).output()?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(io::Error::other(format!("the command ended with {}", output.status)))
        }
    }
}
