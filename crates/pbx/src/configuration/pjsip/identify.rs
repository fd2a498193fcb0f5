//! `type=identify`.

use std::net::SocketAddr;

use asterisk_conf::{Diagnostic, Span};
use sip_parser::{HeaderName, Host};
pub use sip_ua::guard::Network as AddressRange;

use super::Pattern;
use crate::configuration::values::{Values, at};

/// Addresses that belong to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identify {
    /// The section's name.
    pub name: String,
    /// The endpoint.
    pub endpoint: String,
    /// `match`: the addresses, with the port where one is named.
    pub ranges: Vec<(AddressRange, Option<u16>)>,
    /// `match`: names of hosts, in lower case, with the port where one is named. Their addresses are looked up when the
    /// configuration is loaded.
    pub hosts: Vec<(String, Option<u16>)>,
    /// `srv_lookups`: the addresses of a host are those of its SIP servers, where it has SRV records.
    pub srv_lookups: bool,
    /// `match_header`: the header, and what one of its values must be.
    pub header: Option<(HeaderName, Pattern)>,
    /// `match_request_uri`: what the Request-URI must be.
    pub request_uri: Option<Pattern>,
    /// Where the section is.
    pub span: Span,
    /// Where the endpoint is named.
    pub endpoint_span: Option<Span>,
}

impl Identify {
    /// `None` for one that names no endpoint or no address; why has been said.
    pub(super) fn read(values: &mut Values<'_>) -> Option<Self> {
        let name = values.section.name.clone();
        let Some(endpoint) = values.text("endpoint") else {
            let message = format!("identify [{}] names no endpoint; it has no effect", name.value);
            values
                .found
                .push(Diagnostic::warning("no-endpoint", message).at(name.span).help("add endpoint=NAME"));
            return None;
        };
        let (mut ranges, mut hosts) = (Vec::new(), Vec::new());
        for text in values.list("match") {
            match read_match(&text) {
                Some(Match::Range(range, port)) => ranges.push((range, port)),
                Some(Match::Host(name, port)) => hosts.push((name, port)),
                None => {
                    let message = format!("match: '{text}' is no address and no host");
                    let finding = Diagnostic::warning("bad-value", message);
                    let help = "write an address, a range or a host, as in 192.0.2.1, 192.0.2.1:5060, 192.0.2.0/24 or sip.example.com";
                    let span = values.span("match");
                    values.found.push(at(finding.help(help), span));
                }
            }
        }
        let srv_lookups = values.flag("srv_lookups", true);
        let header = read_header(values);
        let request_uri =
            values.text("match_request_uri").and_then(|text| pattern(values, "match_request_uri", &text));
        let endpoint_span = values.span("endpoint");
        Some(Self {
            name: name.value,
            endpoint,
            ranges,
            hosts,
            srv_lookups,
            header,
            request_uri,
            span: name.span,
            endpoint_span,
        })
    }

    /// Whether an address and port is one that `match` names. Those of hosts are not known here.
    pub fn matches(&self, peer: SocketAddr) -> bool {
        let is_port = |port: &Option<u16>| port.is_none_or(|port| port == peer.port());
        self.ranges.iter().any(|(range, port)| range.contains(peer.ip()) && is_port(port))
    }

    /// Whether the SRV records of a host count: not for one whose port is named.
    pub(crate) fn looks_up_servers(&self, port: Option<u16>) -> bool {
        self.srv_lookups && port.is_none()
    }
}

/// One value of `match`.
#[derive(Debug, PartialEq, Eq)]
enum Match {
    Range(AddressRange, Option<u16>),
    Host(String, Option<u16>),
}

/// An address or a name, with or without a port, which stands before the mask: `192.0.2.1:5061/32`, `[2001:db8::1]:5061`.
fn read_match(text: &str) -> Option<Match> {
    if let Some(range) = AddressRange::parse(text) {
        return Some(Match::Range(range, None));
    }
    let (host, mask) = text.split_once('/').map_or((text, None), |(host, mask)| (host, Some(mask)));
    let (bare, port) = match host.trim().parse::<SocketAddr>() {
        Ok(address) => (address.ip().to_string(), Some(address.port())),
        Err(_) => match host.rsplit_once(':') {
            Some((name, port)) => (name.to_owned(), Some(port.trim().parse().ok()?)),
            None => (host.to_owned(), None),
        },
    };
    let with_mask = mask.map_or(bare.clone(), |mask| format!("{bare}/{mask}"));
    match AddressRange::parse(&with_mask) {
        Some(range) => Some(Match::Range(range, port)),
        None => (mask.is_none() && is_host_name(&bare)).then(|| Match::Host(bare.to_ascii_lowercase(), port)),
    }
}

/// `match_header=Name: value`.
fn read_header(values: &mut Values<'_>) -> Option<(HeaderName, Pattern)> {
    let text = values.text("match_header")?;
    let Some((name, value)) = text.split_once(':').filter(|(name, _)| !name.trim().is_empty()) else {
        let message = format!("'{text}' names no header and value; it is left out");
        values.odd("match_header", message, "write a header and its value, as in X-Trunk: north");
        return None;
    };
    let pattern = pattern(values, "match_header", value.trim())?;
    Some((HeaderName::from(name.trim()), pattern))
}

fn pattern(values: &mut Values<'_>, key: &str, text: &str) -> Option<Pattern> {
    let pattern = Pattern::parse(text);
    if let Err(error) = &pattern {
        let message = format!("'{text}' is no regular expression ({error}); it is left out");
        values.odd(key, message, "write an expression between slashes, as in /^north/, or a plain value");
    }
    pattern.ok()
}

/// Whether it can be the name of a host. What ends in a number was meant as an address.
fn is_host_name(text: &str) -> bool {
    let last = text.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    matches!(Host::parse(text), Some(Host::Name(_))) && last.bytes().any(|octet| octet.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_address_is_no_host() {
        assert!(is_host_name("sip.example.com") && is_host_name("trunk") && is_host_name("a-1.example."));
        for text in ["192.0.2.300", "192.0.2.0/33", "10.0.0", "", "gw example", "!192.0.2.1", "."] {
            assert!(!is_host_name(text), "{text}");
        }
    }

    #[test]
    fn a_port_may_stand_behind_an_address_or_a_name() {
        let range = |text, port| AddressRange::parse(text).map(|range| Match::Range(range, port));
        let host = |name: &str, port| Some(Match::Host(name.to_owned(), port));
        assert_eq!(read_match("192.0.2.1:5061"), range("192.0.2.1", Some(5061)));
        assert_eq!(read_match("192.0.2.0:5061/24"), range("192.0.2.0/24", Some(5061)));
        assert_eq!(read_match("192.0.2.0:5061/255.255.255.0"), range("192.0.2.0/24", Some(5061)));
        assert_eq!(read_match("[2001:db8::1]:5061"), range("2001:db8::1", Some(5061)));
        assert_eq!(read_match("[2001:db8::]:5061/32"), range("2001:db8::/32", Some(5061)));
        assert_eq!(read_match("2001:db8::5061"), range("2001:db8::5061", None));
        assert_eq!(read_match("Gw.Example.com:5070"), host("gw.example.com", Some(5070)));
        assert_eq!(read_match("gw.example.com"), host("gw.example.com", None));
        for text in ["192.0.2.1:70000", "192.0.2.1:", "gw.example.com/24", ":5060", "192.0.2.1:5060/33"] {
            assert_eq!(read_match(text), None, "{text}");
        }
    }
}
