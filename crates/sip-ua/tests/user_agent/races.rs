//! Messages that cross, get lost or come twice at the worst moment.

use crate::network::{ALICE, BOB, Network};

#[test]
fn cancel_crosses_the_answer() {
    let mut network = Network::new();
    let alice = network.call();
    let bob = network.take();
    network.ring(bob);
    network.forget();
    network.tell(ALICE, |agent, now| agent.hangup(now, alice, Vec::new()));
    network.answer(bob);
    let expected = [
        "alice -> bob: CANCEL",
        "bob -> alice: 200 OK (INVITE)",
        "bob -> alice: 200 OK (CANCEL)",
        "alice -> bob: ACK",
        "alice -> bob: BYE",
        "bob -> alice: 200 OK (BYE)",
    ];
    assert_eq!(network.ladder, expected);
    assert_eq!(network.heard(ALICE), ["ended HungUp"]);
    assert_eq!(network.heard(BOB), ["established", "ended Bye"]);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn cancel_waits_for_a_provisional_response() {
    let mut network = Network::new();
    let alice = network.call();
    network.hangup(ALICE, alice);
    assert_eq!(network.ladder, ["alice -> bob: INVITE"]);
    let bob = network.take();
    network.run(10);
    assert_eq!(network.ladder[2], "alice -> bob: CANCEL");
    assert_eq!(network.heard(ALICE), ["failed 487"]);
    assert_eq!(network.heard(BOB), ["cancelled"]);
    network.answer(bob);
    network.run(40_000);
    assert!(network.is_silent());
}

#[test]
fn a_call_that_was_given_up_unheard_ends_with_487() {
    let mut network = Network::new();
    network.weather.lost = 100;
    let alice = network.call();
    network.hangup(ALICE, alice);
    network.run(40_000);
    assert_eq!(network.heard(ALICE), ["failed 487"]);
    assert!(network.is_silent());
}

#[test]
fn a_cancel_that_is_never_answered_ends_after_64_t1() {
    let mut network = Network::new();
    let alice = network.call();
    network.take();
    network.run(10);
    network.weather.lost = 100;
    network.hangup(ALICE, alice);
    network.run(31_000);
    assert!(network.heard(ALICE).is_empty());
    network.run(2000);
    assert_eq!(network.heard(ALICE), ["failed 487"]);
}

#[test]
fn cancel_before_the_application_has_looked() {
    let mut network = Network::new();
    let alice = network.call();
    network.run(300); // the transaction says 100 by itself
    network.hangup(ALICE, alice);
    assert_eq!(network.heard(ALICE), ["failed 487"]);
    network.take();
    assert_eq!(network.heard(BOB), ["cancelled"]);
    network.run(40_000);
    assert!(network.is_silent());
}

#[test]
fn byes_cross() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    network.tell(ALICE, |agent, now| agent.hangup(now, alice, Vec::new()));
    network.hangup(BOB, bob);
    let expected = [
        "alice -> bob: BYE",
        "bob -> alice: BYE",
        "bob -> alice: 200 OK (BYE)",
        "alice -> bob: 200 OK (BYE)",
    ];
    assert_eq!(network.ladder, expected);
    assert_eq!(network.heard(ALICE), ["ended HungUp"]);
    assert_eq!(network.heard(BOB), ["ended HungUp"]);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn the_answer_is_repeated_until_its_ack() {
    let mut network = Network::new();
    network.lose = vec!["alice -> bob: ACK", "alice -> bob: ACK", "alice -> bob: ACK"];
    network.call();
    let bob = network.take();
    network.forget();
    network.answer(bob);
    network.run(10_000);
    let answers = network.ladder.iter().filter(|line| line.starts_with("bob -> alice: 200")).count();
    assert_eq!(answers, 4, "at 0, 500, 1500 and 3500 ms");
    assert_eq!(network.heard(BOB), ["established"]);
    assert_eq!(network.heard(ALICE), ["answered"]);
}

#[test]
fn without_an_ack_the_call_is_hung_up_after_64_t1() {
    let mut network = Network::new();
    network.call();
    let bob = network.take();
    network.forget();
    network.lose = vec!["alice -> bob: ACK"; 20];
    network.answer(bob);
    network.run(31_980);
    assert!(network.heard(BOB).is_empty());
    network.run(1000);
    assert_eq!(network.heard(BOB), ["ended NoAck"]);
    assert_eq!(network.heard(ALICE), ["answered", "ended Bye"]);
    let answers = network.ladder.iter().filter(|line| line.starts_with("bob -> alice: 200")).count();
    // 0, 0.5, 1.5, 3.5 and 7.5 s, then every four seconds.
    assert_eq!(answers, 11, "{:#?}", network.ladder);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn hanging_up_waits_for_the_ack() {
    let mut network = Network::new();
    network.lose = vec!["alice -> bob: ACK"];
    network.call();
    let bob = network.take();
    network.answer(bob);
    network.forget();
    network.hangup(BOB, bob);
    assert!(network.ladder.is_empty(), "no BYE before the ACK (RFC 3261 section 15)");
    network.run(2000);
    let expected = [
        "bob -> alice: 200 OK (INVITE)",
        "alice -> bob: ACK",
        "bob -> alice: BYE",
        "alice -> bob: 200 OK (BYE)",
    ];
    assert_eq!(network.ladder, expected);
    assert_eq!(network.heard(BOB), ["ended HungUp"]);
}

#[test]
fn a_bye_may_overtake_the_ack() {
    let mut network = Network::new();
    network.lose = vec!["alice -> bob: ACK"];
    let alice = network.call();
    let bob = network.take();
    network.answer(bob);
    network.hangup(ALICE, alice);
    assert_eq!(network.heard(BOB), ["ended Bye"]);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn a_bye_without_an_answer_ends_all_the_same() {
    let mut network = Network::new();
    let (alice, _) = network.connect();
    network.weather.lost = 100;
    network.hangup(ALICE, alice);
    network.run(31_000);
    assert!(network.heard(ALICE).is_empty());
    network.run(2000);
    assert_eq!(network.heard(ALICE), ["ended HungUp"]);
}

#[test]
fn a_caller_may_end_an_early_dialog_with_bye() {
    let mut network = Network::new();
    network.call();
    let bob = network.take();
    network.ring(bob);
    let ringing = network.sent.iter().find(|message| message.status() == Some(180)).expect("it rings");
    let to = ringing.raw(&sip_parser::HeaderName::To).unwrap_or_default().to_owned();
    let from = ringing.raw(&sip_parser::HeaderName::From).unwrap_or_default().to_owned();
    let call_id = ringing.call_id().expect("has one").to_owned();
    network.forget();
    let bye = format!(
        "BYE sip:bob@192.0.2.2:5060 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKbye\n\
         From: {from}\nTo: {to}\nCall-ID: {call_id}\nCSeq: 2 BYE\nMax-Forwards: 70\nContent-Length: 0\n\n"
    );
    network.inject(ALICE, BOB, &bye);
    network.run(10);
    assert!(network.ladder.contains(&"bob -> alice: 200 OK (BYE)".to_owned()));
    assert!(network.ladder.contains(&"bob -> alice: 487 Request Terminated (INVITE)".to_owned()));
    assert_eq!(network.heard(BOB), ["ended Bye"]);
    assert_eq!(network.heard(ALICE), ["failed 487"]);
}

#[test]
fn an_invite_that_expires_is_ended() {
    let mut network = Network::new();
    let mut invite = network.invite();
    invite.headers.push(("Expires".to_owned(), "5".to_owned()));
    network.call_with(invite);
    let bob = network.take();
    network.ring(bob);
    network.run(6000);
    assert_eq!(network.heard(BOB), ["ended Expired"]);
    assert_eq!(network.heard(ALICE), ["provisional 180", "failed 487"]);
}

#[test]
fn a_ringing_phone_says_so_every_minute() {
    let mut network = Network::new();
    network.call();
    let bob = network.take();
    network.ring(bob);
    network.run(150_000);
    assert_eq!(network.heard(ALICE), ["provisional 180"; 3]);
}
