//! A proxy rings several phones, and more than one is picked up (RFC 3261 section 13.2.2.4).

use sip_parser::{HeaderName, Message, Method};
use sip_ua::user_agent::{UserAgent, UserAgentConfig};

use crate::network::{ALICE, BOB, Network};

/// A response to Alice's INVITE from another branch.
fn branch(invite: &Message, status: &str, tag: &str) -> String {
    let raw = |name: HeaderName| invite.raw(&name).unwrap_or_default().to_owned();
    format!(
        "SIP/2.0 {status}\nVia: {}\nFrom: {}\nTo: {};tag={tag}\nCall-ID: {}\nCSeq: {}\n\
         Contact: <sip:{tag}@192.0.2.2:5060>\nRecord-Route: <sip:192.0.2.2;lr>\nContent-Length: 0\n\n",
        raw(HeaderName::Via),
        raw(HeaderName::From),
        raw(HeaderName::To),
        raw(HeaderName::CallId),
        raw(HeaderName::CSeq),
    )
}

#[test]
fn the_first_answer_wins_and_the_others_are_hung_up() {
    let mut network = Network::new();
    let alice = network.call();
    let invite = network.sent[0].clone();
    for (status, tag) in [("180 Ringing", "kitchen"), ("183 Session Progress", "hall")] {
        network.inject(BOB, ALICE, &branch(&invite, status, tag));
    }
    network.run(10);
    network.inject(BOB, ALICE, &branch(&invite, "200 OK", "hall"));
    network.run(10);
    assert_eq!(network.heard(ALICE), ["provisional 180", "provisional 183", "answered"]);
    network.forget();
    network.inject(BOB, ALICE, &branch(&invite, "200 OK", "kitchen"));
    network.run(10);
    assert_eq!(network.ladder[..2], ["alice -> bob: ACK", "alice -> bob: BYE"]);
    let bye = &network.sent[1];
    assert_eq!(bye.uri(), Some("sip:kitchen@192.0.2.2:5060"));
    assert_eq!(bye.raw(&HeaderName::Route), Some("<sip:192.0.2.2;lr>"));
    assert_eq!(bye.to().ok().and_then(|to| to.tag().map(str::to_owned)).as_deref(), Some("kitchen"));
    // Its 2xx again: the same ACK again, and no second BYE.
    let byes = |network: &Network| network.ladder.iter().filter(|line| line.ends_with(": BYE")).count();
    network.run(5000);
    network.forget();
    network.inject(BOB, ALICE, &branch(&invite, "200 OK", "kitchen"));
    network.run(10);
    assert_eq!(network.ladder, ["alice -> bob: ACK"]);
    assert_eq!(byes(&network), 0);
    assert!(network.heard(ALICE).is_empty());
    network.hangup(ALICE, alice);
    let bye = network.sent.iter().rev().find(|message| message.method() == Some(Method::Bye));
    assert_eq!(bye.and_then(Message::uri), Some("sip:hall@192.0.2.2:5060"));
}

#[test]
fn a_late_branch_is_hung_up_even_after_the_call() {
    let mut network = Network::new();
    let alice = network.call();
    let invite = network.sent[0].clone();
    network.inject(BOB, ALICE, &branch(&invite, "200 OK", "hall"));
    network.run(10);
    network.hangup(ALICE, alice);
    network.run(1000);
    assert_eq!(network.heard(ALICE), ["answered", "ended HungUp"]);
    network.forget();
    network.inject(BOB, ALICE, &branch(&invite, "200 OK", "kitchen"));
    network.run(10);
    assert_eq!(network.ladder[..2], ["alice -> bob: ACK", "alice -> bob: BYE"]);
    network.run(70_000);
    assert_eq!(network.agents[ALICE].active(), (0, 0));
    network.forget();
    network.inject(BOB, ALICE, &branch(&invite, "200 OK", "attic"));
    network.run(10);
    assert!(network.ladder.is_empty(), "nobody remembers that call");
}

#[test]
fn calls_that_are_over_take_no_room() {
    let mut network = Network::new();
    let mut config = UserAgentConfig::new("alice");
    config.max_sessions = 2;
    network.agents[ALICE] = UserAgent::with_seed(config, [3; 32]);
    let mut invites = Vec::new();
    for _ in 0..5 {
        network.forget();
        let alice = network.call();
        let invite = network.sent[0].clone();
        network.inject(BOB, ALICE, &branch(&invite, "200 OK", "hall"));
        network.run(10);
        network.hangup(ALICE, alice);
        network.run(1000);
        assert_eq!(network.heard(ALICE), ["answered", "ended HungUp"]);
        invites.push(invite);
    }
    assert_eq!(network.agents[ALICE].active(), (2, 0), "those that were over longest are forgotten");
    network.forget();
    network.inject(BOB, ALICE, &branch(&invites[0], "200 OK", "kitchen"));
    network.run(10);
    assert!(network.ladder.is_empty());
    network.inject(BOB, ALICE, &branch(&invites[4], "200 OK", "kitchen"));
    network.run(10);
    assert_eq!(network.ladder[..2], ["alice -> bob: ACK", "alice -> bob: BYE"]);
    network.run(70_000);
    assert_eq!(network.agents[ALICE].active(), (0, 0));
}
