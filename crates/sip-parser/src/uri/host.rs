//! Hosts, with the ports behind them (RFC 3261 §25.1).

use alloc::string::String;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wire_text::{Address, Found, Sixteen, all, find, ipv4};

use crate::scan::number;

/// The host of a URI or of a Via.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host<'a> {
    /// A domain name, as written.
    Name(&'a str),
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// An IPv6 address; it stands in brackets.
    Ipv6(Ipv6Addr),
}

impl<'a> Host<'a> {
    /// Reads a host; IPv6 in brackets. `None` when it can be no host.
    pub fn parse(text: &'a str) -> Option<Self> {
        let first = text.as_bytes().first()?;
        if let Some(address) = first.is_ascii_digit().then(|| ipv4(text)).flatten() {
            return Some(Self::Ipv4(address));
        }
        match first {
            b'[' => ipv6(text.strip_prefix('[')?.strip_suffix(']')?).map(Self::Ipv6),
            _ => all(text.as_bytes(), of_name).then_some(Self::Name(text)),
        }
    }

    /// The address, unless it is a name.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::Ipv4(address) => Some(IpAddr::V4(*address)),
            Self::Ipv6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// Whether both name the same host; names are compared without regard to case.
    pub(super) fn same(&self, other: &Host<'_>) -> bool {
        match (self, other) {
            (Self::Name(a), Host::Name(b)) => a.eq_ignore_ascii_case(b),
            (Self::Ipv4(a), Host::Ipv4(b)) => a == b,
            (Self::Ipv6(a), Host::Ipv6(b)) => a == b,
            _ => false,
        }
    }
}

impl Host<'_> {
    /// Adds the host as a URI has it, IPv6 in brackets: what `Display` writes, without what that takes.
    pub fn push_to(&self, text: &mut String) {
        match self {
            Self::Name(name) => text.push_str(name),
            Self::Ipv4(address) => text.push_str(Address::of((*address).into()).as_str()),
            Self::Ipv6(address) => text.push_str(Address::in_uri((*address).into()).as_str()),
        }
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ipv4(address) => f.write_str(Address::of((*address).into()).as_str()),
            Self::Ipv6(address) => f.write_str(Address::in_uri((*address).into()).as_str()),
        }
    }
}

/// Reads an IPv6 address. The grammar of RFC 3261 asks for a colon too many before an IPv4 address at its end, which is
/// passed over (RFC 5118 §4.10).
fn ipv6(text: &str) -> Option<Ipv6Addr> {
    let repaired = || text.contains(":::").then(|| text.replacen(":::", "::", 1).parse().ok()).flatten();
    text.parse().ok().or_else(repaired)
}

/// Reads `host[:port]`; blanks are allowed around the colon.
pub(crate) fn host_and_port(text: &str) -> Option<(Host<'_>, Option<u16>)> {
    let host_end = match text.starts_with('[') {
        true => text.find(']')? + 1,
        false => find(text.as_bytes(), b':').unwrap_or(text.len()),
    };
    divided(text, host_end)
}

/// The same where it is known where the host ends.
#[inline]
pub(super) fn divided(text: &str, host_end: usize) -> Option<(Host<'_>, Option<u16>)> {
    let (host, rest) = text.split_at_checked(host_end)?;
    let port = match rest.is_empty() {
        true => None,
        false => port_behind(rest)?,
    };
    Some((Host::parse(host.trim_ascii_end())?, port))
}

/// The port behind its colon, if there is one; blanks are allowed around both.
fn port_behind(rest: &str) -> Option<Option<u16>> {
    let rest = rest.trim_ascii();
    match rest.strip_prefix(':') {
        Some(port) => number(port.trim_ascii_start()).map(Some),
        None => rest.is_empty().then_some(None),
    }
}

/// Octets that may stand in a host name, or between labels.
#[inline]
fn of_name(octets: Sixteen) -> Found {
    let letters = octets.lower().within(b'a', b'z');
    letters | octets.within(b'0', b'9') | octets.within(b'-', b'.') | octets.equal(b'_')
}
