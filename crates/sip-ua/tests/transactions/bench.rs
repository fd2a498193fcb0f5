//! One layer on a bench: messages are put in by hand, what comes out is looked at.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_parser::{Message, Method, ResponseBuilder};
use sip_ua::{
    ClientTransactionId, Flow, Limits, Protocol, ServerTransactionId, Timers, TransactionEvent,
    TransactionLayer, Transmit,
};

pub(crate) struct Bench {
    pub(crate) now: Instant,
    pub(crate) layer: TransactionLayer,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with_limits(Limits::DEFAULT)
    }

    pub(crate) fn with_limits(limits: Limits) -> Self {
        Self { now: Instant::now(), layer: TransactionLayer::new(Timers::DEFAULT, limits) }
    }

    /// Puts a message in along `flow`.
    pub(crate) fn receive_along(&mut self, flow: Flow, text: &str) {
        self.layer.handle_message(self.now, message(text), flow);
    }

    /// Puts a message in over UDP.
    pub(crate) fn receive(&mut self, text: &str) {
        self.receive_along(udp(), text);
    }

    /// Sends a request over UDP; the transaction and what went out.
    pub(crate) fn send(&mut self, text: &str) -> ClientTransactionId {
        self.layer.send_request(self.now, message(text), udp())
    }

    /// Answers `request` in the transaction `id`.
    pub(crate) fn respond(&mut self, id: ServerTransactionId, request: &Message, status: u16) -> bool {
        let response = response(request, status);
        self.layer.respond(self.now, id, &response)
    }

    /// Lets time pass, waking the layer whenever it asks.
    pub(crate) fn wait(&mut self, milliseconds: u64) {
        let end = self.now + Duration::from_millis(milliseconds);
        while let Some(at) = self.layer.poll_timeout().filter(|at| *at <= end) {
            self.now = at;
            self.layer.handle_timeout(at);
        }
        self.now = end;
    }

    /// All that goes out, as messages.
    pub(crate) fn sent(&mut self) -> Vec<Message> {
        self.transmits().into_iter().map(|transmit| parse(transmit.bytes)).collect()
    }

    /// All that goes out, with the road it takes.
    pub(crate) fn transmits(&mut self) -> Vec<Transmit> {
        std::iter::from_fn(|| self.layer.poll_transmit()).collect()
    }

    /// The statuses that go out.
    pub(crate) fn statuses(&mut self) -> Vec<u16> {
        self.sent().iter().filter_map(Message::status).collect()
    }

    pub(crate) fn events(&mut self) -> Vec<TransactionEvent> {
        std::iter::from_fn(|| self.layer.poll_event()).collect()
    }

    /// The one event there is: a new request.
    pub(crate) fn request(&mut self) -> (ServerTransactionId, Arc<Message>, bool) {
        match self.events().as_slice() {
            [TransactionEvent::Request { id, request, merged, .. }] => (*id, request.clone(), *merged),
            other => panic!("one request expected, not {other:?}"),
        }
    }
}

/// From us (192.0.2.1) to the peer (192.0.2.2).
pub(crate) fn udp() -> Flow {
    Flow::new(Protocol::Udp, address(1, 5060), address(2, 5060))
}

pub(crate) fn tcp() -> Flow {
    Flow { protocol: Protocol::Tcp, ..udp() }
}

pub(crate) fn address(host: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, host], port))
}

pub(crate) fn parse(bytes: Bytes) -> Message {
    Message::parse(bytes).expect("a message that the layer made")
}

pub(crate) fn message(text: &str) -> Message {
    Message::parse(Bytes::from(text.replace('\n', "\r\n"))).expect("a message of the test")
}

/// A request as a phone at 192.0.2.2 sends it.
pub(crate) fn request(method: &str, branch: &str) -> String {
    let via = format!("SIP/2.0/UDP 192.0.2.2:5060;branch={branch}");
    format!(
        "{method} sip:bob@192.0.2.1 SIP/2.0\nVia: {via}\nMax-Forwards: 70\nFrom: <sip:alice@192.0.2.2>;tag=a\n\
         To: <sip:bob@192.0.2.1>\nCall-ID: call\nCSeq: 1 {method}\nContent-Length: 0\n\n"
    )
}

pub(crate) fn response(request: &Message, status: u16) -> Message {
    parse(ResponseBuilder::reply(request, status).to_tag("b").build())
}

/// The response of a peer to the request `text` of ours.
pub(crate) fn answer(text: &str, status: u16) -> String {
    let answer = response(&message(text), status);
    String::from_utf8_lossy(answer.as_bytes()).replace("\r\n", "\n")
}

pub(crate) fn is(message: &Message, method: Method) -> bool {
    message.method() == Some(method)
}
