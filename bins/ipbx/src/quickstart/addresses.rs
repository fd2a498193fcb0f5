//! The addresses of this machine that a phone can be given.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

/// Where Linux lists its routes.
const ROUTES: &str = "/proc/net/route";

/// Networks between containers and virtual machines: no telephone is there.
const VIRTUAL: &[&str] = &["docker", "br-", "veth", "virbr", "cni", "lxc", "podman"];

/// All of them, the one towards the rest of the world first. Nothing is sent to find them.
pub(super) fn of_this_machine() -> Vec<IpAddr> {
    let routes = std::fs::read_to_string(ROUTES).unwrap_or_default();
    let outward = Ipv4Addr::new(192, 0, 2, 1);
    let mut addresses = Vec::new();
    for towards in std::iter::once(outward).chain(neighbours(&routes)) {
        let address = source_towards(towards).filter(is_of_a_network);
        if let Some(address) = address.filter(|address| !addresses.contains(address)) {
            addresses.push(address);
        }
    }
    addresses.push(IpAddr::V4(Ipv4Addr::LOCALHOST));
    addresses
}

/// The address that is ours on the way to another one. Connecting a datagram socket only chooses the way.
fn source_towards(other: Ipv4Addr) -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((other, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn is_of_a_network(address: &IpAddr) -> bool {
    let link_local = matches!(address, IpAddr::V4(v4) if v4.is_link_local());
    !(address.is_loopback() || address.is_unspecified() || link_local)
}

/// An address in each network that this machine is in without a router between, as `/proc/net/route` lists them.
fn neighbours(routes: &str) -> impl Iterator<Item = Ipv4Addr> {
    routes.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [interface, destination, gateway, _, _, _, _, mask, ..] = fields[..] else { return None };
        // In the order of the octets on the wire, read as a number of this machine.
        let number =
            |text| u32::from_str_radix(text, 16).ok().map(|raw| u32::from_be_bytes(raw.to_ne_bytes()));
        let (destination, gateway, mask) = (number(destination)?, number(gateway)?, number(mask)?);
        let direct = gateway == 0 && destination != 0 && !VIRTUAL.iter().any(|v| interface.starts_with(v));
        let host = if mask == u32::MAX { destination } else { destination.wrapping_add(1) };
        direct.then(|| Ipv4Addr::from_bits(host))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_without_a_router_between_is_asked() {
        let word = |a, b, c, d| format!("{:08X}", u32::from_ne_bytes([a, b, c, d]));
        let (none, mask) = (word(0, 0, 0, 0), word(255, 255, 255, 0));
        let row = |name: &str, to: &str, by: &str, mask: &str| {
            format!("{name}\t{to}\t{by}\t1\t0\t0\t0\t{mask}\t0\t0\t0\n")
        };
        let mut routes = "Iface\tDestination\tGateway\tFlags\n".to_owned();
        routes += &row("eth0", &none, &word(10, 0, 0, 254), &none);
        routes += &row("eth0", &word(10, 0, 0, 0), &none, &mask);
        routes += &row("docker0", &word(172, 17, 0, 0), &none, &mask);
        routes += &row("wg0", &word(10, 9, 9, 7), &none, &word(255, 255, 255, 255));
        routes += "short line\n";
        let found: Vec<_> = neighbours(&routes).collect();
        assert_eq!(found, [Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 9, 9, 7)]);
    }

    #[test]
    fn the_machine_itself_is_always_there() {
        let addresses = of_this_machine();
        assert_eq!(addresses.last(), Some(&IpAddr::V4(Ipv4Addr::LOCALHOST)));
        assert!(!addresses.iter().any(IpAddr::is_unspecified), "{addresses:?}");
    }
}
