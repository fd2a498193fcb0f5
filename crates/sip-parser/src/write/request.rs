//! Requests.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

use super::sink::Length;
use super::{Body, IntoHeaderName, USUAL_HEAD, end, header_line, put_on_one_line, text_line};
use crate::method::Method;

/// Writes one request, header by header in the order of the calls. Content-Length is counted and written last.
///
/// ```
/// use sip_parser::{Message, Method, RequestBuilder};
/// let bytes = RequestBuilder::new(&Method::Info, "sip:bob@192.0.2.4")
///     .header("Call-ID", "a84b4c76")
///     .header("X-Note", "one line\r\nEvil: yes")
///     .body("text/plain", b"hello")
///     .build();
/// let message = Message::parse(bytes)?;
/// assert_eq!(message.headers().count(), 4);
/// assert_eq!(message.body(), b"hello");
/// # Ok::<(), sip_parser::ParseError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder sends nothing"]
pub struct RequestBuilder {
    head: String,
    body: Option<Body>,
}

impl RequestBuilder {
    /// Begins with the request line.
    pub fn new(method: &Method, uri: &str) -> Self {
        let mut head = String::with_capacity(USUAL_HEAD);
        put_on_one_line(&mut head, |head| head.extend([method.as_str(), " ", uri, " SIP/2.0"]));
        head.push_str("\r\n");
        Self { head, body: None }
    }

    /// Adds a header line.
    pub fn header(mut self, name: impl IntoHeaderName, value: impl fmt::Display) -> Self {
        header_line(&mut self.head, name, value);
        self
    }

    /// Adds a header line whose value is these texts, one after the other: what [`header`](Self::header) does for any value,
    /// sooner.
    pub fn header_text(mut self, name: impl IntoHeaderName, texts: &[&str]) -> Self {
        text_line(&mut self.head, name, texts);
        self
    }

    /// Sets the body and its type.
    pub fn body(mut self, content_type: &str, body: &[u8]) -> Self {
        self.body = Some(Body::new(content_type, body));
        self
    }

    /// The message.
    pub fn build(self) -> Bytes {
        let mut length = Length::default();
        end(&mut length, self.body.as_ref());
        // A message is kept for a while: it has as much memory as it needs, whatever the head was given.
        let mut octets = Vec::with_capacity(self.head.len() + length.0);
        octets.extend_from_slice(self.head.as_bytes());
        end(&mut octets, self.body.as_ref());
        Bytes::from(octets)
    }
}
