//! What sockets and connections hand to the task that owns the core.

use std::sync::Arc;

use bytes::Bytes;
use sip_parser::{Message, ParseError};
use tokio::sync::OwnedSemaphorePermit;

use super::{Flow, Opening};

/// One thing that happened on a socket or a connection.
pub(crate) enum Input {
    /// A message came.
    Message { message: Arc<Message>, flow: Flow },
    /// Bytes came that are no message.
    Malformed { bytes: Bytes, error: ParseError, flow: Flow },
    /// Something that was queued could not be sent.
    Unsent { flow: Flow },
    /// A peer opened a connection.
    Accepted(Accepted),
    /// A connection ended, or never came to be.
    Closed { flow: Flow, serial: u64 },
}

/// A connection opened by a peer, before anybody serves it.
pub(crate) struct Accepted {
    /// The handshakes that it still owes, and then its stream.
    pub(crate) opening: Opening,
    pub(crate) flow: Flow,
    /// Its place among the connections that peers may have open; given back when it ends.
    pub(crate) place: OwnedSemaphorePermit,
}

impl Input {
    /// Parses what one datagram or one frame held.
    pub(crate) fn from_bytes(bytes: Bytes, flow: Flow) -> Self {
        match Message::parse(bytes.clone()) {
            Ok(message) => Self::Message { message: Arc::new(message), flow },
            Err(error) => Self::Malformed { bytes, error, flow },
        }
    }
}
