use std::io;

use slab::Slab;

use crate::io::SocketId;

/// Sockets with their tokens, and those that the last wait found ready.
pub(crate) struct Sockets<S> {
    table: Slab<Entry<S>>,
    ready: Vec<usize>,
    next: usize,
}

pub(crate) struct Entry<S> {
    pub(crate) socket: S,
    pub(crate) token: u32,
}

impl<S> Sockets<S> {
    pub(crate) fn new(batch: usize) -> Self {
        Self { table: Slab::new(), ready: Vec::with_capacity(batch), next: 0 }
    }

    /// Takes in a socket that `register` makes known to the kernel under its key.
    pub(crate) fn add(
        &mut self,
        mut socket: S,
        token: u32,
        register: impl FnOnce(&mut S, usize) -> io::Result<()>,
    ) -> io::Result<SocketId> {
        let vacant = self.table.vacant_entry();
        let key = vacant.key();
        register(&mut socket, key)?;
        vacant.insert(Entry { socket, token });
        Ok(SocketId(key))
    }

    /// Packets of that socket have this token from now on.
    pub(crate) fn rename(&mut self, id: SocketId, token: u32) {
        if let Some(entry) = self.table.get_mut(id.0) {
            entry.token = token;
        }
    }

    pub(crate) fn remove(&mut self, id: SocketId) -> Option<S> {
        self.table.try_remove(id.0).map(|entry| entry.socket)
    }

    pub(crate) fn get(&self, id: SocketId) -> io::Result<&S> {
        self.entry(id.0).map(|entry| &entry.socket).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    pub(crate) fn entry(&self, key: usize) -> Option<&Entry<S>> {
        self.table.get(key)
    }

    /// The sockets found by a new wait take the place of those of the last.
    pub(crate) fn set_ready(&mut self, keys: impl Iterator<Item = usize>) {
        self.next = 0;
        self.ready.clear();
        self.ready.extend(keys);
    }

    /// The socket to read next; it stays the one until [`Sockets::advance`].
    pub(crate) fn current(&self) -> Option<usize> {
        self.ready.get(self.next).copied()
    }

    pub(crate) fn advance(&mut self) {
        self.next += 1;
    }
}
