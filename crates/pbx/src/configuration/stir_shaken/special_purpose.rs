//! Where certificates are not fetched from unless that is said: addresses that are nobody's on the public network
//! (RFC 6890, ATIS-1000074 section 5.3.1). A caller names the address, and would have this machine ask its neighbours.

use sip_ua::guard::{AccessList, Network};

/// The registries of IANA for special purposes, and addresses for groups.
const NETWORKS: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// The list that keeps them out.
pub(super) fn list() -> AccessList {
    let mut list = AccessList::new("special-purpose addresses");
    NETWORKS.iter().filter_map(|text| Network::parse(text)).for_each(|network| list.push(false, network));
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_can_be_read() {
        assert!(NETWORKS.iter().all(|text| Network::parse(text).is_some()));
    }

    #[test]
    fn neighbours_are_kept_out_and_others_are_not() {
        let permits = |address: &str| list().permits(address.parse().unwrap());
        for neighbour in [
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.169.254",
            "fe80::1",
            "fd00::1",
            "::",
        ] {
            assert!(!permits(neighbour), "{neighbour}");
        }
        assert!(permits("93.184.216.34") && permits("2606:2800:220:1::1"));
    }
}
