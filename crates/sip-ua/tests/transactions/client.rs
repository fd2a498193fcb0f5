//! Requests that go out.

use sip_parser::{HeaderName, Method};
use sip_ua::{Limits, TransactionEvent};

use crate::bench::{Bench, answer, is, message, request, tcp, udp};

const BRANCH: &str = "z9hG4bK1";

#[test]
fn responses_find_their_transaction_by_branch_and_method() {
    let mut bench = Bench::new();
    let invite = bench.send(&request("INVITE", BRANCH));
    let options = bench.send(&request("OPTIONS", BRANCH));
    bench.receive(&answer(&request("OPTIONS", BRANCH), 200));
    bench.receive(&answer(&request("INVITE", BRANCH), 180));
    let ids: Vec<_> = bench
        .events()
        .into_iter()
        .map(|event| match event {
            TransactionEvent::Response { id, .. } => id,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids, [options, invite]);
}

#[test]
fn a_refusal_gets_the_ack_that_the_rfc_describes() {
    let mut bench = Bench::new();
    let routed = request("INVITE", BRANCH)
        .replace("Max-Forwards", "Route: <sip:p1;lr>\nRoute: <sip:p2;lr>\nMax-Forwards");
    bench.send(&routed);
    bench.sent();
    bench.receive(&answer(&routed, 486));
    bench.receive(&answer(&routed, 486));
    let sent = bench.sent();
    assert_eq!(sent.len(), 2, "each copy of the refusal is acknowledged");
    assert_eq!(sent[0].as_bytes(), sent[1].as_bytes());
    let (ack, invite) = (&sent[0], message(&routed));
    assert!(is(ack, Method::Ack));
    assert_eq!(ack.uri(), invite.uri());
    assert_eq!(ack.raw(&HeaderName::Via), invite.raw(&HeaderName::Via));
    assert_eq!(ack.raw(&HeaderName::From), invite.raw(&HeaderName::From));
    assert_eq!(ack.call_id(), invite.call_id());
    assert_eq!(ack.raw(&HeaderName::CSeq), Some("1 ACK"));
    assert_eq!(ack.to().unwrap().tag(), Some("b"));
    assert!(ack.raw_all(&HeaderName::Route).eq(["<sip:p1;lr>", "<sip:p2;lr>"]));
    assert!(matches!(bench.events()[..], [TransactionEvent::Response { .. }]));
    bench.wait(32_000);
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn every_2xx_reaches_the_user_agent() {
    let mut bench = Bench::new();
    bench.send(&request("INVITE", BRANCH));
    bench.sent();
    for _ in 0..3 {
        bench.receive(&answer(&request("INVITE", BRANCH), 200));
    }
    assert_eq!(bench.events().len(), 3);
    assert!(bench.sent().is_empty(), "the ACK is the user agent's");
    bench.wait(32_000);
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn an_unanswered_request_times_out() {
    let mut bench = Bench::new();
    let id = bench.send(&request("OPTIONS", BRANCH));
    bench.wait(32_000);
    assert_eq!(bench.sent().len(), 11);
    assert!(matches!(bench.events()[..], [TransactionEvent::TimedOut { id: late }] if late == id));
    assert_eq!(bench.layer.poll_timeout(), None);
}

#[test]
fn a_broken_connection_fails_what_waits_on_it() {
    let mut bench = Bench::new();
    let over_tcp = message(&request("OPTIONS", BRANCH).replace("UDP", "TCP"));
    let id = bench.layer.send_request(bench.now, over_tcp, tcp());
    let other = bench.send(&request("OPTIONS", "z9hG4bK2"));
    bench.layer.handle_transport_error(bench.now, &tcp());
    assert!(matches!(bench.events()[..], [TransactionEvent::TransportFailed { id: failed }] if failed == id));
    assert_eq!(bench.layer.active(), (1, 0), "{other} goes another way");
    bench.layer.handle_transport_error(bench.now, &udp());
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn what_cannot_be_sent_fails_at_once() {
    let mut bench = Bench::with_limits(Limits::DEFAULT.with_client_transactions(2));
    bench.send(&request("OPTIONS", BRANCH));
    bench.send(&request("OPTIONS", BRANCH)); // the branch is in use
    bench.send(&request("ACK", "z9hG4bK2"));
    bench.send(&request("OPTIONS", "z9hG4bK3").replace(";branch=z9hG4bK3", ""));
    bench.send(&request("OPTIONS", "z9hG4bK4"));
    bench.send(&request("OPTIONS", "z9hG4bK5")); // one too many
    assert_eq!(bench.sent().len(), 2);
    let events = bench.events();
    assert_eq!(events.len(), 4);
    assert!(events.iter().all(|event| matches!(event, TransactionEvent::TransportFailed { .. })));
    assert_eq!(bench.layer.counters().unsent, 4);
}

#[test]
fn what_is_answered_takes_no_room() {
    let limits = Limits::DEFAULT.with_client_transactions(1).with_lingering_transactions(2);
    let mut bench = Bench::with_limits(limits);
    for n in 0..5 {
        let options = request("OPTIONS", &format!("z9hG4bK{n}"));
        bench.send(&options);
        assert_eq!(bench.layer.at_work(), (1, 0));
        bench.receive(&answer(&options, 200));
        assert_eq!(bench.layer.at_work(), (0, 0));
    }
    assert_eq!(bench.layer.counters().unsent, 0);
    assert_eq!(bench.layer.active(), (2, 0));
    bench.wait(32_000);
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn a_response_with_a_second_via_is_not_ours() {
    let mut bench = Bench::new();
    bench.send(&request("OPTIONS", BRANCH));
    let misrouted = answer(&request("OPTIONS", BRANCH), 200)
        .replace("\nFrom", "\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\nFrom");
    bench.receive(&misrouted);
    assert!(bench.events().is_empty());
    assert_eq!(bench.layer.counters().misrouted, 1);
}

#[test]
fn branches_are_never_given_twice() {
    let mut bench = Bench::new();
    let (one, other) = (bench.layer.new_branch(), bench.layer.new_branch());
    assert!(one.starts_with("z9hG4bK") && other.starts_with("z9hG4bK"));
    assert_ne!(one, other);
}
