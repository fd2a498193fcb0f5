//! The place of one test: a folder, loopback addresses, logs.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::Outcome;

/// Whoever listens here owns the address: two test programs at once never share one.
const CLAIM_PORT: u16 = 4000;
/// Addresses that may be taken by others before it counts as a fault.
const TRIES: u32 = 2_000;
/// Lines of each log that a failure shows.
const LAST_LINES: usize = 80;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A folder and addresses that end with the test.
pub(crate) struct Scene {
    folder: TempDir,
    claims: Mutex<Vec<TcpListener>>,
}

impl Scene {
    pub(crate) fn new() -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("ipbx-test-").tempdir()?;
        Ok(Self { folder, claims: Mutex::default() })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new folder in the scene's own.
    pub(crate) fn subfolder(&self, name: &str) -> Outcome<PathBuf> {
        let path = self.folder().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// An address of 127.0.0.0/8 that this test has to itself, with all its ports.
    pub(crate) fn address(&self) -> Outcome<Ipv4Addr> {
        for _ in 0..TRIES {
            let n = NEXT.fetch_add(1, Ordering::Relaxed) + std::process::id() * 64;
            let [_, a, b, c] = n.to_be_bytes();
            let address = Ipv4Addr::new(127, a | 64, b, c.clamp(1, 254));
            if let Ok(claim) = TcpListener::bind((address, CLAIM_PORT)) {
                self.claims.lock().map_err(|e| e.to_string())?.push(claim);
                return Ok(address);
            }
        }
        Err("no address of 127.0.0.0/8 can be had; these tests need Linux's loopback".into())
    }

    /// Where a program of this name writes what it says.
    pub(crate) fn log_path(&self, program: &str) -> PathBuf {
        self.folder().join(format!("{program}.log"))
    }

    /// The ends of all logs, for a person who looks into a failure.
    pub(crate) fn logs(&self) -> String {
        let mut logs: Vec<PathBuf> = std::fs::read_dir(self.folder())
            .map(|entries| entries.flatten().map(|e| e.path()).collect())
            .unwrap_or_default();
        logs.retain(|path| path.extension().is_some_and(|e| e == "log"));
        logs.sort();
        let mut text = String::new();
        for path in logs {
            let said = std::fs::read(&path).unwrap_or_default();
            let said = String::from_utf8_lossy(&said);
            let lines: Vec<&str> = said.lines().collect();
            let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            text.push_str(&format!("\n--- {name}\n{}\n", last.join("\n")));
        }
        text
    }
}
