//! Messages as this user agent writes them: what every request and every response carries.

use sip_parser::{HeaderName, Message, Method, RequestBuilder, ResponseBuilder, Uri};

use super::command::Body;
use super::common::Common;
use super::options::SessionOptions;
use crate::dialog::Dialog;
use crate::transport::{Flow, sent_by};

/// Headers by name, as applications give them.
pub(super) type Headers = Vec<(String, String)>;

/// The addresses of a request outside of dialogs.
pub(super) struct Opening<'a> {
    pub(super) method: &'a Method,
    pub(super) target: &'a str,
    pub(super) flow: &'a Flow,
    pub(super) routes: &'a [String],
    /// From without its tag.
    pub(super) from: &'a str,
    pub(super) tag: &'a str,
    pub(super) to: &'a str,
    pub(super) call_id: &'a str,
    pub(super) cseq: u32,
}

/// What follows the addresses.
#[derive(Default)]
pub(super) struct Content<'a> {
    pub(super) contact: Option<&'a str>,
    pub(super) authorization: &'a [(HeaderName, String)],
    /// In a request of a dialog, `From` and `To` are display names for this request alone.
    pub(super) headers: &'a [(String, String)],
    pub(super) body: Option<&'a Body>,
    /// What the session does not do, though this user agent can.
    pub(super) options: SessionOptions,
}

impl Common {
    /// A Via for a new transaction, with `rport` (RFC 3581).
    pub(super) fn via(&mut self, flow: &Flow) -> String {
        let branch = self.tokens.branch();
        let host = sent_by(&self.translated, flow);
        format!("SIP/2.0/{} {host};branch={branch};rport", flow.protocol.via_name())
    }

    /// A request outside of dialogs; `None` when it cannot be written.
    pub(super) fn compose(&mut self, opening: &Opening<'_>, content: &Content<'_>) -> Option<Message> {
        let via = self.via(opening.flow);
        let Opening { method, target, from, tag, to, call_id, cseq, .. } = opening;
        let mut request = RequestBuilder::new(method, request_uri(target)).header(&HeaderName::Via, via);
        for route in opening.routes {
            request = request.header(&HeaderName::Route, route);
        }
        let request = request
            .header(&HeaderName::MaxForwards, self.max_forwards(content.headers))
            .header(&HeaderName::From, format_args!("{};tag={tag}", bracketed(from)))
            .header(&HeaderName::To, bracketed(to))
            .header(&HeaderName::CallId, call_id)
            .header(&HeaderName::CSeq, format_args!("{cseq} {method}"));
        self.finish(request, method, content)
    }

    /// A request of a dialog; `None` when it cannot be written.
    pub(super) fn compose_in(
        &mut self,
        dialog: &Dialog,
        method: &Method,
        cseq: u32,
        flow: &Flow,
        content: &Content<'_>,
    ) -> Option<Message> {
        let via = self.via(flow);
        let display = |name: &str| {
            let found = content.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, display)| display.as_str())
        };
        let names = [display("From"), display("To")];
        let hops = self.max_forwards(content.headers);
        let request = dialog.request_naming(names, method, cseq, &via, hops);
        self.finish(request, method, content)
    }

    fn finish(&self, mut request: RequestBuilder, method: &Method, content: &Content<'_>) -> Option<Message> {
        if let Some(contact) = content.contact {
            request = request.header(&HeaderName::Contact, contact);
        }
        for (name, value) in content.authorization {
            request = request.header(name, value);
        }
        if matches!(method, Method::Invite | Method::Options | Method::Update) {
            request = request.header(&HeaderName::Allow, self.allow());
        }
        let tells = matches!(method, Method::Invite | Method::Options | Method::Register | Method::Update);
        if let Some(supported) = self.supported(content.options).filter(|_| tells) {
            request = request.header(&HeaderName::Supported, supported);
        }
        let says_who = content.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("User-Agent"));
        if !self.config.user_agent.is_empty() && !says_who {
            request = request.header(&HeaderName::UserAgent, &self.config.user_agent);
        }
        for (name, value) in content.headers.iter().filter(|(name, _)| !is_written_elsewhere(name)) {
            request = request.header(name.as_str(), value);
        }
        if let Some(body) = content.body {
            request = request.body(&body.content_type, &body.bytes);
        }
        Message::parse(request.build()).ok()
    }

    /// Begins a response: what it copies of the request, our tag in To, and who we are. Responses
    /// that begin a dialog copy Record-Route too (RFC 3261 section 12.1.1).
    pub(super) fn reply<'m>(&self, request: &'m Message, status: u16, tag: &str) -> ResponseBuilder<'m> {
        self.reply_as(request, status, tag, SessionOptions::default())
    }

    /// The same for a session with options of its own.
    pub(super) fn reply_as<'m>(
        &self,
        request: &'m Message,
        status: u16,
        tag: &str,
        options: SessionOptions,
    ) -> ResponseBuilder<'m> {
        let mut response = ResponseBuilder::reply(request, status);
        if status > 100 {
            response = response.to_tag(tag);
        }
        let begins_dialog = match request.method() {
            Some(Method::Invite) => matches!(status, 101..=299),
            Some(Method::Subscribe | Method::Refer) => matches!(status, 200..=299),
            _ => false,
        };
        if begins_dialog {
            response = response.record_route();
        }
        if !self.config.user_agent.is_empty() {
            response = response.header(&HeaderName::Server, &self.config.user_agent);
        }
        let capable = matches!(request.method(), Some(Method::Invite | Method::Options | Method::Update));
        let tells = capable && matches!(status, 200..=299);
        // A phone may change the session before our answer only if it knows that we take UPDATE (RFC 3311 section 5.1).
        let early = request.method() == Some(Method::Invite) && matches!(status, 101..=199);
        if tells || early || matches!(status, 405 | 501) {
            response = response.header(&HeaderName::Allow, self.allow());
        }
        if let Some(supported) = self.supported(options).filter(|_| tells) {
            response = response.header(&HeaderName::Supported, supported);
        }
        response
    }

    /// Value of Supported.
    fn supported(&self, options: SessionOptions) -> Option<String> {
        let without: Vec<&str> = options.unsupported().collect();
        let tags = self.config.supported.iter().map(String::as_str);
        let tags: Vec<&str> = tags.filter(|tag| !without.contains(tag)).collect();
        (!tags.is_empty()).then(|| tags.join(", "))
    }

    /// A whole response that says nothing but its status.
    pub(super) fn plain_reply(&self, request: &Message, status: u16, tag: &str) -> Option<Message> {
        finish_reply(self.reply(request, status, tag), &[], None)
    }

    /// Value of Allow.
    fn allow(&self) -> String {
        let names: Vec<&str> = self.config.allow.iter().map(Method::as_str).collect();
        names.join(", ")
    }

    /// An application that relays a call may pass on what is left of its hops.
    fn max_forwards(&self, headers: &[(String, String)]) -> u8 {
        let given = headers.iter().find(|(name, _)| is_max_forwards(name));
        given.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(self.config.max_forwards)
    }
}

/// Adds what the application wants to say, and writes the response; `None` when it cannot be written.
pub(super) fn finish_reply(
    mut response: ResponseBuilder<'_>,
    headers: &[(String, String)],
    body: Option<&Body>,
) -> Option<Message> {
    for (name, value) in headers {
        response = response.header(name.as_str(), value);
    }
    if let Some(body) = body {
        response = response.body(&body.content_type, &body.bytes);
    }
    Message::parse(response.build()).ok()
}

fn is_max_forwards(name: &str) -> bool {
    name.eq_ignore_ascii_case("Max-Forwards")
}

/// What is not written where the other headers are.
fn is_written_elsewhere(name: &str) -> bool {
    is_max_forwards(name) || name.eq_ignore_ascii_case("From") || name.eq_ignore_ascii_case("To")
}

/// A URI as it may stand in a request line. Headers that a Contact or a caller's link puts into it are left aside: they
/// would let a stranger choose what we send (RFC 3261 section 19.1.5, RFC 4475 section 3.3.14).
pub(super) fn request_uri(target: &str) -> &str {
    Uri::parse(target).map_or(target, |uri| uri.without_headers())
}

/// An address in angle brackets, so that a parameter after it is the header's and not the URI's.
fn bracketed(address: &str) -> String {
    if address.contains('<') { address.to_owned() } else { format!("<{address}>") }
}
