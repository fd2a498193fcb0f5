//! Whether consoles see every line of scripts (`agi set debug`).

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The switch of `agi set debug on|off`.
#[derive(Debug, Default)]
pub struct AgiDebug(AtomicBool);

impl AgiDebug {
    /// Whether lines are shown.
    pub fn is_on(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Shows them from now on, or no more.
    pub fn set(&self, on: bool) {
        self.0.store(on, Relaxed);
    }
}
