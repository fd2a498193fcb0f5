//! What is no sound SIP message.

use sip_parser::{HeaderName, Message};
use sip_ua::TransactionEvent;

use crate::bench::{Bench, answer, message, request, udp};

const BRANCH: &str = "z9hG4bK1";

fn refused(text: &str) -> Option<u16> {
    let mut bench = Bench::new();
    bench.receive(text);
    let sent = bench.statuses();
    match &bench.events()[..] {
        [TransactionEvent::Malformed { replied, reason, .. }] => {
            assert!(!reason.is_empty());
            assert_eq!(sent, replied.iter().copied().collect::<Vec<_>>());
            assert_eq!(bench.layer.counters().malformed, 1);
            assert_eq!(bench.layer.active(), (0, 0));
            *replied
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_request_without_what_it_needs_gets_400() {
    assert_eq!(refused(&request("OPTIONS", BRANCH).replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE")), Some(400));
    assert_eq!(
        refused(&request("OPTIONS", BRANCH).replace("From: <sip:alice@192.0.2.2>;tag=a\n", "")),
        Some(400)
    );
    assert_eq!(refused(&request("OPTIONS", BRANCH).replace("CSeq: 1 OPTIONS", "CSeq: x OPTIONS")), Some(400));
    assert_eq!(refused(&request("OPTIONS", BRANCH).replace("Call-ID: call\n", "")), Some(400));
}

#[test]
fn a_request_that_says_a_thing_twice_gets_400() {
    for line in ["From: <sip:b@c>", "t: <sip:b@c>", "i: other", "CSeq: 2 OPTIONS", "Max-Forwards: 9"] {
        let text =
            request("OPTIONS", BRANCH).replace("Call-ID:", &format!("Max-Forwards: 9\n{line}\nCall-ID:"));
        assert_eq!(refused(&text), Some(400), "{line}");
    }
    let text = request("OPTIONS", BRANCH).replace("Call-ID:", "Via: SIP/2.0/UDP a, ;\nCall-ID:");
    assert_eq!(refused(&text), Some(400), "one Via of three is none");
}

#[test]
fn silence_where_the_sender_could_not_recognise_a_reply() {
    assert_eq!(refused(&request("OPTIONS", BRANCH).replace("Via:", "X-Via:")), None);
    assert_eq!(refused(&request("ACK", BRANCH).replace("CSeq: 1 ACK", "CSeq: x ACK")), None);
    assert_eq!(refused(&answer(&request("OPTIONS", BRANCH), 200).replace("CSeq: 1 OPTIONS\n", "")), None);
}

#[test]
fn bytes_that_are_no_message_are_counted() {
    let mut bench = Bench::new();
    let bytes = b"\x16\x03\x01 this is TLS";
    let error = Message::parse(bytes::Bytes::from_static(bytes)).unwrap_err();
    bench.layer.handle_malformed(bytes, &error, udp());
    assert!(bench.sent().is_empty());
    assert!(matches!(bench.events()[..], [TransactionEvent::Malformed { replied: None, .. }]));
}

#[test]
fn a_refusal_carries_what_the_sender_looks_for() {
    let mut bench = Bench::new();
    bench.receive(&request("OPTIONS", BRANCH).replace("CSeq: 1", "CSeq: x"));
    let sent = bench.sent();
    assert_eq!(sent[0].raw(&HeaderName::Via), message(&request("OPTIONS", BRANCH)).raw(&HeaderName::Via));
    assert_eq!(sent[0].raw(&HeaderName::CSeq), Some("x OPTIONS"));
    assert!(sent[0].to().unwrap().tag().is_some());
}
