//! Datagrams.

use sip_ua::{MessageDirection, MessageObserver, Protocol, TransactionEvent};
use tokio::net::UdpSocket;

use crate::mirror::{Endpoint, ok, options, parse, within};

async fn phone() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.expect("loopback is there")
}

async fn receive(phone: &UdpSocket) -> sip_parser::Message {
    let mut buffer = vec![0; 65_535];
    let (length, _) = within(phone.recv_from(&mut buffer)).await.expect("a datagram");
    parse(&buffer[..length])
}

#[tokio::test]
async fn a_request_is_answered_where_it_came_from() {
    let mut endpoint = Endpoint::new();
    let phone = phone().await;
    let (ours, theirs) = (phone.local_addr().unwrap(), endpoint.address(Protocol::Udp));
    phone.send_to(b"\r\n\r\n", theirs).await.unwrap(); // a keep-alive is no message
    phone.send_to(options(Protocol::Udp, ours, "1").as_bytes(), theirs).await.unwrap();
    let flow = endpoint.answer().await;
    assert_eq!((flow.local, flow.remote), (theirs, ours));
    let response = receive(&phone).await;
    assert_eq!(response.status(), Some(200));
    assert_eq!(response.via().unwrap().rport(), Some(Some(ours.port())));
}

#[tokio::test]
async fn a_phone_is_told_where_it_is_seen() {
    let endpoint = Endpoint::new();
    let phone = phone().await;
    let ask = b"\x00\x01\x00\x00\x21\x12\xa4\x42transaction-";
    phone.send_to(ask, endpoint.address(Protocol::Udp)).await.unwrap();
    let mut answer = [0; 100];
    let (length, _) = within(phone.recv_from(&mut answer)).await.unwrap();
    assert_eq!((&answer[..4], &answer[4..20]), (&b"\x01\x01\x00\x0c"[..], &ask[4..]));
    let port = phone.local_addr().unwrap().port() ^ 0x2112;
    assert_eq!(answer[24..28], [&[0, 1], &port.to_be_bytes()[..]].concat());
    assert_eq!(length, 32);
}

#[tokio::test]
async fn a_lost_request_is_sent_again() {
    let mut endpoint = Endpoint::new();
    let phone = phone().await;
    let flow = endpoint.flow_to(Protocol::Udp, phone.local_addr().unwrap());
    let id = endpoint.ask(flow, "1").await;
    receive(&phone).await;
    let again = receive(&phone).await; // after T1
    phone.send_to(&ok(&again), flow.local).await.unwrap();
    assert!(
        matches!(endpoint.event().await, TransactionEvent::Response { id: answered, .. } if answered == id)
    );
}

#[tokio::test]
async fn a_malformed_request_gets_400() {
    let mut endpoint = Endpoint::new();
    let phone = phone().await;
    let text = options(Protocol::Udp, phone.local_addr().unwrap(), "1").replace("CSeq: 1", "CSeq: one");
    phone.send_to(text.as_bytes(), endpoint.address(Protocol::Udp)).await.unwrap();
    assert_eq!(receive(&phone).await.status(), Some(400));
    assert!(matches!(endpoint.event().await, TransactionEvent::Malformed { replied: Some(400), .. }));
}

#[tokio::test]
async fn a_message_too_large_for_a_datagram_fails() {
    let mut endpoint = Endpoint::new();
    let phone = phone().await;
    let flow = endpoint.flow_to(Protocol::Udp, phone.local_addr().unwrap());
    let text =
        options(Protocol::Udp, flow.local, "1").replace("Max", &format!("X: {}\r\nMax", "x".repeat(65_500)));
    let request = parse(text.as_bytes());
    endpoint.handle.run(move |mirror, now| {
        mirror.send(now, request, flow);
    });
    assert!(matches!(endpoint.event().await, TransactionEvent::TransportFailed { .. }));
}

#[tokio::test]
async fn many_requests_at_once_are_all_answered() {
    let mut endpoint = Endpoint::new();
    let phone = phone().await;
    let (ours, theirs) = (phone.local_addr().unwrap(), endpoint.address(Protocol::Udp));
    for number in 0..50 {
        phone.send_to(options(Protocol::Udp, ours, &number.to_string()).as_bytes(), theirs).await.unwrap();
    }
    for _ in 0..50 {
        endpoint.answer().await;
    }
    for _ in 0..50 {
        assert_eq!(receive(&phone).await.status(), Some(200));
    }
}

#[tokio::test]
async fn what_comes_while_the_application_is_behind_waits_for_it() {
    // More than there is room for among the events, and fewer than may wait beside them.
    const MANY: usize = 4_600;
    let mut endpoint = Endpoint::new();
    let phone = phone().await;
    let (ours, theirs) = (phone.local_addr().unwrap(), endpoint.address(Protocol::Udp));
    for number in 0..MANY {
        phone.send_to(options(Protocol::Udp, ours, &number.to_string()).as_bytes(), theirs).await.unwrap();
        if number % 10 == 9 {
            // The driver does what it is told all the while, and reads before it sleeps again.
            assert!(within(endpoint.handle.query(|_, _| ())).await.is_some());
            tokio::task::yield_now().await;
        }
    }
    let mut heard = std::collections::HashSet::new();
    while heard.len() < MANY {
        if let TransactionEvent::Request { request, .. } = endpoint.event().await {
            assert!(heard.insert(request.call_id().unwrap().to_owned()));
        }
    }
}

/// Keeps what it is shown.
struct Observed(tokio::sync::mpsc::UnboundedSender<(MessageDirection, sip_ua::Flow, Vec<u8>)>);

impl MessageObserver for Observed {
    fn observe(&self, direction: MessageDirection, flow: &sip_ua::Flow, message: &[u8]) {
        let _ = self.0.send((direction, *flow, message.to_vec()));
    }
}

#[tokio::test]
async fn an_observer_sees_both_ways_until_it_is_taken_away() {
    let mut endpoint = Endpoint::new();
    let (seen, mut observed) = tokio::sync::mpsc::unbounded_channel();
    endpoint.handle.observe(Some(std::sync::Arc::new(Observed(seen))));
    let phone = phone().await;
    let (ours, theirs) = (phone.local_addr().unwrap(), endpoint.address(Protocol::Udp));
    let request = options(Protocol::Udp, ours, "1");
    phone.send_to(request.as_bytes(), theirs).await.unwrap();
    endpoint.answer().await;
    let (direction, flow, message) = within(observed.recv()).await.unwrap();
    assert_eq!((direction, flow.remote), (MessageDirection::Received, ours));
    assert_eq!(message, request.as_bytes());
    let (direction, flow, message) = within(observed.recv()).await.unwrap();
    assert_eq!((direction, flow.local, flow.remote), (MessageDirection::Sent, theirs, ours));
    assert!(message.starts_with(b"SIP/2.0 200 OK\r\n"));
    // What cannot be read is seen as well.
    phone.send_to(b"what is this\r\n\r\n", theirs).await.unwrap();
    assert_eq!(within(observed.recv()).await.unwrap().2, b"what is this\r\n\r\n");
    endpoint.handle.observe(None);
    assert!(within(observed.recv()).await.is_none());
}
