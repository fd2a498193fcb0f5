//! Under which names the addresses of peers were found.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

/// The name that the certificate of a peer must bear, by its address. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct PeerNames(Arc<RwLock<HashMap<SocketAddr, String>>>);

impl PeerNames {
    /// Peers remembered; all are forgotten when it is reached. One that is forgotten must prove to be its address.
    const CAPACITY: usize = 4096;

    /// Remembers that `remote` was found under `name`.
    pub(crate) fn remember(&self, remote: SocketAddr, name: &str) {
        if self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&remote)
            .is_some_and(|known| known == name)
        {
            return;
        }
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= Self::CAPACITY {
            names.clear();
        }
        names.insert(remote, name.to_owned());
    }

    /// The name of `remote`: the last one that it was found under, else its address.
    pub(crate) fn name_of(&self, remote: SocketAddr) -> String {
        let names = self.0.read().unwrap_or_else(PoisonError::into_inner);
        names.get(&remote).cloned().unwrap_or_else(|| remote.ip().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_has_its_last_name_or_its_address() {
        let names = PeerNames::default();
        let remote = "[2001:db8::1]:5061".parse().unwrap();
        assert_eq!(names.name_of(remote), "2001:db8::1");
        names.remember(remote, "a.example");
        names.remember(remote, "b.example");
        assert_eq!(names.name_of(remote), "b.example");
    }

    #[test]
    fn names_do_not_grow_without_bound() {
        let names = PeerNames::default();
        for port in 0..=u16::MAX {
            names.remember(([192, 0, 2, 1], port).into(), "a.example");
        }
        assert!(names.0.read().unwrap().len() <= PeerNames::CAPACITY);
    }
}
