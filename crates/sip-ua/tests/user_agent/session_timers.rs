//! Sessions that end by themselves when one side is gone (RFC 4028).

use std::time::Duration;

use sip_parser::{HeaderName, Message, Method};
use sip_ua::user_agent::{SessionId, SessionOptions, TimerMode, TimerPolicy, UserAgent, UserAgentConfig};

use crate::network::{ALICE, BOB, Network, Weather, offer};

const MINUTE: u64 = 60_000;

fn timer(mode: TimerMode, seconds: u64, shortest: u64) -> SessionOptions {
    let (interval, shortest) = (Duration::from_secs(seconds), Duration::from_secs(shortest));
    SessionOptions::default().with_timer(TimerPolicy { mode, interval, shortest })
}

/// A call in which Alice asks for a timer and Bob answers with one.
fn connect(network: &mut Network, alice: SessionOptions, bob: SessionOptions) -> (SessionId, SessionId) {
    let mut invite = network.invite();
    invite.options = alice;
    let alice = network.call_with(invite);
    let taken = take(network, bob);
    network.answer(taken);
    (alice, taken)
}

fn take(network: &mut Network, options: SessionOptions) -> SessionId {
    let (request, id) = (network.request(BOB).expect("a request came"), SessionId::next());
    let contact = "<sip:bob@192.0.2.2:5060>".to_owned();
    network.tell(BOB, |agent, now| agent.accept_with(now, request, id, contact, options));
    id
}

fn count(network: &Network, method: &Method) -> usize {
    network.sent.iter().filter(|message| message.method().as_ref() == Some(method)).count()
}

/// The value of a header in the latest message with that status.
fn said(network: &Network, status: u16, header: &HeaderName) -> Option<String> {
    let message = network.sent.iter().rev().find(|message| message.status() == Some(status))?;
    message.raw(header).map(str::to_owned)
}

/// An agent whose Allow has no UPDATE, or that knows no timers.
fn without(network: &mut Network, agent: usize, method: Option<Method>, tag: &str) {
    let mut config = UserAgentConfig::new("plain");
    config.allow.retain(|allowed| Some(allowed) != method.as_ref());
    config.supported.retain(|supported| supported != tag);
    network.agents[agent] = UserAgent::with_seed(config, [77; 32]);
}

#[test]
fn the_caller_refreshes_and_the_call_goes_on() {
    let mut network = Network::new();
    let (alice, _) = connect(&mut network, SessionOptions::default(), SessionOptions::default());
    assert_eq!(said(&network, 200, &HeaderName::SessionExpires).as_deref(), Some("1800;refresher=uac"));
    assert_eq!(said(&network, 200, &HeaderName::Require).as_deref(), Some("timer"));
    network.heard(BOB);
    network.run(180 * MINUTE);
    assert!((11..=12).contains(&count(&network, &Method::Update)), "{}", count(&network, &Method::Update));
    assert!(network.heard(BOB).iter().all(|heard| heard.starts_with("Refreshed")));
    network.hangup(ALICE, alice);
    assert_eq!(network.heard(BOB), ["ended Bye"]);
    network.run(MINUTE);
    assert!(network.is_silent());
}

#[test]
fn a_peer_that_is_gone_is_noticed_on_both_sides() {
    for protocol in [sip_ua::transport::Protocol::Udp, sip_ua::transport::Protocol::Tcp] {
        let mut network = Network::new();
        network.protocol = protocol;
        connect(&mut network, SessionOptions::default(), SessionOptions::default());
        network.heard(ALICE);
        network.heard(BOB);
        network.weather = Weather { lost: 100, ..Weather::default() };
        network.run(17 * MINUTE);
        assert_eq!(network.heard(ALICE), ["ended Lost"]);
        assert!(network.heard(BOB).is_empty());
        network.run(14 * MINUTE);
        assert_eq!(network.heard(BOB), ["ended TimerExpired"]);
        let bye = network.sent.iter().rev().find(|message| message.method() == Some(Method::Bye));
        let reason = bye.and_then(|bye| bye.raw(&HeaderName::Reason)).unwrap_or_default();
        assert!(reason.contains("cause=408"), "{reason}");
        assert!(network.is_silent());
    }
}

#[test]
fn an_interval_that_is_too_short_is_asked_for_again() {
    let mut network = Network::new();
    let mut invite = network.invite();
    invite.options = timer(TimerMode::Supported, 100, 90);
    network.call_with(invite);
    take(&mut network, timer(TimerMode::Supported, 1800, 300));
    network.run(10);
    assert_eq!(said(&network, 422, &HeaderName::MinSe).as_deref(), Some("300"));
    let again = network.sent.iter().rev().find(|message| message.method() == Some(Method::Invite)).cloned();
    let again = again.expect("a second INVITE");
    assert_eq!(again.raw(&HeaderName::SessionExpires), Some("300"));
    assert_eq!(again.raw(&HeaderName::MinSe), Some("300"));
    let bob = take(&mut network, timer(TimerMode::Supported, 1800, 300));
    network.answer(bob);
    assert_eq!(said(&network, 200, &HeaderName::SessionExpires).as_deref(), Some("300;refresher=uac"));
}

#[test]
fn a_peer_without_timers_is_asked_by_us_or_let_be() {
    for (mode, refreshes) in [(TimerMode::Supported, false), (TimerMode::Always, true)] {
        let mut network = Network::new();
        without(&mut network, ALICE, None, "timer");
        let none = timer(TimerMode::Never, 1800, 90);
        connect(&mut network, none, timer(mode, 600, 90));
        let expected = refreshes.then_some("600;refresher=uas");
        assert_eq!(said(&network, 200, &HeaderName::SessionExpires).as_deref(), expected);
        assert_eq!(said(&network, 200, &HeaderName::Require), None);
        network.forget();
        network.run(21 * MINUTE);
        assert_eq!(count(&network, &Method::Update) > 3, refreshes, "{mode:?}");
    }
}

#[test]
fn who_must_have_a_timer_refuses_a_caller_without_one() {
    let mut network = Network::new();
    without(&mut network, ALICE, None, "timer");
    let mut invite = network.invite();
    invite.options = timer(TimerMode::Never, 1800, 90);
    network.call_with(invite);
    take(&mut network, timer(TimerMode::Required, 1800, 90));
    network.run(10);
    assert_eq!(said(&network, 421, &HeaderName::Require).as_deref(), Some("timer"));
    assert_eq!(network.heard(ALICE), ["failed 421"]);
}

#[test]
fn a_peer_without_update_is_refreshed_by_reinvite() {
    let mut network = Network::new();
    without(&mut network, BOB, Some(Method::Update), "");
    let (alice, bob) = connect(&mut network, timer(TimerMode::Supported, 600, 90), SessionOptions::default());
    network.heard(ALICE);
    for _ in 0..4 {
        network.run(6 * MINUTE);
        assert_eq!(network.heard(ALICE), ["RefreshWanted"]);
        network.tell(ALICE, |agent, now| agent.reinvite(now, alice, Some(offer("alice")), Vec::new()));
        network.run(10);
        network.tell(BOB, |agent, now| agent.answer_reinvite(now, bob, Ok(offer("bob"))));
        network.run(10);
        assert_eq!(network.heard(ALICE), ["reinvite answered"]);
        let reinvite = network.sent.iter().rev().find(|m| m.method() == Some(Method::Invite));
        let expires = reinvite.and_then(|invite| invite.raw(&HeaderName::SessionExpires));
        assert_eq!(expires, Some("600;refresher=uac"));
    }
    network.heard(BOB);
    // An application that does not follow the hint loses the call at the end of its time.
    network.run(11 * MINUTE);
    assert_eq!(network.heard(ALICE).last().map(String::as_str), Some("ended Bye"));
    assert_eq!(network.heard(BOB), ["ended TimerExpired"]);
}

#[test]
fn what_a_proxy_says_of_the_timer_counts() {
    let mut network = Network::new();
    let alice = network.call();
    let invite = network.sent[0].clone();
    let raw = |name: HeaderName| invite.raw(&name).unwrap_or_default().to_owned();
    let answer = format!(
        "SIP/2.0 200 OK\nVia: {}\nFrom: {}\nTo: {};tag=b\nCall-ID: {}\nCSeq: {}\nContact: <sip:b@192.0.2.2>\n\
         Session-Expires: 120;refresher=uac\nAllow: INVITE, ACK, BYE, UPDATE\nContent-Length: 0\n\n",
        raw(HeaderName::Via),
        raw(HeaderName::From),
        raw(HeaderName::To),
        raw(HeaderName::CallId),
        raw(HeaderName::CSeq),
    );
    network.inject(BOB, ALICE, &answer);
    network.run(61_000);
    let update = network.sent.iter().find(|message| message.method() == Some(Method::Update));
    assert_eq!(update.and_then(|update| update.raw(&HeaderName::SessionExpires)), Some("120;refresher=uac"));
    network.hangup(ALICE, alice);
    network.run(MINUTE);
    assert!(network.sent.iter().all(Message::is_request) || !network.sent.is_empty());
}

#[test]
fn a_caller_that_wants_us_to_refresh_is_told_that_it_should_watch() {
    let mut network = Network::new();
    let invite = "INVITE sip:bob@192.0.2.2 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\nMax-Forwards: 70\n\
         From: <sip:alice@192.0.2.1>;tag=a\nTo: <sip:bob@192.0.2.2>\nCall-ID: 1\nCSeq: 1 INVITE\n\
         Contact: <sip:alice@192.0.2.1>\nSupported: timer\nSession-Expires: 600;refresher=uas\nContent-Length: 0\n\n";
    network.inject(ALICE, BOB, invite);
    network.run(10);
    let bob = take(&mut network, SessionOptions::default());
    network.answer(bob);
    assert_eq!(said(&network, 200, &HeaderName::SessionExpires).as_deref(), Some("600;refresher=uas"));
    assert_eq!(said(&network, 200, &HeaderName::Require).as_deref(), Some("timer"));
}
