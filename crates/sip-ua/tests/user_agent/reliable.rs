//! Provisional responses that must not get lost (RFC 3262).

use sip_parser::{HeaderName, Method};
use sip_ua::user_agent::{ReliablePolicy, SessionId, SessionOptions};

use crate::network::{ALICE, BOB, Network, offer};

fn call(network: &mut Network, caller: ReliablePolicy, callee: ReliablePolicy) -> (SessionId, SessionId) {
    let mut invite = network.invite();
    invite.options = SessionOptions::default().with_reliable(caller);
    let alice = network.call_with(invite);
    let (request, bob) = (network.request(BOB).expect("a request came"), SessionId::next());
    let options = SessionOptions::default().with_reliable(callee);
    let contact = "<sip:bob@192.0.2.2:5060>".to_owned();
    network.tell(BOB, |agent, now| agent.accept_with(now, request, bob, contact, options));
    network.run(10);
    (alice, bob)
}

/// Alice calls without an offer, and demands that provisional responses are reliable.
fn call_without_offer(network: &mut Network) -> SessionId {
    let mut invite = network.invite();
    invite.body = None;
    invite.options = SessionOptions::default().with_reliable(ReliablePolicy::Required);
    network.call_with(invite);
    network.take()
}

fn progress(network: &mut Network, bob: SessionId, status: u16, described: bool) {
    let body = described.then(|| offer("bob"));
    network.tell(BOB, |agent, now| agent.progress(now, bob, status, body, Vec::new()));
}

fn kinds(network: &Network) -> Vec<String> {
    let kind = |line: &String| line.split(": ").nth(1).unwrap_or_default().to_owned();
    network.ladder.iter().map(kind).filter(|kind| !kind.starts_with("100")).collect()
}

#[test]
fn each_one_is_acknowledged_in_its_turn() {
    let mut network = Network::new();
    let (_, bob) = call(&mut network, ReliablePolicy::WhenRequired, ReliablePolicy::WhenSupported);
    progress(&mut network, bob, 180, false);
    progress(&mut network, bob, 183, true);
    network.run(2);
    network.answer(bob);
    network.run(10);
    let ladder = [
        "INVITE",
        "180 Ringing (INVITE)",
        "PRACK",
        "200 OK (PRACK)",
        "183 Session Progress (INVITE)",
        "PRACK",
        "200 OK (PRACK)",
        "200 OK (INVITE)",
        "ACK",
    ];
    // The 200 need not wait for the PRACK of a 180 without a description, but for that of the 183 it must.
    assert_eq!(network.heard(ALICE), ["provisional 180", "provisional 183", "answered"]);
    let mut sorted = kinds(&network);
    sorted.sort();
    let mut expected: Vec<String> = ladder.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(sorted, expected);
    let place = |kind: &str| network.ladder.iter().position(|line| line.ends_with(kind)).unwrap_or(0);
    assert!(place("183 Session Progress (INVITE)") > place("200 OK (PRACK)"));
    assert!(
        place("200 OK (INVITE)") > network.ladder.iter().rposition(|l| l.ends_with(": PRACK")).unwrap_or(99)
    );
}

#[test]
fn a_lost_one_comes_again_and_is_heard_once() {
    let mut network = Network::new();
    let (_, bob) = call(&mut network, ReliablePolicy::Required, ReliablePolicy::WhenRequired);
    assert_eq!(network.sent[0].raw(&HeaderName::Require), Some("100rel"));
    network.lose = vec!["bob -> alice: 180", "alice -> bob: PRACK"];
    progress(&mut network, bob, 180, false);
    network.run(4000);
    assert_eq!(network.heard(ALICE), ["provisional 180"]);
    let acknowledged = network.ladder.iter().filter(|line| line.contains("200 OK (PRACK)")).count();
    assert_eq!(acknowledged, 1, "{:?}", network.ladder);
}

#[test]
fn without_a_prack_the_call_is_given_up() {
    let mut network = Network::new();
    let (_, bob) = call(&mut network, ReliablePolicy::Required, ReliablePolicy::WhenRequired);
    network.lose = vec!["alice -> bob: PRACK"; 20];
    progress(&mut network, bob, 183, true);
    network.run(33_000);
    assert_eq!(network.heard(BOB), ["ended NoAck"]);
    assert_eq!(network.heard(ALICE).last().map(String::as_str), Some("failed 504"));
}

#[test]
fn nobody_asks_for_it_and_nothing_is_reliable() {
    for (caller, callee) in [
        (ReliablePolicy::WhenRequired, ReliablePolicy::WhenRequired),
        (ReliablePolicy::Never, ReliablePolicy::WhenSupported),
        (ReliablePolicy::WhenSupported, ReliablePolicy::Never),
    ] {
        let mut network = Network::new();
        let (_, bob) = call(&mut network, caller, callee);
        progress(&mut network, bob, 180, false);
        network.run(10);
        assert!(
            !network.sent.iter().any(|message| message.method() == Some(Method::Prack)),
            "{caller:?} {callee:?}"
        );
    }
}

#[test]
fn who_never_does_it_refuses_who_must_have_it() {
    let mut network = Network::new();
    call(&mut network, ReliablePolicy::Required, ReliablePolicy::Never);
    assert_eq!(network.heard(ALICE), ["failed 420"]);
    let refusal = network.sent.iter().find(|message| message.status() == Some(420));
    assert_eq!(refusal.and_then(|r| r.raw(&HeaderName::Unsupported)), Some("100rel"));
}

#[test]
fn who_must_have_it_refuses_who_does_not_know_it() {
    let mut network = Network::new();
    call(&mut network, ReliablePolicy::Never, ReliablePolicy::Required);
    assert_eq!(network.heard(ALICE), ["failed 421"]);
    let refusal = network.sent.iter().find(|message| message.status() == Some(421));
    assert_eq!(refusal.and_then(|r| r.raw(&HeaderName::Require)), Some("100rel"));
}

#[test]
fn a_caller_that_gives_up_before_the_prack_is_let_go() {
    let mut network = Network::new();
    let (alice, bob) = call(&mut network, ReliablePolicy::Required, ReliablePolicy::WhenRequired);
    progress(&mut network, bob, 180, false);
    network.run(10);
    network.hangup(ALICE, alice);
    network.run(100);
    assert_eq!(network.heard(BOB), ["cancelled"]);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn an_offer_may_come_in_the_provisional_response_and_its_answer_in_the_prack() {
    let mut network = Network::new();
    let bob = call_without_offer(&mut network);
    network.forget();
    progress(&mut network, bob, 183, true);
    network.run(10);
    let prack = network.sent.iter().find(|m| m.method() == Some(Method::Prack)).expect("PRACK").clone();
    assert!(prack.body().is_empty(), "our user agent does not answer for its application");
    assert!(network.heard(BOB).is_empty());
}

#[test]
fn who_answered_in_a_prack_owes_nothing_any_more_and_may_offer_anew() {
    let mut network = Network::new();
    let bob = call_without_offer(&mut network);
    // Its PRACK is ours to write: our user agent does not answer for its application.
    network.lose = vec!["alice -> bob: PRACK"; 20];
    progress(&mut network, bob, 183, true);
    network.run(10);
    let prack = network.sent.iter().find(|m| m.method() == Some(Method::Prack)).expect("PRACK").clone();
    let offering = |network: &mut Network, method: &str, number: u32, rack: bool| {
        let of_prack = prack.cseq().expect("CSeq").number;
        let text = String::from_utf8_lossy(prack.as_bytes()).into_owned();
        let description = offer("alice");
        let mut lines: Vec<String> = Vec::new();
        for line in text.split("\r\n\r\n").next().unwrap_or_default().split("\r\n") {
            let line = line.replace("PRACK", method).replace("z9hG4bK", &format!("z9hG4bK{number}"));
            match line.split(':').next().unwrap_or_default() {
                "RAck" if rack => lines.push(line.replace(&format!(" {method}"), " INVITE")),
                "RAck" | "Content-Length" | "Content-Type" => {}
                "CSeq" => lines.push(format!("CSeq: {} {method}", of_prack + number)),
                _ => lines.push(line),
            }
        }
        let body = String::from_utf8_lossy(&description.bytes).into_owned();
        lines.push("Content-Type: application/sdp".to_owned());
        lines.push(format!("Content-Length: {}", body.len()));
        let text = format!("{}\r\n\r\n{body}", lines.join("\r\n"));
        network.inject_bytes(ALICE, BOB, text.as_bytes());
        network.run(10);
    };
    offering(&mut network, "UPDATE", 1, false);
    assert!(kinds(&network).iter().any(|kind| kind.starts_with("491")), "{:?}", network.ladder);
    network.forget();
    offering(&mut network, "PRACK", 2, true);
    assert!(network.heard(BOB)[0].starts_with("ProvisionalAcknowledged"));
    network.forget();
    offering(&mut network, "UPDATE", 3, false);
    assert!(network.heard(BOB)[0].starts_with("Update"));
    // What is said again makes no second offer.
    network.forget();
    network.run(61_000);
    let again = network.sent.iter().find(|message| message.status() == Some(183)).expect("183");
    assert!(again.body().is_empty());
}
