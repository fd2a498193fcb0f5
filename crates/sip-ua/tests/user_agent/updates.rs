//! Changes without an INVITE (RFC 3311).

use sip_parser::{HeaderName, Message, Method};
use sip_ua::user_agent::{Body, SessionId};

use crate::network::{ALICE, BOB, Network, offer};

fn update(network: &mut Network, agent: usize, id: SessionId, body: Option<Body>) {
    network.tell(agent, |agent, now| agent.update(now, id, body, vec![("X-Note".into(), "1".into())]));
    network.run(10);
}

#[test]
fn either_side_may_update() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    for (one, other, ours, theirs) in [(ALICE, BOB, alice, bob), (BOB, ALICE, bob, alice)] {
        network.forget();
        update(&mut network, one, ours, Some(offer("hold")));
        assert!(network.heard(other).iter().all(|heard| heard.starts_with("Update {")));
        network.tell(other, |agent, now| agent.answer_update(now, theirs, Ok(offer("held"))));
        network.run(10);
        assert!(network.heard(one)[0].starts_with("UpdateAnswered"));
        assert_eq!(network.sent[1].body(), &offer("held").bytes);
        assert!(network.sent[1].raw(&HeaderName::Contact).is_some());
    }
    network.hangup(ALICE, alice);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn one_without_an_offer_is_answered_at_once() {
    let mut network = Network::new();
    let (alice, _) = network.connect();
    update(&mut network, ALICE, alice, None);
    assert!(network.heard(BOB)[0].starts_with("Refreshed"));
    assert!(network.heard(ALICE)[0].starts_with("UpdateAnswered"));
    assert_eq!(network.sent[0].raw(&HeaderName::from("X-Note")), Some("1"));
}

#[test]
fn offers_that_cross_are_refused_on_both_sides() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    network.tell(ALICE, |agent, now| agent.update(now, alice, Some(offer("a")), Vec::new()));
    network.tell(BOB, |agent, now| agent.update(now, bob, Some(offer("b")), Vec::new()));
    network.run(10);
    for agent in [ALICE, BOB] {
        let heard = network.heard(agent);
        let [crossed, failed] = &heard[..] else { panic!("{heard:?}") };
        assert!(crossed.starts_with("OfferCrossed"), "{crossed}");
        assert_eq!(failed, "UpdateFailed { status: 491, offered: true }");
    }
}

#[test]
fn an_offer_waits_for_the_answer_to_an_earlier_one() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    network.tell(ALICE, |agent, now| agent.reinvite(now, alice, Some(offer("a")), Vec::new()));
    network.run(10);
    network.forget();
    update(&mut network, ALICE, alice, Some(offer("b")));
    assert_eq!(
        network.heard(ALICE),
        ["UpdateFailed { status: 491, offered: true }"],
        "our own re-INVITE is under way"
    );
    update(&mut network, BOB, bob, Some(offer("c")));
    assert_eq!(network.heard(BOB), ["UpdateFailed { status: 491, offered: true }"], "we owe an answer");
    assert!(network.ladder.is_empty());
}

#[test]
fn a_call_that_ends_leaves_no_update_unanswered() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    update(&mut network, ALICE, alice, Some(offer("a")));
    network.hangup(BOB, bob);
    let refused = |message: &Message| {
        message.status() == Some(487) && message.cseq().is_ok_and(|cseq| cseq.method == Method::Update)
    };
    assert!(network.sent.iter().any(refused), "{:?}", network.ladder);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn a_refusal_leaves_the_call_as_it_was() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    update(&mut network, BOB, bob, Some(offer("video")));
    network.tell(ALICE, |agent, now| agent.answer_update(now, alice, Err(488)));
    network.run(10);
    assert_eq!(network.heard(BOB), ["UpdateFailed { status: 488, offered: true }"]);
    network.forget();
    network.hangup(ALICE, alice);
    assert_eq!(network.heard(BOB), ["ended Bye"]);
}

#[test]
fn a_reinvite_waits_for_the_answer_to_an_update() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    network.tell(ALICE, |agent, now| agent.update(now, alice, Some(offer("a")), Vec::new()));
    network.tell(BOB, |agent, now| agent.reinvite(now, bob, Some(offer("b")), Vec::new()));
    network.run(10);
    assert!(
        network.ladder.contains(&"alice -> bob: 491 Request Pending (INVITE)".to_owned()),
        "{:?}",
        network.ladder
    );
    assert!(!network.heard(ALICE).contains(&"reinvite".to_owned()));
}
