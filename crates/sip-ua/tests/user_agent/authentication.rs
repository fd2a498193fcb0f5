//! Challenges: Bob asks who is calling, and Alice answers (RFC 3261 section 22).

use std::sync::Arc;
use std::time::Duration;

use sip_parser::{HeaderName, Message, Method};
use sip_ua::digest::{Algorithm, ChallengeTerms, Credentials, Verdict, Verifier, VerifierConfig};
use sip_ua::user_agent::{
    OutboundRequest, Reply, RequestId, Series, SubscriptionId, SubscriptionTerms, UaEvent,
};

use crate::network::{ALICE, BOB, Network};
use crate::subscriptions;

/// Bob's guard.
struct Guard {
    verifier: Verifier,
    terms: ChallengeTerms,
    known: Vec<Credentials>,
    verdicts: Vec<Verdict>,
    /// How far the guard's clock runs ahead of the network's.
    ahead: Duration,
}

impl Guard {
    fn new(password: &str) -> Guard {
        let mut terms = ChallengeTerms::new("ipbx");
        terms.algorithms = vec![Algorithm::Sha256, Algorithm::Md5];
        Guard {
            verifier: Verifier::with_key(VerifierConfig::default(), [9; 32]),
            terms,
            known: vec![Credentials::password("alice", password)],
            verdicts: Vec::new(),
            ahead: Duration::ZERO,
        }
    }

    /// Judges the request that came last; challenges it unless it is accepted.
    fn admit(&mut self, network: &mut Network) -> Option<(RequestId, Arc<Message>)> {
        let (id, message) = network.events[BOB].iter().rev().find_map(|event| match event {
            UaEvent::Request { id, message, .. } => Some((*id, message.clone())),
            _ => None,
        })?;
        network.events[BOB].clear();
        let now = network.now + self.ahead;
        let verdict = self.verifier.verify_request(now, &self.terms, &message, &self.known);
        self.verdicts.push(verdict);
        if verdict == Verdict::Accepted {
            let said = self.verifier.authentication_info(now, &self.terms, &message, &self.known, Some(b""));
            if let Some(said) = said {
                network.tell(BOB, |agent, _| agent.say_on_success(id, "Authentication-Info", said));
            }
            return Some((id, message));
        }
        let challenges = self.verifier.challenge(now, &self.terms, verdict == Verdict::Stale);
        let reply = challenges.into_iter().fold(Reply::status(401), |r, c| r.header("WWW-Authenticate", c));
        network.tell(BOB, |agent, now| agent.respond(now, id, reply));
        network.run(10);
        None
    }
}

fn register(network: &Network, password: &str) -> OutboundRequest {
    let address = "<sip:alice@example.com>";
    let flow = network.flow(ALICE, BOB);
    let mut request = OutboundRequest::new(Method::Register, "sip:example.com", flow, address, address);
    request.contact = Some("<sip:alice@192.0.2.1:5060>".to_owned());
    request.credentials = vec![Credentials::password("alice", password)];
    request
}

#[test]
fn a_call_is_challenged_once() {
    let mut network = Network::new();
    let mut guard = Guard::new("wonderland");
    let mut invite = network.invite();
    invite.credentials = vec![Credentials::password("alice", "wonderland")];
    network.call_with(invite);
    assert!(guard.admit(&mut network).is_none());
    let (id, message) = guard.admit(&mut network).expect("admitted");
    assert_eq!(guard.verdicts, [Verdict::Absent, Verdict::Accepted]);
    assert!(message.raw(&HeaderName::Authorization).is_some_and(|value| value.contains("SHA-256")));
    assert_eq!(message.cseq().map(|cseq| cseq.number), Ok(2));
    let session = sip_ua::user_agent::SessionId::next();
    network.tell(BOB, |agent, now| agent.accept(now, id, session, "<sip:bob@192.0.2.2>".to_owned()));
    network.answer(session);
    let expected = [
        "alice -> bob: INVITE",
        "bob -> alice: 401 Unauthorized (INVITE)",
        "alice -> bob: ACK",
        "alice -> bob: INVITE",
        "bob -> alice: 100 Trying (INVITE)",
        "bob -> alice: 200 OK (INVITE)",
        "alice -> bob: ACK",
    ];
    assert_eq!(network.ladder, expected);
    let ack = network.sent.last().expect("an ACK was sent");
    assert_eq!(ack.raw(&HeaderName::Authorization), message.raw(&HeaderName::Authorization));
}

/// RFC 3261 section 22.4: who has answered is told that we know the secret as well, in the 2xx alone.
#[test]
fn a_2xx_proves_that_the_server_knows_the_secret() {
    let mut network = Network::new();
    let mut guard = Guard::new("wonderland");
    guard.terms.informs = true;
    let mut invite = network.invite();
    invite.credentials = vec![Credentials::password("alice", "wonderland")];
    network.call_with(invite);
    assert!(guard.admit(&mut network).is_none());
    let (id, _) = guard.admit(&mut network).expect("admitted");
    let session = sip_ua::user_agent::SessionId::next();
    network.tell(BOB, |agent, now| agent.accept(now, id, session, "<sip:bob@192.0.2.2>".to_owned()));
    network.answer(session);
    let request = register(&network, "wonderland");
    network.tell(ALICE, |agent, now| agent.request(now, RequestId::next(), request));
    network.run(10);
    assert!(guard.admit(&mut network).is_none());
    let (id, _) = guard.admit(&mut network).expect("admitted");
    network.tell(BOB, |agent, now| agent.respond(now, id, Reply::status(200)));
    network.run(10);
    let name = HeaderName::from("Authentication-Info");
    let said: Vec<(u16, Option<&str>)> = network
        .sent
        .iter()
        .filter_map(|message| Some((message.status()?, message.raw(&name))))
        .filter(|(status, info)| *status == 200 || info.is_some())
        .collect();
    assert_eq!(said.len(), 2, "{said:?}");
    for (status, info) in said {
        assert!(status == 200 && info.is_some_and(|info| info.contains("rspauth=\"")), "{status}: {info:?}");
    }
}

#[test]
fn the_2xx_to_a_subscribe_proves_it_too() {
    let mut network = subscriptions::watching();
    let mut guard = Guard::new("wonderland");
    guard.terms.informs = true;
    let mut subscribe = subscriptions::subscribe(&network, 300);
    subscribe.credentials = vec![Credentials::password("alice", "wonderland")];
    network.tell(ALICE, |agent, now| agent.subscribe(now, SubscriptionId::next(), subscribe));
    network.run(10);
    assert!(guard.admit(&mut network).is_none());
    let (id, _) = guard.admit(&mut network).expect("admitted");
    let terms = SubscriptionTerms::new("<sip:bob@192.0.2.2>", subscriptions::document("idle"));
    network.tell(BOB, |agent, now| agent.accept_subscription(now, id, SubscriptionId::next(), terms));
    network.run(10);
    let granted = network.sent.iter().find(|message| {
        message.status() == Some(200) && message.cseq().is_ok_and(|cseq| cseq.method == Method::Subscribe)
    });
    let info = granted.and_then(|granted| granted.raw(&HeaderName::from("Authentication-Info")));
    assert!(info.is_some_and(|info| info.contains("rspauth=\"")), "{info:?}");
}

/// RFC 3261 section 8.2.7: nothing is kept for somebody who may never come back.
#[test]
fn a_challenge_leaves_no_state_but_for_an_invite() {
    let mut network = Network::new();
    let mut guard = Guard::new("wonderland");
    let text = |method: &str| {
        format!(
            "{method} sip:example.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{method}\n\
             From: <sip:alice@example.com>;tag=a\nTo: <sip:alice@example.com>\nCall-ID: {method}\n\
             CSeq: 1 {method}\nContact: <sip:alice@192.0.2.1>\nContent-Length: 0\n\n"
        )
    };
    let mut tags = Vec::new();
    for _ in 0..2 {
        network.inject(ALICE, BOB, &text("REGISTER"));
        network.run(10);
        assert!(guard.admit(&mut network).is_none());
        let challenge = network.sent.last().expect("a challenge");
        assert_eq!(challenge.status(), Some(401));
        tags.push(challenge.to().unwrap().tag().map(str::to_owned));
    }
    assert_eq!(guard.verdicts.len(), 2, "the second one is as new as the first");
    assert!(tags[0].is_some() && tags[0] == tags[1], "{tags:?}");
    network.inject(ALICE, BOB, &text("INVITE"));
    network.run(10);
    assert!(guard.admit(&mut network).is_none());
    network.inject(ALICE, BOB, &text("INVITE"));
    network.run(10);
    assert!(network.request(BOB).is_none(), "it is a repetition, for the ACK is missing");
    assert_eq!(guard.verdicts.len(), 3);
}

/// The server draws another nonce each time, as most do: it could also be one that did not know the first.
#[test]
fn a_wrong_password_is_tried_twice_and_no_oftener() {
    let mut network = Network::new();
    let mut guard = Guard::new("wonderland");
    let request = register(&network, "looking-glass");
    network.tell(ALICE, |agent, now| agent.request(now, RequestId::next(), request));
    network.run(10);
    for _ in 0..3 {
        assert!(guard.admit(&mut network).is_none());
    }
    assert_eq!(guard.verdicts, [Verdict::Absent, Verdict::Refused, Verdict::Refused]);
    assert_eq!(network.heard(ALICE), ["response 401"]);
    assert_eq!(network.ladder.len(), 6);
}

#[test]
fn a_stale_nonce_is_worth_another_try() {
    let mut network = Network::new();
    let mut guard = Guard::new("wonderland");
    let mut request = register(&network, "wonderland");
    request.series = Some(Series { call_id: "series".to_owned(), cseq: 7 });
    network.tell(ALICE, |agent, now| agent.request(now, RequestId::next(), request));
    network.run(10);
    assert!(guard.admit(&mut network).is_none());
    guard.ahead = Duration::from_secs(40);
    assert!(guard.admit(&mut network).is_none());
    let (id, message) = guard.admit(&mut network).expect("admitted");
    assert_eq!(guard.verdicts, [Verdict::Absent, Verdict::Stale, Verdict::Accepted]);
    assert_eq!((message.call_id(), message.cseq().map(|cseq| cseq.number)), (Ok("series"), Ok(9)));
    network.tell(BOB, |agent, now| agent.respond(now, id, Reply::status(200)));
    network.run(10);
    assert_eq!(network.heard(ALICE), ["response 200"]);
}

#[test]
fn a_captured_answer_does_not_work_twice() {
    let mut network = Network::new();
    let mut guard = Guard::new("wonderland");
    let request = register(&network, "wonderland");
    network.tell(ALICE, |agent, now| agent.request(now, RequestId::next(), request));
    network.run(10);
    assert!(guard.admit(&mut network).is_none());
    let (_, message) = guard.admit(&mut network).expect("admitted");
    let again = guard.verifier.verify_request(network.now, &guard.terms, &message, &guard.known);
    assert_eq!(again, Verdict::Stale);
}
