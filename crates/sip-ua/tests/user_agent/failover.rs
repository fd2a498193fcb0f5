//! Servers that fail: Alice's requests go from Bob to Carol (RFC 3263 section 4.3).

use std::time::Duration;

use sip_parser::{Method, Uri};
use sip_ua::location::{Answer, Destination, Family, LookupError, Reach, Record, Search, Srv};
use sip_ua::transport::{Flow, Protocol};
use sip_ua::user_agent::{Alternative, OutboundInvite, OutboundRequest, Reply, RequestId, UaEvent};

use crate::network::{ALICE, BOB, CAROL, Network, address, offer};

/// A call to Bob that may go to Carol.
fn invite(network: &Network) -> OutboundInvite {
    let contact = Some("<sip:alice@192.0.2.1:5060;to=carol>".to_owned());
    let carol = Alternative { flow: network.flow(ALICE, CAROL), contact };
    OutboundInvite { alternatives: vec![carol], ..network.invite() }
}

fn options(network: &mut Network) -> RequestId {
    let (bob, carol) = (network.flow(ALICE, BOB), network.flow(ALICE, CAROL));
    let mut request =
        OutboundRequest::new(Method::Options, "sip:example.com", bob, "<sip:alice@h>", "<sip:bob@h>");
    request.alternatives = vec![Alternative { flow: carol, contact: None }];
    let id = RequestId::next();
    network.tell(ALICE, |agent, now| agent.request(now, id, request));
    id
}

/// Refuses the request that came last.
fn refuse(network: &mut Network, agent: usize, reply: Reply) {
    let request = network.request(agent).expect("a request came");
    network.tell(agent, |agent, now| agent.respond(now, request, reply));
    network.run(10);
}

/// Which of both servers Alice would try first now.
fn first_choice(network: &mut Network) -> usize {
    let flows = vec![network.flow(ALICE, BOB), network.flow(ALICE, CAROL)];
    let preferred = network.agents[ALICE].preferred(network.now, flows);
    if preferred[0].remote == address(BOB) { BOB } else { CAROL }
}

fn text(message: &sip_parser::Message) -> String {
    String::from_utf8_lossy(message.as_bytes()).into_owned()
}

fn sent_to_carol(network: &Network) -> usize {
    network.ladder.iter().filter(|line| line.starts_with("alice -> carol: INVITE")).count()
}

#[test]
fn a_call_leaves_a_silent_server_and_is_answered_by_the_next() {
    let mut network = Network::with_carol();
    network.deaf.push(BOB);
    let invite = invite(&network);
    let call = network.call_with(invite);
    network.run(3_900);
    assert_eq!(sent_to_carol(&network), 0);
    network.run(200);
    assert_eq!(sent_to_carol(&network), 1);
    let taken = network.take_at(CAROL);
    network.answer_at(CAROL, taken);
    assert_eq!(network.heard(ALICE), ["answered"]);
    network.hangup(ALICE, call);
    assert_eq!(network.heard(ALICE), ["ended HungUp"]);
    let calls: Vec<_> = network.sent.iter().filter(|m| m.method() == Some(Method::Invite)).collect();
    let (first, last) = (calls[0], calls[calls.len() - 1]);
    assert_eq!(first.call_id(), last.call_id());
    assert_eq!(first.cseq().map(|c| c.number), last.cseq().map(|c| c.number));
    let branch = |message: &sip_parser::Message| message.via().expect("a Via").branch().map(str::to_owned);
    assert_ne!(branch(first), branch(last));
    assert!(text(last).contains("to=carol") && !text(first).contains("to=carol"));
    assert!(network.ladder.iter().any(|line| line == "alice -> carol: BYE"));
    // The INVITE that was left behind is not repeated, and in the end nothing is left.
    let copies = network.ladder.iter().filter(|line| line.starts_with("alice -> bob: INVITE")).count();
    network.run(120_000);
    assert_eq!(copies, 4);
    assert!(!network.ladder.iter().skip(20).any(|line| line.contains("bob")));
    assert!(network.is_silent());
}

#[test]
fn a_server_that_cannot_be_reached_is_left_at_once() {
    let mut network = Network::with_carol();
    network.unreachable.push(BOB);
    let invite = invite(&network);
    network.call_with(invite);
    assert_eq!(network.ladder[..2], ["alice -> bob: INVITE", "alice -> carol: INVITE"]);
    let taken = network.take_at(CAROL);
    network.answer_at(CAROL, taken);
    assert_eq!(network.heard(ALICE), ["answered"]);
}

#[test]
fn a_503_sends_the_call_on_and_another_refusal_does_not() {
    let mut network = Network::with_carol();
    let call = invite(&network);
    network.call_with(call);
    refuse(&mut network, BOB, Reply::status(503));
    assert_eq!(sent_to_carol(&network), 1);
    refuse(&mut network, CAROL, Reply::status(503));
    assert_eq!(network.heard(ALICE), ["failed 503"]);

    for status in [404, 408, 486, 500, 603] {
        let mut network = Network::with_carol();
        let call = invite(&network);
        network.call_with(call);
        refuse(&mut network, BOB, Reply::status(status));
        assert_eq!(network.heard(ALICE), [format!("failed {status}")]);
        network.run(60_000);
        assert_eq!(sent_to_carol(&network), 0);
    }
}

#[test]
fn a_server_that_says_anything_is_waited_for() {
    let mut network = Network::with_carol();
    let call = invite(&network);
    network.call_with(call);
    let taken = network.take(); // 100 Trying
    network.run(30_000);
    assert_eq!(sent_to_carol(&network), 0);
    network.ring(taken);
    // What rings there must not ring elsewhere too.
    let flow = network.flow(ALICE, BOB);
    network.tell(ALICE, |agent, now| agent.handle_transport_error(now, &flow));
    assert_eq!(network.heard(ALICE), ["provisional 180", "failed 503"]);
    assert_eq!(sent_to_carol(&network), 0);
}

#[test]
fn whoever_hangs_up_calls_nobody_else() {
    let mut network = Network::with_carol();
    network.deaf.push(BOB);
    let call = invite(&network);
    let call = network.call_with(call);
    network.hangup(ALICE, call);
    network.run(60_000);
    assert_eq!(network.heard(ALICE), ["failed 487"]);
    assert_eq!(sent_to_carol(&network), 0);
    assert!(network.is_silent());
}

#[test]
fn a_late_server_is_told_that_the_call_went_elsewhere() {
    for answers in [false, true] {
        let mut network = Network::with_carol();
        let held = ["alice -> bob: INVITE"; 4];
        network.lose.extend(held);
        let call = invite(&network);
        network.call_with(call);
        network.run(4_500);
        let carols = network.take_at(CAROL);
        network.answer_at(CAROL, carols);
        // One copy was only slow.
        let copy = network.sent.iter().find(|m| m.method() == Some(Method::Invite)).expect("an INVITE");
        let copy = text(copy).replace("\r\n", "\n");
        network.inject(ALICE, BOB, &copy);
        network.run(100);
        let request = network.request(BOB).expect("the slow copy came");
        let bobs = sip_ua::user_agent::SessionId::next();
        let contact = "<sip:bob@192.0.2.2:5060>".to_owned();
        if answers {
            network.lose.extend(["bob -> alice: 100"]);
        }
        network.tell(BOB, |agent, now| {
            agent.accept(now, request, bobs, contact);
            if !answers {
                agent.progress(now, bobs, 180, None, Vec::new());
            }
            if answers {
                agent.answer(now, bobs, Some(offer("bob")), Vec::new());
            }
        });
        network.run(2_000);
        let bob_heard = network.heard(BOB);
        if answers {
            assert_eq!(bob_heard, ["established", "ended Bye"]);
        } else {
            assert_eq!(bob_heard, ["cancelled"]);
            let cancels = network.ladder.iter().filter(|line| *line == "alice -> bob: CANCEL").count();
            assert_eq!(cancels, 1);
        }
        assert_eq!(network.heard(ALICE), ["answered"], "the call with Carol goes on");
    }
}

#[test]
fn requests_move_on_too() {
    let mut network = Network::with_carol();
    network.deaf.push(BOB);
    options(&mut network);
    network.run(4_100);
    refuse(&mut network, CAROL, Reply::status(200));
    assert_eq!(network.heard(ALICE), ["response 200"]);
    network.run(60_000);
    assert!(network.heard(ALICE).is_empty() && network.is_silent());

    let mut network = Network::with_carol();
    options(&mut network);
    network.run(10);
    refuse(&mut network, BOB, Reply::status(503));
    refuse(&mut network, CAROL, Reply::status(404));
    assert_eq!(network.heard(ALICE), ["response 404"]);

    let mut network = Network::with_carol();
    network.unreachable.extend([BOB, CAROL]);
    options(&mut network);
    network.run(10);
    assert_eq!(network.heard(ALICE), ["TransportFailed"]);
}

#[test]
fn credentials_are_for_the_server_that_asked() {
    let mut network = Network::with_carol();
    let mut call = invite(&network);
    call.credentials = vec![sip_ua::digest::Credentials::password("alice", "wonderland")];
    network.call_with(call);
    let challenge = |nonce: &str| {
        let value = format!("Digest realm=\"trunk\", nonce=\"{nonce}\", algorithm=MD5, qop=\"auth\"");
        Reply::status(401).header("WWW-Authenticate", value)
    };
    refuse(&mut network, BOB, challenge("one"));
    refuse(&mut network, BOB, Reply::status(503));
    refuse(&mut network, CAROL, challenge("two"));
    let nonces: Vec<_> = network
        .sent
        .iter()
        .filter(|message| message.method() == Some(Method::Invite))
        .map(|message| ["one", "two"].into_iter().find(|n| text(message).contains(&format!("nonce=\"{n}\""))))
        .collect();
    assert_eq!(nonces, [None, Some("one"), None, Some("two")]);
}

#[test]
fn servers_that_failed_are_tried_last_for_a_while() {
    let mut network = Network::with_carol();
    network.deaf.push(BOB);
    options(&mut network);
    network.run(4_090);
    refuse(&mut network, CAROL, Reply::status(200));
    assert_eq!(first_choice(&mut network), CAROL);
    network.run(59_800);
    assert_eq!(first_choice(&mut network), CAROL);
    network.run(200);
    assert_eq!(first_choice(&mut network), BOB);

    let mut network = Network::with_carol();
    let call = invite(&network);
    network.call_with(call);
    refuse(&mut network, BOB, Reply::status(503).header("Retry-After", "300"));
    network.run(290_000);
    assert_eq!(first_choice(&mut network), CAROL);
    network.run(20_000);
    assert_eq!(first_choice(&mut network), BOB);

    let mut network = Network::with_carol();
    let call = invite(&network);
    network.call_with(call);
    refuse(&mut network, BOB, Reply::status(503));
    assert_eq!(first_choice(&mut network), BOB, "it did not ask for rest");
}

/// From the name of a trunk to the server that is alive.
#[test]
fn a_trunk_found_by_srv_is_reached_although_its_first_server_is_dead() {
    let mut network = Network::with_carol();
    network.deaf.push(BOB);
    let zone = |question: &str| match question {
        "SRV _sip._udp.trunk.example" => vec![
            Record::Srv(Srv { priority: 2, weight: 0, port: 5060, target: "carol.example".to_owned() }),
            Record::Srv(Srv { priority: 1, weight: 0, port: 5060, target: "bob.example".to_owned() }),
        ],
        "A bob.example" => vec![Record::A([192, 0, 2, 2].into())],
        "A carol.example" => vec![Record::A([192, 0, 2, 3].into())],
        _ => Vec::new(),
    };
    let destination = Destination::of(&Uri::parse("sip:33@trunk.example").expect("a URI")).expect("a host");
    let reach = Reach::from_iter([(Protocol::Udp, Family::V4)]);
    let mut search = Search::new(destination, reach, Box::new(|most| most));
    while let Some(question) = search.poll_question() {
        let records = zone(&question.to_string());
        let absent = records.is_empty().then_some(LookupError::NoSuchName { ttl: None });
        let answer = Answer { records, ttl: Duration::from_secs(60) };
        search.handle_answer(&question, absent.map_or(Ok(answer), Err));
    }
    let servers = search.poll_outcome().expect("an outcome").expect("servers");
    let mut ways = servers.iter().map(|server| Flow::new(server.protocol, address(ALICE), server.address));
    let flow = ways.next().expect("a server");
    let alternatives = ways.map(|flow| Alternative { flow, contact: None }).collect();
    let call =
        OutboundInvite { target: "sip:33@trunk.example".to_owned(), flow, alternatives, ..network.invite() };
    network.call_with(call);
    network.run(4_100);
    let taken = network.take_at(CAROL);
    network.answer_at(CAROL, taken);
    assert_eq!(network.heard(ALICE), ["answered"]);
    let came = network.events[CAROL].iter().any(|event| matches!(event, UaEvent::Request { .. }));
    assert!(came);
}
