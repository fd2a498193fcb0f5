//! WebSockets (RFC 7118), from both sides.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use rcgen::generate_simple_self_signed;
use sip_ua::transport::{ConnectionLimits, ListenConfig, Tls, TlsConfig};
use sip_ua::{Protocol, TransactionEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::mirror::{Endpoint, options, parse, within};

fn endpoint(protocol: Protocol) -> Endpoint {
    let own = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let mut config = TlsConfig::server(own.cert.pem(), own.signing_key.serialize_pem());
    config.verify_servers = false;
    let tls = Tls::new(&config).expect("good certificates");
    let listen = ListenConfig::new(protocol, "127.0.0.1:0".parse().expect("an address")).with_tls(tls);
    Endpoint::listening(&[listen], ConnectionLimits::default())
}

/// Connects as a browser does.
async fn browse(
    endpoint: &Endpoint,
    path: &str,
    subprotocol: Option<&'static str>,
) -> Result<WebSocketStream<TcpStream>, Error> {
    let address = endpoint.address(Protocol::Ws);
    let mut request = format!("ws://{address}{path}").into_client_request()?;
    if let Some(name) = subprotocol {
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(name));
    }
    let stream = TcpStream::connect(address).await?;
    within(client_async(request, stream)).await.map(|(socket, _)| socket)
}

async fn text(socket: &mut WebSocketStream<TcpStream>) -> String {
    loop {
        match within(socket.next()).await.expect("it stands").expect("a frame") {
            Message::Text(text) => return text.to_string(),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_browser_asks_and_is_asked() {
    let mut endpoint = endpoint(Protocol::Ws);
    let mut socket = browse(&endpoint, "/ws", Some("sip")).await.unwrap();
    let local = socket.get_ref().local_addr().unwrap();
    for (branch, frame) in [("1", Message::text as fn(String) -> Message), ("2", Message::binary)] {
        socket.send(frame(options(Protocol::Ws, local, branch))).await.unwrap();
        let flow = endpoint.answer().await;
        assert_eq!((flow.protocol, flow.remote), (Protocol::Ws, local));
        let response = parse(text(&mut socket).await.as_bytes());
        assert_eq!(response.status(), Some(200));
        assert!(response.as_bytes().windows(10).any(|octets| octets == b"SIP/2.0/WS"));
    }
    endpoint.ask(endpoint.flow_to(Protocol::Ws, local), "3").await;
    assert!(text(&mut socket).await.starts_with("OPTIONS "));
}

#[tokio::test]
async fn only_sip_is_spoken_and_only_at_our_paths() {
    let endpoint = endpoint(Protocol::Ws);
    for (path, subprotocol, status) in [
        ("/", Some("sip"), 101),
        ("/ws?x=1", Some("chat, sip"), 101),
        ("/admin", Some("sip"), 404),
        ("/ws", Some("chat"), 400),
        ("/ws", None, 400),
    ] {
        let came = match browse(&endpoint, path, subprotocol).await {
            Ok(_) => 101,
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(came, status, "{path} {subprotocol:?}");
    }
}

/// What comes back to a request in these pieces, until the connection is closed.
async fn answered(endpoint: &Endpoint, pieces: &[&str]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(endpoint.address(Protocol::Ws)).await?;
    stream.set_nodelay(true)?;
    for piece in pieces {
        stream.write_all(piece.as_bytes()).await?;
        sleep(Duration::from_millis(20)).await;
    }
    let mut answer = String::new();
    within(stream.read_to_string(&mut answer)).await?;
    Ok(answer)
}

#[tokio::test]
async fn those_of_another_version_are_told_of_ours() {
    let endpoint = endpoint(Protocol::Ws);
    let request = "GET /ws HTTP/1.1\r\nHost: pbx\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let other = format!("{request}Sec-WebSocket-Version: 8\r\n\r\n");
    let none = format!("{request}\r\n");
    let (one, two) = other.split_at(70);
    for pieces in [&[other.as_str()][..], &[one, two], &[none.as_str()]] {
        let answer = answered(&endpoint, pieces).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
        assert!(answer.contains("\r\nSec-WebSocket-Version: 13\r\n"), "{answer}");
    }
    // In ours, in pieces too, there is nothing to say but for the subprotocol.
    let ours = format!("{request}Sec-WebSocket-Version: 13\r\n\r\n").replace(": sip", ": chat");
    let (one, two) = ours.split_at(70);
    assert!(answered(&endpoint, &[one, two]).await.unwrap().starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn a_request_without_end_is_given_up() {
    let endpoint = endpoint(Protocol::Ws);
    let mut stream = TcpStream::connect(endpoint.address(Protocol::Ws)).await.unwrap();
    let endless = format!("GET /ws HTTP/1.1\r\nX: {}", "x".repeat(32 * 1024));
    // It may be closed before all is written.
    let _ = stream.write_all(endless.as_bytes()).await;
    let _ = within(stream.read_to_end(&mut vec![])).await;
}

#[tokio::test]
async fn keep_alives_are_answered() {
    let endpoint = endpoint(Protocol::Ws);
    let mut socket = browse(&endpoint, "/ws", Some("sip")).await.unwrap();
    socket.send(Message::text("\r\n\r\n")).await.unwrap();
    assert_eq!(text(&mut socket).await, "\r\n");
    socket.send(Message::Ping("here?".into())).await.unwrap();
    let pong = within(socket.next()).await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong("here?".into()));
}

#[tokio::test]
async fn what_is_no_message_is_counted_and_what_is_too_large_ends_it() {
    let mut endpoint = endpoint(Protocol::Ws);
    let mut socket = browse(&endpoint, "/ws", Some("sip")).await.unwrap();
    socket.send(Message::text("hello")).await.unwrap();
    assert!(matches!(endpoint.event().await, TransactionEvent::Malformed { .. }));
    // It may be closed before all is written.
    let _ = socket.send(Message::binary(vec![b'x'; 1 << 20])).await;
    within(async { while let Some(Ok(_)) = socket.next().await {} }).await;
}

#[tokio::test]
async fn one_who_says_nothing_or_speaks_no_http_is_sent_away() {
    let mut limits = ConnectionLimits::default();
    limits.open_within = Duration::from_millis(200);
    limits.message_within = Duration::from_millis(200);
    let listen = ListenConfig::new(Protocol::Ws, "127.0.0.1:0".parse().unwrap());
    let endpoint = Endpoint::listening(&[listen], limits);
    for first in ["", "GET /ws HTTP/1.1\r\nHost: x\r\n", "OPTIONS sip:a@b SIP/2.0\r\n\r\n"] {
        let mut stream = TcpStream::connect(endpoint.address(Protocol::Ws)).await.unwrap();
        stream.write_all(first.as_bytes()).await.unwrap();
        let _ = within(stream.read_to_end(&mut vec![])).await;
    }
    let mut socket = browse(&endpoint, "/ws", Some("sip")).await.unwrap();
    assert!(!matches!(within(socket.next()).await, Some(Ok(_))), "no message came in time");
}

#[tokio::test]
async fn octet_by_octet_does_not_buy_time() {
    let mut limits = ConnectionLimits::default();
    limits.message_within = Duration::from_millis(500);
    let listen = ListenConfig::new(Protocol::Ws, "127.0.0.1:0".parse().unwrap());
    let endpoint = Endpoint::listening(&[listen], limits);
    let mut socket = browse(&endpoint, "/ws", Some("sip")).await.unwrap();
    socket.send(Message::text("\r\n\r\n")).await.unwrap();
    assert_eq!(text(&mut socket).await, "\r\n");
    let stream = socket.get_mut();
    let start = Instant::now();
    // A masked frame of 100 octets, one after the other: whole after 5 s.
    stream.write_all(b"\x81\xe4\0\0\0\0").await.unwrap();
    let dripping = async {
        while stream.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(50)).await
        }
    };
    within(dripping).await;
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[tokio::test]
async fn two_of_us_meet_in_secret() {
    for protocol in [Protocol::Ws, Protocol::Wss] {
        let (mut alice, mut bob) = (endpoint(protocol), endpoint(protocol));
        let flow = alice.flow_to(protocol, bob.address(protocol));
        let asked = alice.ask(flow, "1").await;
        assert_eq!(bob.answer().await.protocol, protocol);
        let event = alice.event().await;
        assert!(matches!(event, TransactionEvent::Response { id, .. } if id == asked), "{event:?}");
    }
}
