//! A phone played by the test itself, message by message, over one socket.

mod caller;
mod facts;
mod socket;

use std::cell::RefCell;
use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_parser::{Message, ResponseBuilder};

pub(crate) use caller::Caller;
pub(crate) use facts::{branch, from_tag, header, to_tag};

use super::folder::SIP_PORT;
use super::wait::{PATIENCE, until};
use super::{Authority, Outcome, ensure};
use socket::Socket;

/// One socket that may stand for several phones: their messages come in the order in which the exchange sent them.
pub(crate) struct Wire {
    socket: Socket,
    address: SocketAddr,
    exchange: SocketAddr,
    /// What came already; repeated datagrams are passed over.
    seen: RefCell<HashSet<Vec<u8>>>,
    /// Titles of the repeated ones.
    repeated: RefCell<Vec<String>>,
    /// What came and went, for a person who looks into a failure.
    story: RefCell<Vec<String>>,
}

impl Wire {
    /// Listens at this address, to talk with the exchange at the other.
    pub(crate) fn bind(address: Ipv4Addr, exchange: SocketAddr) -> Outcome<Self> {
        Self::over(Socket::Udp(UdpSocket::bind((address, SIP_PORT))?), exchange)
    }

    /// A browser at the exchange's WebSocket; over TLS, believing this authority, if there is one.
    pub(crate) fn browse(exchange: SocketAddr, authority: Option<&Authority>) -> Outcome<Self> {
        Self::over(Socket::browse(exchange, authority)?, exchange)
    }

    fn over(socket: Socket, exchange: SocketAddr) -> Outcome<Self> {
        let address = socket.local_address()?;
        Ok(Self {
            socket,
            address,
            exchange,
            seen: RefCell::default(),
            repeated: RefCell::default(),
            story: RefCell::default(),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn exchange(&self) -> SocketAddr {
        self.exchange
    }

    /// `<sip:NAME@…>` at this socket; a browser has no address that it could tell (RFC 7118 section 5).
    pub(crate) fn contact(&self, name: &str) -> String {
        match &self.socket {
            Socket::Udp(_) => format!("<sip:{name}@{}>", self.address),
            Socket::Web { .. } => format!("<sip:{name}@df7jal23ls0d.invalid;transport=ws>"),
        }
    }

    /// The beginning of a Via: protocol and address.
    fn via(&self) -> String {
        match &self.socket {
            Socket::Udp(_) => format!("SIP/2.0/UDP {}", self.address),
            web => format!("SIP/2.0/{} df7jal23ls0d.invalid", web.via()),
        }
    }

    /// Sends a message to the exchange.
    pub(crate) fn send(&self, message: &[u8]) -> Outcome {
        let first = message.split(|b| *b == b'\r').next().unwrap_or_default();
        self.story.borrow_mut().push(format!("  -> {}", String::from_utf8_lossy(first)));
        self.socket.send(message, self.exchange)
    }

    /// Sends the response to a request; `to_tag`, unless it is empty, is added where To has none yet.
    pub(crate) fn respond(&self, request: &Message, status: u16, to_tag: &str) -> Outcome {
        let response = ResponseBuilder::reply(request, status);
        self.send(&if to_tag.is_empty() { response } else { response.to_tag(to_tag) }.build())
    }

    /// Sends a response that makes or changes a dialog, with a Contact and perhaps a description.
    pub(crate) fn respond_in_dialog(
        &self,
        request: &Message,
        status: u16,
        to_tag: &str,
        description: Option<&str>,
    ) -> Outcome {
        let contact = self.contact("callee");
        let mut response =
            ResponseBuilder::reply(request, status).to_tag(to_tag).record_route().header("Contact", contact);
        if let Some(description) = description {
            response = response.body("application/sdp", description.as_bytes());
        }
        self.send(&response.build())
    }

    /// The next message that did not come before.
    pub(crate) fn next(&self) -> Outcome<Message> {
        match self.next_within(PATIENCE)? {
            Some(message) => Ok(message),
            None => Err(format!("nothing came any more. So far:\n{}", self.story()).into()),
        }
    }

    /// The next message that did not come before, if one comes in time.
    pub(crate) fn next_if(&self, bound: Duration) -> Outcome<Option<Message>> {
        self.next_within(bound)
    }

    /// The next message, which must have this title: `INVITE`, `180 INVITE`.
    pub(crate) fn expect(&self, wanted: &str) -> Outcome<Message> {
        let message = self.next()?;
        let found = title(&message);
        ensure(found == wanted, || {
            format!("'{wanted}' should come, not '{found}'. So far:\n{}", self.story())
        })?;
        Ok(message)
    }

    /// The next message of one of these titles, whatever comes before it.
    pub(crate) fn await_any(&self, wanted: &[&str]) -> Outcome<Message> {
        loop {
            let message = self.next()?;
            if wanted.contains(&title(&message).as_str()) {
                return Ok(message);
            }
        }
    }

    /// Watches for `length` that nothing new comes.
    pub(crate) fn is_quiet(&self, length: Duration) -> Outcome {
        match self.next_within(length)? {
            None => Ok(()),
            Some(message) => {
                Err(format!("'{}' should not come. So far:\n{}", title(&message), self.story()).into())
            }
        }
    }

    /// How many datagrams came again so far.
    pub(crate) fn repeats(&self) -> usize {
        self.repeated.borrow().len()
    }

    /// Waits until a message of this title has come again, after so many other repeats.
    pub(crate) fn repeat_of(&self, wanted: &str, after: usize) -> Outcome {
        until(&format!("'{wanted}' to be repeated"), || {
            if let Some(message) = self.next_within(Duration::from_millis(100))? {
                return Err(
                    format!("'{}' should not come. So far:\n{}", title(&message), self.story()).into()
                );
            }
            Ok(self.repeated.borrow().iter().skip(after).any(|t| t == wanted).then_some(()))
        })
    }

    /// The messages so far, a line each.
    pub(crate) fn story(&self) -> String {
        self.story.borrow().join("\n")
    }

    fn next_within(&self, bound: Duration) -> Outcome<Option<Message>> {
        let deadline = Instant::now() + bound;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let Some(bytes) = self.socket.receive(left)? else { continue };
            let message = Message::parse(Bytes::copy_from_slice(&bytes))
                .map_err(|error| format!("{error} in:\n{}", String::from_utf8_lossy(&bytes)))?;
            if self.seen.borrow_mut().insert(bytes) {
                self.story.borrow_mut().push(format!("  <- {}", title(&message)));
                return Ok(Some(message));
            }
            self.story.borrow_mut().push(format!("  <- {} (again)", title(&message)));
            self.repeated.borrow_mut().push(title(&message));
        }
    }
}

/// `INVITE` for a request, `180 INVITE` for a response.
pub(crate) fn title(message: &Message) -> String {
    match (message.method(), message.cseq()) {
        (Some(method), _) => method.to_string(),
        (None, Ok(cseq)) => format!("{} {}", message.status().unwrap_or_default(), cseq.method),
        (None, Err(_)) => message.status().unwrap_or_default().to_string(),
    }
}
