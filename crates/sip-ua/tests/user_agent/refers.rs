//! Calls that are handed on: REFER, its news, and Replaces (RFC 3515, 3891, 4488).

use sip_parser::{HeaderName, Message, Method};
use sip_ua::user_agent::{SessionEvent, SessionId, UaEvent};

use crate::network::{ALICE, BOB, Network};

fn refer(network: &mut Network, alice: SessionId, target: &str, headers: Vec<(String, String)>) {
    network.tell(ALICE, |agent, now| agent.refer(now, alice, target, headers));
    network.run(10);
}

fn referred(network: &Network) -> Option<Option<SessionId>> {
    network.events[BOB].iter().find_map(|event| match event {
        UaEvent::Session(_, SessionEvent::Refer { replaces, .. }) => Some(*replaces),
        _ => None,
    })
}

fn notifies(network: &Network) -> Vec<(String, String)> {
    let notifies = network.sent.iter().filter(|message| message.method() == Some(Method::Notify));
    let text = |message: &Message| {
        let state = message.raw(&HeaderName::SubscriptionState).unwrap_or_default().to_owned();
        (String::from_utf8_lossy(message.body()).trim().to_owned(), state)
    };
    notifies.map(text).collect()
}

#[test]
fn the_news_of_a_blind_transfer() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    assert_eq!(referred(&network), Some(None));
    network.tell(BOB, |agent, now| agent.answer_refer(now, bob, Ok(())));
    network.run(10);
    for (status, last) in [(180, false), (200, true)] {
        network.tell(BOB, |agent, now| agent.notify_refer(now, bob, status, last));
        network.run(10);
    }
    let news = [
        "ReferProgress { status: 100, last: false }",
        "ReferProgress { status: 180, last: false }",
        "ReferProgress { status: 200, last: true }",
    ];
    assert_eq!(network.heard(ALICE), news);
    let active = "active;expires=180".to_owned();
    assert_eq!(
        notifies(&network),
        [
            ("SIP/2.0 100 Trying".to_owned(), active.clone()),
            ("SIP/2.0 180 Ringing".to_owned(), active),
            ("SIP/2.0 200 OK".to_owned(), "terminated;reason=noresource".to_owned()),
        ]
    );
    assert!(network.sent.iter().any(|message| message.status() == Some(202)));
    // Nobody waits for more.
    network.forget();
    network.tell(BOB, |agent, now| agent.notify_refer(now, bob, 200, true));
    network.run(10);
    assert!(network.ladder.is_empty());
    network.hangup(ALICE, alice);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn no_news_where_none_is_wanted() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", vec![("Refer-Sub".into(), "false".into())]);
    network.tell(BOB, |agent, now| agent.answer_refer(now, bob, Ok(())));
    network.run(10);
    assert!(notifies(&network).is_empty());
    assert_eq!(network.heard(ALICE), ["ReferProgress { status: 200, last: true }"]);
}

#[test]
fn a_refusal_and_a_second_one_at_a_time() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    refer(&mut network, alice, "<sip:dave@192.0.2.9>", Vec::new());
    assert_eq!(network.heard(ALICE), ["ReferFailed { status: 491 }"]);
    network.tell(BOB, |agent, now| agent.answer_refer(now, bob, Err(603)));
    network.run(10);
    assert_eq!(network.heard(ALICE), ["ReferFailed { status: 603 }"]);
}

#[test]
fn news_that_nobody_asked_for_is_refused() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    network.tell(BOB, |agent, now| agent.answer_refer(now, bob, Ok(())));
    network.run(10);
    let notify = network.sent.iter().find(|m| m.method() == Some(Method::Notify)).expect("NOTIFY").clone();
    let (mut other, text) =
        (Network::new(), String::from_utf8_lossy(notify.as_bytes()).replace("\r\n", "\n"));
    other.inject(BOB, ALICE, &text);
    other.run(10);
    assert_eq!(other.sent.first().and_then(Message::status), Some(481));
}

/// The Replaces of a call as Alice writes it: her tag is the remote one at Bob.
fn replaces(network: &Network, alice: SessionId) -> String {
    let _ = alice;
    let invite = network.sent.iter().find(|m| m.method() == Some(Method::Invite)).expect("INVITE");
    let answer = network.sent.iter().find(|m| m.status() == Some(200)).expect("200");
    let tag = |address: sip_parser::NameAddr<'_>| address.tag().unwrap_or_default().to_owned();
    format!(
        "{};to-tag={};from-tag={}",
        invite.call_id().unwrap_or_default(),
        tag(answer.to().expect("To")),
        tag(invite.from().expect("From")),
    )
}

fn connect_known(network: &mut Network) -> (SessionId, SessionId, String) {
    network.sent.clear();
    let alice = network.call();
    let bob = network.take();
    network.answer(bob);
    let named = replaces(network, alice);
    (alice, bob, named)
}

#[test]
fn an_attended_transfer_finds_the_other_call() {
    let mut network = Network::new();
    let (first, _, _) = connect_known(&mut network);
    let (_, second, named) = connect_known(&mut network);
    network.forget();
    let escaped = named.replace(';', "%3B").replace('=', "%3D");
    refer(&mut network, first, &format!("<sip:carol@192.0.2.2?Replaces={escaped}>"), Vec::new());
    assert_eq!(referred(&network), Some(Some(second)));
}

#[test]
fn an_invite_finds_the_call_that_it_replaces() {
    let mut network = Network::new();
    let (_, bob, named) = connect_known(&mut network);
    network.forget();
    let call = |network: &mut Network, value: &str| {
        let mut invite = network.invite();
        invite.headers.push(("Replaces".to_owned(), value.to_owned()));
        network.call_with(invite);
        let replaced = network.events[BOB].iter().find_map(|event| match event {
            UaEvent::Replacing { session, .. } => Some(*session),
            _ => None,
        });
        let heard = network.heard(ALICE);
        network.forget();
        (replaced, heard)
    };
    assert_eq!(call(&mut network, &named), (Some(bob), vec![]));
    let nobody = vec!["failed 481".to_owned()];
    assert_eq!(call(&mut network, "x;to-tag=1;from-tag=2"), (None, nobody.clone()));
    assert_eq!(call(&mut network, &named.replace("from-tag=", "from-tag=x")), (None, nobody));
    assert_eq!(call(&mut network, &format!("{named};early-only")), (None, vec!["failed 486".to_owned()]));
    assert_eq!(call(&mut network, "x"), (None, vec!["failed 400".to_owned()]));
}

#[test]
fn news_that_overtakes_the_202_is_the_end_all_the_same() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    network.lose.push("bob -> alice: 202");
    network.tell(BOB, |agent, now| agent.answer_refer(now, bob, Ok(())));
    network.tell(BOB, |agent, now| agent.notify_refer(now, bob, 200, true));
    network.run(2_000);
    assert_eq!(network.ladder.iter().filter(|line| line.contains("202")).count(), 2, "{:?}", network.ladder);
    let news = ["ReferProgress { status: 100, last: false }", "ReferProgress { status: 200, last: true }"];
    assert_eq!(network.heard(ALICE), news);
    // The next one may go out.
    network.forget();
    refer(&mut network, alice, "<sip:dave@192.0.2.9>", Vec::new());
    assert_eq!(network.heard(ALICE), Vec::<String>::new());
    assert_eq!(referred(&network), Some(None));
}

#[test]
fn a_refer_without_an_answer_ends_once() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    network.lose.push("bob -> alice: 202");
    network.tell(BOB, |agent, now| agent.answer_refer(now, bob, Ok(())));
    network.tell(BOB, |agent, now| agent.notify_refer(now, bob, 200, true));
    network.run(100);
    network.heard(ALICE);
    // The way breaks before the 202 comes again.
    let flow = network.flow(ALICE, BOB);
    network.tell(ALICE, |agent, now| agent.handle_transport_error(now, &flow));
    assert_eq!(network.heard(ALICE), Vec::<String>::new());
}

#[test]
fn a_call_that_ends_answers_the_refer() {
    for ends in [ALICE, BOB] {
        let mut network = Network::new();
        let (alice, bob) = network.connect();
        refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
        network.hangup(ends, if ends == ALICE { alice } else { bob });
        let answers = network.ladder.iter().filter(|line| line.contains("(REFER)"));
        let answers: Vec<_> = answers.map(String::as_str).collect();
        assert_eq!(answers, ["bob -> alice: 487 Request Terminated (REFER)"], "{ends}");
        network.run(70_000);
        assert!(network.is_silent());
    }
}

#[test]
fn news_of_an_earlier_refer_that_fails_leaves_the_next_one_open() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    network.tell(BOB, |agent, now| agent.answer_refer(now, bob, Ok(())));
    network.run(10);
    // Alice hears the last news, and Bob does not hear that she did.
    network.lose.extend(["alice -> bob: 200 OK (NOTIFY)"; 20]);
    network.tell(BOB, |agent, now| agent.notify_refer(now, bob, 200, true));
    network.run(25_000);
    network.events[BOB].clear();
    refer(&mut network, alice, "<sip:dave@192.0.2.9>", Vec::new());
    assert_eq!(referred(&network), Some(None));
    network.run(10_000);
    network.forget();
    network.tell(BOB, |agent, now| agent.answer_refer(now, bob, Ok(())));
    network.run(10);
    assert_eq!(network.ladder.first().map(String::as_str), Some("bob -> alice: 202 Accepted (REFER)"));
}
