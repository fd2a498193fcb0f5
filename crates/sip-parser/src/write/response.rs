//! Responses.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use bytes::Bytes;

use super::{IntoHeaderName, OneLine, USUAL_HEAD, default_reason, finish, header_line, text_line};
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
        let mut head = String::with_capacity(USUAL_HEAD + self.headers.len());
        let reason = self.reason.as_deref().unwrap_or_else(|| default_reason(self.status));
        let _ = write!(OneLine(&mut head), "SIP/2.0 {} {reason}", self.status);
        head.push_str("\r\n");
        self.copy(&mut head, &HeaderName::Via);
        self.copy(&mut head, &HeaderName::From);
        self.write_to(&mut head);
        self.copy(&mut head, &HeaderName::CallId);
        self.copy(&mut head, &HeaderName::CSeq);
        if self.record_route {
            self.copy(&mut head, &HeaderName::RecordRoute);
        }
        head.push_str(&self.headers);
        finish(head, self.body.as_ref().map(|(kind, octets)| (kind.as_str(), octets.as_slice())))
    }

    fn copy(&self, head: &mut String, name: &HeaderName) {
        self.request.raw_all(name).for_each(|value| text_line(head, name, value, ""));
    }

    fn write_to(&self, head: &mut String) {
        let Some(to) = self.request.raw(&HeaderName::To) else { return };
        match &self.to_tag {
            Some(tag) if !self.request.to().is_ok_and(|to| to.tag().is_some()) => {
                text_line(head, &HeaderName::To, to, tag);
            }
            _ => text_line(head, &HeaderName::To, to, ""),
        }
    }
}
