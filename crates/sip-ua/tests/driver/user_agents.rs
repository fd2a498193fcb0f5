//! Two whole user agents over loopback.

use std::net::SocketAddr;

use sip_parser::Method;
use sip_ua::transport::ListenConfig;
use sip_ua::user_agent::{
    Body, OutboundInvite, OutboundRequest, Reply, SessionEvent, SessionId, UaEvent, UserAgentConfig,
};
use sip_ua::{Protocol, UaEvents, UserAgentHandle, bind};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::mirror::{ok, parse, within};

async fn agent(name: &str) -> (UserAgentHandle, UaEvents) {
    let any = "127.0.0.1:0".parse().expect("an address");
    let listen = vec![ListenConfig::new(Protocol::Udp, any), ListenConfig::new(Protocol::Tcp, any)];
    bind(UserAgentConfig::new(name), listen).await.expect("loopback is there")
}

async fn next(events: &mut UaEvents) -> UaEvent {
    within(events.recv()).await.expect("the driver runs")
}

async fn session(events: &mut UaEvents) -> SessionEvent {
    match next(events).await {
        UaEvent::Session(_, event) => event,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_is_awaited() {
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        let (alice, _) = agent("alice").await;
        let (bob, mut bobs) = agent("bob").await;
        let to = bob.local_address(protocol).unwrap();
        let flow = alice.flow_to(protocol, to).unwrap();
        let target = format!("sip:bob@{to}");
        let options = OutboundRequest::new(
            Method::Options,
            &target,
            flow,
            "<sip:alice@localhost>",
            "<sip:bob@localhost>",
        );
        let serve = async {
            if let UaEvent::Request { id, .. } = next(&mut bobs).await {
                bob.respond(id, Reply::status(486));
            }
        };
        let (response, ()) = tokio::join!(within(alice.send_request(options)), serve);
        assert_eq!(response.unwrap().status(), Some(486));
    }
}

#[tokio::test]
async fn a_call_is_made_and_ended() {
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        let (alice, mut alices) = agent("alice").await;
        let (bob, mut bobs) = agent("bob").await;
        let to = bob.local_address(protocol).unwrap();
        let flow = alice.flow_to(protocol, to).unwrap();
        let call = SessionId::next();
        alice.invite(
            call,
            OutboundInvite {
                target: format!("sip:bob@{to}"),
                flow,
                alternatives: Vec::new(),
                from: "<sip:alice@localhost>".into(),
                to: "<sip:bob@localhost>".into(),
                contact: format!("<sip:alice@{}>", flow.local),
                route: vec![],
                headers: vec![],
                body: Some(Body::sdp("v=0\r\n")),
                credentials: vec![],
                security: None,
                options: Default::default(),
            },
        );
        let UaEvent::Request { id, .. } = next(&mut bobs).await else { panic!("an INVITE comes first") };
        let taken = SessionId::next();
        bob.accept(id, taken, format!("<sip:bob@{to}>"));
        bob.progress(taken, 180, None, vec![]);
        bob.answer(taken, Some(Body::sdp("v=0\r\n")), vec![]);
        while !matches!(session(&mut alices).await, SessionEvent::Answered { .. }) {}
        assert!(matches!(session(&mut bobs).await, SessionEvent::Established { .. }));
        bob.hangup(taken, vec![]);
        assert!(matches!(session(&mut alices).await, SessionEvent::Ended { .. }));
        assert!(matches!(session(&mut bobs).await, SessionEvent::Ended { .. }));
    }
}

/// Reads until the end of the headers, then as much as Content-Length says; here the body is all of one letter.
async fn large_message(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.ends_with(&"x".repeat(1400)) {
        let mut buffer = [0; 4096];
        let length = within(stream.read(&mut buffer)).await.expect("it stands");
        assert_ne!(length, 0, "it stands");
        text.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    text
}

/// A MESSAGE of more than 1,300 octets, from `from` to a peer at `to`.
async fn send_large(from: &UserAgentHandle, to: SocketAddr) -> u16 {
    let flow = from.flow_to(Protocol::Udp, to).expect("loopback is there");
    let target = format!("sip:b@{to}");
    let mut message = OutboundRequest::new(Method::Message, &target, flow, "<sip:a@h>", "<sip:b@h>");
    message.body = Some(Body { content_type: "text/plain".into(), bytes: "x".repeat(1400).into() });
    let response = within(from.send_request(message)).await.expect("an answer");
    response.status().expect("a response")
}

#[tokio::test]
async fn a_large_request_takes_tcp_where_the_peer_has_it() {
    let (alice, _events) = agent("alice").await;
    let peer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let _udp = UdpSocket::bind(peer.local_addr().unwrap()).await.unwrap();
    let serve = async {
        let (mut stream, _) = within(peer.accept()).await.unwrap();
        let request = large_message(&mut stream).await;
        let local = alice.local_address(Protocol::Tcp).unwrap();
        assert!(request.contains(&format!("Via: SIP/2.0/TCP {local};")), "{request}");
        stream.write_all(&ok(&parse(request.as_bytes()))).await.unwrap();
        stream
    };
    let (status, _) = tokio::join!(send_large(&alice, peer.local_addr().unwrap()), serve);
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_large_request_stays_with_udp_where_the_peer_has_no_tcp() {
    let (alice, _events) = agent("alice").await;
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let serve = async {
        let mut buffer = vec![0; 65_535];
        let (length, from) = within(peer.recv_from(&mut buffer)).await.unwrap();
        let request = parse(&buffer[..length]);
        assert!(
            request.via().unwrap().branch().is_some() && buffer.windows(12).any(|o| o == b"SIP/2.0/UDP ")
        );
        peer.send_to(&ok(&request), from).await.unwrap();
    };
    let (status, ()) = tokio::join!(send_large(&alice, peer.local_addr().unwrap()), serve);
    assert_eq!(status, 200);
}

#[tokio::test]
async fn after_a_shutdown_a_request_is_refused() {
    let (alice, _events) = agent("alice").await;
    let flow = alice.flow_to(Protocol::Udp, "127.0.0.1:9".parse().unwrap()).unwrap();
    alice.shutdown();
    within(alice.closed()).await;
    let options = OutboundRequest::new(Method::Options, "sip:b@127.0.0.1", flow, "<sip:a@h>", "<sip:b@h>");
    assert!(within(alice.send_request(options)).await.is_err());
}
