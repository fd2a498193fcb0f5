//! Names and addresses in the messages of a call.

use std::net::{IpAddr, SocketAddr};

use sip_parser::{HeaderName, Message, NameAddr, escape_user};
use sip_ua::UserAgentHandle;
use sip_ua::transport::{Flow, Protocol};

use super::directory::NextHop;
use crate::technology::OriginateError;

/// Our Contact in a dialog that runs over `flow`. Where the peer asked for a `sips:` URI, it gets one (RFC 3261 sections
/// 8.1.1.8 and 12.1.1).
pub(super) fn contact(flow: &Flow, user: &str, secure: bool) -> String {
    let (scheme, at) = (if secure { "sips" } else { "sip" }, flow.local);
    let transport = match flow.protocol {
        Protocol::Udp => String::new(),
        other => format!(";transport={}", other.uri_transport()),
    };
    let user = escape_user(user);
    if user.is_empty() {
        format!("<{scheme}:{at}{transport}>")
    } else {
        format!("<{scheme}:{user}@{at}{transport}>")
    }
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

/// The number that a request asks for; `s` where it names none, as for a caller who just lifts the receiver.
pub(super) fn dialed_number(request: &Message) -> String {
    let uri = request.request_uri();
    let user = uri.ok().and_then(|uri| uri.user_unescaped().map(|user| user.into_owned()));
    user.filter(|user| !user.is_empty()).unwrap_or_else(|| "s".to_owned())
}

/// The flow to a next hop; a host name is looked up.
pub(super) async fn flow_to(user_agent: &UserAgentHandle, hop: &NextHop) -> Result<Flow, OriginateError> {
    let (protocol, host, port) = match hop {
        NextHop::Connection { flow, .. } if user_agent.has_connection(flow) => return Ok(*flow),
        NextHop::Connection { otherwise: Some(other), .. } => {
            return Box::pin(flow_to(user_agent, other)).await;
        }
        NextHop::Connection { flow, otherwise: None } => {
            let reason = "the connection that it registered over is closed".to_owned();
            return Err(OriginateError::Unreachable { contact: flow.remote.to_string(), reason });
        }
        NextHop::Host { protocol, host, port } => (*protocol, host, *port),
    };
    let unreachable = |reason: String| OriginateError::Unreachable { contact: host.clone(), reason };
    let address = match host.parse::<IpAddr>() {
        Ok(ip) => SocketAddr::new(ip, port),
        Err(_) => tokio::net::lookup_host((host.as_str(), port))
            .await
            .map_err(|e| unreachable(format!("its name could not be looked up: {e}")))?
            .next()
            .ok_or_else(|| unreachable("its name has no address".to_owned()))?,
    };
    user_agent
        .flow_to_host(protocol, address, host)
        .ok_or_else(|| unreachable(format!("no {protocol} transport of that address family is configured")))
}
