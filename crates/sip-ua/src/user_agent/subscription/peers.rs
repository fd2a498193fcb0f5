//! How many subscriptions each peer holds.

use std::net::IpAddr;

use crate::hashing::Map;

/// Counts by address; an address without any takes no room.
#[derive(Default)]
pub(in crate::user_agent) struct Peers(Map<IpAddr, usize>);

impl Peers {
    pub(in crate::user_agent) fn of(&self, peer: IpAddr) -> usize {
        self.0.get(&peer).copied().unwrap_or_default()
    }

    pub(in crate::user_agent) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::user_agent) fn add(&mut self, peer: IpAddr) {
        *self.0.entry(peer).or_default() += 1;
    }

    pub(in crate::user_agent) fn remove(&mut self, peer: IpAddr) {
        if let Some(count) = self.0.get_mut(&peer) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&peer);
            }
        }
    }
}
