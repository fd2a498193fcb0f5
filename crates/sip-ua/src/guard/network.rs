//! Networks, and lists of them that let in or keep out.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// An address and those that share its first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// The network of one address.
    pub fn host(address: IpAddr) -> Self {
        Self { address, bits: if address.is_ipv4() { 32 } else { 128 } }
    }

    /// Reads `192.0.2.1`, `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `2001:db8::/32`.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, mask) = text.split_once('/').map_or((text, None), |(a, m)| (a, Some(m)));
        let address: IpAddr = address.trim().trim_start_matches('[').trim_end_matches(']').parse().ok()?;
        let whole = Self::host(address);
        let bits = match mask.map(str::trim) {
            None => whole.bits,
            Some(mask) => match mask.parse::<u32>() {
                Ok(bits) => bits,
                Err(_) if address.is_ipv4() => bits_of_mask(mask.parse().ok()?)?,
                Err(_) => return None,
            },
        };
        (bits <= whole.bits).then_some(Self { bits, ..whole })
    }

    /// Whether it holds the address. An IPv4 address that came over an IPv6 socket is one of IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let number = |ip: IpAddr| match ip {
            IpAddr::V4(ip) => (u128::from(u32::from(ip)) << 96, 32),
            IpAddr::V6(ip) => (u128::from(ip), 128),
        };
        let ((ours, family), (theirs, other)) = (number(self.address), number(address.to_canonical()));
        family == other && (self.bits == 0 || (ours ^ theirs) >> (128 - self.bits) == 0)
    }
}

/// The ones of a mask such as `255.255.255.0`, if nothing but zeros follows them.
fn bits_of_mask(mask: Ipv4Addr) -> Option<u32> {
    let mask = u32::from(mask);
    (mask.leading_ones() + mask.trailing_zeros() == 32 || mask == 0).then_some(mask.leading_ones())
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// Rules that let addresses in or keep them out: the last one that fits decides, and without one that fits an address
/// is let in. That is how `permit` and `deny` are read in Asterisk's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessList {
    /// What stands at its head in a log.
    pub name: String,
    rules: Vec<(bool, Network)>,
}

impl AccessList {
    /// A list without rules, which lets everybody in.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), rules: Vec::new() }
    }

    /// A list that lets nobody in.
    pub fn closed(name: impl Into<String>) -> Self {
        let everybody = ["0.0.0.0/0", "::/0"].into_iter().filter_map(Network::parse);
        Self { name: name.into(), rules: everybody.map(|network| (false, network)).collect() }
    }

    /// Adds a rule behind the others.
    pub fn push(&mut self, permit: bool, network: Network) {
        self.rules.push((permit, network));
    }

    /// Whether it has no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether the address is let in.
    pub fn permits(&self, address: IpAddr) -> bool {
        let last = self.rules.iter().rev().find(|(_, network)| network.contains(address));
        last.is_none_or(|(permit, _)| *permit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_what_they_say() {
        let holds = |network: &str, address: &str| {
            Network::parse(network).is_some_and(|network| network.contains(address.parse().unwrap()))
        };
        assert!(holds("192.0.2.1", "192.0.2.1") && !holds("192.0.2.1", "192.0.2.2"));
        assert!(holds("192.0.2.0/24", "192.0.2.255") && !holds("192.0.2.0/24", "192.0.3.0"));
        assert!(holds("10.0.0.0/255.0.0.0", "10.9.8.7") && holds("10.0.0.0/8", "::ffff:10.9.8.7"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("0.0.0.0/0.0.0.0", "203.0.113.9"));
        assert!(holds("2001:db8::/32", "2001:db8:1::2"));
        for odd in ["192.0.2.0/33", "10.0.0.0/255.0.255.0", "gateway.example.com", "2001:db8::/255.0.0.0"] {
            assert_eq!(Network::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_last_rule_that_fits_decides() {
        let list = |rules: &[(bool, &str)]| {
            let mut list = AccessList::new("test");
            rules.iter().for_each(|(permit, text)| list.push(*permit, Network::parse(text).unwrap()));
            list
        };
        let permits = |list: &AccessList, address: &str| list.permits(address.parse().unwrap());
        let usual = list(&[(false, "0.0.0.0/0"), (true, "192.0.2.0/24"), (false, "192.0.2.66")]);
        assert!(permits(&usual, "192.0.2.1") && !permits(&usual, "192.0.2.66"));
        assert!(!permits(&usual, "198.51.100.1"));
        assert!(permits(&usual, "2001:db8::1"), "no rule of its family");
        let turned = list(&[(true, "192.0.2.0/24"), (false, "0.0.0.0/0")]);
        assert!(!permits(&turned, "192.0.2.1"), "a deny behind it takes the permit back");
        assert!(permits(&AccessList::default(), "192.0.2.1"));
        let closed = AccessList::closed("x");
        assert!(!permits(&closed, "192.0.2.1") && !permits(&closed, "2001:db8::1"));
    }
}
