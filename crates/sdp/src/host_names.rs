//! Names of hosts in `c=` lines (RFC 8866 §5.7), which somebody else has to look up before media can be sent there.

use alloc::vec::Vec;
use core::net::IpAddr;

use wire_text::Address;

use crate::connection::{Connection, Host, family};

/// Names of one description that are told. A call has one or two.
const MOST: usize = 8;

/// The names in the `c=` lines of a description, each once, in order; no more than eight.
///
/// ```
/// let description = b"v=0\r\nc=IN IP4 media.example.com\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n";
/// assert_eq!(sdp::host_names(description), ["media.example.com"]);
/// ```
pub fn host_names(description: &[u8]) -> Vec<&str> {
    let mut names = Vec::new();
    for (_, name) in lines(description) {
        if names.len() < MOST && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The same description with addresses in place of names, as far as `address_of` knows them.
pub fn with_addresses(description: &[u8], address_of: impl Fn(&str) -> Option<IpAddr>) -> Vec<u8> {
    let mut written = Vec::with_capacity(description.len());
    let mut from = 0;
    for (line, name) in lines(description) {
        let Some(address) = address_of(name) else { continue };
        let start = (line.as_ptr() as usize).saturating_sub(description.as_ptr() as usize);
        let (Some(before), Some(kept)) = (description.get(from..start), line.get(..2)) else { continue };
        written.extend_from_slice(before);
        written.extend_from_slice(kept);
        for word in ["IN ", family(&address), " ", Address::of(address).as_str()] {
            written.extend_from_slice(word.as_bytes());
        }
        from = start + line.len();
    }
    written.extend_from_slice(description.get(from..).unwrap_or_default());
    written
}

/// The `c=` lines that hold a name, without their ends, and the name.
fn lines(description: &[u8]) -> impl Iterator<Item = (&[u8], &str)> {
    let lines = description.split(|octet| matches!(octet, b'\r' | b'\n'));
    lines.filter_map(|line| {
        let value = core::str::from_utf8(line.strip_prefix(b"c=")?).ok()?;
        match Connection::parse(value).ok()?.host {
            Host::Name(name) if !name.is_empty() => Some((line, name)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    const TEXT: &str = "v=0\r\no=- 1 1 IN IP4 host.example\r\nc=IN IP4 one.example\r\nm=audio 1 RTP/AVP 0\n\
        c=IN IP4 two.example/127\na=c=IN IP4 x\nm=video 2 RTP/AVP 34\nc=IN IP4 192.0.2.1\nm=text 3 RTP/AVP 98\nc=IN IP4 one.example";

    #[test]
    fn names_are_told_once() {
        assert_eq!(host_names(TEXT.as_bytes()), ["one.example", "two.example"]);
        assert!(host_names(b"c=IN IP4 \r\nc=\r\nc=IN\r\nc=IN IP4 \xff\r\n").is_empty());
    }

    #[test]
    fn known_names_become_addresses() {
        let address_of = |name: &str| match name {
            "one.example" => Some("2001:db8::1".parse().unwrap()),
            _ => None,
        };
        let written = String::from_utf8(with_addresses(TEXT.as_bytes(), address_of)).unwrap();
        assert_eq!(written, TEXT.replace("IP4 one.example", "IP6 2001:db8::1"));
        assert_eq!(with_addresses(TEXT.as_bytes(), |_| None), TEXT.as_bytes());
    }
}
