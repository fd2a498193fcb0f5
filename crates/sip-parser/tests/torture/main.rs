//! The torture messages of RFC 4475 and RFC 5118, each under the short name that its RFC gives it.
//!
//! `messages/` holds them octet by octet, with the repetitions and hexadecimal parts of the RFCs written out. Four
//! lengths of bodies differ from the printed ones, which miscount and would make each message a second `clerr`:
//! `multi01`, `ipv6-in-sdp`, `mult-ip-in-sdp` and `ipv4-mapped-ipv6`.
//!
//! Here stands what a parser makes of them. What a user agent answers is tested in `sip-ua/tests/user_agent/torture.rs`.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its helpers too")]

mod application;
mod every;
mod invalid;
mod ipv6;
mod valid;

use bytes::Bytes;
use sip_parser::{Message, NameAddr, ParseError};

/// A message by its name.
macro_rules! message {
    ($folder:literal / $name:literal) => {
        include_bytes!(concat!("messages/", $folder, "/", $name, ".sip")).as_slice()
    };
    ($name:literal) => {
        message!("rfc4475" / $name)
    };
}
pub(crate) use message;

/// Reads a message that can be read.
#[track_caller]
fn read(bytes: &'static [u8]) -> Message {
    Message::parse(Bytes::from_static(bytes)).unwrap()
}

/// Why a message cannot be read.
#[track_caller]
fn refusal(bytes: &'static [u8]) -> ParseError {
    Message::parse(Bytes::from_static(bytes)).unwrap_err()
}

/// The display name, the URI and the tag of an address.
fn parts<'a>(address: &NameAddr<'a>) -> (Option<String>, &'a str, Option<&'a str>) {
    (address.display().map(|name| name.into_owned()), address.uri_str(), address.tag())
}
