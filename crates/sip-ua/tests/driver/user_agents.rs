//! Two whole user agents over loopback.

use sip_parser::Method;
use sip_ua::transport::ListenConfig;
use sip_ua::user_agent::{
    Body, OutboundInvite, OutboundRequest, Reply, SessionEvent, SessionId, UaEvent, UserAgentConfig,
};
use sip_ua::{Protocol, UaEvents, UserAgentHandle, bind};

use crate::mirror::within;

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

#[tokio::test]
async fn after_a_shutdown_a_request_is_refused() {
    let (alice, _events) = agent("alice").await;
    let flow = alice.flow_to(Protocol::Udp, "127.0.0.1:9".parse().unwrap()).unwrap();
    alice.shutdown();
    within(alice.closed()).await;
    let options = OutboundRequest::new(Method::Options, "sip:b@127.0.0.1", flow, "<sip:a@h>", "<sip:b@h>");
    assert!(within(alice.send_request(options)).await.is_err());
}
