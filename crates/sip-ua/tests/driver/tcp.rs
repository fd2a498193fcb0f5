//! Connections, from both sides.

use sip_ua::{Protocol, TransactionEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::mirror::{Endpoint, ok, options, parse, within};

async fn connect(endpoint: &Endpoint) -> TcpStream {
    TcpStream::connect(endpoint.address(Protocol::Tcp)).await.expect("it listens")
}

async fn read(stream: &mut TcpStream) -> Vec<u8> {
    let mut buffer = vec![0; 65_535];
    let length = within(stream.read(&mut buffer)).await.expect("the connection stands");
    buffer.truncate(length);
    buffer
}

/// Reads until a whole message without a body is there.
async fn message(stream: &mut TcpStream) -> sip_parser::Message {
    let mut text = vec![];
    while !text.ends_with(b"\r\n\r\n") {
        let more = read(stream).await;
        assert!(!more.is_empty(), "the connection stands");
        text.extend(more);
    }
    parse(&text)
}

#[tokio::test]
async fn messages_come_in_pieces_and_in_heaps() {
    let mut endpoint = Endpoint::new();
    let mut phone = connect(&endpoint).await;
    let local = phone.local_addr().unwrap();
    let text = [1, 2, 3].map(|n| options(Protocol::Tcp, local, &n.to_string())).concat();
    let (first, rest) = text.split_at(100);
    phone.write_all(first.as_bytes()).await.unwrap();
    phone.flush().await.unwrap();
    phone.write_all(rest.as_bytes()).await.unwrap();
    for _ in 0..3 {
        let flow = endpoint.answer().await;
        assert_eq!((flow.local, flow.remote), (endpoint.address(Protocol::Tcp), local));
        assert_eq!(message(&mut phone).await.status(), Some(200));
    }
}

#[tokio::test]
async fn a_keep_alive_is_answered() {
    let endpoint = Endpoint::new();
    let mut phone = connect(&endpoint).await;
    phone.write_all(b"\r\n\r\n").await.unwrap();
    assert_eq!(read(&mut phone).await, b"\r\n");
}

#[tokio::test]
async fn a_request_to_a_connected_phone_takes_its_connection() {
    let mut endpoint = Endpoint::new();
    let mut phone = connect(&endpoint).await;
    let local = phone.local_addr().unwrap();
    phone.write_all(options(Protocol::Tcp, local, "1").as_bytes()).await.unwrap();
    endpoint.answer().await;
    message(&mut phone).await;
    let id = endpoint.ask(endpoint.flow_to(Protocol::Tcp, local), "2").await;
    let request = message(&mut phone).await;
    phone.write_all(&ok(&request)).await.unwrap();
    assert!(
        matches!(endpoint.event().await, TransactionEvent::Response { id: answered, .. } if answered == id)
    );
}

#[tokio::test]
async fn one_connection_is_opened_for_many_requests() {
    let mut endpoint = Endpoint::new();
    let peer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let flow = endpoint.flow_to(Protocol::Tcp, peer.local_addr().unwrap());
    assert_eq!(flow.local, endpoint.address(Protocol::Tcp), "the address where we can be reached");
    endpoint.ask(flow, "1").await;
    let (mut stream, _) = within(peer.accept()).await.unwrap();
    for number in 2..5 {
        let request = message(&mut stream).await;
        stream.write_all(&ok(&request)).await.unwrap();
        match endpoint.event().await {
            TransactionEvent::Response { flow: back, .. } => assert_eq!(back, flow),
            other => panic!("{other:?}"),
        }
        endpoint.ask(flow, &number.to_string()).await;
    }
}

#[tokio::test]
async fn where_nobody_listens_the_request_fails_at_once() {
    let mut endpoint = Endpoint::new();
    let vacant = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let id = endpoint.ask(endpoint.flow_to(Protocol::Tcp, vacant), "1").await;
    let event = endpoint.event().await;
    assert!(matches!(event, TransactionEvent::TransportFailed { id: failed } if failed == id), "{event:?}");
}

#[tokio::test]
async fn a_peer_that_hangs_up_fails_what_waits_for_it() {
    let mut endpoint = Endpoint::new();
    let peer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let flow = endpoint.flow_to(Protocol::Tcp, peer.local_addr().unwrap());
    let id = endpoint.ask(flow, "1").await;
    let (mut stream, _) = within(peer.accept()).await.unwrap();
    message(&mut stream).await;
    drop(stream);
    assert!(
        matches!(endpoint.event().await, TransactionEvent::TransportFailed { id: failed } if failed == id)
    );
    endpoint.ask(flow, "2").await;
    let (mut stream, _) = within(peer.accept()).await.unwrap(); // a new connection
    message(&mut stream).await;
}

#[tokio::test]
async fn a_stream_that_cannot_be_followed_is_counted_and_closed() {
    let mut endpoint = Endpoint::new();
    let mut phone = connect(&endpoint).await;
    phone.write_all(b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: many\r\n\r\n").await.unwrap();
    while !read(&mut phone).await.is_empty() {}
    assert!(matches!(endpoint.event().await, TransactionEvent::Malformed { .. }));
}

#[tokio::test]
async fn the_sender_of_a_message_without_an_end_is_told_before_its_stream_is_closed() {
    let endpoint = Endpoint::new();
    // RFC 4475 section 3.1.2.3 has the one, and 3.1.2.2 the like of the other.
    for length in ["-999", "9999999", "1, 2"] {
        let mut phone = connect(&endpoint).await;
        let local = phone.local_addr().unwrap();
        let whole = options(Protocol::Tcp, local, "bad-length");
        phone
            .write_all(whole.replace("Content-Length: 0", &format!("Content-Length: {length}")).as_bytes())
            .await
            .unwrap();
        let response = message(&mut phone).await;
        let expected = if length == "9999999" { 513 } else { 400 };
        assert_eq!(response.status(), Some(expected), "{length}");
        while !read(&mut phone).await.is_empty() {}
    }
}
