//! Via (RFC 3261 §20.42, RFC 3581).

use super::params::Params;
use crate::error::HeaderError;
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
        let (name, rest) = text.split_once('/').ok_or(PROTOCOL)?;
        let (version, rest) = rest.split_once('/').ok_or(PROTOCOL)?;
        if !name.trim().eq_ignore_ascii_case("SIP") || version.trim() != "2.0" {
            return Err(PROTOCOL);
        }
        let (transport, rest) = rest.trim_start().split_once([' ', '\t']).ok_or(PROTOCOL)?;
        let (sent_by, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
        let (host, port) = host_and_port(sent_by.trim())
            .ok_or(HeaderError::malformed("Via", "the sender is no host with an optional port"))?;
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

    /// The address that the request really came from, added by who received it.
    pub fn received(&self) -> Option<&'a str> {
        self.params.get("received").flatten()
    }

    /// `rport`: absent, asked for (`Some(None)`), or filled in (RFC 3581).
    pub fn rport(&self) -> Option<Option<u16>> {
        self.params.get("rport").map(|value| value.and_then(|v| v.parse().ok()))
    }

    /// All parameters.
    pub fn params(&self) -> Params<'a> {
        self.params
    }
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
        for text in
            ["", "SIP/2.0/UDP", "SIP/3.0/UDP a", "HTTP/2.0/UDP a", "SIP/2.0/UDP a:b", "SIP/2.0/UDP :5060"]
        {
            assert!(Via::parse(text).is_err(), "{text}");
        }
    }
}
