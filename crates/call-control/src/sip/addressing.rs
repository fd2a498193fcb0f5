//! Names and addresses in the messages of a call.

use std::net::{IpAddr, SocketAddr};

use sip_parser::{Message, NameAddr, escape_user};
use sip_ua::UserAgentHandle;
use sip_ua::transport::{Flow, Protocol};

use super::directory::NextHop;
use super::endpoint::SipEndpoint;
use crate::identity::CallerId;
use crate::technology::OriginateError;

/// Our Contact in a dialog that runs over `flow`: the address where we listen, not where a connection happened to start.
pub(super) fn contact(user_agent: &UserAgentHandle, flow: &Flow, user: &str) -> String {
    let port = user_agent.local_address(flow.protocol).map_or(flow.local.port(), |a| a.port());
    let at = SocketAddr::new(flow.local.ip(), port);
    let transport = match flow.protocol {
        Protocol::Udp => String::new(),
        other => format!(";transport={}", other.uri_name()),
    };
    let user = escape_user(user);
    if user.is_empty() { format!("<sip:{at}{transport}>") } else { format!("<sip:{user}@{at}{transport}>") }
}

/// The From of a call towards `endpoint`.
pub(super) fn from(endpoint: &SipEndpoint, caller: &CallerId, local: IpAddr) -> String {
    let number = if caller.number.is_empty() { "anonymous" } else { &caller.number };
    let user = escape_user(endpoint.from_user.as_deref().unwrap_or(number));
    let host = endpoint.from_domain.clone().unwrap_or_else(|| host_text(local));
    match caller.name.as_str() {
        "" => format!("<sip:{user}@{host}>"),
        name => format!("\"{}\" <sip:{user}@{host}>", quote(name)),
    }
}

/// The party that a request names in From.
pub(super) fn caller_of(request: &Message) -> CallerId {
    let Ok(from) = request.from() else { return CallerId::default() };
    CallerId::new(from.display().unwrap_or_default(), user_of(&from))
}

fn user_of(address: &NameAddr<'_>) -> String {
    address.uri().dialed().map(|user| user.into_owned()).unwrap_or_default()
}

/// The number that a request asks for; `s` where it names none, as for a caller who just lifts the receiver.
pub(super) fn dialed_number(request: &Message) -> String {
    let uri = request.request_uri();
    let user = uri.ok().and_then(|uri| uri.dialed().map(|user| user.into_owned()));
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
        .flow_to(protocol, address)
        .ok_or_else(|| unreachable(format!("no {protocol} transport of that address family is configured")))
}

fn host_text(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

fn quote(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_control());
    kept.fold(String::new(), |mut text, c| {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_written_safely() {
        let endpoint = SipEndpoint::new("bob");
        let caller = CallerId::new("Al \"the\" \r\nX: 1", "60 01");
        let local = IpAddr::from([192, 0, 2, 1]);
        assert_eq!(from(&endpoint, &caller, local), "\"Al \\\"the\\\" X: 1\" <sip:60%2001@192.0.2.1>");
        assert_eq!(from(&endpoint, &CallerId::default(), local), "<sip:anonymous@192.0.2.1>");
    }
}
