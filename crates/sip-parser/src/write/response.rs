//! Responses.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;
use smallvec::SmallVec;
use smol_str::SmolStr;
use wire_text::{Decimal, find};

use super::sink::{Length, Sink};
use super::{Body, IntoHeaderName, default_reason, end, header_line, text_line};
use crate::header::{HeaderName, tag_in};
use crate::message::Message;

/// Writes the response to a request: Via, From, To, Call-ID and CSeq are copied from it (RFC 3261 §8.2.6.2).
#[derive(Clone, Debug)]
#[must_use = "a builder sends nothing"]
pub struct ResponseBuilder<'r> {
    request: &'r Message,
    status: u16,
    reason: Option<SmolStr>,
    to_tag: SmolStr,
    record_route: bool,
    headers: String,
    body: Option<Body>,
}

/// The header lines that a response takes over: hardly ever more than fit without an allocation.
type Copies<'r> = SmallVec<[Copy<'r>; 6]>;

/// Room for what a usual response says beside what it copies, so that it is written without growing.
const USUAL_HEADERS: usize = 384;

/// One of them.
struct Copy<'r> {
    /// Its name, with colon and blank.
    title: &'static str,
    value: &'r str,
    /// The tag that To is given; empty for none.
    tag: &'r str,
}

impl Copy<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.push(self.title.as_bytes());
        sink.copied(self.value);
        if !self.tag.is_empty() {
            sink.push(b";tag=");
            sink.value(self.tag);
        }
        sink.push(b"\r\n");
    }
}

impl<'r> ResponseBuilder<'r> {
    /// Begins the response to `request`.
    pub fn reply(request: &'r Message, status: u16) -> Self {
        Self {
            request,
            status: status.clamp(100, 699),
            reason: None,
            to_tag: SmolStr::default(),
            record_route: false,
            headers: String::new(),
            body: None,
        }
    }

    /// Another reason phrase than the usual one.
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(SmolStr::new(reason));
        self
    }

    /// The tag of To, added where the request has none yet.
    pub fn to_tag(mut self, tag: &str) -> Self {
        self.to_tag = SmolStr::new(tag);
        self
    }

    /// Copies Record-Route, as a response that makes a dialog must (RFC 3261 §12.1.1).
    pub fn record_route(mut self) -> Self {
        self.record_route = true;
        self
    }

    /// Adds a header line behind those that are copied.
    pub fn header(mut self, name: impl IntoHeaderName, value: impl fmt::Display) -> Self {
        header_line(self.room(), name, value);
        self
    }

    /// Adds a header line whose value is these texts, one after the other: what [`header`](Self::header) does for any value,
    /// sooner.
    pub fn header_text(mut self, name: impl IntoHeaderName, texts: &[&str]) -> Self {
        text_line(self.room(), name, texts);
        self
    }

    /// Sets the body and its type.
    pub fn body(mut self, content_type: &str, body: &[u8]) -> Self {
        self.body = Some(Body::new(content_type, body));
        self
    }

    /// Where the next header line goes.
    fn room(&mut self) -> &mut String {
        if self.headers.is_empty() {
            self.headers.reserve(USUAL_HEADERS);
        }
        &mut self.headers
    }

    /// The message.
    pub fn build(self) -> Bytes {
        let copies = self.copies();
        let mut length = Length::default();
        self.write(&mut length, &copies);
        let mut octets = Vec::with_capacity(length.0);
        self.write(&mut octets, &copies);
        Bytes::from(octets)
    }

    fn write(&self, sink: &mut impl Sink, copies: &[Copy<'_>]) {
        let reason = self.reason.as_deref().unwrap_or_else(|| default_reason(self.status));
        sink.push(b"SIP/2.0 ");
        sink.push(Decimal::of(self.status).as_bytes());
        sink.push(b" ");
        sink.value(reason);
        sink.push(b"\r\n");
        copies.iter().for_each(|copy| copy.write(sink));
        sink.push(self.headers.as_bytes());
        end(sink, self.body.as_ref());
    }

    /// Looks for what is copied, once for both times that it is written.
    fn copies(&self) -> Copies<'_> {
        let mut copies = Copies::new();
        let mut copy = |title, name: &HeaderName| {
            self.request.each_listed(name, |value| copies.push(Copy { title, value, tag: "" }));
        };
        copy("Via: ", &HeaderName::Via);
        copy("From: ", &HeaderName::From);
        let (to, tag) = self.tagged_to();
        if !to.is_empty() {
            copies.push(Copy { title: "To: ", value: to, tag });
        }
        let mut copy = |title, name: &HeaderName| {
            self.request.each_listed(name, |value| copies.push(Copy { title, value, tag: "" }));
        };
        copy("Call-ID: ", &HeaderName::CallId);
        copy("CSeq: ", &HeaderName::CSeq);
        if self.record_route {
            copy("Record-Route: ", &HeaderName::RecordRoute);
        }
        copies
    }

    /// To of the request, and the tag that it is given.
    fn tagged_to(&self) -> (&str, &str) {
        let to = self.request.raw(&HeaderName::To).unwrap_or_default();
        // A tag is a parameter.
        let may_have_one = find(to.as_bytes(), b';').is_some();
        (to, if may_have_one && tag_in(to).is_some() { "" } else { &self.to_tag })
    }
}
