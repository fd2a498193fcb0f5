//! `c=`: where media is to be sent (RFC 8866 §5.7).

use core::net::IpAddr;

use wire_text::ip;

use crate::error::ValueError;
use crate::words::{cut, words};

/// The value of a `c=` line, or the address part of `a=rtcp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection<'a> {
    /// The address.
    pub host: Host<'a>,
}

/// An address, or a name that would have to be looked up first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host<'a> {
    /// An IPv4 or IPv6 address. IPv4 in IPv6 clothes (`::ffff:192.0.2.1`) is IPv4 here.
    Ip(IpAddr),
    /// Anything else: a host name.
    Name(&'a str),
}

impl<'a> Connection<'a> {
    /// Reads `IN IP4 192.0.2.1`, `IN IP6 2001:db8::1`, or a multicast address with `/ttl`.
    ///
    /// The family of the address itself counts where `IP4` or `IP6` says something else.
    ///
    /// # Errors
    /// [`ValueError`] when a word is missing or the network is not `IN` with `IP4` or `IP6`.
    pub fn parse(value: &'a str) -> Result<Self, ValueError> {
        let error = ValueError { line: "c=", expected: "IN, IP4 or IP6, and an address" };
        let mut words = words(value);
        let mut word = || words.next().ok_or(error);
        let (network, family, address) = (word()?, word()?, word()?);
        let known = matches!(family, "IP4" | "IP6")
            || family.eq_ignore_ascii_case("IP4")
            || family.eq_ignore_ascii_case("IP6");
        if !network.eq_ignore_ascii_case("IN") || !known {
            return Err(error);
        }
        let (address, _) = cut(address, |octet| octet == b'/');
        let host = match ip(address) {
            Some(ip) => Host::Ip(ip.to_canonical()),
            None => Host::Name(address),
        };
        Ok(Self { host })
    }
}

/// `IP4` or `IP6`.
pub(crate) fn family(address: &IpAddr) -> &'static str {
    match address {
        IpAddr::V4(_) => "IP4",
        IpAddr::V6(_) => "IP6",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(value: &str) -> Host<'_> {
        Connection::parse(value).unwrap().host
    }

    #[test]
    fn addresses_of_both_families() {
        assert_eq!(host("IN IP4 192.0.2.1"), Host::Ip("192.0.2.1".parse().unwrap()));
        assert_eq!(host("IN IP6 2001:db8::1"), Host::Ip("2001:db8::1".parse().unwrap()));
        assert_eq!(host("IN IP6 ::ffff:192.0.2.1"), Host::Ip("192.0.2.1".parse().unwrap()));
        assert_eq!(host("IN IP4 224.2.1.1/127/3"), Host::Ip("224.2.1.1".parse().unwrap()));
    }

    #[test]
    fn a_name_is_kept_as_a_name() {
        assert_eq!(host("IN IP4 media.example.com"), Host::Name("media.example.com"));
    }

    #[test]
    fn what_is_no_internet_address_is_refused() {
        assert!(Connection::parse("IN IP4").is_err());
        assert!(Connection::parse("ATM NSAP 47.0091").is_err());
    }
}
