//! Writing messages. What a builder takes cannot break out of its line: line ends in values become blanks.

mod compact;
mod reason;
mod request;
mod response;
mod sink;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use smol_str::SmolStr;
use wire_text::Decimal;

pub use compact::compact;
pub use reason::default_reason;
pub use request::RequestBuilder;
pub use response::ResponseBuilder;

use self::sink::Sink;
use crate::header::HeaderName;
use crate::scan::has_control;

/// A header name for a builder: a [`HeaderName`], or text.
pub trait IntoHeaderName {
    /// Calls `write` with the text of the name.
    fn with_name<R>(&self, write: impl FnOnce(&str) -> R) -> R;
}

impl IntoHeaderName for &HeaderName {
    fn with_name<R>(&self, write: impl FnOnce(&str) -> R) -> R {
        write(self.as_str())
    }
}

impl IntoHeaderName for &str {
    fn with_name<R>(&self, write: impl FnOnce(&str) -> R) -> R {
        write(self)
    }
}

impl IntoHeaderName for &String {
    fn with_name<R>(&self, write: impl FnOnce(&str) -> R) -> R {
        write(self)
    }
}

/// Room for a usual message, so that it is written without growing.
const USUAL_HEAD: usize = 768;

/// What a message carries.
#[derive(Clone, Debug)]
struct Body {
    content_type: SmolStr,
    octets: Vec<u8>,
}

impl Body {
    fn new(content_type: &str, octets: &[u8]) -> Self {
        Self { content_type: SmolStr::new(content_type), octets: octets.to_vec() }
    }
}

/// Writes `Name: value` and the line end.
fn header_line(head: &mut String, name: impl IntoHeaderName, value: impl fmt::Display) {
    put_on_one_line(head, |head| {
        name.with_name(|name| head.push_str(name));
        // Writing into a String does not fail; a Display that fails leaves its value short.
        let _ = write!(head, ": {value}");
    });
    head.push_str("\r\n");
}

/// Writes `Name: value` and the line end, where the value is these texts one after the other.
fn text_line(head: &mut String, name: impl IntoHeaderName, texts: &[&str]) {
    let start = head.len();
    name.with_name(|name| head.push_str(name));
    head.push_str(": ");
    for text in texts {
        head.push_str(text);
    }
    keep_on_one_line(head, start);
    head.push_str("\r\n");
}

/// Lets `put` add a text to the head, and makes its control characters blanks, so that it cannot end its line.
#[inline]
fn put_on_one_line(head: &mut String, put: impl FnOnce(&mut String)) {
    let start = head.len();
    put(head);
    keep_on_one_line(head, start);
}

/// Makes the control characters blanks that stand behind `start`.
#[inline]
fn keep_on_one_line(head: &mut String, start: usize) {
    if has_control(head.get(start..).unwrap_or_default().as_bytes()) {
        blank_controls(head, start);
    }
}

#[cold]
fn blank_controls(head: &mut String, start: usize) {
    let text = head.split_off(start);
    head.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
}

/// Ends the head with Content-Type and Content-Length, and adds the body.
fn end(sink: &mut impl Sink, body: Option<&Body>) {
    let octets = body.map_or(&[][..], |body| {
        sink.push(b"Content-Type: ");
        sink.value(&body.content_type);
        sink.push(b"\r\n");
        &body.octets
    });
    sink.push(b"Content-Length: ");
    sink.push(Decimal::of(octets.len() as u64).as_bytes());
    sink.push(b"\r\n\r\n");
    sink.push(octets);
}
