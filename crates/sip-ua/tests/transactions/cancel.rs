//! CANCEL, from both sides.

use sip_parser::{HeaderName, Method};
use sip_ua::TransactionEvent;

use crate::bench::{Bench, answer, is, message, request};

const BRANCH: &str = "z9hG4bK1";

#[test]
fn a_cancel_is_answered_and_told() {
    let mut bench = Bench::new();
    bench.receive(&request("INVITE", BRANCH));
    let (invite, message, _) = bench.request();
    bench.respond(invite, &message, 180);
    bench.sent();
    bench.receive(&request("CANCEL", BRANCH));
    bench.receive(&request("CANCEL", BRANCH));
    let sent = bench.sent();
    assert_eq!(sent.len(), 2, "the repeated one is answered again");
    assert_eq!(sent[0].status(), Some(200));
    assert_eq!(sent[0].cseq().unwrap().method, Method::Cancel);
    assert_eq!(sent[0].to().unwrap().tag(), Some("b"), "the tag of the INVITE's responses");
    let events = bench.events();
    assert!(matches!(events[..], [TransactionEvent::Cancel { invite: told, .. }] if told == invite));
    assert!(bench.respond(invite, &message, 487));
    assert_eq!(bench.statuses(), [487]);
}

#[test]
fn a_cancel_that_comes_too_late_changes_nothing() {
    let mut bench = Bench::new();
    bench.receive(&request("INVITE", BRANCH));
    let (invite, message, _) = bench.request();
    bench.respond(invite, &message, 200);
    bench.receive(&request("CANCEL", BRANCH));
    assert_eq!(bench.statuses(), [200, 200]);
    assert!(bench.events().is_empty());
}

#[test]
fn a_cancel_of_nothing_gets_481_and_no_memory() {
    let mut bench = Bench::new();
    bench.receive(&request("OPTIONS", BRANCH));
    bench.events();
    bench.receive(&request("CANCEL", "z9hG4bK2"));
    bench.receive(&request("CANCEL", BRANCH)); // only an INVITE can be cancelled
    assert_eq!(bench.statuses(), [481, 481]);
    assert!(bench.events().is_empty());
    assert_eq!(bench.layer.active(), (0, 1));
    assert_eq!(bench.layer.counters().stray_cancels, 2);
}

#[test]
fn an_old_client_cancels_by_the_tuple() {
    let mut bench = Bench::new();
    bench.receive(&request("INVITE", "1"));
    bench.events();
    bench.receive(&request("CANCEL", "1"));
    assert_eq!(bench.statuses(), [200]);
    assert!(matches!(bench.events()[..], [TransactionEvent::Cancel { .. }]));
}

#[test]
fn our_cancel_waits_for_a_provisional_response() {
    let mut bench = Bench::new();
    let invite = bench.send(&request("INVITE", BRANCH));
    bench.sent();
    assert_eq!(bench.layer.cancel(bench.now, invite, &[]), None);
    bench.receive(&answer(&request("INVITE", BRANCH), 180));
    let reason = ("Reason".to_owned(), "SIP;cause=200".to_owned());
    assert!(bench.layer.cancel(bench.now, invite, &[reason]).is_some());
    let sent = bench.sent();
    let cancel = &sent[0];
    assert!(is(cancel, Method::Cancel));
    assert_eq!(cancel.raw(&HeaderName::Via), message(&request("INVITE", BRANCH)).raw(&HeaderName::Via));
    assert_eq!(cancel.raw(&HeaderName::CSeq), Some("1 CANCEL"));
    assert_eq!(cancel.raw(&HeaderName::Reason), Some("SIP;cause=200"));
    assert_eq!(cancel.to().unwrap().tag(), None);
    bench.events();
    bench.receive(&answer(&request("CANCEL", BRANCH), 200));
    bench.receive(&answer(&request("INVITE", BRANCH), 487));
    assert_eq!(bench.events().len(), 2);
    assert_eq!(bench.layer.cancel(bench.now, invite, &[]), None, "it is over");
}

#[test]
fn an_invite_whose_peer_ignores_the_cancel_ends_anyway() {
    let mut bench = Bench::new();
    let invite = bench.send(&request("INVITE", BRANCH));
    bench.receive(&answer(&request("INVITE", BRANCH), 180));
    bench.layer.cancel(bench.now, invite, &[]);
    bench.events();
    bench.wait(32_000);
    let timed_out =
        bench.events().iter().filter(|event| matches!(event, TransactionEvent::TimedOut { .. })).count();
    assert_eq!(timed_out, 2, "the CANCEL and the INVITE");
    assert_eq!(bench.layer.active(), (0, 0));
}
