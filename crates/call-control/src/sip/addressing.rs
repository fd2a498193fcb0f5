//! Names and addresses in the messages of a call.

use std::net::{IpAddr, SocketAddr};

use sip_parser::{Message, NameAddr, escape_user};
use sip_ua::UserAgentHandle;
use sip_ua::location::{Destination, Locator};
use sip_ua::transport::{Flow, Protocol};
use sip_ua::user_agent::Alternative;

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
    address.uri().user_unescaped().map(|user| user.into_owned()).unwrap_or_default()
}

/// The number that a request asks for; `s` where it names none, as for a caller who just lifts the receiver.
pub(super) fn dialed_number(request: &Message) -> String {
    let uri = request.request_uri();
    let user = uri.ok().and_then(|uri| uri.user_unescaped().map(|user| user.into_owned()));
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
    let ways = servers.iter().filter_map(|server| user_agent.flow_to(server.protocol, server.address));
    let ways: Vec<Flow> = ways.take(SERVERS).collect();
    if ways.is_empty() {
        return Err(unreachable("the system knows no route to it".to_owned()));
    }
    Ok(user_agent.preferred(ways).await)
}

/// The further ways of a request, each with our Contact on it.
pub(super) fn alternatives<'f>(
    user_agent: &UserAgentHandle,
    ways: impl IntoIterator<Item = &'f Flow>,
    user: &str,
) -> Vec<Alternative> {
    let ways = ways.into_iter();
    ways.map(|flow| Alternative { flow: *flow, contact: Some(contact(user_agent, flow, user)) }).collect()
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
