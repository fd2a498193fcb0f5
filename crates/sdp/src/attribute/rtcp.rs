//! `a=rtcp`: RTCP somewhere else than on the next port (RFC 3605).

use super::TypedAttribute;
use crate::connection::Connection;
use crate::error::ValueError;
use crate::words::cut;

/// `53020` or `53020 IN IP4 192.0.2.7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rtcp<'a> {
    /// The port for RTCP.
    pub port: u16,
    /// Its address, where that is another one than the address of the media.
    pub connection: Option<Connection<'a>>,
}

impl<'a> TypedAttribute<'a> for Rtcp<'a> {
    const NAME: &'static str = "rtcp";

    fn parse(value: &'a str) -> Result<Self, ValueError> {
        let error = ValueError { line: "a=rtcp", expected: "a port, and an address after it or nothing" };
        let (port, rest) = cut(value, |octet| matches!(octet, b' ' | b'\t'));
        let port = port.parse().map_err(|_| error)?;
        let connection = match rest.unwrap_or_default().trim_ascii() {
            "" => None,
            address => Some(Connection::parse(address).map_err(|_| error)?),
        };
        Ok(Self { port, connection })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Host;

    #[test]
    fn with_and_without_address() {
        assert_eq!(Rtcp::parse("53020"), Ok(Rtcp { port: 53020, connection: None }));
        let rtcp = Rtcp::parse("53020 IN IP6 2001:db8::2").unwrap();
        assert_eq!(rtcp.connection.unwrap().host, Host::Ip("2001:db8::2".parse().unwrap()));
        assert!(Rtcp::parse("IN IP4 192.0.2.1").is_err());
        assert!(Rtcp::parse("70000").is_err());
    }
}
