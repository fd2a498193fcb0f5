//! Writing messages. What a builder takes cannot break out of its line: line ends in values become blanks.

mod reason;
mod request;
mod response;
mod sink;

use alloc::string::String;
use core::fmt::{self, Write};

use bytes::Bytes;

pub use reason::default_reason;
pub use request::RequestBuilder;
pub use response::ResponseBuilder;

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

/// Passes text on with its control characters made blanks.
struct OneLine<'a>(&'a mut String);

impl Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match has_control(text.as_bytes()) {
            false => self.0.push_str(text),
            true => self.0.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c })),
        }
        Ok(())
    }
}

/// Writes `Name: value` and the line end.
fn header_line(head: &mut String, name: impl IntoHeaderName, value: impl fmt::Display) {
    // Writing into a String does not fail; a Display that fails leaves its value short.
    name.with_name(|name| {
        let _ = OneLine(head).write_str(name);
    });
    head.push_str(": ");
    let _ = write!(OneLine(head), "{value}");
    head.push_str("\r\n");
}

/// Ends the head with Content-Type and Content-Length, and adds the body.
fn finish(mut head: String, body: Option<(&str, &[u8])>) -> Bytes {
    if let Some((content_type, _)) = body {
        header_line(&mut head, &HeaderName::ContentType, content_type);
    }
    let octets = body.map_or(&[][..], |(_, octets)| octets);
    let _ = write!(head, "Content-Length: {}\r\n\r\n", octets.len());
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(octets);
    Bytes::from(bytes)
}
