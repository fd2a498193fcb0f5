//! MESSAGE: texts that come in and go out, in calls and outside of them (RFC 3428).

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use sip_parser::{HeaderName, Message, Method, NameAddr};
use sip_ua::transport::Flow;
use sip_ua::user_agent::{Alternative, Body, OutboundRequest, Reply, RequestFailure, RequestId, SessionId};

use super::conversation::check_header;
use super::directory::{PendingReply, Route};
use super::endpoint::SipEndpoint;
use super::parties::host_text;
use super::worker::Worker;
use super::{SipTechnology, addressing};
use crate::message::{CallText, MessageError, Notification, TextMessage};
use crate::technology::{OriginateError, Report};

/// Most headers that come along with a text, or go out with it.
const MOST: usize = 64;

/// How often a text is sent on to where its receiver points.
const MOST_REDIRECTIONS: usize = 5;

/// What a text is where nobody says so.
const PLAIN: &str = "text/plain";

impl Worker {
    /// A text outside of calls, whose sender is proven.
    pub(super) fn on_text(&self, id: RequestId, request: &Message, flow: &Flow, endpoint: Arc<SipEndpoint>) {
        let reply = PendingReply { id, user_agent: self.user_agent.clone() };
        match text_of(request, flow) {
            Some(mut text) => {
                text.hops = text.hops.map(|hops| hops.min(self.max_forwards.load(Ordering::Relaxed)));
                let number = addressing::dialed_number(request, &endpoint);
                self.directory.message(endpoint, &number, text, reply);
            }
            None => reply.send(Reply::status(415).header("Accept", "text/plain, text/html, message/cpim")),
        }
    }

    /// A text in a call: the one at the other end gets it, or the application that waits for one.
    pub(super) fn on_text_in_call(&self, id: SessionId, request: &Message) {
        let Some(session) = self.sessions.get(&id) else { return };
        let (kind, body) = text_in(request).unwrap_or((content_type(request), request.body()));
        let Ok(body) = std::str::from_utf8(body) else { return };
        match session.call.partner() {
            Some(partner) => {
                partner.send_text(&CallText::new(body, kind));
            }
            None => session.call.report(Report::Text(body.to_owned())),
        }
    }
}

impl Worker {
    /// A text for a phone in its call.
    pub(super) fn send_text(&self, id: SessionId, text: CallText) {
        let names = [("From", text.from_name), ("To", text.to_name)];
        let names = names.into_iter().filter_map(|(name, shown)| Some((name.to_owned(), shown?))).collect();
        let body = Body { content_type: text.content_type, bytes: text.body.into() };
        self.user_agent.message(id, body, names);
    }

    /// A NOTIFY for a phone in its call.
    pub(super) fn notify_in_call(&self, id: SessionId, notification: Notification) {
        let (headers, body) = (notification.headers, notification.body);
        let body = body.map(|(content_type, text)| Body { content_type, bytes: text.into() });
        self.user_agent.notify_in_call(id, headers, body);
    }

    /// Refuses a call that nobody has answered. The channel has reported its end already.
    pub(super) fn refuse(&mut self, id: SessionId, status: u16) {
        if self.sessions.remove(&id).is_some() {
            self.user_agent.reject(id, status, None, Vec::new());
        }
    }
}

impl SipTechnology {
    /// Notifies a phone of something that it has not asked for, outside of calls, and awaits its final status.
    ///
    /// # Errors
    /// [`MessageError`] when it cannot be reached, or refuses.
    pub async fn notify(&self, route: &Route, notification: Notification) -> Result<(), MessageError> {
        let body = notification.body;
        let body = body.map(|(content_type, text)| Body { content_type, bytes: text.into() });
        let sent = self.send_to(route, Method::Notify, notification.headers, body).await;
        let response =
            sent.map_err(unreachable)?.map_err(|failure| MessageError::Away(failure.to_string()))?;
        match response.status().unwrap_or_default() {
            200..=299 => Ok(()),
            status => Err(MessageError::Refused { status, reason: response.reason().to_owned() }),
        }
    }
}

/// The text of a MESSAGE and its type: the body, or the first part that is one.
fn text_in(request: &Message) -> Option<(&str, &[u8])> {
    let is_text = |kind: &str| {
        let kind = kind.trim_start();
        kind.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/"))
            || kind.starts_with("message/cpim")
    };
    let whole = content_type(request);
    if is_text(whole) {
        return Some((whole, request.body()));
    }
    let parts = request.parts().into_iter();
    parts.filter_map(|part| Some((part.raw("Content-Type")?, part.body()))).find(|(kind, _)| is_text(kind))
}

/// The text in a MESSAGE; `None` for a body that is none.
fn text_of(request: &Message, flow: &Flow) -> Option<TextMessage> {
    let (content_type, body) = text_in(request)?;
    let from = request.raw(&HeaderName::From).unwrap_or_default();
    let facts = [
        ("PJSIP_TRANSPORT", flow.protocol.uri_name().to_owned()),
        ("PJSIP_RECVADDR", flow.remote.to_string()),
        ("Request-URI", request.uri().unwrap_or_default().to_owned()),
    ];
    let headers = request.headers().map(|(name, value)| (name.as_str().to_owned(), value.trim().to_owned()));
    let headers = headers.filter(|(name, value)| check_header(name, value).is_ok());
    Some(TextMessage {
        to: request.uri().unwrap_or_default().to_owned(),
        from: from.split(";tag=").next().unwrap_or_default().to_owned(),
        body: std::str::from_utf8(body).ok()?.to_owned(),
        content_type: content_type.to_owned(),
        data: facts
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .chain(headers.take(MOST))
            .collect(),
        headers: Vec::new(),
        hops: request.max_forwards().and_then(Result::ok),
    })
}

fn content_type(request: &Message) -> &str {
    request.raw(&HeaderName::ContentType).map_or(PLAIN, str::trim)
}

impl SipTechnology {
    /// Sends a text to what `resource` names, as `Dial` would call it. Resolves with the receiver's answer.
    ///
    /// # Errors
    /// [`MessageError`]; [`is_passing`](MessageError::is_passing) tells whether the receiver is only away.
    pub async fn send_message(&self, resource: &str, message: &TextMessage) -> Result<(), MessageError> {
        // What is passed on has come some way already (RFC 3261 section 16.6, item 3).
        let hops = match message.hops.map(|hops| hops.checked_sub(1)) {
            Some(None) => return Err(unreachable(OriginateError::TooManyHops)),
            Some(left) => left,
            None => None,
        };
        let mut tried: Vec<String> = Vec::new();
        let mut resource = resource.to_owned();
        loop {
            let route = self.directory.route(&resource).map_err(unreachable)?;
            let response = self.send_text_to(&route, message, hops).await?;
            let (status, reason) = (response.status().unwrap_or_default(), response.reason());
            match status {
                200..=299 => return Ok(()),
                300..=399
                    if route.endpoint.follows_redirected_messages && tried.len() < MOST_REDIRECTIONS =>
                {
                    tried.push(route.target.clone());
                    let next = best_contact(&response).filter(|next| !tried.contains(next));
                    let refused = || MessageError::Refused { status, reason: reason.to_owned() };
                    resource = format!("{}/{}", route.endpoint.name, next.ok_or_else(refused)?);
                }
                408 | 480 | 503 => return Err(MessageError::Away(format!("{status} {reason}"))),
                status => return Err(MessageError::Refused { status, reason: reason.to_owned() }),
            }
        }
    }

    /// Sends a text by this way; what its receiver says.
    async fn send_text_to(
        &self,
        route: &Route,
        message: &TextMessage,
        hops: Option<u8>,
    ) -> Result<Arc<Message>, MessageError> {
        let flows = self.flows_to(&route.next_hop).await.map_err(unreachable)?;
        let [flow, others @ ..] = flows.as_slice() else {
            return Err(MessageError::Unreachable("it has no server".to_owned()));
        };
        let flow = *flow;
        let from = sender(&message.from, flow.local.ip());
        let to = format!("<{}>", route.target);
        let mut request = OutboundRequest::new(Method::Message, &route.target, flow, &from, &to);
        request.alternatives = others.iter().map(|flow| Alternative { flow: *flow, contact: None }).collect();
        let routes = route.route_set.iter().map(|route| ("Route".to_owned(), route.clone()));
        request.headers.extend(routes);
        request.headers.extend(hops.map(|hops| ("Max-Forwards".to_owned(), hops.to_string())));
        let added = message.headers.iter().filter(|(name, value)| check_header(name, value).is_ok());
        request.headers.extend(added.take(MOST).cloned());
        let content_type =
            if message.content_type.is_empty() { PLAIN.to_owned() } else { message.content_type.clone() };
        request.body = Some(Body { content_type, bytes: message.body.clone().into() });
        request.credentials.clone_from(&route.endpoint.outbound_credentials);
        request.security.clone_from(&route.security);
        self.user_agent.send_request(request).await.map_err(|failure| match failure {
            RequestFailure::Refused => MessageError::Unreachable(failure.to_string()),
            passing => MessageError::Away(passing.to_string()),
        })
    }
}

/// The SIP URI that a 3xx likes best, fit for a request line.
fn best_contact(response: &Message) -> Option<String> {
    let contacts = response.contacts().take(MOST).filter_map(Result::ok);
    let uris = contacts.filter_map(|contact| {
        let uri = contact.address()?.uri();
        uri.is_sip().then(|| (contact.q().unwrap_or(1_000), uri.in_request_line().into_owned()))
    });
    // Of those that are equally good the first.
    uris.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, uri)| uri)
}

/// Whom a text comes from, as a name-addr of the grammar (RFC 3261 section 25.1): a dialplan's arguments lose the quotes of
/// a name, and phones that are strict read no message without them.
fn sender(from: &str, local: IpAddr) -> String {
    let from: String = from.chars().filter(|c| !c.is_control()).collect();
    let host = host_text(local);
    match from.trim() {
        "" => format!("<sip:asterisk@{host}>"),
        address if address.contains('<') => {
            // Of a name whose quotes are not closed nothing can be made; the bracket behind it is the last one.
            let bare = address.rfind('<').map_or(address, |open| &address[open..]);
            let parsed = NameAddr::parse(address).or_else(|_| NameAddr::parse(bare));
            parsed.map_or_else(|_| format!("<sip:asterisk@{host}>"), |address| address.without_params())
        }
        uri if uri.contains(':') => format!("<{uri}>"),
        user => format!("<sip:{}@{host}>", sip_parser::escape_user(user)),
    }
}

fn unreachable(error: OriginateError) -> MessageError {
    match error {
        OriginateError::NoContact(_) => MessageError::Away(error.to_string()),
        other => MessageError::Unreachable(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(headers: &str, body: &str) -> Option<(String, String)> {
        let text = format!("MESSAGE sip:a SIP/2.0\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len());
        let message = Message::parse(text.into()).unwrap();
        let (kind, body) = text_in(&message)?;
        Some((kind.to_owned(), String::from_utf8_lossy(body).into_owned()))
    }

    #[test]
    fn a_sender_is_written_as_the_grammar_has_it() {
        for (from, written) in [
            ("Zoë Q. 101 <sip:101@192.0.2.2>", "\"Zoë Q. 101\" <sip:101@192.0.2.2>"),
            ("\"Zoë \\\"Q\\\"\" <sip:101@192.0.2.2>", "\"Zoë \\\"Q\\\"\" <sip:101@192.0.2.2>"),
            ("Anne Lee <sip:1@b>", "Anne Lee <sip:1@b>"),
            ("Ann, desk 2 <sip:1@b>", "\"Ann, desk 2\" <sip:1@b>"),
            ("<sip:1@b;user=phone>;tag=7;x", "<sip:1@b;user=phone>"),
            ("\"Zoë <sip:1@b>", "<sip:1@b>"),
            ("Zoë\r\nX: y <sip:1@b>", "\"ZoëX: y\" <sip:1@b>"),
            ("a <b", "<sip:asterisk@[2001:db8::1]>"),
            ("sip:1@b", "<sip:1@b>"),
            ("jo e", "<sip:jo%20e@[2001:db8::1]>"),
            ("", "<sip:asterisk@[2001:db8::1]>"),
        ] {
            assert_eq!(sender(from, "2001:db8::1".parse().unwrap()), written, "{from}");
        }
    }

    #[test]
    fn the_text_is_the_body_or_one_of_its_parts() {
        let found = |kind: &str, body: &str| Some((kind.to_owned(), body.to_owned()));
        assert_eq!(text("", "hi"), found(PLAIN, "hi"));
        assert_eq!(
            text("Content-Type: Text/HTML;charset=utf-8\r\n", "hi"),
            found("Text/HTML;charset=utf-8", "hi")
        );
        assert_eq!(text("Content-Type: application/json\r\n", "{}"), None);
        let parts = "--b\r\nContent-Type: application/x\r\n\r\n1\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--\r\n";
        assert_eq!(text("Content-Type: multipart/mixed;boundary=b\r\n", parts), found("text/plain", "hi"));
    }
}
