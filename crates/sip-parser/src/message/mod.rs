//! One message: its start line, the index of its headers, its body.

mod parse;
mod view;

use bytes::Bytes;
use bytestring::ByteString;

use crate::method::Method;

/// A SIP message, request or response: an immutable view over the bytes that it came in.
///
/// Parsing finds the lines and checks what every message must obey; what a header means is read when it is asked for.
/// A clone shares the bytes.
#[derive(Clone, Debug)]
pub struct Message {
    bytes: Bytes,
    /// The head as it is read: `bytes`, or a copy in which folded lines were made one.
    head: ByteString,
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

/// One header line: which header it is, and where its name and its value stand in the head.
#[derive(Clone, Copy, Debug)]
struct HeaderLine {
    /// The number of a listed name, or [`UNLISTED`](crate::header::UNLISTED).
    number: u8,
    /// The first octet of the name. It ends at the first colon.
    name: u32,
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
