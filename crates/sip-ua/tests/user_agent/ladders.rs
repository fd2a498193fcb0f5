//! The call flows of RFC 3665 section 3 between two parties, message by message.

use sip_ua::user_agent::Reply;

use crate::network::{ALICE, BOB, Network};

#[track_caller]
fn assert_ladder(network: &Network, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(network.ladder, expected, "\n{}", network.ladder.join("\n"));
}

/// RFC 3665 section 3.1, with the 100 that every exchange sends.
#[test]
fn a_caller_that_measures_the_way_gets_its_time_back() {
    let mut network = Network::new();
    let mut invite = network.invite();
    invite.headers.push(("Timestamp".to_owned(), "54.32".to_owned()));
    network.call_with(invite);
    network.take();
    let trying = network.sent.iter().find(|message| message.status() == Some(100)).expect("100 Trying");
    assert_eq!(trying.raw(&sip_parser::HeaderName::Timestamp), Some("54.32"));
}

#[test]
fn successful_session_establishment() {
    let mut network = Network::new();
    let alice = network.call();
    let bob = network.take();
    network.ring(bob);
    network.answer(bob);
    network.run(5000);
    network.hangup(BOB, bob);
    assert_ladder(
        &network,
        "alice -> bob: INVITE
         bob -> alice: 100 Trying (INVITE)
         bob -> alice: 180 Ringing (INVITE)
         bob -> alice: 200 OK (INVITE)
         alice -> bob: ACK
         bob -> alice: BYE
         alice -> bob: 200 OK (BYE)",
    );
    assert_eq!(network.heard(ALICE), ["provisional 180", "answered", "ended Bye"]);
    assert_eq!(network.heard(BOB), ["established", "ended HungUp"]);
    network.tell(ALICE, |agent, now| agent.hangup(now, alice, Vec::new()));
    network.run(40_000);
    assert!(network.is_silent());
}

/// RFC 3665 section 3.8: nobody answers, and the caller gives up.
#[test]
fn unsuccessful_no_answer() {
    let mut network = Network::new();
    let alice = network.call();
    let bob = network.take();
    network.ring(bob);
    network.run(20_000);
    network.hangup(ALICE, alice);
    assert_ladder(
        &network,
        "alice -> bob: INVITE
         bob -> alice: 100 Trying (INVITE)
         bob -> alice: 180 Ringing (INVITE)
         alice -> bob: CANCEL
         bob -> alice: 200 OK (CANCEL)
         bob -> alice: 487 Request Terminated (INVITE)
         alice -> bob: ACK",
    );
    assert_eq!(network.heard(ALICE), ["provisional 180", "failed 487"]);
    assert_eq!(network.heard(BOB), ["cancelled"]);
    network.run(40_000);
    assert!(network.is_silent());
}

/// RFC 3665 section 3.9: busy.
#[test]
fn unsuccessful_busy() {
    let mut network = Network::new();
    network.call();
    let bob = network.take();
    network.tell(BOB, |agent, now| agent.reject(now, bob, 486, None, Vec::new()));
    network.run(40_000);
    assert_ladder(
        &network,
        "alice -> bob: INVITE
         bob -> alice: 100 Trying (INVITE)
         bob -> alice: 486 Busy Here (INVITE)
         alice -> bob: ACK",
    );
    assert_eq!(network.heard(ALICE), ["failed 486"]);
    assert_eq!(network.heard(BOB), ["ended HungUp"]);
    assert!(network.is_silent());
}

/// RFC 3665 section 3.10: no response at all. Timers A and B.
#[test]
fn unsuccessful_no_response() {
    let mut network = Network::new();
    network.weather.lost = 100;
    network.call();
    network.run(40_000);
    assert_ladder(&network, &"alice -> bob: INVITE\n".repeat(7));
    assert_eq!(network.heard(ALICE), ["failed 408"]);
    assert!(network.is_silent());
}

/// RFC 3665 section 3.11: temporarily unavailable, said before the call is taken.
#[test]
fn unsuccessful_temporarily_unavailable() {
    let mut network = Network::new();
    network.call();
    let request = network.request(BOB).expect("a request came");
    network.tell(BOB, |agent, now| agent.respond(now, request, Reply::status(480)));
    network.run(40_000);
    let last = network.ladder.pop();
    assert_eq!(last.as_deref(), Some("alice -> bob: ACK"));
    assert_eq!(network.ladder.len(), 2);
    assert!(network.ladder[1].starts_with("bob -> alice: 480"));
    assert_eq!(network.heard(ALICE), ["failed 480"]);
    assert!(network.is_silent());
}

/// The same over TCP: nothing is sent twice, and nothing lingers.
#[test]
fn over_a_connection() {
    let mut network = Network::new();
    network.protocol = sip_ua::transport::Protocol::Tcp;
    let alice = network.call();
    let bob = network.take();
    network.ring(bob);
    network.answer(bob);
    network.hangup(ALICE, alice);
    assert_ladder(
        &network,
        "alice -> bob: INVITE
         bob -> alice: 100 Trying (INVITE)
         bob -> alice: 180 Ringing (INVITE)
         bob -> alice: 200 OK (INVITE)
         alice -> bob: ACK
         alice -> bob: BYE
         bob -> alice: 200 OK (BYE)",
    );
    assert_eq!(network.heard(BOB), ["established", "ended Bye"]);
    network.run(40_000);
    assert!(network.is_silent());
}
