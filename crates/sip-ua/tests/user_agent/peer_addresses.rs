//! Requests inside of calls go to the address that the peer names (RFC 3261 section 12.2.1.1), or to the one that it speaks from.

use std::time::Instant;

use bytes::Bytes;
use sip_parser::Message;
use sip_ua::transaction::ReplyRoute;
use sip_ua::transport::{Flow, Protocol};
use sip_ua::user_agent::{
    PeerAddress, Reply, RequestId, SessionId, SessionOptions, UaEvent, UserAgent, UserAgentConfig,
};

use crate::network::{ALICE, BOB, CAROL, Network};

/// Bob answers the call of Alice, who goes by `policy`, with these headers.
fn answered(policy: PeerAddress, headers: &str) -> Network {
    let mut network = Network::with_carol();
    let mut invite = network.invite();
    invite.options = SessionOptions::default().with_peer_address(policy);
    let alice = network.call_with(invite);
    network.run(10);
    let invite = network.sent[0].clone();
    let value = |name| invite.raw(&sip_parser::HeaderName::from(name)).unwrap_or_default().to_owned();
    let answer = format!(
        "SIP/2.0 200 OK\nVia: {}\nFrom: {}\nTo: {};tag=b\nCall-ID: {}\nCSeq: {}\n{headers}\nContent-Length: 0\n\n",
        value("Via"),
        value("From"),
        value("To"),
        value("Call-ID"),
        value("CSeq")
    );
    network.forget();
    network.inject(BOB, ALICE, &answer);
    network.run(10);
    // The answer comes again, from a proxy that lost the ACK.
    network.inject(BOB, ALICE, &answer);
    network.run(10);
    network.hangup(ALICE, alice);
    network
}

fn requests(network: &Network) -> Vec<&str> {
    network.ladder.iter().map(String::as_str).take(3).collect()
}

const TO_CAROL: [&str; 3] = ["alice -> carol: ACK", "alice -> carol: ACK", "alice -> carol: BYE"];
const TO_BOB: [&str; 3] = ["alice -> bob: ACK", "alice -> bob: ACK", "alice -> bob: BYE"];

#[test]
fn a_contact_elsewhere_is_where_the_call_goes_on() {
    assert_eq!(CAROL, 2, "her address ends with 3");
    let network = answered(PeerAddress::Named, "Contact: <sip:carol@192.0.2.3>");
    assert_eq!(requests(&network), TO_CAROL);
}

#[test]
fn a_proxy_that_stays_on_the_path_is_where_the_call_goes_on() {
    let headers = "Record-Route: <sip:192.0.2.3;lr>\nContact: <sip:bob@192.0.2.77>";
    assert_eq!(requests(&answered(PeerAddress::Named, headers)), TO_CAROL);
}

#[test]
fn who_is_known_by_its_source_is_spoken_to_there() {
    let network = answered(PeerAddress::Source, "Contact: <sip:carol@192.0.2.3>");
    assert_eq!(requests(&network), TO_BOB);
}

/// A phone that sends from port 50000 and listens on 5060, which its Via names.
fn two_ports() -> Flow {
    Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 9], 50_000).into())
}

fn hears(agent: &mut UserAgent, method: &str, cseq: u32, to_tag: &str, via: &str) -> Option<RequestId> {
    let text = format!(
        "{method} sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK{cseq}{via}\r\n\
         From: <sip:phone@192.0.2.9>;tag=p\r\nTo: <sip:100@192.0.2.1>{to_tag}\r\nCall-ID: c{via}\r\nCSeq: {cseq} {method}\r\n\
         Contact: <sip:phone@192.0.2.9>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    );
    agent.handle_message(
        Instant::now(),
        Message::parse(Bytes::from(text)).expect("well formed"),
        two_ports(),
    );
    std::iter::from_fn(|| agent.poll_event()).find_map(|event| match event {
        UaEvent::Request { id, .. } => Some(id),
        _ => None,
    })
}

/// The port that the last of what we said goes to, and our To tag there.
fn said(agent: &mut UserAgent) -> (u16, String) {
    let last = std::iter::from_fn(|| agent.poll_transmit()).last().expect("something was said");
    let message = Message::parse(last.bytes).expect("what we send can be read");
    let tag = message.to().ok().and_then(|to| to.tag().map(str::to_owned)).unwrap_or_default();
    (last.flow.remote.port(), tag)
}

#[test]
fn a_phone_that_listens_elsewhere_is_answered_where_its_via_says() {
    for (route, via, port) in
        [(ReplyRoute::Via, "", 5060), (ReplyRoute::Via, ";rport", 50_000), (ReplyRoute::Source, "", 50_000)]
    {
        let mut agent = UserAgent::with_seed(UserAgentConfig::new("test"), [1; 32]);
        let request = hears(&mut agent, "OPTIONS", 1, "", via).unwrap();
        if route == ReplyRoute::Via {
            agent.reply_by_via(request);
        }
        agent.respond(Instant::now(), request, Reply::status(200));
        assert_eq!(said(&mut agent).0, port, "{route:?}{via}");

        // A call, and what is said inside of it.
        let (invite, session) = (hears(&mut agent, "INVITE", 2, "", via).unwrap(), SessionId::next());
        if route == ReplyRoute::Via {
            agent.reply_by_via(invite);
        }
        let options = SessionOptions::default().with_reply_route(route);
        agent.accept_with(Instant::now(), invite, session, "<sip:192.0.2.1>".to_owned(), options);
        agent.answer(Instant::now(), session, Some(crate::network::offer("us")), Vec::new());
        let (place, tag) = said(&mut agent);
        assert_eq!(place, port, "{route:?}{via}");
        hears(&mut agent, "ACK", 2, &format!(";tag={tag}"), via);
        hears(&mut agent, "BYE", 3, &format!(";tag={tag}"), via);
        assert_eq!(said(&mut agent).0, port, "{route:?}{via}");
    }
}

#[test]
fn who_does_not_want_rport_does_not_ask_for_it() {
    for asks in [true, false] {
        let mut config = UserAgentConfig::new("test");
        config.asks_rport = asks;
        let mut agent = UserAgent::with_seed(config, [1; 32]);
        agent.invite(Instant::now(), SessionId::next(), Network::new().invite());
        let invite = Message::parse(agent.poll_transmit().unwrap().bytes).unwrap();
        assert_eq!(invite.via().unwrap().rport().is_some(), asks);
    }
}
