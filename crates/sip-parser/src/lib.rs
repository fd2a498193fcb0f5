//! SIP messages (RFC 3261): zero-copy parsing over [`Bytes`](bytes::Bytes), typed headers on demand, serialising, URIs
//! and stream framing.
//!
//! Meet first:
//!
//! - [`Message`], an immutable view of one message: its headers are indexed when it is parsed, and read as types when
//!   they are asked for;
//! - [`typed`], every header of RFC 3261 and those that telephones add, read by [`Message::header`];
//! - [`RequestBuilder`] and [`ResponseBuilder`], which hold only what may be sent;
//! - [`Framer`], which cuts a byte stream (TCP) into messages.
//!
//! ```
//! use bytes::Bytes;
//! use sip_parser::{Message, Method, ResponseBuilder};
//!
//! let datagram = Bytes::from_static(
//!     b"OPTIONS sip:bob@example.com SIP/2.0\r\n\
//!       Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776\r\n\
//!       From: \"Alice\" <sip:alice@example.com>;tag=1928\r\n\
//!       To: <sip:bob@example.com>\r\n\
//!       Call-ID: a84b4c76e66710\r\n\
//!       CSeq: 63104 OPTIONS\r\n\
//!       Content-Length: 0\r\n\r\n",
//! );
//! let request = Message::parse(datagram)?;
//! assert_eq!(request.method(), Some(Method::Options));
//! assert_eq!(request.from()?.display().as_deref(), Some("Alice"));
//!
//! let response = ResponseBuilder::reply(&request, 200).to_tag("314159").build();
//! assert!(response.starts_with(b"SIP/2.0 200 OK\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate is `no_std` with `alloc`; it has no clock, no socket and no thread. What a peer can make grow is bounded by
//! [`Limits`].

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod error;
mod framer;
/// Bodies of the fuzz targets, kept here so that they always compile.
#[doc(hidden)]
pub mod fuzzing;
mod header;
mod limits;
mod message;
mod method;
mod multipart;
mod scan;
pub mod typed;
mod uri;
mod write;

pub use error::{FramingError, HeaderError, ParseError};
pub use framer::{Frame, Framer};
pub use header::{CSeq, Contact, HeaderName, NameAddr, Params, Via};
pub use limits::Limits;
pub use message::{Message, Start};
pub use method::Method;
pub use multipart::{MultipartBuilder, Part};
pub use scan::is_word as is_token_text;
pub use uri::{Host, TelUri, Uri, escape_user};
pub use write::{IntoHeaderName, RequestBuilder, ResponseBuilder, compact, default_reason};
