//! Event notification (RFC 6665): Alice watches Bob.

use std::sync::Arc;

use sip_parser::{HeaderName, Method};
use sip_ua::user_agent::{
    Body, Document, EventId, OutboundRequest, OutboundSubscribe, PeerAddress, Reply, RequestId, Standing,
    SubscriptionEnd, SubscriptionEvent, SubscriptionId, SubscriptionTerms, Termination, TerminationReason,
    UaEvent, UserAgent, UserAgentConfig,
};

use crate::network::{ALICE, BOB, Network};

/// Two agents that know the package `dialog`.
pub(crate) fn watching() -> Network {
    watching_with(|_| {})
}

pub(crate) fn watching_with(settle: impl Fn(&mut UserAgentConfig)) -> Network {
    let mut network = Network::new();
    for (index, name) in [(ALICE, "alice"), (BOB, "bob")] {
        let mut config = UserAgentConfig::new(name);
        config.allow.extend([Method::Subscribe, Method::Notify, Method::Refer]);
        config.event_packages = vec!["dialog".to_owned(), "refer".to_owned()];
        settle(&mut config);
        network.agents[index] = UserAgent::with_seed(config, [u8::try_from(index + 1).unwrap_or(9); 32]);
    }
    network
}

pub(crate) fn subscribe(network: &Network, expires: u32) -> OutboundSubscribe {
    OutboundSubscribe {
        target: "sip:bob@192.0.2.2".to_owned(),
        flow: network.flow(ALICE, BOB),
        from: "<sip:alice@example.com>".to_owned(),
        to: "<sip:bob@example.com>".to_owned(),
        contact: "<sip:alice@192.0.2.1:5060>".to_owned(),
        route: Vec::new(),
        headers: Vec::new(),
        event: EventId { package: "dialog".to_owned(), id: Some("7".to_owned()) },
        expires,
        credentials: Vec::new(),
    }
}

/// Documents that number themselves, so that gaps show.
pub(crate) fn document(text: &'static str) -> Document {
    Document::Versioned(Arc::new(move |version| Body {
        content_type: "text/plain".to_owned(),
        bytes: format!("{version} {text}").into(),
    }))
}

fn terms() -> SubscriptionTerms {
    SubscriptionTerms::new("<sip:bob@192.0.2.2:5060>", document("idle"))
}

/// What an agent heard of subscriptions, in words.
pub(crate) fn heard(network: &mut Network, agent: usize) -> Vec<String> {
    let events = std::mem::take(&mut network.events[agent]);
    let mut words = Vec::new();
    for event in events {
        let UaEvent::Subscription(_, event) = event else { continue };
        words.push(match event {
            SubscriptionEvent::Granted { expires } => format!("granted {expires}"),
            SubscriptionEvent::Notified { message, pending } => {
                let text = String::from_utf8_lossy(message.body()).into_owned();
                format!("{}{text}", if pending { "pending " } else { "" })
            }
            SubscriptionEvent::Ended { reason, .. } => match reason {
                SubscriptionEnd::Terminated { reason, .. } => format!("terminated {}", reason.as_str()),
                other => format!("{other:?}"),
            },
            other => format!("{other:?}"),
        });
    }
    words
}

/// Alice asks, Bob agrees.
fn begin(network: &mut Network, expires: u32) -> (SubscriptionId, SubscriptionId) {
    begin_with(network, expires, terms())
}

fn begin_with(
    network: &mut Network,
    expires: u32,
    terms: SubscriptionTerms,
) -> (SubscriptionId, SubscriptionId) {
    let (ours, theirs) = (SubscriptionId::next(), SubscriptionId::next());
    let ask = subscribe(network, expires);
    network.tell(ALICE, |agent, now| agent.subscribe(now, ours, ask));
    network.run(10);
    let request = network.request(BOB).expect("a SUBSCRIBE came");
    network.tell(BOB, |agent, now| agent.accept_subscription(now, request, theirs, terms));
    network.run(10);
    (ours, theirs)
}

#[test]
fn a_watcher_is_told_where_its_contact_says_or_where_it_speaks_from() {
    for (peer_address, told) in [(PeerAddress::Named, "carol"), (PeerAddress::Source, "alice")] {
        let mut network = watching();
        network.agents.push(UserAgent::with_seed(UserAgentConfig::new("carol"), [9; 32]));
        network.events.push(Vec::new());
        let ask =
            OutboundSubscribe { contact: "<sip:alice@192.0.2.3>".to_owned(), ..subscribe(&network, 600) };
        network.tell(ALICE, |agent, now| agent.subscribe(now, SubscriptionId::next(), ask));
        network.run(10);
        let request = network.request(BOB).expect("a SUBSCRIBE came");
        let terms = SubscriptionTerms { peer_address, ..terms() };
        let id = SubscriptionId::next();
        network.tell(BOB, |agent, now| agent.accept_subscription(now, request, id, terms));
        assert!(network.ladder.contains(&format!("bob -> {told}: NOTIFY")), "{:?}", network.ladder);
    }
}

fn tell(network: &mut Network, id: SubscriptionId, text: &'static str) {
    network.tell(BOB, |agent, now| agent.notify(now, id, Standing::Active, document(text)));
}

fn header(network: &Network, index: usize, name: &HeaderName) -> String {
    network.sent[index].raw(name).unwrap_or_default().to_owned()
}

/// Lets all transactions end.
fn quiet(network: &mut Network) {
    network.run(70_000);
    assert!(network.is_silent());
    assert!(network.agents.iter().all(|agent| agent.subscriptions() == 0));
}

#[test]
fn a_subscription_from_its_beginning_to_its_end() {
    let mut network = watching();
    let (ours, theirs) = begin(&mut network, 600);
    tell(&mut network, theirs, "ringing");
    network.run(10);
    network.tell(ALICE, |agent, now| agent.unsubscribe(now, ours));
    network.run(10);
    let expected = [
        "alice -> bob: SUBSCRIBE",
        "bob -> alice: 200 OK (SUBSCRIBE)",
        "bob -> alice: NOTIFY",
        "alice -> bob: 200 OK (NOTIFY)",
        "bob -> alice: NOTIFY",
        "alice -> bob: 200 OK (NOTIFY)",
        "alice -> bob: SUBSCRIBE",
        "bob -> alice: 200 OK (SUBSCRIBE)",
        "bob -> alice: NOTIFY",
        "alice -> bob: 200 OK (NOTIFY)",
    ];
    assert_eq!(network.ladder, expected);
    assert_eq!(header(&network, 2, &HeaderName::Event), "dialog;id=7");
    assert_eq!(header(&network, 2, &HeaderName::SubscriptionState), "active;expires=600");
    assert_eq!(header(&network, 8, &HeaderName::SubscriptionState), "terminated;reason=timeout");
    assert_eq!(heard(&mut network, ALICE), ["granted 600", "0 idle", "1 ringing", "Unsubscribed"]);
    assert_eq!(heard(&mut network, BOB), ["granted 600", "Unsubscribed"]);
    quiet(&mut network);
}

/// RFC 4662 section 4.5: who asks is told all, and what follows need only tell what changed.
#[test]
fn who_asks_is_told_all() {
    let partial = || {
        Document::Partial(Arc::new(|version, whole| Body {
            content_type: "text/plain".to_owned(),
            bytes: format!("{version} {}", if whole { "all" } else { "changes" }).into(),
        }))
    };
    let mut network = watching();
    let terms = SubscriptionTerms::new("<sip:bob@192.0.2.2:5060>", partial());
    let (_, theirs) = begin_with(&mut network, 100, terms);
    for _ in 0..2 {
        network.tell(BOB, |agent, now| agent.notify(now, theirs, Standing::Active, partial()));
        network.run(10);
    }
    assert_eq!(heard(&mut network, ALICE), ["granted 100", "0 all", "1 changes", "2 changes"]);
    network.run(75_000);
    assert_eq!(heard(&mut network, ALICE), ["granted 100", "3 all"]);
}

#[test]
fn it_is_refreshed_before_it_ends_and_ends_when_it_is_not() {
    let mut network = watching();
    begin(&mut network, 100);
    network.run(75_000);
    assert_eq!(heard(&mut network, BOB), ["granted 100", "granted 100"]);
    assert_eq!(heard(&mut network, ALICE), ["granted 100", "0 idle", "granted 100", "1 idle"]);
    network.agents[ALICE] = UserAgent::with_seed(UserAgentConfig::new("alice"), [9; 32]);
    network.run(101_000);
    assert_eq!(heard(&mut network, BOB), ["Expired"]);
    assert_eq!(
        network.ladder.last().map(String::as_str),
        Some("alice -> bob: 481 Call/Transaction Does Not Exist (NOTIFY)")
    );
    quiet(&mut network);
}

#[test]
fn the_state_can_be_fetched_once() {
    let mut network = watching();
    begin(&mut network, 0);
    assert_eq!(header(&network, 1, &HeaderName::Expires), "0");
    assert_eq!(header(&network, 2, &HeaderName::SubscriptionState), "terminated;reason=timeout");
    assert_eq!(network.sent[2].body(), b"0 idle".as_slice());
    assert_eq!(heard(&mut network, ALICE), ["Unsubscribed"]);
    assert_eq!(heard(&mut network, BOB), ["Unsubscribed"]);
    quiet(&mut network);
}

#[test]
fn too_short_a_wish_is_told_the_least() {
    let mut network = watching();
    let (ours, _) = begin(&mut network, 10);
    assert_eq!(network.ladder[1], "bob -> alice: 423 Interval Too Brief (SUBSCRIBE)");
    assert_eq!(header(&network, 1, &HeaderName::MinExpires), "60");
    assert_eq!(heard(&mut network, BOB), ["Refused(423)"]);
    // Alice has come again with a minute.
    assert_eq!(header(&network, 2, &HeaderName::Expires), "60");
    assert_eq!(network.ladder.len(), 3);
    network.tell(ALICE, |agent, now| agent.unsubscribe(now, ours));
    quiet(&mut network);
}

#[test]
fn unknown_packages_are_refused_with_those_that_are_known() {
    let mut network = watching();
    let mut ask = subscribe(&network, 600);
    ask.event = EventId::new("weather");
    network.tell(ALICE, |agent, now| agent.subscribe(now, SubscriptionId::next(), ask));
    network.run(10);
    assert_eq!(network.ladder[1], "bob -> alice: 489 Bad Event (SUBSCRIBE)");
    assert_eq!(header(&network, 1, &HeaderName::AllowEvents), "dialog, refer");
    assert_eq!(heard(&mut network, ALICE), ["Refused(489)"]);
    quiet(&mut network);
}

#[test]
fn one_notify_at_a_time_and_the_newest_state_wins() {
    let mut network = watching();
    let (_, theirs) = begin(&mut network, 600);
    network.forget();
    for text in ["ringing", "in use", "held", "idle again"] {
        tell(&mut network, theirs, text);
    }
    network.run(20);
    assert_eq!(heard(&mut network, ALICE), ["1 ringing", "2 idle again"]);
    assert_eq!(network.ladder.len(), 4);
}

#[test]
fn a_pending_watcher_sees_nothing_until_it_is_allowed() {
    let mut network = watching();
    let mut terms = terms();
    terms.standing = Standing::Pending;
    terms.document = Document::Empty;
    let (_, theirs) = begin_with(&mut network, 600, terms);
    tell(&mut network, theirs, "idle");
    network.run(10);
    let mut end = Termination::new(TerminationReason::Probation);
    end.retry_after = Some(30);
    network.tell(BOB, |agent, now| agent.end_subscription(now, theirs, end));
    network.run(10);
    assert_eq!(heard(&mut network, ALICE), ["granted 600", "pending ", "1 idle", "terminated probation"]);
    let last = network.sent.len() - 2;
    let state = header(&network, last, &HeaderName::SubscriptionState);
    assert_eq!(state, "terminated;reason=probation;retry-after=30");
    assert_eq!(heard(&mut network, BOB), ["granted 600", "terminated probation"]);
    quiet(&mut network);
}

#[test]
fn a_notify_that_overtakes_the_answer_makes_the_dialog() {
    let mut network = watching();
    network.lose = vec!["bob -> alice: 200 OK (SUBSCRIBE)"];
    begin(&mut network, 600);
    assert_eq!(heard(&mut network, ALICE), ["0 idle"]);
    network.run(1_000);
    assert_eq!(heard(&mut network, ALICE), ["granted 600"]);
    network.forget();
    network.run(575_000);
    assert_eq!(network.ladder[..2], ["alice -> bob: SUBSCRIBE", "bob -> alice: 200 OK (SUBSCRIBE)"]);
}

#[test]
fn a_refresh_that_crosses_a_notify_is_followed_by_one_more() {
    let mut network = watching();
    let (_, theirs) = begin(&mut network, 100);
    network.forget();
    network.lose = vec!["alice -> bob: 200 OK (NOTIFY)"; 2];
    // Its answers are lost, so that it is still on its way when the refresh comes.
    network.run(64_000);
    tell(&mut network, theirs, "ringing");
    network.run(5_000);
    assert_eq!(heard(&mut network, ALICE), ["1 ringing", "granted 100", "2 ringing"]);
    let notifies = network.ladder.iter().filter(|line| line.starts_with("bob -> alice: NOTIFY")).count();
    assert_eq!(notifies, 4, "three times the first, once the one after the refresh");
}

#[test]
fn a_watcher_that_knows_nothing_of_it_ends_it() {
    let mut network = watching();
    let (_, theirs) = begin(&mut network, 600);
    let known = network.agents[ALICE].subscriptions();
    assert_eq!(known, 1);
    let mut config = UserAgentConfig::new("alice");
    config.allow.push(Method::Notify);
    network.agents[ALICE] = UserAgent::with_seed(config, [9; 32]);
    network.forget();
    tell(&mut network, theirs, "ringing");
    network.run(10);
    assert_eq!(network.ladder[1], "alice -> bob: 481 Call/Transaction Does Not Exist (NOTIFY)");
    assert_eq!(heard(&mut network, BOB), ["Lost"]);
    tell(&mut network, theirs, "in use");
    network.run(10);
    assert_eq!(network.ladder.len(), 2, "nothing goes out for one that is over");
    quiet(&mut network);
}

#[test]
fn silence_ends_it() {
    let mut network = watching();
    let (_, theirs) = begin(&mut network, 600);
    network.forget();
    network.weather.lost = 100;
    tell(&mut network, theirs, "ringing");
    network.run(33_000);
    assert_eq!(heard(&mut network, BOB), ["Lost"]);
    network.run(600_000);
    assert_eq!(heard(&mut network, ALICE), ["Lost"], "its refresh was not answered");
    quiet(&mut network);
}

#[test]
fn a_notify_after_the_end_is_answered_481() {
    let mut network = watching();
    let (ours, theirs) = begin(&mut network, 600);
    network.tell(ALICE, |agent, now| agent.unsubscribe(now, ours));
    network.run(10);
    network.forget();
    tell(&mut network, theirs, "late");
    network.run(10);
    assert!(network.ladder.is_empty(), "the notifier is done too");
    let stray = "NOTIFY sip:alice@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKstray\n\
                 From: <sip:bob@example.com>;tag=x\nTo: <sip:alice@example.com>;tag=gone\nCall-ID: stray\n\
                 CSeq: 1 NOTIFY\nEvent: dialog\nSubscription-State: active\nContact: <sip:bob@192.0.2.2>\n\
                 Max-Forwards: 70\nContent-Length: 0\n\n";
    network.inject(BOB, ALICE, stray);
    network.run(10);
    assert_eq!(network.ladder, ["alice -> bob: 481 Call/Transaction Does Not Exist (NOTIFY)"]);
}

#[test]
fn a_busy_watcher_is_asked_again_when_it_says() {
    let mut network = watching();
    let refer = |network: &mut Network| {
        let (from, to) = ("<sip:alice@example.com>", "<sip:bob@example.com>");
        let flow = network.flow(ALICE, BOB);
        let mut refer = OutboundRequest::new(Method::Refer, "sip:bob@192.0.2.2", flow, from, to);
        refer.contact = Some("<sip:alice@192.0.2.1:5060>".to_owned());
        network.tell(ALICE, |agent, now| agent.request(now, RequestId::next(), refer));
        network.run(10);
    };
    // Somebody who referred and has no dialog of its own answers as it likes.
    refer(&mut network);
    let request = network.request(BOB).expect("a REFER came");
    let theirs = SubscriptionId::next();
    network.tell(BOB, |agent, now| agent.accept_subscription(now, request, theirs, terms()));
    network.run(10);
    assert_eq!(network.ladder[1], "bob -> alice: 202 Accepted (REFER)");
    assert_eq!(header(&network, 2, &HeaderName::Event), "refer");
    assert_eq!(heard(&mut network, BOB), ["granted 3600", "Lost"], "481 of one that keeps no dialog");
    quiet(&mut network);
}

#[test]
fn subscriptions_are_bounded_in_all_and_of_one_peer() {
    for settle in [
        |config: &mut UserAgentConfig| config.max_subscriptions = 1,
        |config: &mut UserAgentConfig| config.max_subscriptions_per_peer = 1,
    ] {
        let mut network = watching_with(settle);
        let (_, theirs) = begin(&mut network, 600);
        network.forget();
        let second = "SUBSCRIBE sip:bob@192.0.2.2 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb\n\
                      From: <sip:a@example.com>;tag=x\nTo: <sip:bob@example.com>\nCall-ID: second\n\
                      CSeq: 1 SUBSCRIBE\nEvent: dialog\nContact: <sip:a@192.0.2.1>\nMax-Forwards: 70\n\
                      Content-Length: 0\n\n";
        network.inject(ALICE, BOB, second);
        network.run(10);
        assert_eq!(network.ladder, ["bob -> alice: 503 Service Unavailable (SUBSCRIBE)"]);
        assert!(network.sent[0].raw(&HeaderName::RetryAfter).is_some());
        network.tell(BOB, |agent, now| {
            agent.end_subscription(now, theirs, Termination::new(TerminationReason::NoResource));
        });
        network.run(10);
        assert_eq!(network.agents[BOB].subscriptions(), 0, "there is room again");
        network.inject(ALICE, BOB, &second.replace("z9hG4bKb", "z9hG4bKc").replace("second", "third"));
        network.run(10);
        assert!(network.request(BOB).is_some());
    }
}

#[test]
fn a_request_that_cannot_be_taken_is_refused() {
    let mut network = watching();
    let bare = "SUBSCRIBE sip:bob@192.0.2.2 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb\n\
                From: <sip:a@example.com>;tag=x\nTo: <sip:bob@example.com>\nCall-ID: bare\n\
                CSeq: 1 SUBSCRIBE\nEvent: dialog\nMax-Forwards: 70\nContent-Length: 0\n\n";
    network.inject(ALICE, BOB, bare);
    network.run(10);
    let request = network.request(BOB).expect("it came");
    let id = SubscriptionId::next();
    network.tell(BOB, |agent, now| agent.accept_subscription(now, request, id, terms()));
    network.run(10);
    assert_eq!(network.ladder, ["bob -> alice: 400 Bad Request (SUBSCRIBE)"]);
    assert_eq!(heard(&mut network, BOB), ["Refused(400)"]);
    network.tell(BOB, |agent, now| agent.respond(now, request, Reply::status(200)));
    assert_eq!(network.ladder.len(), 1);
    quiet(&mut network);
}
