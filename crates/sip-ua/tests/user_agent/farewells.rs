//! What the end of a call has to say: a body in our BYE, or in the response to the peer's.

use sip_parser::{Message, Method};
use sip_ua::user_agent::Body;

use crate::network::{ALICE, BOB, Network};

fn bill() -> Body {
    Body { content_type: "text/plain".to_owned(), bytes: "2 EUR".into() }
}

fn last(network: &Network, is: impl Fn(&Message) -> bool) -> &Message {
    network.sent.iter().rev().find(|message| is(message)).expect("it was sent")
}

#[test]
fn our_bye_says_what_was_kept_for_the_end() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    network.tell(BOB, |agent, now| agent.farewell(now, bob, bill()));
    assert!(network.sent.is_empty(), "it waits for the end");
    network.hangup(BOB, bob);
    let bye = last(&network, |message| message.method() == Some(Method::Bye));
    assert_eq!((bye.content_type(), bye.body()), (Some("text/plain"), &b"2 EUR"[..]));
    network.hangup(ALICE, alice);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn the_answer_to_a_bye_says_it_too() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    network.tell(BOB, |agent, now| agent.farewell(now, bob, bill()));
    network.hangup(ALICE, alice);
    let answer = last(&network, |message| message.status() == Some(200));
    assert_eq!(answer.cseq().map(|cseq| cseq.method), Ok(Method::Bye));
    assert_eq!(answer.body(), b"2 EUR");
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn a_call_that_was_never_answered_says_nothing() {
    let mut network = Network::new();
    let alice = network.call();
    let bob = network.take();
    network.tell(ALICE, |agent, now| agent.farewell(now, alice, bill()));
    network.tell(BOB, |agent, now| agent.farewell(now, bob, bill()));
    network.hangup(ALICE, alice);
    assert!(network.sent.iter().all(|message| message.content_type() != Some("text/plain")));
    network.run(70_000);
    assert!(network.is_silent());
}
