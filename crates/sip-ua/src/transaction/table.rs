//! Transactions found by name, by matching key and by peer.

use std::net::SocketAddr;
use std::time::Instant;

use slab::Slab;

use super::event::Name;
use crate::hashing::{Fingerprint, Map};
use crate::transport::{Flow, Protocol};

/// Who a transaction talks to.
type Peer = (Protocol, SocketAddr);

/// No slot: where a chain ends.
const NONE: u32 = u32::MAX;

/// The transactions of one side of the layer.
#[derive(Debug)]
pub(super) struct Table<T> {
    slots: Slab<Entry<T>>,
    by_key: Map<Fingerprint, u32>,
    /// The latest transaction with each peer, the first of a chain through all of them.
    by_peer: Map<Peer, u32>,
}

#[derive(Debug)]
struct Entry<T> {
    serial: u64,
    key: Fingerprint,
    peer: Peer,
    /// The neighbours in the chain of its peer.
    newer: u32,
    older: u32,
    /// When it wants to be woken.
    wakes_at: Option<Instant>,
    value: T,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { slots: Slab::new(), by_key: Map::default(), by_peer: Map::default() }
    }
}

impl<T> Table<T> {
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Entries of all indexes.
    pub(super) fn filed(&self) -> usize {
        self.slots.len() + self.by_key.len() + self.by_peer.len()
    }

    /// Adds a transaction whose `serial` and `key` are not in use.
    pub(super) fn insert(&mut self, serial: u64, key: Fingerprint, flow: &Flow, value: T) -> Name {
        let peer = (flow.protocol, flow.remote);
        let entry = Entry { serial, key, peer, newer: NONE, older: NONE, wakes_at: None, value };
        // Limits of the layer, and memory, end far below four thousand million transactions.
        let slot = self.slots.insert(entry) as u32;
        self.by_key.insert(key, slot);
        self.chain(slot, peer);
        Name { serial, slot }
    }

    pub(super) fn find(&self, key: Fingerprint) -> Option<Name> {
        let slot = *self.by_key.get(&key)?;
        Some(Name { serial: self.slots.get(slot as usize)?.serial, slot })
    }

    fn entry(&self, name: Name) -> Option<&Entry<T>> {
        self.slots.get(name.slot as usize).filter(|entry| entry.serial == name.serial)
    }

    fn entry_mut(&mut self, name: Name) -> Option<&mut Entry<T>> {
        self.slots.get_mut(name.slot as usize).filter(|entry| entry.serial == name.serial)
    }

    pub(super) fn get(&self, name: Name) -> Option<&T> {
        self.entry(name).map(|entry| &entry.value)
    }

    pub(super) fn get_mut(&mut self, name: Name) -> Option<&mut T> {
        self.entry_mut(name).map(|entry| &mut entry.value)
    }

    /// A transaction, and when it wants to be woken.
    pub(super) fn get_with_time(&mut self, name: Name) -> Option<(&mut T, &mut Option<Instant>)> {
        self.entry_mut(name).map(|entry| (&mut entry.value, &mut entry.wakes_at))
    }

    /// When a transaction wants to be woken.
    pub(super) fn wakes_at(&self, name: Name) -> Option<Instant> {
        self.entry(name)?.wakes_at
    }

    pub(super) fn remove(&mut self, name: Name) -> Option<T> {
        self.entry(name)?;
        self.unchain(name.slot);
        let entry = self.slots.try_remove(name.slot as usize)?;
        self.by_key.remove(&entry.key);
        Some(entry.value)
    }

    /// The transaction now talks to the peer of `flow`.
    pub(super) fn set_peer(&mut self, name: Name, flow: &Flow) {
        let peer = (flow.protocol, flow.remote);
        if self.entry(name).is_some_and(|entry| entry.peer != peer) {
            self.unchain(name.slot);
            self.chain(name.slot, peer);
        }
    }

    /// The transactions that talk to the peer of `flow`, the oldest first.
    pub(super) fn with_peer(&self, flow: &Flow) -> Vec<Name> {
        let mut found = Vec::new();
        let mut next = self.by_peer.get(&(flow.protocol, flow.remote)).copied().unwrap_or(NONE);
        while let Some(entry) = self.slots.get(next as usize) {
            found.push(Name { serial: entry.serial, slot: next });
            next = entry.older;
        }
        found.sort_unstable();
        found
    }

    /// Puts a transaction before the others of its peer.
    fn chain(&mut self, slot: u32, peer: Peer) {
        let older = self.by_peer.insert(peer, slot).unwrap_or(NONE);
        if let Some(entry) = self.slots.get_mut(older as usize) {
            entry.newer = slot;
        }
        if let Some(entry) = self.slots.get_mut(slot as usize) {
            (entry.peer, entry.newer, entry.older) = (peer, NONE, older);
        }
    }

    fn unchain(&mut self, slot: u32) {
        let Some(entry) = self.slots.get(slot as usize) else { return };
        let (peer, newer, older) = (entry.peer, entry.newer, entry.older);
        if let Some(entry) = self.slots.get_mut(older as usize) {
            entry.newer = newer;
        }
        match self.slots.get_mut(newer as usize) {
            Some(entry) => entry.older = older,
            None if older == NONE => drop(self.by_peer.remove(&peer)),
            None => drop(self.by_peer.insert(peer, older)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hashing::{Fingerprints, write_text};

    #[test]
    fn a_removed_transaction_leaves_nothing() {
        let address = |port| SocketAddr::from(([192, 0, 2, 1], port));
        let flow = Flow::new(Protocol::Tcp, address(1), address(2));
        let prints = Fingerprints::default();
        let key = |text: &str| prints.of(|hasher| write_text(hasher, text));
        let mut table = Table::default();
        let one = table.insert(1, key("one"), &flow, ());
        let two = table.insert(2, key("two"), &flow, ());
        let three = table.insert(3, key("three"), &flow, ());
        assert_eq!(table.with_peer(&flow), [one, two, three]);
        table.set_peer(two, &flow.towards(address(3)));
        assert_eq!(table.with_peer(&flow), [one, three]);
        assert_eq!(table.with_peer(&flow.towards(address(3))), [two]);
        assert_eq!(table.find(key("two")), Some(two));
        table.remove(three);
        assert_eq!(table.with_peer(&flow), [one]);
        table.remove(one);
        table.remove(two);
        assert_eq!(table.find(key("two")), None);
        assert_eq!(table.filed(), 0);
    }

    #[test]
    fn a_name_means_no_other_transaction_that_takes_its_place() {
        let address = |port| SocketAddr::from(([192, 0, 2, 1], port));
        let flow = Flow::new(Protocol::Udp, address(1), address(2));
        let prints = Fingerprints::default();
        let key = |text: &str| prints.of(|hasher| write_text(hasher, text));
        let mut table = Table::default();
        let one = table.insert(1, key("one"), &flow, 1);
        table.remove(one);
        let two = table.insert(2, key("two"), &flow, 2);
        assert_eq!((table.get(one), table.get(two)), (None, Some(&2)));
        assert_eq!(table.remove(one), None);
        assert_eq!(table.len(), 1);
    }
}
