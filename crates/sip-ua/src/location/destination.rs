//! What a URI says about where it leads (RFC 3263 section 4).

use std::fmt;
use std::net::IpAddr;

use sip_parser::{Host, Uri};

use super::error::LocationError;
use super::reach::Reach;
use crate::transport::Protocol;

/// The parts of a URI that decide where a request for it goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Destination {
    secure: bool,
    transport: Option<Protocol>,
    host: Target,
    port: Option<u16>,
    /// The host of the URI itself, which the server's certificate must name (RFC 5922 section 4).
    domain: Option<String>,
}

/// The host to find: `maddr` if the URI has one, else its host. RFC 3263 calls it TARGET.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Target {
    Address(IpAddr),
    Name(String),
}

impl Destination {
    /// Where `uri` leads.
    ///
    /// # Errors
    /// [`LocationError`] when it is no SIP URI, names no host, or asks for a transport that does not exist
    /// or, of `sips:`, is not secure.
    pub fn of(uri: &Uri<'_>) -> Result<Self, LocationError> {
        let secure = uri.scheme().eq_ignore_ascii_case("sips");
        let named = uri.param("transport").flatten();
        let transport = named.map(|name| transport(name, secure)).transpose()?;
        let domain = Target::of(uri.host()).ok_or(LocationError::NoHost)?;
        if !uri.is_sip() {
            return Err(LocationError::NoHost);
        }
        let maddr = uri.param("maddr").flatten().and_then(Host::parse).and_then(Target::of);
        let host = maddr.unwrap_or_else(|| domain.clone());
        Ok(Self { secure, transport, host, port: uri.port(), domain: domain.into_name() })
    }

    /// A host whose protocol and port are known: only its addresses are looked up.
    pub fn at(protocol: Protocol, host: &str, port: u16) -> Self {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let host = match bare.parse() {
            Ok(address) => Target::Address(address),
            Err(_) => Target::Name(bare.trim_end_matches('.').to_ascii_lowercase()),
        };
        let domain = host.clone().into_name();
        Self { secure: protocol.is_secure(), transport: Some(protocol), host, port: Some(port), domain }
    }

    /// The same over `protocol`, where neither the URI nor its scheme says over what.
    #[must_use]
    pub fn over(self, protocol: Protocol) -> Self {
        let says = self.secure || self.transport.is_some();
        if says { self } else { Self { transport: Some(protocol), ..self } }
    }

    /// A name and nothing else.
    pub(super) fn of_name(name: &str) -> Self {
        let host = Target::Name(name.trim_end_matches('.').to_ascii_lowercase());
        Self { secure: false, transport: None, host, port: None, domain: None }
    }

    /// The numeric address, if nothing has to be looked up.
    pub fn address(&self) -> Option<IpAddr> {
        match self.host {
            Target::Address(address) => Some(address),
            Target::Name(_) => None,
        }
    }

    pub(super) fn host(&self) -> &Target {
        &self.host
    }

    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    /// The protocol that the URI asks for.
    pub(super) fn transport(&self) -> Option<Protocol> {
        self.transport
    }

    pub(super) fn port(&self) -> Option<u16> {
        self.port
    }

    pub(super) fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// The protocol where neither the URI nor the domain names one: UDP, or TLS for `sips:`. Without a UDP
    /// transport of ours it is the one that we prefer.
    pub(super) fn usual_protocol(&self, reach: &Reach) -> Protocol {
        match self.transport {
            Some(protocol) => protocol,
            None if self.secure => Protocol::Tls,
            None if reach.serves(Protocol::Udp) => Protocol::Udp,
            None => reach.protocols().first().copied().unwrap_or(Protocol::Udp),
        }
    }

    /// The protocols whose SRV records are asked for when the domain does not say which it offers.
    pub(super) fn possible_protocols(&self, reach: &Reach) -> Vec<Protocol> {
        if self.transport.is_some() || self.secure {
            return vec![self.usual_protocol(reach)];
        }
        let plain = |protocol: &Protocol| matches!(protocol, Protocol::Udp | Protocol::Tcp);
        let found: Vec<_> = reach.protocols().into_iter().filter(plain).collect();
        if found.is_empty() { vec![self.usual_protocol(reach)] } else { found }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Target::Address(IpAddr::V6(address)) if self.port.is_some() => write!(f, "[{address}]")?,
            Target::Address(address) => write!(f, "{address}")?,
            Target::Name(name) => f.write_str(name)?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Target {
    fn of(host: Host<'_>) -> Option<Self> {
        match host {
            Host::Name(name) => {
                let name = name.trim_end_matches('.');
                (!name.is_empty()).then(|| Self::Name(name.to_ascii_lowercase()))
            }
            Host::Ipv4(address) => Some(Self::Address(address.into())),
            Host::Ipv6(address) => Some(Self::Address(address.into())),
        }
    }

    fn into_name(self) -> Option<String> {
        match self {
            Self::Address(_) => None,
            Self::Name(name) => Some(name),
        }
    }
}

/// The protocol of a `transport` parameter. Under `sips:` the name tells what TLS runs over (RFC 3261
/// section 26.2.2).
fn transport(name: &str, secure: bool) -> Result<Protocol, LocationError> {
    let protocol =
        Protocol::from_name(name).ok_or_else(|| LocationError::UnknownTransport(name.to_owned()))?;
    match protocol {
        _ if !secure => Ok(protocol),
        Protocol::Tcp | Protocol::Tls => Ok(Protocol::Tls),
        Protocol::Ws | Protocol::Wss => Ok(Protocol::Wss),
        Protocol::Udp => Err(LocationError::NotSecure(name.to_owned())),
    }
}
