//! What the applications send.

use std::time::Duration;

use sip_parser::Method;

use super::network::address;
use crate::digest::Credentials;
use crate::transport::Flow;
use crate::user_agent::{
    Alternative, Body, Document, EventId, OutboundInvite, OutboundRequest, OutboundSubscribe, ReliablePolicy,
    Reply, SessionOptions, TimerMode, TimerPolicy,
};

/// A call. The two high bits of `settings` say how many servers may be tried after the first; the others are those of
/// [`options`].
pub(super) fn invite(agent: usize, flow: Flow, settings: u8, offers: bool) -> OutboundInvite {
    OutboundInvite {
        target: format!("sip:callee@{}", flow.remote),
        flow,
        alternatives: vec![Alternative { flow, contact: None }; usize::from(settings >> 6)],
        from: "\"Caller\" <sip:caller@example.com>".to_owned(),
        to: "<sip:callee@example.com>".to_owned(),
        contact: contact(agent),
        route: Vec::new(),
        headers: Vec::new(),
        body: offers.then(description),
        credentials: credentials(),
        security: None,
        options: options(settings),
    }
}

/// A subscription of so many seconds.
pub(super) fn subscribe(agent: usize, flow: Flow, package: &str, expires: u32) -> OutboundSubscribe {
    OutboundSubscribe {
        target: format!("sip:watched@{}", flow.remote),
        flow,
        from: "<sip:watcher@example.com>".to_owned(),
        to: "<sip:watched@example.com>".to_owned(),
        contact: contact(agent),
        route: Vec::new(),
        headers: Vec::new(),
        event: EventId::new(package),
        expires,
        credentials: credentials(),
    }
}

/// A request outside of dialogs, which may go to a second server.
pub(super) fn request(agent: usize, flow: Flow, method: Method, has_alternative: bool) -> OutboundRequest {
    let target = format!("sip:{}", flow.remote);
    let mut request =
        OutboundRequest::new(method.clone(), &target, flow, "<sip:a@example.com>", "<sip:b@example.com>");
    request.contact = Some(contact(agent));
    request.credentials = credentials();
    if method == Method::Refer {
        request.headers.push(("Refer-To".to_owned(), "<sip:carol@192.0.2.3>".to_owned()));
    }
    if has_alternative {
        request.alternatives.push(Alternative { flow, contact: None });
    }
    request
}

/// A reply with what its status needs, and with a 503 perhaps the time to wait.
pub(super) fn reply(status: u16, waits: bool) -> Reply {
    let challenge = "Digest realm=\"fuzz\", nonce=\"n\", qop=\"auth\", algorithm=MD5";
    match status {
        401 => Reply::status(status).header("WWW-Authenticate", challenge),
        407 => Reply::status(status).header("Proxy-Authenticate", challenge),
        503 if waits => Reply::status(status).header("Retry-After", "7"),
        _ => Reply::status(status),
    }
}

/// Where an agent is reached.
pub(super) fn contact(agent: usize) -> String {
    format!("<sip:agent@{}>", address(agent))
}

/// An offer or an answer; nobody here reads it.
pub(super) fn description() -> Body {
    Body::sdp("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n")
}

/// What is watched.
pub(super) fn document() -> Document {
    Document::Fixed(Body { content_type: "text/plain".to_owned(), bytes: "state".into() })
}

fn credentials() -> Vec<Credentials> {
    vec![Credentials::password("fuzz", "secret")]
}

/// With and without timers and acknowledged provisional responses.
pub(super) fn options(settings: u8) -> SessionOptions {
    let modes = [TimerMode::Never, TimerMode::Supported, TimerMode::Always, TimerMode::Required];
    let reliable = [
        ReliablePolicy::Never,
        ReliablePolicy::WhenRequired,
        ReliablePolicy::WhenSupported,
        ReliablePolicy::Required,
    ];
    let mode = modes[usize::from(settings & 3)];
    let interval =
        if settings & 0x10 == 0 { TimerPolicy::default().interval } else { Duration::from_secs(90) };
    SessionOptions::default()
        .with_timer(TimerPolicy { mode, interval, ..TimerPolicy::default() })
        .with_reliable(reliable[usize::from(settings >> 2 & 3)])
}
