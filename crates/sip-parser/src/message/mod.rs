//! One message: its start line, the index of its headers, its body.

mod parse;
mod view;

use bytes::Bytes;
use bytestring::ByteString;
use smallvec::SmallVec;

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
    lines: HeaderLines,
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

/// Headers that a message holds without an allocation.
const USUAL_HEADERS: usize = 20;

/// The header lines, in order.
type HeaderLines = SmallVec<[HeaderLine; USUAL_HEADERS]>;

/// One header line: which header it is, and where its name and its value stand in the head.
#[derive(Clone, Copy, Debug)]
struct HeaderLine {
    /// The number of a listed name, or [`UNLISTED`](crate::header::UNLISTED), in the upper octet; below it the place of the
    /// first octet of the name, which ends at the first colon.
    name: u32,
    value: Place,
}

impl HeaderLine {
    const NAME_BITS: u32 = 24;

    /// A line at `name`, which is below 16 megabytes as every message is.
    #[inline]
    fn new(number: u8, name: u32, value: Place) -> Self {
        Self { name: u32::from(number) << Self::NAME_BITS | (name & ((1 << Self::NAME_BITS) - 1)), value }
    }

    #[inline]
    fn number(self) -> u8 {
        (self.name >> Self::NAME_BITS) as u8
    }

    fn name(self) -> u32 {
        self.name & ((1 << Self::NAME_BITS) - 1)
    }
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
