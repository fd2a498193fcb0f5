//! One message: its start line, the index of its headers, its body.

mod parse;
mod view;

use bytes::Bytes;

use crate::header::HeaderName;
use crate::method::Method;

/// A SIP message, request or response: an immutable view over the bytes that it came in.
///
/// Parsing finds the lines and checks what every message must obey; what a header means is read when it is asked for.
/// A clone shares the bytes.
#[derive(Clone, Debug)]
pub struct Message {
    bytes: Bytes,
    /// The head as it is read: `bytes`, or a copy in which folded lines were made one.
    head: Bytes,
    start: StartIndex,
    lines: alloc::vec::Vec<HeaderLine>,
    body: Bytes,
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
#[derive(Clone, Debug)]
enum StartIndex {
    Request { method: Method, uri: Place },
    Response { status: u16, reason: Place },
}

/// One header line: its name, and where its value stands.
#[derive(Clone, Debug)]
struct HeaderLine {
    name: HeaderName,
    value: Place,
}

/// Octets from `start` to `end` of the head.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    end: u32,
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Message {}

#[cfg(test)]
mod tests;
