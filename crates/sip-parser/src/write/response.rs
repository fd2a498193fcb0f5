//! Responses.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

use super::sink::{self, Length, Sink};
use super::{IntoHeaderName, default_reason, header_line};
use crate::header::HeaderName;
use crate::message::Message;

/// Writes the response to a request: Via, From, To, Call-ID and CSeq are copied from it (RFC 3261 §8.2.6.2).
#[derive(Clone, Debug)]
#[must_use = "a builder sends nothing"]
pub struct ResponseBuilder<'r> {
    request: &'r Message,
    status: u16,
    reason: Option<String>,
    to_tag: Option<String>,
    record_route: bool,
    headers: String,
    body: Option<(String, Vec<u8>)>,
}

impl<'r> ResponseBuilder<'r> {
    /// Begins the response to `request`.
    pub fn reply(request: &'r Message, status: u16) -> Self {
        Self {
            request,
            status: status.clamp(100, 699),
            reason: None,
            to_tag: None,
            record_route: false,
            headers: String::new(),
            body: None,
        }
    }

    /// Another reason phrase than the usual one.
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The tag of To, added where the request has none yet.
    pub fn to_tag(mut self, tag: &str) -> Self {
        self.to_tag = Some(tag.into());
        self
    }

    /// Copies Record-Route, as a response that makes a dialog must (RFC 3261 §12.1.1).
    pub fn record_route(mut self) -> Self {
        self.record_route = true;
        self
    }

    /// Adds a header line behind those that are copied.
    pub fn header(mut self, name: impl IntoHeaderName, value: impl fmt::Display) -> Self {
        header_line(&mut self.headers, name, value);
        self
    }

    /// Sets the body and its type.
    pub fn body(mut self, content_type: &str, body: &[u8]) -> Self {
        self.body = Some((content_type.into(), body.to_vec()));
        self
    }

    /// The message.
    pub fn build(self) -> Bytes {
        let to = self.tagged_to();
        let mut length = Length::default();
        self.write(&mut length, to);
        let mut octets = Vec::with_capacity(length.0);
        self.write(&mut octets, to);
        Bytes::from(octets)
    }

    fn write(&self, sink: &mut impl Sink, (to, tag): (&str, &str)) {
        let reason = self.reason.as_deref().unwrap_or_else(|| default_reason(self.status));
        sink.push(b"SIP/2.0 ");
        sink::number(sink, self.status.into());
        sink.push(b" ");
        sink::value(sink, reason);
        sink.push(b"\r\n");
        self.copy(sink, b"Via: ", &HeaderName::Via);
        self.copy(sink, b"From: ", &HeaderName::From);
        if !to.is_empty() {
            sink.push(b"To: ");
            sink::copied(sink, to);
            if !tag.is_empty() {
                sink.push(b";tag=");
                sink::value(sink, tag);
            }
            sink.push(b"\r\n");
        }
        self.copy(sink, b"Call-ID: ", &HeaderName::CallId);
        self.copy(sink, b"CSeq: ", &HeaderName::CSeq);
        if self.record_route {
            self.copy(sink, b"Record-Route: ", &HeaderName::RecordRoute);
        }
        sink.push(self.headers.as_bytes());
        let body = self.body.as_ref().map_or(&[][..], |(content_type, body)| {
            sink.push(b"Content-Type: ");
            sink::value(sink, content_type);
            sink.push(b"\r\n");
            body
        });
        sink.push(b"Content-Length: ");
        sink::number(sink, body.len());
        sink.push(b"\r\n\r\n");
        sink.push(body);
    }

    /// Copies the headers of a name from the request.
    fn copy(&self, sink: &mut impl Sink, title: &[u8], name: &HeaderName) {
        for value in self.request.raw_all(name) {
            sink.push(title);
            sink::copied(sink, value);
            sink.push(b"\r\n");
        }
    }

    /// To of the request, and the tag that it is given.
    fn tagged_to(&self) -> (&str, &str) {
        let to = self.request.raw(&HeaderName::To).unwrap_or_default();
        let tag = self.to_tag.as_deref().unwrap_or_default();
        // Only where these letters stand can there be a tag already.
        let may_have_one = to.as_bytes().windows(3).any(|letters| letters.eq_ignore_ascii_case(b"tag"));
        let has_one = may_have_one && self.request.to().is_ok_and(|to| to.tag().is_some());
        (to, if has_one { "" } else { tag })
    }
}
