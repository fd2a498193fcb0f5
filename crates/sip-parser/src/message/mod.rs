//! One message: its start line, the index of its headers, its body.

mod lines;
mod parse;
mod view;

use alloc::boxed::Box;
use alloc::string::String;

use bytes::Bytes;
use bytestring::ByteString;

use self::lines::{HeaderLines, Place};
use crate::method::Method;

/// A SIP message, request or response: an immutable view over the bytes that it came in.
///
/// Parsing finds the lines and checks what every message must obey; what a header means is read when it is asked for.
/// A clone shares the bytes. It is moved from hand to hand many times in a call, and kept small for that.
#[derive(Clone, Debug)]
pub struct Message {
    bytes: Bytes,
    /// The head as it is read: `bytes`, or a copy in which folded lines were made one.
    head: ByteString,
    lines: HeaderLines,
    start: StartIndex,
    /// Where the body stands in `bytes`.
    body: Place,
    /// What the first Via line says now, where something was put into it.
    noted: Option<Box<NotedVia>>,
}

/// The value of the first Via line with what its receiver has put into it. The message beside it stays as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NotedVia {
    value: String,
    /// Where the value ends that came.
    end: u32,
}

/// The first line (RFC 3261 §7.1, §7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start<'a> {
    /// A request line.
    Request {
        /// The method.
        method: Method,
        /// The request-URI as written.
        uri: &'a str,
    },
    /// A status line.
    Response {
        /// 100 to 699.
        status: u16,
        /// The reason phrase; it may be empty.
        reason: &'a str,
    },
}

/// Where the parts of the first line stand.
#[derive(Clone, Copy, Debug)]
struct StartIndex {
    kind: StartKind,
    /// The request-URI, or the reason phrase.
    text: Place,
}

/// What the first line says. A method without a name here is read again when it is asked for.
#[derive(Clone, Copy, Debug)]
enum StartKind {
    /// A request, with the number of its method.
    Request(u8),
    /// A response, with its status.
    Response(u16),
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.noted == other.noted
    }
}

impl Eq for Message {}

#[cfg(test)]
mod tests;
