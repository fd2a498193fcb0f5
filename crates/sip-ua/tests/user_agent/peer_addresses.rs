//! Requests inside of calls go to the address that the peer names (RFC 3261 section 12.2.1.1), or to the one that it speaks from.

use sip_ua::user_agent::{PeerAddress, SessionOptions};

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
