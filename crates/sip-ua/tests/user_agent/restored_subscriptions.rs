//! Subscriptions that go on after the notifier was started again: Alice watches Bob.

use std::time::Duration;

use sip_parser::Method;
use sip_ua::user_agent::{
    Standing, SubscriptionEvent, SubscriptionId, SubscriptionRecord, SubscriptionTerms, UaEvent, UserAgent,
    UserAgentConfig,
};

use crate::network::{ALICE, BOB, Network};
use crate::subscriptions::{document, heard, subscribe, watching_with};

fn recording(config: &mut UserAgentConfig) {
    config.record_subscriptions = true;
}

fn terms() -> SubscriptionTerms {
    SubscriptionTerms::new("<sip:bob@192.0.2.2:5060>", document("idle"))
}

/// Alice watches Bob for this long; what Bob keeps of it.
fn watched(network: &mut Network, expires: u32) -> (SubscriptionId, SubscriptionRecord) {
    let (ours, theirs) = (SubscriptionId::next(), SubscriptionId::next());
    let ask = subscribe(network, expires);
    network.tell(ALICE, |agent, now| agent.subscribe(now, ours, ask));
    network.run(10);
    let request = network.request(BOB).expect("a SUBSCRIBE came");
    network.tell(BOB, |agent, now| agent.accept_subscription(now, request, theirs, terms()));
    network.run(10);
    let record = network.events[BOB].iter().find_map(|event| match event {
        UaEvent::Subscription(_, SubscriptionEvent::Recorded(record)) => Some((**record).clone()),
        _ => None,
    });
    network.events[BOB].clear();
    (ours, record.expect("it is recorded"))
}

/// Another process with Bob's address goes on.
fn start_again(
    network: &mut Network,
    mut record: SubscriptionRecord,
    left: u64,
    is_reachable: bool,
) -> SubscriptionId {
    let mut config = UserAgentConfig::new("bob");
    config.allow.push(Method::Subscribe);
    config.event_packages = vec!["dialog".to_owned()];
    recording(&mut config);
    network.agents[BOB] = UserAgent::with_seed(config, [77; 32]);
    record.local_cseq += 100;
    record.version += 100;
    let id = SubscriptionId::next();
    let left = Duration::from_secs(left);
    network.tell(BOB, |agent, now| {
        agent.restore_subscription(now, id, &record, terms(), left, is_reachable);
    });
    network.run(10);
    id
}

#[test]
fn a_watcher_is_told_the_state_after_a_restart_and_refreshes_as_ever() {
    let mut network = watching_with(recording);
    let (_, record) = watched(&mut network, 600);
    assert_eq!(heard(&mut network, ALICE), ["granted 600", "0 idle"]);
    let id = start_again(&mut network, record, 590, true);
    assert_eq!(heard(&mut network, ALICE), ["100 idle"], "its number is above all of before");
    network.tell(BOB, |agent, now| agent.notify(now, id, Standing::Active, document("busy")));
    network.run(10);
    assert_eq!(heard(&mut network, ALICE), ["101 busy"]);
    network.run(600_000);
    let told = heard(&mut network, ALICE);
    assert_eq!(told[..2], ["granted 600", "102 busy"], "the refresh is taken");
    assert!(heard(&mut network, BOB)[0].starts_with("granted"));
}

#[test]
fn one_over_a_connection_that_is_gone_waits_for_its_refresh() {
    let mut network = watching_with(recording);
    let (_, record) = watched(&mut network, 600);
    heard(&mut network, ALICE);
    let id = start_again(&mut network, record, 590, false);
    network.tell(BOB, |agent, now| agent.notify(now, id, Standing::Active, document("busy")));
    network.run(1_000);
    assert!(heard(&mut network, ALICE).is_empty());
    network.run(600_000);
    assert_eq!(heard(&mut network, ALICE)[..2], ["granted 600", "100 busy"]);
    assert_eq!(network.agents[BOB].subscriptions(), 1);
}

#[test]
fn one_that_nobody_refreshes_ends_and_what_makes_no_sense_is_not_begun() {
    let mut network = watching_with(recording);
    let (_, record) = watched(&mut network, 600);
    let twice = record.clone();
    start_again(&mut network, record, 5, false);
    let other = SubscriptionId::next();
    network.tell(BOB, |agent, now| {
        agent.restore_subscription(now, other, &twice, terms(), Duration::from_secs(60), true);
    });
    assert_eq!(heard(&mut network, BOB), ["Invalid"], "its tag is taken");
    network.run(6_000);
    assert_eq!(heard(&mut network, BOB), ["Expired"]);
    assert_eq!(network.agents[BOB].subscriptions(), 0);
}
