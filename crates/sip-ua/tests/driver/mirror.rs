//! A small core to drive: it answers every request with 200, and tells the test of everything.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sip_parser::{Message, Method, ParseError, ResponseBuilder};
use sip_ua::driver::{Core, Handle, run};
use sip_ua::transport::{ConnectionLimits, ListenConfig};
use sip_ua::{ClientTransactionId, Flow, Protocol, TransactionEvent, TransactionLayer, Transmit};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Answers every request with 200.
#[derive(Default)]
pub(crate) struct Mirror {
    layer: TransactionLayer,
}

impl Mirror {
    pub(crate) fn send(&mut self, now: Instant, request: Message, flow: Flow) -> ClientTransactionId {
        self.layer.send_request(now, request, flow)
    }
}

impl Core for Mirror {
    type Event = TransactionEvent;

    fn handle_message(&mut self, now: Instant, message: Arc<Message>, flow: Flow) {
        self.layer.handle_message(now, message, flow);
    }

    fn handle_malformed(&mut self, _now: Instant, bytes: &[u8], error: &ParseError, flow: Flow) {
        self.layer.handle_malformed(bytes, error, flow);
    }

    fn handle_transport_error(&mut self, now: Instant, flow: &Flow) {
        self.layer.handle_transport_error(now, flow);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.layer.handle_timeout(now);
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.layer.poll_transmit()
    }

    fn poll_event(&mut self) -> Option<TransactionEvent> {
        self.layer.poll_event()
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.layer.poll_timeout()
    }
}

/// A mirror behind a driver.
pub(crate) struct Endpoint {
    pub(crate) handle: Handle<Mirror>,
    pub(crate) events: mpsc::Receiver<TransactionEvent>,
}

impl Endpoint {
    pub(crate) fn new() -> Self {
        Self::with_limits(ConnectionLimits::default())
    }

    pub(crate) fn with_limits(limits: ConnectionLimits) -> Self {
        let any = "127.0.0.1:0".parse().expect("an address");
        let listen = [ListenConfig::new(Protocol::Udp, any), ListenConfig::new(Protocol::Tcp, any)];
        Self::listening(&listen, limits)
    }

    pub(crate) fn listening(listen: &[ListenConfig], limits: ConnectionLimits) -> Self {
        let (handle, events) = run(Mirror::default(), listen, limits).expect("loopback is there");
        Self { handle, events }
    }

    pub(crate) fn address(&self, protocol: Protocol) -> SocketAddr {
        self.handle.local_address(protocol).expect("it listens")
    }

    pub(crate) fn flow_to(&self, protocol: Protocol, remote: SocketAddr) -> Flow {
        self.handle.flow_to(protocol, remote).expect("loopback is there")
    }

    pub(crate) async fn event(&mut self) -> TransactionEvent {
        within(self.events.recv()).await.expect("the driver runs")
    }

    /// Answers the next request with 200; where it came from.
    pub(crate) async fn answer(&mut self) -> Flow {
        loop {
            if let TransactionEvent::Request { id, request, flow, .. } = self.event().await {
                let bytes = ResponseBuilder::reply(&request, 200).to_tag("b").build();
                let response = Message::parse(bytes).expect("our own response");
                self.handle.run(move |mirror, now| {
                    mirror.layer.respond(now, id, &response);
                });
                return flow;
            }
        }
    }

    /// Sends OPTIONS along `flow`.
    pub(crate) async fn ask(&self, flow: Flow, branch: &str) -> ClientTransactionId {
        let request = parse(options(flow.protocol, flow.local, branch).as_bytes());
        let sent = self.handle.query(move |mirror, now| mirror.send(now, request, flow));
        within(sent).await.expect("the driver runs")
    }
}

/// Waits for what must come soon.
pub(crate) async fn within<T>(wait: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(10), wait).await.expect("it comes in time")
}

pub(crate) fn parse(bytes: &[u8]) -> Message {
    Message::parse(bytes::Bytes::copy_from_slice(bytes)).expect("a message")
}

/// OPTIONS as a peer at `from` sends it.
pub(crate) fn options(protocol: Protocol, from: SocketAddr, branch: &str) -> String {
    let via = format!("SIP/2.0/{protocol} {from};rport;branch=z9hG4bK{branch}");
    format!(
        "OPTIONS sip:b@127.0.0.1 SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: <sip:a@127.0.0.1>;tag=a\r\n\
         To: <sip:b@127.0.0.1>\r\nCall-ID: {branch}\r\nCSeq: 1 {}\r\nContent-Length: 0\r\n\r\n",
        Method::Options
    )
}

/// The 200 to a request of ours.
pub(crate) fn ok(request: &Message) -> Vec<u8> {
    ResponseBuilder::reply(request, 200).to_tag("b").build().to_vec()
}
