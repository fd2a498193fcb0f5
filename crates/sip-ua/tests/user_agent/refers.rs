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

/// Bob answers the REFER that came last.
fn answer(network: &mut Network, bob: SessionId, answer: Result<(), u16>) {
    let refer = last_refer(network);
    network.tell(BOB, |agent, now| agent.answer_refer(now, bob, refer, answer));
}

/// Bob tells what became of the REFER that came last.
fn news(network: &mut Network, bob: SessionId, status: u16, last: bool) {
    let refer = last_refer(network);
    network.tell(BOB, |agent, now| agent.notify_refer(now, bob, refer, status, last));
}

fn last_refer(network: &Network) -> u32 {
    let refers = network.events[BOB].iter().rev().find_map(|event| match event {
        UaEvent::Session(_, SessionEvent::Refer { id, .. }) => Some(*id),
        _ => None,
    });
    refers.expect("a REFER")
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
    answer(&mut network, bob, Ok(()));
    network.run(10);
    for (status, last) in [(180, false), (200, true)] {
        news(&mut network, bob, status, last);
        network.run(10);
    }
    let told = [
        "ReferProgress { status: 100, last: false }",
        "ReferProgress { status: 180, last: false }",
        "ReferProgress { status: 200, last: true }",
    ];
    assert_eq!(network.heard(ALICE), told);
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
    let refer = last_refer(&network);
    network.forget();
    network.tell(BOB, |agent, now| agent.notify_refer(now, bob, refer, 200, true));
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
    answer(&mut network, bob, Ok(()));
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
    answer(&mut network, bob, Err(603));
    network.run(10);
    assert_eq!(network.heard(ALICE), ["ReferFailed { status: 603 }"]);
}

#[test]
fn news_that_nobody_asked_for_is_refused() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    answer(&mut network, bob, Ok(()));
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
    answer(&mut network, bob, Ok(()));
    news(&mut network, bob, 200, true);
    network.run(2_000);
    assert_eq!(network.ladder.iter().filter(|line| line.contains("202")).count(), 2, "{:?}", network.ladder);
    let told = ["ReferProgress { status: 100, last: false }", "ReferProgress { status: 200, last: true }"];
    assert_eq!(network.heard(ALICE), told);
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
    answer(&mut network, bob, Ok(()));
    news(&mut network, bob, 200, true);
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
    answer(&mut network, bob, Ok(()));
    network.run(10);
    // Alice hears the last news, and Bob does not hear that she did.
    network.lose.extend(["alice -> bob: 200 OK (NOTIFY)"; 20]);
    news(&mut network, bob, 200, true);
    network.run(25_000);
    network.events[BOB].clear();
    refer(&mut network, alice, "<sip:dave@192.0.2.9>", Vec::new());
    assert_eq!(referred(&network), Some(None));
    network.run(10_000);
    network.ladder.clear();
    answer(&mut network, bob, Ok(()));
    network.run(10);
    assert_eq!(network.ladder.first().map(String::as_str), Some("bob -> alice: 202 Accepted (REFER)"));
}

#[test]
fn a_call_that_ends_for_good_tells_first_what_became_of_the_refer() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    answer(&mut network, bob, Ok(()));
    network.run(10);
    network.ladder.clear();
    network.hangup(BOB, bob);
    network.run(20_000);
    assert!(network.ladder.is_empty(), "{:?}", network.ladder);
    news(&mut network, bob, 180, false);
    network.run(10_000);
    news(&mut network, bob, 486, true);
    network.run(1_000);
    let requests = network.ladder.iter().filter(|line| line.starts_with("bob -> alice"));
    let requests: Vec<_> = requests.map(String::as_str).collect();
    assert_eq!(requests, ["bob -> alice: NOTIFY", "bob -> alice: NOTIFY", "bob -> alice: BYE"]);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn nobody_waits_for_news_for_ever() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    answer(&mut network, bob, Ok(()));
    network.hangup(BOB, bob);
    network.run(179_000);
    assert!(!network.ladder.iter().any(|line| line.contains("BYE")));
    network.run(2_000);
    let told = notifies(&network).pop().expect("NOTIFY");
    assert_eq!(told, ("SIP/2.0 100 Trying".to_owned(), "terminated;reason=timeout".to_owned()));
    assert!(network.ladder.iter().any(|line| line == "bob -> alice: BYE"));
}

#[test]
fn a_phone_that_hangs_up_hears_the_news_all_the_same() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    answer(&mut network, bob, Ok(()));
    network.run(10);
    // As a phone does it whose subscription outlives its call.
    let bye = in_dialog(&network, "BYE", "");
    network.inject(ALICE, BOB, &bye);
    network.run(10);
    assert!(network.heard(BOB).iter().any(|event| event.starts_with("ended")), "the call is over");
    network.sent.clear();
    network.tell(BOB, |agent, now| agent.notify_refer(now, bob, 2, 180, false));
    network.run(10);
    assert_eq!(notifies(&network).len(), 1);
    // What is no news is refused.
    let info = in_dialog(&network, "INFO", "");
    network.inject(ALICE, BOB, &info);
    network.run(10);
    assert!(network.sent.iter().any(|message| message.status() == Some(481)));
    network.tell(BOB, |agent, now| agent.notify_refer(now, bob, 2, 200, true));
    network.hangup(ALICE, alice);
    network.run(70_000);
    assert!(network.is_silent());
}

/// A request of Alice's in the dialog of her only call, which her user agent knows nothing of.
fn in_dialog(network: &Network, method: &str, headers: &str) -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(100);
    let cseq = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let refer = network.sent.iter().find(|message| message.method() == Some(Method::Refer));
    let like = refer.or_else(|| network.sent.first()).expect("a message of the call");
    let of = |name| like.raw(name).unwrap_or_default();
    let (from, to) = match refer {
        Some(_) => (of(&HeaderName::From), of(&HeaderName::To)),
        None => (of(&HeaderName::To), of(&HeaderName::From)),
    };
    format!(
        "{method} sip:bob@192.0.2.2 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-{cseq}\nMax-Forwards: 70\n\
         From: {from}\nTo: {to}\nCall-ID: {}\nCSeq: {cseq} {method}\n{headers}Content-Length: 0\n\n",
        of(&HeaderName::CallId)
    )
}

#[test]
fn several_refers_of_one_call_have_news_of_their_own() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    let first = last_refer(&network);
    answer(&mut network, bob, Ok(()));
    network.run(10);
    let second =
        in_dialog(&network, "REFER", "Refer-To: <sip:dave@192.0.2.9>\nContact: <sip:alice@192.0.2.1>\n");
    network.inject(ALICE, BOB, &second);
    network.run(10);
    let second = last_refer(&network);
    assert_ne!(first, second);
    network.sent.clear();
    for (refer, status) in [(second, 180), (first, 486), (second, 200)] {
        network.tell(BOB, |agent, now| {
            agent.answer_refer(now, bob, refer, Ok(()));
            agent.notify_refer(now, bob, refer, status, status > 180);
        });
    }
    network.run(10);
    let told = network.sent.iter().filter(|message| message.method() == Some(Method::Notify)).map(|notify| {
        let status = String::from_utf8_lossy(notify.body()).get(8..11).unwrap_or_default().to_owned();
        (notify.raw(&HeaderName::Event).unwrap_or_default().to_owned(), status)
    });
    let told: Vec<_> = told.collect();
    let of = |refer: u32, status: &str| (format!("refer;id={refer}"), status.to_owned());
    assert_eq!(told, [of(second, "100"), of(second, "180"), of(first, "486"), of(second, "200")]);
}

#[test]
fn the_subscription_of_a_refer_is_refreshed_and_ended() {
    let mut network = crate::subscriptions::watching();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    let id = last_refer(&network);
    answer(&mut network, bob, Ok(()));
    network.run(100_000);
    let subscribe = |network: &mut Network, event: &str, expires: u32| {
        let headers = format!("Event: {event}\nExpires: {expires}\nContact: <sip:alice@192.0.2.1>\n");
        let text = in_dialog(network, "SUBSCRIBE", &headers);
        let before = network.sent.len();
        network.inject(ALICE, BOB, &text);
        network.run(10);
        let mut answers = network.sent[before..]
            .iter()
            .filter(|message| message.cseq().is_ok_and(|cseq| cseq.method == Method::Subscribe));
        answers.find_map(Message::status)
    };
    assert_eq!(subscribe(&mut network, "refer;id=77", 60), Some(481));
    assert_eq!(subscribe(&mut network, "dialog", 60), Some(489));
    assert_eq!(subscribe(&mut network, "refer", 600), Some(200));
    assert_eq!(notifies(&network).pop().expect("NOTIFY").1, "active;expires=180");
    network.run(170_000);
    assert_eq!(subscribe(&mut network, &format!("refer;id={id}"), 0), Some(200));
    assert_eq!(notifies(&network).pop().expect("NOTIFY").1, "terminated;reason=timeout");
    // The call goes on.
    network.hangup(BOB, bob);
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn news_of_another_refer_is_not_taken_for_ours() {
    let mut network = Network::new();
    let (alice, bob) = network.connect();
    refer(&mut network, alice, "<sip:carol@192.0.2.9>", Vec::new());
    answer(&mut network, bob, Ok(()));
    network.run(10);
    network.heard(ALICE);
    let notify = network.sent.iter().find(|m| m.method() == Some(Method::Notify)).expect("NOTIFY").clone();
    let text = String::from_utf8_lossy(notify.as_bytes()).replace("\r\n", "\n");
    let text = text.replace("refer;id=", "refer;id=9").replace("branch=z9hG4bK", "branch=z9hG4bKx");
    let cseq = notify.cseq().expect("CSeq").number;
    network.inject(BOB, ALICE, &text.replace(&format!("CSeq: {cseq} "), &format!("CSeq: {} ", cseq + 1)));
    network.run(10);
    assert_eq!(network.heard(ALICE), Vec::<String>::new());
    assert_eq!(network.sent.last().and_then(Message::status), Some(481));
}
