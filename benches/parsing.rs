//! Messages and descriptions, parsed and written by our crates.

use std::hint::black_box;

use sdp::{SdpError, SessionDescription};
use sip_parser::{HeaderError, Message, ParseError, ResponseBuilder};

use crate::messages::{SDP, invite};
use crate::operation::Operation;

/// The name of our crates in tables.
pub const OURS: &str = "ours";

/// The name of what no parser can do without: it tells how quick the machine is.
const FLOOR: &str = "memchr alone";

/// Why a message could not be read.
#[derive(Debug, thiserror::Error)]
enum Unread {
    #[error(transparent)]
    Message(#[from] ParseError),
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error("a header that the message has was not found")]
    Missing,
}

/// Our parsers and the writer.
#[must_use]
pub fn parsing() -> Vec<Operation> {
    let bytes = invite();
    let index = {
        let bytes = bytes.clone();
        move || Message::parse(black_box(bytes.clone()))
    };
    let typed = {
        let bytes = bytes.clone();
        move || nine_headers(&Message::parse(black_box(bytes.clone()))?)
    };
    let request = Message::parse(bytes);
    let response = move || match &request {
        Ok(request) => Ok(ResponseBuilder::reply(black_box(request), 180).to_tag("as7f6e5d").build()),
        Err(error) => Err(error.clone()),
    };
    let floor = {
        let bytes = invite();
        move || ends_of_lines(black_box(&bytes)).ok_or(Unread::Missing)
    };
    vec![
        Operation::repeated("INVITE, ends of its header lines", FLOOR, floor),
        Operation::repeated("INVITE, indexed", OURS, index),
        Operation::repeated("INVITE, nine headers typed", OURS, typed),
        Operation::repeated("180 response, written", OURS, response),
        Operation::repeated("SDP, everything typed", OURS, description),
    ]
}

/// How many header lines there are before the body, each with its name and value apart.
fn ends_of_lines(message: &[u8]) -> Option<usize> {
    let (mut at, mut lines) = (0, 0);
    loop {
        let line = message.get(at..)?;
        let end = memchr::memchr(b'\n', line)?;
        if end <= 1 {
            return Some(lines);
        }
        black_box(memchr::memchr(b':', line.get(..end)?));
        lines += 1;
        at += end + 1;
    }
}

/// Via, From, To, Contact, CSeq, Call-ID, Max-Forwards, Content-Type and Content-Length, which is that of the body.
fn nine_headers(message: &Message) -> Result<(), Unread> {
    black_box((message.uri(), message.content_type().ok_or(Unread::Missing)?, message.body().len()));
    black_box((message.via()?, message.from()?, message.to()?, message.cseq()?, message.call_id()?));
    let contact = message.contacts().next().ok_or(Unread::Missing)??;
    black_box((contact, message.max_forwards().ok_or(Unread::Missing)??));
    Ok(())
}

/// Port, connection, direction, packet time, and each format of each stream.
fn description() -> Result<(), SdpError> {
    let description = SessionDescription::parse(black_box(SDP.as_bytes()))?;
    for media in description.media() {
        let _ = black_box((media.port(), media.connection(), media.direction(), media.ptime()));
        for payload_type in media.payload_types() {
            let _ = black_box(media.rtpmap(payload_type));
        }
    }
    Ok(())
}
