//! Transactions found by identifier, by matching key and by peer.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;

use crate::transport::{Flow, Protocol};

/// The transactions of one side of the layer.
#[derive(Debug)]
pub(super) struct Table<T> {
    by_id: HashMap<u64, Entry<T>>,
    // The standard hasher resists chosen keys, and these come from the network.
    by_key: HashMap<Box<str>, u64>,
    by_peer: BTreeSet<(Protocol, SocketAddr, u64)>,
}

#[derive(Debug)]
struct Entry<T> {
    key: Box<str>,
    peer: (Protocol, SocketAddr),
    value: T,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { by_id: HashMap::new(), by_key: HashMap::new(), by_peer: BTreeSet::new() }
    }
}

impl<T> Table<T> {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Entries of all indexes.
    pub(super) fn filed(&self) -> usize {
        self.by_id.len() + self.by_key.len() + self.by_peer.len()
    }

    /// Adds a transaction whose `id` and `key` are not in use.
    pub(super) fn insert(&mut self, id: u64, key: &str, flow: &Flow, value: T) {
        let key: Box<str> = key.into();
        let peer = (flow.protocol, flow.remote);
        self.by_key.insert(key.clone(), id);
        self.by_peer.insert((peer.0, peer.1, id));
        self.by_id.insert(id, Entry { key, peer, value });
    }

    pub(super) fn find(&self, key: &str) -> Option<u64> {
        self.by_key.get(key).copied()
    }

    pub(super) fn get(&self, id: u64) -> Option<&T> {
        self.by_id.get(&id).map(|entry| &entry.value)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        self.by_id.get_mut(&id).map(|entry| &mut entry.value)
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<T> {
        let entry = self.by_id.remove(&id)?;
        self.by_key.remove(&entry.key);
        self.by_peer.remove(&(entry.peer.0, entry.peer.1, id));
        Some(entry.value)
    }

    /// The transaction now talks to the peer of `flow`.
    pub(super) fn set_peer(&mut self, id: u64, flow: &Flow) {
        let Some(entry) = self.by_id.get_mut(&id) else { return };
        self.by_peer.remove(&(entry.peer.0, entry.peer.1, id));
        entry.peer = (flow.protocol, flow.remote);
        self.by_peer.insert((flow.protocol, flow.remote, id));
    }

    /// The transactions that talk to the peer of `flow`.
    pub(super) fn with_peer(&self, flow: &Flow) -> Vec<u64> {
        let peer = (flow.protocol, flow.remote);
        let all = (peer.0, peer.1, 0)..=(peer.0, peer.1, u64::MAX);
        self.by_peer.range(all).map(|&(_, _, id)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_transaction_leaves_nothing() {
        let address = |port| SocketAddr::from(([192, 0, 2, 1], port));
        let flow = Flow::new(Protocol::Tcp, address(1), address(2));
        let mut table = Table::default();
        table.insert(1, "one", &flow, ());
        table.insert(2, "two", &flow, ());
        assert_eq!(table.with_peer(&flow), [1, 2]);
        table.set_peer(2, &flow.towards(address(3)));
        assert_eq!(table.with_peer(&flow), [1]);
        assert_eq!(table.find("two"), Some(2));
        table.remove(1);
        table.remove(2);
        assert_eq!(table.find("two"), None);
        assert_eq!(table.filed(), 0);
    }
}
