//! Names and addresses in the messages of a call.

use std::fmt::{Display, Write};
use std::net::SocketAddr;

use sip_parser::{HeaderName, Message, NameAddr, escape_user};
use sip_ua::UserAgentHandle;
use sip_ua::location::{Destination, Locator};
use sip_ua::transport::{Flow, ListenConfig, Protocol};
use sip_ua::user_agent::Alternative;

use super::directory::NextHop;
use super::endpoint::SipEndpoint;
use crate::technology::OriginateError;

/// Our Contact in a dialog that runs over `flow`. Where the peer asked for a `sips:` URI, it gets one (RFC 3261 sections
/// 8.1.1.8 and 12.1.1).
pub(super) fn contact(user_agent: &UserAgentHandle, flow: &Flow, user: &str, secure: bool) -> String {
    written(&user_agent.sent_by(flow), flow.protocol, user, secure)
}

fn written(at: &dyn Display, protocol: Protocol, user: &str, secure: bool) -> String {
    let mut text = String::with_capacity(64);
    text.push_str(if secure { "<sips:" } else { "<sip:" });
    if !user.is_empty() {
        text.extend([&*escape_user(user), "@"]);
    }
    // Writing to a string cannot fail.
    let _ = write!(text, "{at}");
    if protocol != Protocol::Udp {
        text.extend([";transport=", protocol.uri_transport()]);
    }
    text.push('>');
    text
}

/// Whether a URI asks for TLS on every hop.
pub(super) fn is_sips(uri: &str) -> bool {
    uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sips:"))
}

/// Whether a request asks for a `sips:` Contact: by its URI, else by the last proxy that stays in the path, else by its
/// own Contact.
pub(super) fn wants_sips(request: &Message) -> bool {
    let is_sips = |value: &str| NameAddr::parse(value).is_ok_and(|address| is_sips(address.uri().as_str()));
    let first = |name| request.values(name).next();
    let near = first(&HeaderName::RecordRoute).or_else(|| first(&HeaderName::Contact));
    request.request_uri().is_ok_and(|uri| self::is_sips(uri.as_str())) || near.is_some_and(is_sips)
}

/// The number that a request of `endpoint` asks for; `s` where it names none, as for a caller who just lifts the receiver.
pub(super) fn dialed_number(request: &Message, endpoint: &SipEndpoint) -> String {
    let uri = request.request_uri();
    let user = uri.ok().and_then(|uri| uri.dialed().map(|user| endpoint.number_in(user.into_owned())));
    user.filter(|user| !user.is_empty()).unwrap_or_else(|| "s".to_owned())
}

/// Servers that a request tries. A domain with more keeps a caller waiting for longer than any caller waits.
const SERVERS: usize = 8;

/// The ways to a next hop, at least one, in the order in which they are to be tried; names are looked up,
/// and servers that failed lately come last.
pub(super) async fn flows_to(
    user_agent: &UserAgentHandle,
    locator: &Locator,
    hop: &NextHop,
) -> Result<Vec<Flow>, OriginateError> {
    let (destination, contact) = match hop {
        NextHop::Connection { flow, .. } if user_agent.has_connection(flow) => return Ok(vec![*flow]),
        NextHop::Connection { otherwise: Some(other), .. } => {
            return Box::pin(flows_to(user_agent, locator, other)).await;
        }
        NextHop::Connection { flow, otherwise: None } => {
            let reason = "the connection that it registered over is closed".to_owned();
            return Err(OriginateError::Unreachable { contact: flow.remote.to_string(), reason });
        }
        NextHop::From { protocol, bind, to } => {
            let mut ways = Box::pin(flows_to(user_agent, locator, to)).await?;
            ways.iter_mut().for_each(|flow| *flow = from_socket(user_agent, *flow, *protocol, *bind));
            return Ok(ways);
        }
        NextHop::Host { protocol, host, port } => {
            (&Destination::at(*protocol, host, *port), format!("{host}:{port}"))
        }
        NextHop::Uri(destination) => (destination, destination.to_string()),
    };
    let unreachable = |reason: String| OriginateError::Unreachable { contact: contact.clone(), reason };
    let servers = locator
        .locate(destination, &user_agent.reach())
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    let ways = servers.iter().filter_map(|server| {
        let host = server.name.clone().unwrap_or_else(|| server.address.ip().to_string());
        user_agent.flow_to_host(server.protocol, server.address, &host)
    });
    let ways: Vec<Flow> = ways.take(SERVERS).collect();
    if ways.is_empty() {
        return Err(unreachable("the system knows no route to it".to_owned()));
    }
    Ok(user_agent.preferred(ways).await)
}

/// The same way from the socket that is bound there, if it is open and speaks the protocol of the way.
pub(super) fn from_socket(
    user_agent: &UserAgentHandle,
    flow: Flow,
    protocol: Protocol,
    bind: SocketAddr,
) -> Flow {
    let is_it = |listen: &&ListenConfig| {
        let (ip, port) = (listen.address.ip(), listen.address.port());
        listen.protocol == protocol && ip == bind.ip() && (bind.port() == 0 || bind.port() == port)
    };
    let same_family = bind.is_ipv4() == flow.remote.is_ipv4();
    let listening = user_agent.listening();
    let listen = listening.iter().find(is_it);
    match listen.filter(|_| flow.protocol == protocol && same_family) {
        Some(listen) => {
            let ip = if bind.ip().is_unspecified() { flow.local.ip() } else { bind.ip() };
            Flow::new(protocol, SocketAddr::new(ip, listen.address.port()), flow.remote)
        }
        None => flow,
    }
}

/// The further ways of a request, each with our Contact on it.
pub(super) fn alternatives<'f>(
    user_agent: &UserAgentHandle,
    ways: impl IntoIterator<Item = &'f Flow>,
    user: &str,
    secure: bool,
) -> Vec<Alternative> {
    let ways = ways.into_iter();
    let contact = |flow: &Flow| Some(contact(user_agent, flow, user, secure));
    ways.map(|flow| Alternative { flow: *flow, contact: contact(flow) }).collect()
}

#[cfg(test)]
mod tests {
    use sip_parser::Message;

    use super::*;

    #[test]
    fn whoever_asks_for_sips_gets_it() {
        let invite = |uri: &str, headers: &str| {
            let text = format!(
                "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
                 To: <sip:b@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n{headers}Content-Length: 0\r\n\r\n"
            );
            wants_sips(&Message::parse(text.into()).unwrap())
        };
        assert!(invite("sips:b@b", ""));
        assert!(invite("sip:b@b", "Contact: <SIPS:a@192.0.2.1>\r\n"));
        assert!(invite("sip:b@b", "Record-Route: <sips:p;lr>\r\nContact: <sip:a@192.0.2.1>\r\n"));
        assert!(!invite("sip:b@b", "Record-Route: <sip:p;lr>\r\nContact: <sips:a@192.0.2.1>\r\n"));
        assert!(!invite("sip:b@b", "Contact: <sip:a@192.0.2.1;transport=tls>\r\n"));
        let at = "192.0.2.1:5061";
        assert_eq!(written(&at, Protocol::Tls, "", true), "<sips:192.0.2.1:5061;transport=tls>");
        assert_eq!(written(&at, Protocol::Wss, "a b", false), "<sip:a%20b@192.0.2.1:5061;transport=ws>");
    }
}
