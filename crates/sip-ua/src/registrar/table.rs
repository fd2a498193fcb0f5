//! Bindings by address, and by when they end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use super::Binding;
use crate::hashing::Map;
use crate::transport::Flow;

/// All bindings. An address without any is not in it.
#[derive(Debug, Default)]
pub(super) struct Table {
    by_aor: Map<Arc<str>, Vec<Binding>>,
    /// The earliest end of each address.
    ends: BTreeSet<(SystemTime, Arc<str>)>,
    /// The addresses whose bindings end with a connection, as often as they have such.
    by_connection: Map<Flow, Vec<Arc<str>>>,
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
        let known = self.by_aor.get_key_value(aor);
        let (name, before) = match known {
            Some((name, before)) => (name.clone(), earliest_end(before)),
            None => (Arc::from(aor), None),
        };
        let end = earliest_end(&bindings);
        if before != end {
            before.map(|before| self.ends.remove(&(before, name.clone())));
            self.ends.extend(end.map(|end| (end, name.clone())));
        }
        self.let_go_of_connections(&name);
        for connection in bindings.iter().filter_map(Binding::connection) {
            self.by_connection.entry(*connection).or_default().push(name.clone());
        }
        match bindings.is_empty() {
            true => drop(self.by_aor.remove(&name)),
            false => drop(self.by_aor.insert(name, bindings)),
        }
    }

    fn let_go_of_connections(&mut self, aor: &Arc<str>) {
        let bindings = self.by_aor.get(aor).map(Vec::as_slice).unwrap_or_default();
        for connection in bindings.iter().filter_map(Binding::connection) {
            let Some(with_it) = self.by_connection.get_mut(connection) else { continue };
            with_it.retain(|known| known != aor);
            if with_it.is_empty() {
                self.by_connection.remove(connection);
            }
        }
    }

    /// An address that has a binding which ends with this connection.
    pub(super) fn first_with(&self, connection: &Flow) -> Option<Arc<str>> {
        self.by_connection.get(connection)?.first().cloned()
    }

    pub(super) fn next_expiry(&self) -> Option<SystemTime> {
        self.ends.first().map(|(end, _)| *end)
    }

    /// An address of which something has expired.
    pub(super) fn first_expired(&self, now: SystemTime) -> Option<Arc<str>> {
        self.ends.first().filter(|(end, _)| *end <= now).map(|(_, aor)| aor.clone())
    }
}

fn earliest_end(bindings: &[Binding]) -> Option<SystemTime> {
    bindings.iter().map(|binding| binding.expires_at).min()
}
