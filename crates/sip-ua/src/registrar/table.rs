//! Bindings by address, and by when they end.

use std::collections::BTreeSet;
use std::time::SystemTime;

use super::Binding;
use crate::hashing::Map;

/// All bindings. An address without any is not in it.
#[derive(Debug, Default)]
pub(super) struct Table {
    by_aor: Map<String, Vec<Binding>>,
    /// The earliest end of each address.
    ends: BTreeSet<(SystemTime, String)>,
}

impl Table {
    pub(super) fn of(&self, aor: &str) -> &[Binding] {
        self.by_aor.get(aor).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Binding> {
        self.by_aor.values().flatten()
    }

    /// Makes these the bindings of `aor`.
    pub(super) fn replace(&mut self, aor: &str, mut bindings: Vec<Binding>) {
        // They stay for an hour or longer, and most addresses have one: a vector that grew has room for four.
        bindings.shrink_to_fit();
        if let Some(end) = earliest_end(self.of(aor)) {
            self.ends.remove(&(end, aor.to_owned()));
        }
        match earliest_end(&bindings) {
            Some(end) => {
                self.ends.insert((end, aor.to_owned()));
                self.by_aor.insert(aor.to_owned(), bindings);
            }
            None => {
                self.by_aor.remove(aor);
            }
        }
    }

    pub(super) fn next_expiry(&self) -> Option<SystemTime> {
        self.ends.first().map(|(end, _)| *end)
    }

    /// An address of which something has expired.
    pub(super) fn first_expired(&self, now: SystemTime) -> Option<String> {
        self.ends.first().filter(|(end, _)| *end <= now).map(|(_, aor)| aor.clone())
    }
}

fn earliest_end(bindings: &[Binding]) -> Option<SystemTime> {
    bindings.iter().map(|binding| binding.expires_at).min()
}
