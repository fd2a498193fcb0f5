//! Messages as this user agent writes them: what every request and every response carries.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use sip_parser::{HeaderName, Message, Method, RequestBuilder, ResponseBuilder, Uri};
use wire_text::Decimal;

use super::command::Body;
use super::common::Common;
use super::options::SessionOptions;
use super::party::Party;
use crate::dialog::Dialog;
use crate::transaction::{WrittenRequest, WrittenResponse};
use crate::transport::{Flow, sent_by};

/// Headers of the session itself.
pub(super) type OwnHeaders = Vec<(&'static str, Cow<'static, str>)>;

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
    /// Further headers, of the session itself.
    pub(super) further: &'a [(&'static str, Cow<'static, str>)],
    pub(super) body: Option<&'a Body>,
    /// What the session does not do, though this user agent can.
    pub(super) options: SessionOptions,
}

/// Via of a new transaction.
struct OurVia {
    value: String,
    /// Where its branch stands.
    branch: Range<usize>,
}

impl OurVia {
    fn branch(&self) -> &str {
        &self.value[self.branch.clone()]
    }
}

impl Common {
    /// A Via for a new transaction, with `rport` (RFC 3581) unless it is not wanted.
    fn via(&mut self, flow: &Flow) -> OurVia {
        let mut value = String::with_capacity(96);
        value.extend(["SIP/2.0/", flow.protocol.via_name(), " "]);
        sent_by(&self.translated, flow).write_to(&mut value);
        value.push_str(";branch=");
        let start = value.len();
        self.tokens.write_branch(&mut value);
        let branch = start..value.len();
        if self.config.asks_rport {
            value.push_str(";rport");
        }
        OurVia { value, branch }
    }

    /// A request outside of dialogs; `None` when it cannot be written.
    pub(super) fn compose(&mut self, opening: &Opening<'_>, content: &Content<'_>) -> Option<WrittenRequest> {
        let Opening { method, target, from, tag, to, call_id, cseq, .. } = opening;
        // Control characters become blanks, and a request line of blanks names nobody.
        if target.bytes().all(|octet| octet.is_ascii_control() || octet == b' ') {
            return None;
        }
        let via = self.via(opening.flow);
        let (from, to) = (Party::of(from), Party::of(to));
        let [name, address, params, close] = from.pieces();
        let mut request =
            RequestBuilder::new(method, &request_uri(target)).header_text(&HeaderName::Via, &[&via.value]);
        for route in opening.routes {
            request = request.header_text(&HeaderName::Route, &[route]);
        }
        let request = request
            .header_text(
                &HeaderName::MaxForwards,
                &[Decimal::of(self.max_forwards(content.headers)).as_str()],
            )
            .header_text(&HeaderName::From, &[name, address, params, close, ";tag=", tag])
            .header_text(&HeaderName::To, &to.pieces())
            .header_text(&HeaderName::CallId, &[call_id])
            .header_text(&HeaderName::CSeq, &[Decimal::of(*cseq).as_str(), " ", method.as_str()]);
        self.finish(request, method, content, &via)
    }

    /// A request of a dialog; `None` when it cannot be written.
    pub(super) fn compose_in(
        &mut self,
        dialog: &Dialog,
        method: &Method,
        cseq: u32,
        flow: &Flow,
        content: &Content<'_>,
    ) -> Option<WrittenRequest> {
        let via = self.via(flow);
        let display = |name: &str| {
            let found = content.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, display)| display.as_str())
        };
        let names = [display("From"), display("To")];
        let hops = self.max_forwards(content.headers);
        let request = dialog.request_naming(names, method, cseq, &via.value, hops);
        self.finish(request, method, content, &via)
    }

    fn finish(
        &self,
        mut request: RequestBuilder,
        method: &Method,
        content: &Content<'_>,
        via: &OurVia,
    ) -> Option<WrittenRequest> {
        if let Some(contact) = content.contact {
            request = request.header_text(&HeaderName::Contact, &[contact]);
        }
        for (name, value) in content.authorization {
            request = request.header_text(name, &[value]);
        }
        if matches!(method, Method::Invite | Method::Options | Method::Update) {
            request = request.header_text(&HeaderName::Allow, &[&self.standing.allow]);
        }
        if matches!(method, Method::Invite | Method::Options) && !self.standing.allow_events.is_empty() {
            request = request.header_text(&HeaderName::AllowEvents, &[&self.standing.allow_events]);
        }
        let tells = matches!(method, Method::Invite | Method::Options | Method::Register | Method::Update);
        if let Some(supported) = self.supported(content.options).filter(|_| tells) {
            request = request.header_text(&HeaderName::Supported, &[&supported]);
        }
        let says_who = content.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("User-Agent"));
        if !self.config.user_agent.is_empty() && !says_who {
            request = request.header_text(&HeaderName::UserAgent, &[&self.config.user_agent]);
        }
        for (name, value) in content.headers.iter().filter(|(name, _)| !is_written_elsewhere(name)) {
            request = request.header_text(name.as_str(), &[value]);
        }
        for (name, value) in content.further {
            request = request.header_text(*name, &[value]);
        }
        if let Some(body) = content.body {
            request = request.body(&body.content_type, &body.bytes);
        }
        let is_plain = !matches!(method, Method::Other(_)) && can_stand(content.headers);
        let bytes = readable(request.build(), is_plain)?;
        self.layer.written(bytes, method, via.branch())
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
            response = response.header_text(&HeaderName::Server, &[&self.config.user_agent]);
        }
        let capable = matches!(request.method(), Some(Method::Invite | Method::Options | Method::Update));
        let tells = capable && matches!(status, 200..=299);
        // A phone may change the session before our answer only if it knows that we take UPDATE (RFC 3311 section 5.1).
        let early = request.method() == Some(Method::Invite) && matches!(status, 101..=199);
        if tells || early || matches!(status, 405 | 501) {
            response = response.header_text(&HeaderName::Allow, &[&self.standing.allow]);
        }
        if let Some(supported) = self.supported(options).filter(|_| tells) {
            response = response.header_text(&HeaderName::Supported, &[&supported]);
        }
        // RFC 6665 section 4.4.4: where dialogs begin, and where somebody asks what we can.
        let watched =
            tells && request.method() != Some(Method::Update) && !self.standing.allow_events.is_empty();
        if watched {
            response = response.header_text(&HeaderName::AllowEvents, &[&self.standing.allow_events]);
        }
        response
    }

    /// Value of Supported.
    fn supported(&self, options: SessionOptions) -> Option<Cow<'_, str>> {
        let value = if options.unsupported().next().is_none() {
            Cow::Borrowed(self.standing.supported.as_str())
        } else {
            let tags = self.config.supported.iter().map(String::as_str);
            let tags: Vec<&str> =
                tags.filter(|tag| !options.unsupported().any(|without| without == *tag)).collect();
            Cow::Owned(tags.join(", "))
        };
        Some(value).filter(|value| !value.is_empty())
    }

    /// A whole response that says nothing but its status.
    pub(super) fn plain_reply(&self, request: &Message, status: u16, tag: &str) -> Option<WrittenResponse> {
        finish_reply(self.reply(request, status, tag), &[], None)
    }

    /// An application that relays a call may pass on what is left of its hops.
    fn max_forwards(&self, headers: &[(String, String)]) -> u8 {
        let given = headers.iter().find(|(name, _)| is_max_forwards(name));
        given.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(self.config.max_forwards)
    }
}

/// Adds what the application wants to say, and writes the response; `None` when it cannot be written.
pub(super) fn finish_reply(
    response: ResponseBuilder<'_>,
    headers: &[(String, String)],
    body: Option<&Body>,
) -> Option<WrittenResponse> {
    finish_reply_with(response, headers, &[], body)
}

/// The same with `further` headers behind those of the application.
pub(super) fn finish_reply_with(
    mut response: ResponseBuilder<'_>,
    headers: &[(String, String)],
    further: &[(&'static str, Cow<'static, str>)],
    body: Option<&Body>,
) -> Option<WrittenResponse> {
    for (name, value) in headers {
        response = response.header_text(name.as_str(), &[value]);
    }
    for (name, value) in further {
        response = response.header_text(*name, &[value]);
    }
    if let Some(body) = body {
        response = response.body(&body.content_type, &body.bytes);
    }
    readable(response.build(), can_stand(headers)).map(WrittenResponse::new)
}

/// Longest message of ours that is not read again, in octets: nothing that a configuration or a program says makes it longer
/// than any may be.
const USUAL_LENGTH: usize = 65_536;

/// Further headers that are surely fewer than a message may have.
const USUAL_HEADERS: usize = 64;

/// What was written, if it can be read. It can where it is `plain`; else somebody tries.
fn readable(bytes: Bytes, is_plain: bool) -> Option<Bytes> {
    let is_sound = (is_plain && bytes.len() <= USUAL_LENGTH) || Message::parse(bytes.clone()).is_ok();
    is_sound.then_some(bytes)
}

/// Whether headers of an application, whatever their values, can stand in any message.
fn can_stand(headers: &[(String, String)]) -> bool {
    headers.len() <= USUAL_HEADERS && headers.iter().all(|(name, _)| is_plain_name(name))
}

/// Whether a text is the name of a header, and not of the one that says how long a body is.
fn is_plain_name(name: &str) -> bool {
    let letters = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
    let counts = |known: &str| name.eq_ignore_ascii_case(known);
    !name.is_empty() && name.bytes().all(letters) && !counts("Content-Length") && !counts("l")
}

fn is_max_forwards(name: &str) -> bool {
    name.eq_ignore_ascii_case("Max-Forwards")
}

/// What is not written where the other headers are.
fn is_written_elsewhere(name: &str) -> bool {
    is_max_forwards(name) || name.eq_ignore_ascii_case("From") || name.eq_ignore_ascii_case("To")
}

/// A URI as it may stand in a request line. What a Contact or a caller's link puts into it besides, headers and a method, is
/// left aside: a stranger would choose what we send (RFC 3261 section 19.1.5, RFC 4475 section 3.3.14).
pub(super) fn request_uri(target: &str) -> Cow<'_, str> {
    let has_method = |target: &str| {
        let mut params = target.split(';').skip(1);
        params.any(|param| param.get(..6).is_some_and(|name| name.eq_ignore_ascii_case("method")))
    };
    if !target.as_bytes().contains(&b'?') && !has_method(target) {
        return target.into();
    }
    Uri::parse(target).map_or(target.into(), |uri| uri.in_request_line())
}
