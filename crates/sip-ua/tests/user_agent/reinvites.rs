//! Changes of an answered call, from either side (RFC 3261 section 14).

use sip_ua::user_agent::{Body, SessionId};

use crate::network::{ALICE, BOB, Network, offer};

fn change(network: &mut Network, agent: usize, id: SessionId, body: Option<Body>) {
    network.tell(agent, |agent, now| agent.reinvite(now, id, body, Vec::new()));
}

fn accept(network: &mut Network, agent: usize, id: SessionId) {
    network.tell(agent, |agent, now| agent.answer_reinvite(now, id, Ok(offer("changed"))));
    network.run(10);
}

#[test]
fn either_side_may_change_the_call() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    for (caller, callee, ours, theirs) in [(ALICE, BOB, alice, bob), (BOB, ALICE, bob, alice)] {
        network.forget();
        change(&mut network, caller, ours, Some(offer("hold")));
        network.run(10);
        assert_eq!(network.heard(callee), ["reinvite"]);
        accept(&mut network, callee, theirs);
        assert_eq!(network.heard(caller), ["reinvite answered"]);
        assert_eq!(network.heard(callee), ["reinvite confirmed"]);
        let kinds: Vec<_> = network.ladder.iter().map(|line| line.split(": ").nth(1).unwrap_or("")).collect();
        assert_eq!(kinds, ["INVITE", "200 OK (INVITE)", "ACK"]);
    }
    network.hangup(BOB, bob);
    assert_eq!(network.heard(ALICE), ["ended Bye"]);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn a_refusal_leaves_the_call_as_it_was() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    change(&mut network, BOB, bob, Some(offer("video")));
    network.run(10);
    network.tell(ALICE, |agent, now| agent.answer_reinvite(now, alice, Err(488)));
    network.run(10);
    assert_eq!(network.heard(BOB), ["reinvite failed 488"]);
    network.forget();
    network.hangup(ALICE, alice);
    assert_eq!(network.heard(BOB), ["ended Bye"]);
}

#[test]
fn glare_is_waited_out() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    change(&mut network, ALICE, alice, Some(offer("hold")));
    change(&mut network, BOB, bob, Some(offer("hold")));
    network.run(10);
    let refused = |network: &Network| network.ladder.iter().filter(|line| line.contains("491")).count();
    assert_eq!(refused(&network), 2);
    for agent in [ALICE, BOB] {
        let heard = network.heard(agent);
        assert!(
            heard.len() == 1 && heard[0].starts_with("OfferCrossed"),
            "each sees what the other wants: {heard:?}"
        );
    }
    // Bob does not own the Call-ID, so he asks again within two seconds; Alice's offer is then out of date.
    network.run(2050);
    assert_eq!(network.heard(ALICE), ["reinvite"]);
    accept(&mut network, ALICE, alice);
    assert_eq!(network.heard(BOB), ["reinvite answered"]);
    network.run(4000);
    assert_eq!(network.heard(ALICE), ["reinvite confirmed", "reinvite failed 491"]);
    assert_eq!(refused(&network), 2);
    change(&mut network, ALICE, alice, Some(offer("hold")));
    network.run(10);
    assert_eq!(network.heard(BOB), ["reinvite"]);
    accept(&mut network, BOB, bob);
    assert_eq!(network.heard(ALICE), ["reinvite answered"]);
}

#[test]
fn only_one_at_a_time() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    change(&mut network, ALICE, alice, Some(offer("hold")));
    change(&mut network, ALICE, alice, Some(offer("resume")));
    assert_eq!(network.heard(ALICE), ["reinvite failed 491"]);
    network.run(10);
    change(&mut network, BOB, bob, Some(offer("hold")));
    assert_eq!(network.heard(BOB), ["reinvite", "reinvite failed 491"]);
}

#[test]
fn an_offer_may_come_in_the_answer() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    change(&mut network, ALICE, alice, None);
    network.run(10);
    accept(&mut network, BOB, bob);
    network.run(5000);
    assert_eq!(network.heard(ALICE), ["reinvite answered"]);
    assert!(network.heard(BOB).contains(&"reinvite".to_owned()));
    assert!(!network.ladder.contains(&"alice -> bob: ACK".to_owned()), "the ACK waits for our answer");
    network.tell(ALICE, |agent, now| agent.acknowledge(now, alice, Some(offer("late"))));
    network.run(10);
    let ack = network.sent.last().expect("an ACK was sent");
    assert!(ack.body().starts_with(b"v=0\r\no=late"));
    assert_eq!(network.heard(BOB), ["reinvite confirmed"]);
}

#[test]
fn a_call_may_begin_without_an_offer() {
    let mut network = Network::new();
    let mut invite = network.invite();
    invite.body = None;
    let alice = network.call_with(invite);
    let bob = network.take();
    network.answer(bob);
    assert_eq!(network.heard(ALICE), ["answered"]);
    assert!(network.heard(BOB).is_empty());
    network.tell(ALICE, |agent, now| agent.acknowledge(now, alice, Some(offer("late"))));
    network.run(10);
    assert_eq!(network.heard(BOB), ["established"]);
}

#[test]
fn a_reinvite_that_is_taken_back() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    change(&mut network, ALICE, alice, Some(offer("hold")));
    network.run(300);
    network.hangup(ALICE, alice);
    // The transaction of Bob said 100, so the re-INVITE is cancelled; BYE follows at once.
    assert_eq!(network.heard(BOB)[..2], ["reinvite", "reinvite cancelled"]);
    network.tell(BOB, |agent, now| agent.answer_reinvite(now, bob, Ok(offer("too late"))));
    network.run(10);
    assert_eq!(network.heard(ALICE), ["ended HungUp"]);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn a_bye_ends_what_it_finds_open() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    change(&mut network, ALICE, alice, Some(offer("hold")));
    network.run(10);
    network.hangup(BOB, bob);
    assert_eq!(network.heard(ALICE), ["reinvite failed 487", "ended Bye"]);
    assert!(network.ladder.contains(&"bob -> alice: 487 Request Terminated (INVITE)".to_owned()));
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn a_peer_that_no_longer_answers_is_hung_up() {
    let mut network = Network::new();
    let (alice, _) = network.connect();
    network.weather.lost = 100;
    change(&mut network, ALICE, alice, Some(offer("hold")));
    // Told as soon as the change has failed: nothing is to be learnt from the answer to our BYE.
    network.run(33_000);
    assert_eq!(network.heard(ALICE), ["ended Lost"]);
    network.run(33_000);
    assert!(network.heard(ALICE).is_empty(), "and once");
}

#[test]
fn a_peer_that_has_forgotten_the_call_is_hung_up() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    network.lose = vec!["bob -> alice: BYE"; 20];
    network.hangup(BOB, bob);
    network.run(40_000);
    network.lose.clear();
    network.forget();
    // Some do not even answer a BYE that they know no call for.
    network.lose = vec!["alice -> bob: BYE"; 20];
    change(&mut network, ALICE, alice, Some(offer("hold")));
    network.run(100);
    assert_eq!(network.ladder[1], "bob -> alice: 481 Call/Transaction Does Not Exist (INVITE)");
    assert_eq!(network.heard(ALICE), ["ended Lost"]);
}

#[test]
fn the_phone_may_move() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    change(&mut network, BOB, bob, Some(offer("moved")));
    network.run(10);
    accept(&mut network, ALICE, alice);
    network.forget();
    network.hangup(ALICE, alice);
    assert_eq!(network.sent[0].uri(), Some("sip:bob@192.0.2.2:5060"));
}

#[test]
fn keys_and_questions_within_a_call() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    let keys = Body { content_type: "application/dtmf-relay".to_owned(), bytes: "Signal=5\r\n".into() };
    network.tell(ALICE, |agent, now| agent.info(now, alice, keys));
    network.run(10);
    assert_eq!(network.ladder, ["alice -> bob: INFO", "bob -> alice: 200 OK (INFO)"]);
    assert_eq!(network.heard(BOB), ["info"]);
    network.hangup(BOB, bob);
}
