//! Addresses of the Internet.

use core::fmt::{self, Write};
use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::Decimal;

/// The longest text of an IPv4 address.
const LONGEST_IPV4: usize = "255.255.255.255".len();

/// The longest text of an address, with brackets, zone and port: an IPv6 address that ends as an IPv4 address does.
const LONGEST: usize = "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%4294967295]:65535".len();

/// Reads an IPv4 address: four numbers up to 255 with dots between, and no zero before another digit. It takes what the
/// parser of the standard library takes.
#[inline]
pub fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut rest = text.as_bytes();
    let mut parts = [0; 4];
    for (place, part) in parts.iter_mut().enumerate() {
        if place > 0 {
            rest = rest.strip_prefix(b".")?;
        }
        (*part, rest) = part_of(rest)?;
    }
    rest.is_empty().then(|| Ipv4Addr::from(parts))
}

/// One of the four numbers, and what stands behind it.
#[inline]
fn part_of(octets: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |octet: u8| Some(octet.wrapping_sub(b'0')).filter(|digit| *digit < 10);
    let (first, rest) = octets.split_first()?;
    let first = digit(*first)?;
    let Some((second, after)) = rest.split_first().and_then(|(octet, after)| Some((digit(*octet)?, after)))
    else {
        return Some((first, rest));
    };
    if first == 0 {
        return None;
    }
    let tens = first * 10 + second;
    match after.split_first().and_then(|(octet, after)| Some((digit(*octet)?, after))) {
        Some((third, after)) => Some((tens.checked_mul(10)?.checked_add(third)?, after)),
        None => Some((tens, after)),
    }
}

/// Reads an address of either family, as the parser of the standard library does.
#[inline]
pub fn ip(text: &str) -> Option<IpAddr> {
    match ipv4(text) {
        Some(address) => Some(IpAddr::V4(address)),
        // Only IPv6 is written with colons, and never without.
        None if text.as_bytes().contains(&b':') => text.parse().ok().map(IpAddr::V6),
        None => None,
    }
}

/// An address as text.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    octets: [u8; LONGEST],
    length: usize,
}

impl Address {
    /// The text of `address`.
    #[inline]
    pub fn of(address: IpAddr) -> Self {
        let mut text = Self { octets: [0; LONGEST], length: 0 };
        match address {
            IpAddr::V4(address) => text.put_ipv4(address),
            IpAddr::V6(address) => text.put(format_args!("{address}")),
        }
        text
    }

    /// The text of `address` as it stands in a URI: IPv6 in brackets.
    #[inline]
    pub fn in_uri(address: IpAddr) -> Self {
        let mut text = Self { octets: [0; LONGEST], length: 0 };
        match address {
            IpAddr::V4(address) => text.put_ipv4(address),
            IpAddr::V6(address) => text.put(format_args!("[{address}]")),
        }
        text
    }

    /// The text of an address with its port behind a colon: IPv6 in brackets.
    #[inline]
    pub fn with_port(address: SocketAddr) -> Self {
        let mut text = Self { octets: [0; LONGEST], length: 0 };
        match address {
            SocketAddr::V4(address) => {
                text.put_ipv4(*address.ip());
                text.push(b':');
                Decimal::of(address.port()).as_bytes().iter().for_each(|digit| text.push(*digit));
            }
            SocketAddr::V6(address) => text.put(format_args!("{address}")),
        }
        text
    }

    #[inline]
    fn put_ipv4(&mut self, address: Ipv4Addr) {
        for part in address.octets() {
            // Below the second they become digits of one octet each.
            if part >= 100 {
                self.push(b'0' + part / 100);
            }
            if part >= 10 {
                self.push(b'0' + part / 10 % 10);
            }
            self.push(b'0' + part % 10);
            self.push(b'.');
        }
        // The dot behind the last.
        self.length -= 1;
    }

    /// There is room for a dot behind the longest IPv4 address, too.
    #[inline]
    fn push(&mut self, octet: u8) {
        if let Some(free) = self.octets.get_mut(self.length) {
            *free = octet;
            self.length += 1;
        }
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        // The longest address fits.
        let _ = self.write_fmt(text);
    }

    /// The text.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }

    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl Write for Address {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|octet| self.push(octet));
        Ok(())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// One more octet than an IPv4 address has, for the dot that is taken back.
const _: () = assert!(LONGEST > LONGEST_IPV4);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv6Addr, SocketAddrV6};

    fn read_alike(text: &str) {
        assert_eq!(ipv4(text), text.parse().ok(), "{text:?}");
        assert_eq!(ip(text), text.parse().ok(), "{text:?}");
    }

    #[test]
    fn every_number_of_up_to_four_digits_is_judged_as_by_the_standard_library() {
        for number in 0..=9_999 {
            read_alike(&format!("{number}.0.0.1"));
            read_alike(&format!("1.2.3.{number}"));
        }
        for number in 0..=99 {
            read_alike(&format!("1.0{number}.3.4"));
            read_alike(&format!("1.2.3.0{number}"));
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            ".",
            "1",
            "1.2.3",
            "1.2.3.",
            "1.2.3.4.",
            "1.2.3.4.5",
            ".1.2.3",
            "1..2.3",
            " 1.2.3.4",
            "1.2.3.4 ",
            "1.2.3.4:5",
            "a.b.c.d",
            "1.2.3.x",
            "0.0.0.0",
            "255.255.255.255",
            "256.1.1.1",
            "::",
            "::1",
            "[::1]",
            "::ffff:1.2.3.4",
            "::ffff:1.2.3.04",
            "1:2",
            "fe80::1%1",
            "1.2.3.4\u{fc}",
        ] {
            read_alike(text);
        }
    }

    #[test]
    fn the_longest_addresses_fit() {
        for text in ["255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:255.255.255.255"] {
            assert_eq!(Address::of(text.parse().unwrap()).as_str(), text);
        }
        assert_eq!(Address::in_uri(Ipv6Addr::LOCALHOST.into()).as_str(), "[::1]");
        assert_eq!(Address::in_uri(Ipv4Addr::LOCALHOST.into()).as_str(), "127.0.0.1");
        let longest = SocketAddrV6::new(Ipv6Addr::from([0xff; 16]), 65_535, 0, u32::MAX);
        assert_eq!(Address::with_port(longest.into()).as_str(), longest.to_string());
    }

    proptest! {
        #[test]
        fn texts_are_judged_as_by_the_standard_library(text in "[0-9]{0,4}(\\.[0-9]{0,4}){0,4}", odd in "[0-9.:a-f\\[ ]{0,20}") {
            read_alike(&text);
            read_alike(&odd);
        }

        #[test]
        fn addresses_are_written_as_by_the_standard_library(four: u32, six: u128, port: u16) {
            let (four, six) = (Ipv4Addr::from(four), Ipv6Addr::from(six));
            let (written, wanted) = (Address::of(four.into()), four.to_string());
            prop_assert_eq!(written.as_bytes(), wanted.as_bytes());
            let (written, wanted, bracketed) = (Address::of(six.into()), six.to_string(), format!("[{six}]"));
            prop_assert_eq!(written.as_str(), wanted);
            prop_assert_eq!(Address::in_uri(six.into()).to_string(), bracketed);
            for address in [SocketAddr::new(four.into(), port), SocketAddr::new(six.into(), port)] {
                prop_assert_eq!(Address::with_port(address).to_string(), address.to_string());
            }
            read_alike(&four.to_string());
            read_alike(&six.to_string());
        }
    }
}
