//! Requests that come in.

use std::sync::Arc;

use sip_parser::{HeaderName, Message};
use sip_ua::{Limits, ServerTransactionId, TransactionEvent};

use crate::bench::{Bench, answer, message, request, tcp};

const BRANCH: &str = "z9hG4bK1";

fn ring(bench: &mut Bench) -> (ServerTransactionId, Arc<Message>) {
    bench.receive(&request("INVITE", BRANCH));
    let (id, invite, merged) = bench.request();
    assert!(!merged);
    (id, invite)
}

#[test]
fn a_repeated_request_is_answered_by_the_layer() {
    let mut bench = Bench::new();
    bench.receive(&request("OPTIONS", BRANCH));
    let (id, options, _) = bench.request();
    bench.receive(&request("OPTIONS", BRANCH));
    assert!(bench.events().is_empty() && bench.sent().is_empty());
    assert!(bench.respond(id, &options, 200));
    bench.receive(&request("OPTIONS", BRANCH));
    assert_eq!(bench.statuses(), [200, 200]);
    assert!(bench.events().is_empty());
    assert_eq!(bench.layer.counters().repeated, 2);
    assert!(!bench.respond(id, &options, 200), "one final response only");
    bench.wait(32_000);
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn the_branch_alone_does_not_name_a_transaction() {
    let mut bench = Bench::new();
    let by_other_host = |text: String| text.replace("UDP 192.0.2.2:5060", "UDP 192.0.2.3:5060");
    bench.receive(&request("OPTIONS", BRANCH));
    bench.receive(&request("INFO", BRANCH));
    bench.receive(&by_other_host(request("OPTIONS", BRANCH)).replace("Call-ID: call", "Call-ID: other"));
    assert_eq!(bench.events().len(), 3);
}

/// As pyVoIP 1.6 writes the INVITE that answers a challenge: with the branch of the first one, while that is still remembered.
#[test]
fn a_branch_that_is_used_again_names_another_request() {
    let mut bench = Bench::new();
    let (refused, invite) = ring(&mut bench);
    bench.respond(refused, &invite, 401);
    bench
        .receive(&request("ACK", BRANCH).replace("To: <sip:bob@192.0.2.1>", "To: <sip:bob@192.0.2.1>;tag=b"));
    bench.sent();
    let again = request("INVITE", BRANCH).replace("CSeq: 1", "CSeq: 2").replace("tag=a", "tag=c");
    bench.receive(&again);
    let (id, second, merged) = bench.request();
    assert!(!merged && id != refused);
    bench.receive(&again);
    assert!(bench.events().is_empty(), "a repetition of the second");
    bench.receive(&request("INVITE", BRANCH));
    assert!(bench.events().is_empty(), "a repetition of the first");
    bench.wait(6_000);
    assert_eq!(bench.statuses().last(), Some(&100));
    bench.receive(&again);
    assert_eq!(bench.statuses(), [100], "the end of the first leaves the second where it is found");
    let cancel = request("CANCEL", BRANCH).replace("CSeq: 1", "CSeq: 2").replace("tag=a", "tag=c");
    bench.receive(&cancel);
    assert!(matches!(&bench.events()[..], [TransactionEvent::Cancel { invite, .. }] if *invite == id));
    bench.respond(id, &second, 487);
    assert_eq!(bench.statuses().last(), Some(&487));
    let ack =
        again.replace("INVITE", "ACK").replace("To: <sip:bob@192.0.2.1>", "To: <sip:bob@192.0.2.1>;tag=b");
    bench.receive(&ack);
    assert!(bench.events().is_empty(), "it ends the second");
    bench.wait(2_000);
    assert!(bench.statuses().is_empty(), "nothing is repeated to who has acknowledged");
    bench.wait(60_000);
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn a_branch_that_a_device_gives_to_all_its_requests_names_none() {
    let mut bench = Bench::new();
    bench.receive(&request("REGISTER", BRANCH));
    let (id, register, _) = bench.request();
    bench.respond(id, &register, 200);
    bench.receive(&request("REGISTER", BRANCH).replace("CSeq: 1", "CSeq: 2"));
    bench.receive(&request("REGISTER", BRANCH).replace("Call-ID: call", "Call-ID: other"));
    assert_eq!(bench.events().len(), 2);
}

#[test]
fn branches_without_the_cookie_are_matched_by_the_tuple() {
    let mut bench = Bench::new();
    bench.receive(&request("OPTIONS", "1"));
    bench.receive(&request("OPTIONS", "1"));
    assert_eq!(bench.events().len(), 1);
    bench.receive(&request("OPTIONS", "1").replace("CSeq: 1", "CSeq: 2"));
    bench.receive(&request("OPTIONS", "1").replace("Call-ID: call", "Call-ID: other"));
    bench.receive(&request("OPTIONS", "1").replace("tag=a", "tag=c"));
    bench.receive(&request("OPTIONS", "1").replace("OPTIONS sip:bob", "OPTIONS sip:eve"));
    assert_eq!(bench.events().len(), 4);
}

#[test]
fn an_ack_to_a_refusal_of_an_old_client_finds_its_invite() {
    let mut bench = Bench::new();
    bench.receive(&request("INVITE", "1"));
    let (id, invite, _) = bench.request();
    bench.respond(id, &invite, 486);
    bench.receive(&request("ACK", "1").replace("To: <sip:bob@192.0.2.1>", "To: <sip:bob@192.0.2.1>;tag=b"));
    assert!(bench.events().is_empty());
    bench.sent();
    bench.wait(60_000);
    assert!(bench.sent().is_empty() && bench.events().is_empty());
}

#[test]
fn silence_of_the_user_agent_is_covered_by_100_trying() {
    let mut bench = Bench::new();
    bench.receive(&request("INVITE", BRANCH).replace("Max-Forwards", "Timestamp: 54.2\nMax-Forwards"));
    bench.wait(199);
    assert!(bench.sent().is_empty());
    bench.wait(1);
    let sent = bench.sent();
    assert_eq!(sent[0].status(), Some(100));
    assert_eq!(sent[0].raw(&HeaderName::Timestamp), Some("54.2"));
    assert_eq!(sent[0].to().unwrap().tag(), None);
}

#[test]
fn a_user_agent_that_speaks_needs_no_100() {
    let mut bench = Bench::new();
    let (id, invite) = ring(&mut bench);
    bench.respond(id, &invite, 180);
    bench.wait(60_000);
    assert_eq!(bench.statuses(), [180]);
    bench.receive(&request("INVITE", BRANCH));
    assert_eq!(bench.statuses(), [180]);
}

#[test]
fn a_refusal_is_repeated_until_its_ack_comes() {
    let mut bench = Bench::new();
    let (id, invite) = ring(&mut bench);
    bench.respond(id, &invite, 486);
    bench.wait(2_000);
    assert_eq!(bench.statuses(), [486, 486, 486]);
    bench.receive(&request("ACK", BRANCH));
    bench.receive(&request("ACK", BRANCH));
    bench.wait(60_000);
    assert!(bench.sent().is_empty() && bench.events().is_empty());
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn a_refusal_without_ack_is_reported() {
    let mut bench = Bench::new();
    let (id, invite) = ring(&mut bench);
    bench.respond(id, &invite, 486);
    bench.wait(32_000);
    assert!(matches!(bench.events()[..], [TransactionEvent::AckMissing { id: missing }] if missing == id));
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn an_ack_to_a_2xx_is_the_user_agents() {
    let mut bench = Bench::new();
    let (id, invite) = ring(&mut bench);
    bench.respond(id, &invite, 200);
    bench.receive(&request("ACK", "z9hG4bKother"));
    bench.receive(&request("ACK", BRANCH)); // a client that does not know better
    let events = bench.events();
    assert!(matches!(events[..], [TransactionEvent::Ack { .. }, TransactionEvent::Ack { .. }]));
    assert!(bench.respond(id, &invite, 200), "until the ACK is there, the user agent repeats its 2xx");
    assert_eq!(bench.statuses(), [200, 200]);
}

#[test]
fn over_tcp_nothing_lingers() {
    let mut bench = Bench::new();
    bench.receive_along(tcp(), &request("OPTIONS", BRANCH).replace("UDP", "TCP"));
    let (id, options, _) = bench.request();
    bench.respond(id, &options, 200);
    assert_eq!(bench.layer.active(), (0, 0));
    assert_eq!(bench.statuses(), [200]);
}

#[test]
fn a_request_by_two_paths_is_marked_as_merged() {
    let mut bench = Bench::new();
    bench.receive(&request("INVITE", BRANCH));
    assert!(!bench.request().2);
    bench.receive(&request("INVITE", "z9hG4bK2"));
    let (id, invite, merged) = bench.request();
    assert!(merged);
    bench.respond(id, &invite, 482);
    bench.receive(&request("INVITE", "z9hG4bK3").replace("To: <sip:bob@192.0.2.1>", "To: <sip:b@h>;tag=b"));
    assert!(!bench.request().2, "inside a dialog nothing forks");
}

#[test]
fn when_the_transaction_is_over_the_same_request_is_not_merged() {
    let mut bench = Bench::new();
    bench.receive(&request("OPTIONS", BRANCH));
    let (id, options, _) = bench.request();
    bench.respond(id, &options, 200);
    bench.wait(32_000);
    bench.receive(&request("OPTIONS", "z9hG4bK2"));
    assert!(!bench.request().2);
}

#[test]
fn a_full_layer_answers_503_and_keeps_nothing() {
    let mut bench = Bench::with_limits(Limits::DEFAULT.with_server_transactions(1));
    bench.receive(&request("INVITE", BRANCH));
    bench.events();
    for _ in 0..2 {
        bench.receive(&request("INVITE", "z9hG4bK2").replace("Call-ID: call", "Call-ID: other"));
    }
    let sent = bench.sent();
    assert_eq!(sent[0].status(), Some(503));
    assert_eq!(sent[0].raw(&HeaderName::RetryAfter), Some("5"));
    assert_eq!(sent[0].as_bytes(), sent[1].as_bytes(), "the same request gets the same answer");
    assert!(bench.events().is_empty());
    bench.receive(&request("ACK", "z9hG4bK2"));
    assert!(bench.sent().is_empty(), "an ACK is never answered");
    assert_eq!(bench.layer.active(), (0, 1));
    assert_eq!(bench.layer.counters().overload, 2);
}

#[test]
fn what_is_answered_takes_no_room_and_the_longest_answered_is_forgotten() {
    let limits = Limits::DEFAULT.with_server_transactions(1).with_lingering_transactions(2);
    let mut bench = Bench::with_limits(limits);
    let numbered = |n: usize| request("OPTIONS", &format!("z9hG4bK{n}")).replace("call", &format!("call{n}"));
    for n in 0..5 {
        bench.receive(&numbered(n));
        let (id, options, _) = bench.request();
        assert!(bench.respond(id, &options, 200));
        assert_eq!(bench.layer.at_work(), (0, 0));
    }
    assert_eq!(bench.layer.counters().overload, 0);
    assert_eq!(bench.layer.active(), (0, 2));
    bench.sent();
    bench.receive(&numbered(4));
    assert_eq!(bench.sent()[0].status(), Some(200), "what was answered last is answered again");
    assert!(bench.events().is_empty());
    bench.receive(&numbered(0));
    assert_eq!(bench.events().len(), 1, "what was answered first is new");
    assert_eq!(bench.layer.active(), (0, 3));
    bench.wait(64_000);
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn an_answered_invite_is_at_work_until_its_ack() {
    let mut bench = Bench::new();
    let (id, invite) = ring(&mut bench);
    assert!(bench.respond(id, &invite, 200));
    assert_eq!(bench.layer.at_work(), (0, 1));
    bench.layer.acknowledged(id);
    bench.layer.acknowledged(id);
    assert_eq!((bench.layer.at_work(), bench.layer.active()), ((0, 0), (0, 1)));
    bench.wait(32_000);
    assert_eq!((bench.layer.at_work(), bench.layer.active()), ((0, 0), (0, 0)));
}

#[test]
fn a_refused_invite_is_at_work_until_its_ack() {
    let mut bench = Bench::new();
    let (id, invite) = ring(&mut bench);
    assert!(bench.respond(id, &invite, 486));
    assert_eq!(bench.layer.at_work(), (0, 1));
    bench.receive(&request("ACK", BRANCH));
    assert_eq!((bench.layer.at_work(), bench.layer.active()), ((0, 0), (0, 1)));
}

#[test]
fn a_request_that_nobody_answers_is_forgotten() {
    let mut bench = Bench::new();
    bench.receive(&request("OPTIONS", BRANCH));
    let (id, options, _) = bench.request();
    bench.wait(32_000);
    assert!(bench.sent().is_empty());
    assert!(!bench.respond(id, &options, 200));
    assert_eq!(bench.layer.active(), (0, 0));
}

#[test]
fn a_response_that_nobody_awaits_is_stray() {
    let mut bench = Bench::new();
    bench.receive(&answer(&request("INVITE", BRANCH), 200));
    assert!(matches!(bench.events()[..], [TransactionEvent::StrayResponse { .. }]));
    assert!(message(&answer(&request("INVITE", BRANCH), 200)).status().is_some());
    assert!(bench.sent().is_empty());
}
