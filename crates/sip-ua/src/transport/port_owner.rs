//! Which process holds a port that we want, as far as Linux tells (`/proc/net/*`, `/proc/PID/fd`).

use std::fmt;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use super::Protocol;

/// Who holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortOwner {
    /// The program's name and process number; absent when its files belong to another user and we are not root.
    pub process: Option<(String, u32)>,
    /// The number of the user who opened the socket.
    pub uid: u32,
}

impl fmt::Display for PortOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.process {
            Some((name, pid)) => write!(f, "{name} (process {pid})"),
            None => write!(f, "a process of user number {}", self.uid),
        }
    }
}

/// Finds who stands in the way of binding `address`. None where the system does not tell.
pub fn port_owner(protocol: Protocol, address: SocketAddr) -> Option<PortOwner> {
    let (files, listening) = match protocol {
        Protocol::Udp => (["/proc/net/udp", "/proc/net/udp6"], None),
        _ => (["/proc/net/tcp", "/proc/net/tcp6"], Some("0A")),
    };
    files.iter().find_map(|file| {
        let table = fs::read_to_string(file).ok()?;
        let socket = find_socket(&table, address, listening)?;
        Some(PortOwner { process: process_of(socket.inode), uid: socket.uid })
    })
}

/// One line of a socket table.
#[derive(Debug, PartialEq, Eq)]
struct Socket {
    uid: u32,
    inode: u64,
}

/// The first socket of `table` that cannot coexist with one on `address`; only those in `state` if given.
fn find_socket(table: &str, address: SocketAddr, state: Option<&str>) -> Option<Socket> {
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().take(10).collect();
        let &[_, local, _, found_state, _, _, _, uid, _, inode] = fields.as_slice() else { return None };
        let wanted = state.is_none_or(|state| state == found_state);
        (wanted && conflicts(parse_address(local)?, address))
            .then_some(Socket { uid: uid.parse().ok()?, inode: inode.parse().ok()? })
    })
}

fn conflicts(held: SocketAddr, wanted: SocketAddr) -> bool {
    let any = held.ip().is_unspecified() || wanted.ip().is_unspecified();
    held.port() == wanted.port() && (any || held.ip() == wanted.ip())
}

/// `0100007F:13C4`: groups of four octets in the machine's order, then the port in hexadecimal.
fn parse_address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let group = |index: usize| u32::from_str_radix(ip.get(index * 8..index * 8 + 8)?, 16).ok();
    let ip = match ip.len() {
        8 => IpAddr::from(Ipv4Addr::from(group(0)?.to_ne_bytes())),
        32 => {
            let mut octets = [0; 16];
            for (index, chunk) in octets.chunks_exact_mut(4).enumerate() {
                chunk.copy_from_slice(&group(index)?.to_ne_bytes());
            }
            IpAddr::from(Ipv6Addr::from(octets)).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// The process that has the socket `inode` open, among those whose open files we may see.
fn process_of(inode: u64) -> Option<(String, u32)> {
    let wanted = format!("socket:[{inode}]");
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let folder = entry.path();
        holds(&folder, &wanted).then(|| (process_name(&folder), pid))
    })
}

fn holds(process: &Path, socket: &str) -> bool {
    fs::read_dir(process.join("fd"))
        .into_iter()
        .flatten()
        .flatten()
        .any(|descriptor| fs::read_link(descriptor.path()).is_ok_and(|target| target.as_os_str() == socket))
}

fn process_name(process: &Path) -> String {
    fs::read_to_string(process.join("comm"))
        .map_or_else(|_| "a program without a name".into(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a little-endian machine writes it.
    #[cfg(target_endian = "little")]
    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:13C4 0100007F:9C40 01 00000000:00000000 00:00000000 00000000   105        0 111 1 0 20 0
   1: 00000000:13C4 00000000:0000 0A 00000000:00000000 00:00000000 00000000   106        0 222 1 0 20 0
";

    #[test]
    #[cfg(target_endian = "little")]
    fn the_listening_socket_is_found_among_the_connections() {
        let wanted = "127.0.0.1:5060".parse().unwrap();
        assert_eq!(find_socket(TABLE, wanted, Some("0A")), Some(Socket { uid: 106, inode: 222 }));
        assert_eq!(find_socket(TABLE, wanted, None), Some(Socket { uid: 105, inode: 111 }));
        assert_eq!(find_socket(TABLE, "127.0.0.1:5061".parse().unwrap(), None), None);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn addresses_of_both_families_are_read() {
        assert_eq!(parse_address("0100007F:13C4"), Some("127.0.0.1:5060".parse().unwrap()));
        let six = parse_address("00000000000000000000000001000000:13C4");
        assert_eq!(six, Some("[::1]:5060".parse().unwrap()));
        assert_eq!(parse_address("01:13C4"), None);
        assert_eq!(parse_address("ééééééé:1"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn our_own_socket_is_ours() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let owner = port_owner(Protocol::Udp, socket.local_addr().unwrap()).unwrap();
        assert_eq!(owner.process.unwrap().1, std::process::id());
    }
}
