//! What we could send over.

use std::net::IpAddr;

use crate::transport::{ListenConfig, Protocol};

/// A family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

/// The protocols that we have transports for, each with its families of addresses, the preferred ones first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach(Vec<(Protocol, Family)>);

impl Reach {
    /// What can be reached from sockets that listen on these addresses.
    pub fn of(listening: &[ListenConfig]) -> Self {
        listening.iter().map(|listen| (listen.protocol, Family::of(listen.address.ip()))).collect()
    }

    /// Each protocol once.
    pub(super) fn protocols(&self) -> Vec<Protocol> {
        let mut protocols = Vec::new();
        for (protocol, _) in &self.0 {
            if !protocols.contains(protocol) {
                protocols.push(*protocol);
            }
        }
        protocols
    }

    pub(super) fn serves(&self, protocol: Protocol) -> bool {
        self.0.iter().any(|(served, _)| *served == protocol)
    }

    /// The families that `protocol` can send to.
    pub(super) fn families(&self, protocol: Protocol) -> impl Iterator<Item = Family> {
        self.0.iter().filter(move |(served, _)| *served == protocol).map(|(_, family)| *family)
    }
}

impl FromIterator<(Protocol, Family)> for Reach {
    fn from_iter<I: IntoIterator<Item = (Protocol, Family)>>(pairs: I) -> Self {
        let mut reach = Self::default();
        for pair in pairs {
            if !reach.0.contains(&pair) {
                reach.0.push(pair);
            }
        }
        reach
    }
}
