//! Security mechanisms that are agreed on with a server (RFC 3329, draft-dawes-sipcore-mediasec-parameter).

use sip_parser::{HeaderName, Message, Method};
use sip_ua::digest::Credentials;
use sip_ua::user_agent::{OutboundRequest, Reply, SecurityAgreement, UserAgent, UserAgentConfig};

use crate::network::{ALICE, BOB, Network};

const OWN: &str = "sdes-srtp;mediasec";
const SERVERS: [&str; 2] = ["msrp-tls;mediasec", "sdes-srtp;mediasec"];

/// A network whose Bob knows what it is about.
fn network() -> Network {
    let mut network = Network::new();
    let mut config = UserAgentConfig::new("bob");
    config.supported.push("mediasec".to_owned());
    network.agents[BOB] = UserAgent::with_seed(config, [7; 32]);
    network
}

fn agreement(server: &[&str]) -> Option<SecurityAgreement> {
    let server = server.iter().map(|&mechanism| mechanism.to_owned()).collect();
    Some(SecurityAgreement { client: vec![OWN.to_owned()], server })
}

/// Security-Client and Security-Verify of the request that came last to Bob.
fn said(network: &Network, method: &Method) -> (Vec<String>, Vec<String>) {
    let is_it = |message: &&Message| message.method().as_ref() == Some(method);
    let request = network.sent.iter().rev().find(is_it).expect("it was sent");
    let values = |name: &HeaderName| request.values(name).map(str::to_owned).collect::<Vec<_>>();
    let required = [HeaderName::Require, HeaderName::ProxyRequire].map(|name| values(&name));
    assert!(required.iter().all(|tags| tags.iter().any(|tag| tag == "mediasec")), "{required:?}");
    (values(&HeaderName::SecurityClient), values(&HeaderName::SecurityVerify))
}

fn refuse(network: &mut Network, status: u16) {
    let id = network.request(BOB).expect("a request came");
    let mut reply = Reply::status(status).header("Security-Server", SERVERS.join(", "));
    if status == 401 {
        reply = reply.header("WWW-Authenticate", "Digest realm=\"tel\", nonce=\"1\", algorithm=MD5");
    }
    network.tell(BOB, |agent, now| agent.respond(now, id, reply));
    network.run(10);
}

#[test]
fn a_register_says_back_what_the_challenge_told() {
    let mut network = network();
    let address = "<sip:alice@example.com>";
    let flow = network.flow(ALICE, BOB);
    let mut request = OutboundRequest::new(Method::Register, "sip:example.com", flow, address, address);
    request.credentials = vec![Credentials::password("alice", "wonderland")];
    request.security = agreement(&[]);
    let id = sip_ua::user_agent::RequestId::next();
    network.tell(ALICE, |agent, now| agent.request(now, id, request));
    network.run(10);
    assert_eq!(said(&network, &Method::Register), (vec![OWN.to_owned()], vec![]));
    refuse(&mut network, 401);
    let (client, verify) = said(&network, &Method::Register);
    assert_eq!((client, verify), (vec![OWN.to_owned()], SERVERS.map(str::to_owned).to_vec()));
    assert_eq!(network.ladder.iter().filter(|line| line.contains("-> bob: REGISTER")).count(), 2);
}

#[test]
fn every_request_of_a_call_says_back_what_is_known() {
    let mut network = network();
    let mut invite = network.invite();
    invite.security = agreement(&SERVERS);
    let alice = network.call_with(invite);
    let known = (vec![], SERVERS.map(str::to_owned).to_vec());
    assert_eq!(said(&network, &Method::Invite), known);
    let bob = network.take();
    network.answer(bob);
    network.hangup(ALICE, alice);
    assert_eq!(said(&network, &Method::Bye), known);
    let ack = network.sent.iter().find(|message| message.method() == Some(Method::Ack)).expect("an ACK");
    assert_eq!(ack.raw(&HeaderName::ProxyRequire), None);
}

#[test]
fn a_call_that_is_refused_with_494_is_made_once_more() {
    let mut network = network();
    let mut invite = network.invite();
    invite.security = agreement(&[]);
    network.call_with(invite);
    assert_eq!(said(&network, &Method::Invite), (vec![OWN.to_owned()], vec![]));
    refuse(&mut network, 494);
    assert_eq!(said(&network, &Method::Invite), (vec![], SERVERS.map(str::to_owned).to_vec()));
    refuse(&mut network, 494);
    assert_eq!(network.ladder.iter().filter(|line| line.contains("-> bob: INVITE")).count(), 2);
}
