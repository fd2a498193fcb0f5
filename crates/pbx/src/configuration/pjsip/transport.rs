//! `type=transport`.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use asterisk_conf::{Diagnostic, Span, suggest};
use sip_parser::Host;
use sip_ua::guard::Network;
use sip_ua::transport::{Outside, Protocol, SocketOptions};

use super::{Certificates, error_at, sockets};
use crate::configuration::http::{self, HttpConfiguration};
use crate::configuration::values::{Values, at};

/// An address that is listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// Its name.
    pub name: String,
    /// `protocol`.
    pub protocol: Protocol,
    /// `bind`.
    pub bind: SocketAddr,
    /// `external_signaling_address`, `external_signaling_port`, `external_media_address` and `local_net`: what peers
    /// outside of these networks are told, if anything.
    pub outside: Option<Outside>,
    /// `external_media_address`, where it is a name: the address is found by those who open the transport.
    pub media_host: Option<String>,
    /// `allow_reload`: a reload may close the socket and open another one.
    pub allow_reload: bool,
    /// `websocket_write_timeout`: how long a browser may leave what we write unread.
    pub write_within: Option<Duration>,
    /// `tos`, `cos`, `tcp_keepalive_*`.
    pub sockets: SocketOptions,
    /// Certificates and keys, where the protocol needs some.
    pub certificates: Option<Certificates>,
    /// Where the section is.
    pub span: Span,
}

const PROTOCOLS: &[(&str, Protocol)] = &[
    ("udp", Protocol::Udp),
    ("tcp", Protocol::Tcp),
    ("tls", Protocol::Tls),
    ("ws", Protocol::Ws),
    ("wss", Protocol::Wss),
];

impl Transport {
    /// `None` for one that cannot be opened; why has been said.
    pub(super) fn read(values: &mut Values<'_>) -> Option<Self> {
        let name = values.section.name.clone();
        let protocol = read_protocol(values)?;
        let Some(text) = values.text("bind") else {
            let message = format!("transport [{}] has no bind", name.value);
            error_at(
                values,
                "bind",
                "bad-bind",
                message,
                "write bind=0.0.0.0 for all addresses of this machine",
            );
            return None;
        };
        let Some(bind) = parse_bind(&text, default_port(protocol)) else {
            let message = format!("bind: '{text}' is no address");
            error_at(
                values,
                "bind",
                "bad-bind",
                message,
                "write an address with or without a port, as in 0.0.0.0:5060",
            );
            return None;
        };
        let media_host = media_host(values);
        let outside = read_outside(values, media_host.is_some());
        let write_within = read_write_timeout(values, protocol);
        let allow_reload = values.flag("allow_reload", false);
        let certificates = protocol.is_secure().then(|| Certificates::read(values));
        let sockets = sockets::read(values);
        Some(Self {
            name: name.value,
            protocol,
            bind,
            outside,
            media_host,
            allow_reload,
            write_within,
            sockets,
            certificates,
            span: name.span,
        })
    }

    /// A WebSocket is served where `http.conf` says, with the certificate that it names, where it is enabled.
    pub(super) fn follow_http(&mut self, http: &HttpConfiguration, found: &mut Vec<Diagnostic>) {
        let place = match self.protocol {
            Protocol::Ws => http.plain,
            Protocol::Wss => http.secure,
            _ => None,
        };
        if let (Protocol::Wss, Some(certificates)) = (self.protocol, &mut self.certificates) {
            certificates.follow_http(http);
        }
        let Some(place) = place.filter(|place| *place != self.bind) else { return };
        let said = self.bind.port();
        if !http::PORTS.contains(&said) && said != place.port() {
            let (name, bind) = (&self.name, self.bind);
            let message = format!(
                "http.conf counts for WebSockets: transport [{name}] is served at {place}, not at {bind}"
            );
            found.push(Diagnostic::note("http-bind", message).at(self.span));
        }
        self.bind = place;
    }
}

/// What is told to peers beyond a translator.
fn read_outside(values: &mut Values<'_>, media_is_named: bool) -> Option<Outside> {
    let mut inside = Vec::new();
    for text in values.list("local_net") {
        match Network::parse(&text) {
            Some(network) => inside.push(network),
            None => values.odd(
                "local_net",
                format!("'{text}' is no network; it is left out"),
                "write an address with its bits, as in 192.168.0.0/16",
            ),
        }
    }
    let host = values.text("external_signaling_address").filter(|host| !host.is_empty());
    let host = host.filter(|host| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let named = Host::parse(host).is_some() || bare.parse::<IpAddr>().is_ok();
        if !named {
            let message = format!("'{host}' is no host; it is left out");
            values.odd("external_signaling_address", message, "write an address or a name, without a port");
        }
        named
    });
    let host = host.map(|host| host.trim_start_matches('[').trim_end_matches(']').to_owned());
    let port = Some(values.number("external_signaling_port", 0)).filter(|port| *port != 0);
    let media = match media_is_named {
        true => None,
        false => values.parsed("external_media_address", "IP address or name"),
    };
    let is_said = host.is_some() || port.is_some() || media.is_some() || media_is_named;
    is_said.then_some(Outside { inside, host, port, media })
}

/// `external_media_address`, where it is a name.
fn media_host(values: &Values<'_>) -> Option<String> {
    let text = values.text("external_media_address")?;
    let last = text.rsplit('.').next().unwrap_or_default();
    let is_name = matches!(Host::parse(&text), Some(Host::Name(_)))
        && last.bytes().any(|octet| octet.is_ascii_alphabetic());
    is_name.then_some(text)
}

/// `websocket_write_timeout`, in milliseconds. Where nothing is said, browsers have the time that all others have.
/// `protocol`, UDP where there is none. Another one than was meant would open a door that nobody wants.
fn read_protocol(values: &mut Values<'_>) -> Option<Protocol> {
    let Some(text) = values.text("protocol") else { return Some(Protocol::Udp) };
    let known = PROTOCOLS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text));
    if let Some((_, protocol)) = known {
        return Some(*protocol);
    }
    let span = values.span("protocol");
    if text.eq_ignore_ascii_case("flow") {
        let message = "protocol=flow has no effect yet: the transport is left out, and who names it is reached as without it";
        values.found.push(at(Diagnostic::warning("no-effect", message), span));
        return None;
    }
    let words: Vec<&str> = PROTOCOLS.iter().map(|(word, _)| *word).collect();
    let message = format!("'{text}' is no protocol; known are {}", words.join(", "));
    let nearest = suggest::nearest(&text, words.iter().copied());
    values.found.push(at(Diagnostic::error("bad-value", message), span).suggest(nearest));
    None
}

fn read_write_timeout(values: &mut Values<'_>, protocol: Protocol) -> Option<Duration> {
    let milliseconds: u64 = values.parsed("websocket_write_timeout", "number of milliseconds")?;
    let is_web = matches!(protocol, Protocol::Ws | Protocol::Wss);
    is_web.then(|| Duration::from_millis(milliseconds.max(1)))
}

/// The port where `bind` names none: for WebSockets those of Asterisk's HTTP server.
fn default_port(protocol: Protocol) -> u16 {
    match protocol {
        Protocol::Ws => http::PORTS[0],
        Protocol::Wss => http::PORTS[1],
        other => other.default_port(),
    }
}

/// `0.0.0.0`, `0.0.0.0:5060`, `::`, `[::]`, `[::]:5060`.
fn parse_bind(text: &str, default_port: u16) -> Option<SocketAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let bare: Option<IpAddr> = text.parse().ok();
    let bracketed = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let in_brackets = bracketed.and_then(|t| t.parse::<Ipv6Addr>().ok()).map(IpAddr::V6);
    bare.or(in_brackets).map(|ip| SocketAddr::new(ip, default_port))
}

#[cfg(test)]
mod tests {
    use super::parse_bind;

    #[test]
    fn binds_are_read_in_every_form() {
        let bind = |text| parse_bind(text, 5060).map(|address| address.to_string());
        assert_eq!(bind("0.0.0.0").as_deref(), Some("0.0.0.0:5060"));
        assert_eq!(bind("192.0.2.1:5070").as_deref(), Some("192.0.2.1:5070"));
        assert_eq!(bind("::").as_deref(), Some("[::]:5060"));
        assert_eq!(bind("[::]").as_deref(), Some("[::]:5060"));
        assert_eq!(bind("[2001:db8::1]:5062").as_deref(), Some("[2001:db8::1]:5062"));
        assert_eq!(bind("everywhere"), None);
        assert_eq!(bind("0.0.0.0:99999"), None);
    }
}
