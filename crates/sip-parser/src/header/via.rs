//! Via (RFC 3261 §20.42, RFC 3581).

use core::fmt;

use wire_text::Decimal;

use super::params::Params;
use crate::error::HeaderError;
use crate::scan::{is_token, number, offset, split_before};
use crate::uri::{Host, host_and_port};

/// One hop of the way that a request came: `SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776;rport`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    transport: &'a str,
    host: Host<'a>,
    port: Option<u16>,
    params: Params<'a>,
}

impl<'a> Via<'a> {
    /// Reads one value; blanks are allowed around each part.
    ///
    /// # Errors
    /// [`HeaderError`] when the protocol is not `SIP/2.0/…` or the sender cannot be read.
    pub fn parse(text: &'a str) -> Result<Self, HeaderError> {
        const PROTOCOL: HeaderError = HeaderError::malformed("Via", "write SIP/2.0/transport host");
        let rest = match text.strip_prefix("SIP/2.0/") {
            Some(rest) => rest,
            None => behind_protocol(text).ok_or(PROTOCOL)?,
        };
        let rest = rest.trim_ascii_start();
        let end = rest.bytes().position(|byte| !is_token(byte)).ok_or(PROTOCOL)?;
        let (transport, rest) = rest.split_at(end);
        if transport.is_empty() || !rest.starts_with([' ', '\t']) {
            return Err(PROTOCOL);
        }
        let (sent_by, params) = split_before(rest, b';');
        let sent_by = sent_by.trim_ascii();
        let (host, port) = host_and_port(sent_by).ok_or_else(|| {
            let problem = "the sender is no host with an optional port";
            HeaderError::malformed_at("Via", problem, offset(sent_by, text))
        })?;
        Ok(Self { transport, host, port, params: Params(params) })
    }

    /// `UDP`, `TCP`, `TLS`, `WS` …, as written.
    pub fn transport(&self) -> &'a str {
        self.transport
    }

    /// The sender's own idea of its address.
    pub fn host(&self) -> Host<'a> {
        self.host
    }

    /// The sender's port, if it wrote one.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Names the transaction, together with the sender.
    pub fn branch(&self) -> Option<&'a str> {
        self.params.get("branch").flatten()
    }

    /// The address that the request really came from, added by who received it. Brackets around IPv6, which stand there
    /// against the grammar of RFC 3261, are taken off (RFC 5118 §4.5).
    pub fn received(&self) -> Option<&'a str> {
        let value = self.params.get("received").flatten()?;
        Some(value.strip_prefix('[').and_then(|v| v.strip_suffix(']')).unwrap_or(value))
    }

    /// `rport`: absent, asked for (`Some(None)`), or filled in (RFC 3581).
    pub fn rport(&self) -> Option<Option<u16>> {
        self.params.get("rport").map(|value| value.and_then(number))
    }

    /// All parameters.
    pub fn params(&self) -> Params<'a> {
        self.params
    }
}

impl fmt::Display for Via<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SIP/2.0/")?;
        f.write_str(self.transport)?;
        f.write_str(" ")?;
        self.host.fmt(f)?;
        if let Some(port) = self.port {
            f.write_str(":")?;
            f.write_str(Decimal::of(port).as_str())?;
        }
        self.params.fmt(f)
    }
}

/// What follows `SIP/2.0/`, when it is written with blanks or in another case.
fn behind_protocol(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once('/')?;
    let (version, rest) = rest.split_once('/')?;
    (name.trim_ascii().eq_ignore_ascii_case("SIP") && version.trim_ascii() == "2.0").then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_literal_addresses_are_read() {
        let via = Via::parse("SIP  / 2.0 / TCP   [2001:db8::9:1]:5060 ;branch=z9hG4bK1 ; rport").unwrap();
        assert_eq!((via.transport(), via.port(), via.rport()), ("TCP", Some(5060), Some(None)));
        assert_eq!(via.host(), Host::Ipv6("2001:db8::9:1".parse().unwrap()));
        let via = Via::parse("SIP/2.0/UDP pc33.example.com;received=192.0.2.4;rport=99").unwrap();
        assert_eq!((via.received(), via.rport(), via.branch()), (Some("192.0.2.4"), Some(Some(99)), None));
    }

    #[test]
    fn broken_ones_are_refused() {
        for text in [
            "",
            "SIP/2.0/UDP",
            "SIP/3.0/UDP a",
            "HTTP/2.0/UDP a",
            "SIP/2.0/UDP a:b",
            "SIP/2.0/UDP :5060",
            "SIP/2.0/U;P a",
        ] {
            assert!(Via::parse(text).is_err(), "{text}");
        }
    }
}
