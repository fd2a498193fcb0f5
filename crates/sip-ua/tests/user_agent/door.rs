//! What is refused at the door, and with which words (RFC 3261 section 8.2).

use sip_parser::{HeaderName, Message, Method};
use sip_ua::user_agent::Reply;

use crate::network::{ALICE, BOB, Network, offer};

/// A request of Alice that she did not send through her user agent.
fn request(method: &str, extra: &str) -> String {
    let (first, extra) = match extra.strip_prefix("URI ") {
        Some(uri) => (uri, ""),
        None => ("sip:bob@192.0.2.2", extra),
    };
    format!(
        "{method} {first} SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{method}{}\n\
         From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>\nCall-ID: {method}\nCSeq: 1 {method}\n\
         Contact: <sip:alice@192.0.2.1>\n{extra}Content-Length: 0\n\n",
        extra.len()
    )
}

#[track_caller]
fn refused(text: &str, expected: u16) -> Message {
    let mut network = Network::new();
    network.inject(ALICE, BOB, text);
    network.run(10);
    assert!(network.request(BOB).is_none(), "it reached the application");
    let reply = network.sent.first().expect("a reply").clone();
    assert_eq!(reply.status(), Some(expected), "{reply:?}");
    assert!(reply.to().is_ok_and(|to| to.tag().is_some()));
    assert_eq!(reply.raw(&HeaderName::Server), Some("bob"));
    reply
}

#[test]
fn a_method_that_we_do_not_know() {
    let reply = refused(&request("SUBSCRIBE", ""), 405);
    let allow = reply.raw(&HeaderName::Allow);
    let methods = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY, MESSAGE, REGISTER";
    assert_eq!(allow, Some(methods));
    for inside in ["UPDATE", "PRACK", "INFO", "BYE"] {
        refused(&request(inside, ""), 481);
    }
}

#[test]
fn an_extension_that_we_do_not_know() {
    let reply = refused(&request("INVITE", "Require: 100rel, precondition, timer, gin\n"), 420);
    assert_eq!(
        reply.headers().find(|(name, _)| name.as_str() == "Unsupported").map(|(_, v)| v),
        Some("precondition, gin")
    );
}

#[test]
fn a_scheme_that_we_do_not_know() {
    refused(&request("INVITE", "URI http://192.0.2.2/"), 416);
}

/// Whether an INVITE with these headers, and a body, reaches the application.
fn is_taken(headers: &str) -> bool {
    let text = request("INVITE", headers).replace("Content-Length: 0\n\n", "Content-Length: 4\n\nbody");
    let mut network = Network::new();
    network.inject(ALICE, BOB, &text);
    network.run(10);
    network.request(BOB).is_some()
}

#[test]
fn a_body_that_we_do_not_know() {
    let with_body = |headers: &str| {
        request("INVITE", headers).replace("Content-Length: 0\n\n", "Content-Length: 4\n\nbody")
    };
    let reply = refused(&with_body("Content-Type: text/plain\n"), 415);
    assert_eq!(
        reply.raw(&HeaderName::Accept),
        Some("application/sdp, application/pidf+xml, multipart/mixed")
    );
    refused(&with_body("Content-Type: text/plain\nContent-Disposition: render;handling=required\n"), 415);
    let reply = refused(&with_body("Content-Type: application/sdp\nContent-Encoding: gzip\n"), 415);
    assert_eq!(reply.raw(&HeaderName::AcceptEncoding), Some("identity"));
    refused(&with_body("Content-Type: nonsense\n"), 400);
    assert!(is_taken("Content-Type: application/SDP;charset=utf-8\nContent-Encoding: Identity\n"));
    assert!(is_taken("Content-Type: text/plain\nContent-Disposition: icon;handling=optional\n"));
    assert!(is_taken("c: application/sdp\nAccept: text/plain, application/*;q=0.5\n"));
    refused(&with_body("c: application/sdp\nAccept: text/plain, application/sdp;q=0\n"), 406);
}

/// An INVITE with a description, and beside it a part that has these headers.
fn with_part(subtype: &str, headers: &str) -> String {
    let body =
        format!("--b\nContent-Type: application/sdp\n\nv=0\n\n--b\nContent-Type: {headers}\n\nx\n--b--\n");
    let length = body.len() + body.matches('\n').count();
    let kind = format!("Content-Type: multipart/{subtype};boundary=b\n");
    request("INVITE", &kind).replace("Content-Length: 0\n\n", &format!("Content-Length: {length}\n\n{body}"))
}

#[test]
fn a_part_that_has_to_be_understood_and_is_not() {
    let required = "application/x-new\nContent-Disposition: signal; Handling=REQUIRED";
    let reply = refused(&with_part("mixed", required), 415);
    assert_eq!(
        reply.raw(&HeaderName::Accept),
        Some("application/sdp, application/pidf+xml, multipart/mixed")
    );
    for (subtype, taken) in [
        // What others put beside a description, and say nothing of.
        ("mixed", "application/x-new"),
        ("mixed", "application/x-new\nContent-Disposition: signal"),
        ("mixed", "application/x-new\nContent-Disposition: signal;handling=optional"),
        ("mixed", "application/pidf+xml\nContent-Disposition: render;handling=required"),
        // One of them is enough.
        ("alternative", required),
    ] {
        let mut network = Network::new();
        network.inject(ALICE, BOB, &with_part(subtype, taken));
        network.run(10);
        assert!(network.request(BOB).is_some(), "{subtype} {taken}: {:?}", network.sent);
    }
}

/// What is answered to a request of the dialog that has these headers and this body.
fn answer_in_call(method: &str, headers: &str, body: &str) -> u16 {
    let mut network = Network::new();
    let (alice, _) = network.connect();
    network.tell(ALICE, |agent, now| agent.info(now, alice, offer("alice")));
    network.run(10);
    let info = network.sent.iter().find(|message| message.method() == Some(Method::Info)).expect("INFO");
    let head = String::from_utf8_lossy(info.as_bytes()).into_owned();
    let head = head.split("\r\n\r\n").next().unwrap_or_default().replace("INFO", method);
    let cseq = info.cseq().expect("CSeq").number;
    let head = head.replace(&format!("CSeq: {cseq}"), &format!("CSeq: {}", cseq + 1));
    let kept = head.replace("z9hG4bK", "z9hG4bKother");
    let kept =
        kept.split("\r\n").filter(|line| !line.starts_with("Content-")).collect::<Vec<_>>().join("\r\n");
    let (headers, body) = (headers.replace('\n', "\r\n"), body.replace('\n', "\r\n"));
    network.forget();
    let text = format!("{kept}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len());
    network.inject_bytes(ALICE, BOB, text.as_bytes());
    network.run(10);
    network.sent.iter().find_map(Message::status).unwrap_or_default()
}

#[test]
fn bodies_that_have_to_be_understood_in_a_call() {
    let required = "Content-Type: application/x-new\nContent-Disposition: signal;handling=required\n";
    let silent = "Content-Type: application/x-new\n";
    for method in ["UPDATE", "INFO", "MESSAGE"] {
        assert_eq!(answer_in_call(method, required, "x"), 415, "{method}");
        let parts = |handling: &str| {
            format!(
                "--b\nContent-Type: text/plain\n\nhi\n--b\nContent-Type: application/x-new\n\
                 Content-Disposition: signal;handling={handling}\n\nx\n--b--\n"
            )
        };
        let mixed = "Content-Type: multipart/mixed;boundary=b\n";
        assert_eq!(answer_in_call(method, mixed, &parts("required")), 415, "{method}");
        if method != "UPDATE" {
            assert_eq!(answer_in_call(method, mixed, &parts("optional")), 200, "{method}");
            assert_eq!(answer_in_call(method, silent, "x"), 200, "{method}");
        }
    }
    assert_eq!(answer_in_call("UPDATE", silent, "x"), 415);
    assert_eq!(answer_in_call("UPDATE", "Content-Type: nonsense\n", "x"), 400);
    let optional = "Content-Type: application/x-new\nContent-Disposition: signal;handling=optional\n";
    assert_eq!(answer_in_call("UPDATE", optional, "x"), 200);
    let keys = "Content-Type: application/dtmf-relay\nContent-Disposition: signal;handling=required\n";
    assert_eq!(answer_in_call("INFO", keys, "Signal=1\n"), 200);
    assert_eq!(answer_in_call("PRACK", required, "x"), 415);
}

#[test]
fn an_address_that_is_none() {
    refused(&request("INVITE", "URI sip:"), 400);
    refused(&request("REGISTER", "").replace("<sip:bob@example.com>", "<tel:+12>"), 400);
    refused(&request("INVITE", "").replace("<sip:alice@192.0.2.1>", "*"), 400);
}

#[test]
fn a_method_that_nobody_knows() {
    let reply = refused(&request("NOVEL", ""), 501);
    assert!(reply.raw(&HeaderName::Allow).is_some());
}

#[test]
fn a_call_without_hops_left() {
    refused(&request("INVITE", "Max-Forwards: 0\n"), 483);
}

#[test]
fn a_dialog_that_we_do_not_know() {
    for method in ["BYE", "INFO", "INVITE", "OPTIONS"] {
        let text =
            request(method, "").replace("To: <sip:bob@example.com>", "To: <sip:bob@example.com>;tag=gone");
        refused(&text, 481);
    }
    refused(&request("BYE", ""), 481);
    refused(&request("INFO", ""), 481);
}

#[test]
fn a_call_without_a_contact() {
    refused(&request("INVITE", "").replace("Contact: <sip:alice@192.0.2.1>\n", ""), 400);
}

#[test]
fn a_request_that_came_by_two_paths() {
    let mut network = Network::new();
    network.inject(ALICE, BOB, &request("INVITE", ""));
    network.inject(ALICE, BOB, &request("INVITE", "").replace("z9hG4bK", "z9hG4bKother"));
    network.run(10);
    assert_eq!(network.ladder, ["bob -> alice: 482 Loop Detected (INVITE)"]);
    assert!(network.request(BOB).is_some());
}

#[test]
fn what_is_no_sip_is_counted() {
    let mut network = Network::new();
    network.inject(ALICE, BOB, "nonsense\n\n");
    network.run(10);
    assert_eq!(network.events[BOB].len(), 1);
    assert!(network.sent.is_empty());
}

#[test]
fn options_tell_what_we_can() {
    let mut network = Network::new();
    network.inject(ALICE, BOB, &request("OPTIONS", "Max-Forwards: 0\n"));
    network.run(10);
    let id = network.request(BOB).expect("it reached the application");
    network.tell(BOB, |agent, now| agent.respond(now, id, Reply::status(200)));
    let reply = &network.sent[0];
    assert_eq!(reply.status(), Some(200));
    assert!(reply.raw(&HeaderName::Allow).is_some() && reply.raw(&HeaderName::Accept).is_some());
}

#[test]
fn a_request_that_is_left_lying_is_refused() {
    let mut network = Network::new();
    network.inject(ALICE, BOB, &request("INVITE", ""));
    network.run(33_000);
    assert!(network.ladder.contains(&"bob -> alice: 500 Server Internal Error (INVITE)".to_owned()));
    network.run(70_000);
    assert!(network.is_silent());
}

#[test]
fn an_old_cseq_is_out_of_order() {
    let mut network = Network::new();
    let (alice, _) = network.connect();
    let keys = sip_ua::user_agent::Body { content_type: "text/plain".to_owned(), bytes: "1".into() };
    network.tell(ALICE, |agent, now| agent.info(now, alice, keys));
    network.run(10);
    let info = network.sent[0].clone();
    let text = String::from_utf8_lossy(info.as_bytes()).replace("\r\n", "\n");
    let late = text.replace("CSeq: 2", "CSeq: 1").replace("branch=", "branch=z9hG4bKlate");
    network.forget();
    network.inject(ALICE, BOB, &late);
    network.run(10);
    assert_eq!(network.ladder, ["bob -> alice: 500 Server Internal Error (INFO)"]);
}

#[test]
fn within_a_call() {
    let mut network = Network::new();
    let alice = network.call();
    let bob = network.take();
    network.ring(bob);
    let ringing =
        network.sent.iter().find(|message| message.status() == Some(180)).expect("it rings").clone();
    let raw = |name: HeaderName| ringing.raw(&name).unwrap_or_default().to_owned();
    let say = |network: &mut Network, method: &str, cseq: u32| {
        network.forget();
        let text = request(method, "")
            .replace("<sip:alice@example.com>;tag=a", &raw(HeaderName::From))
            .replace("<sip:bob@example.com>", &raw(HeaderName::To))
            .replace(&format!("Call-ID: {method}"), &format!("Call-ID: {}", raw(HeaderName::CallId)))
            .replace("CSeq: 1", &format!("CSeq: {cseq}"));
        network.inject(ALICE, BOB, &text);
        network.run(10);
        network.sent.first().and_then(Message::status)
    };
    assert_eq!(say(&mut network, "INVITE", 2), Some(500), "one INVITE at a time");
    assert_eq!(say(&mut network, "OPTIONS", 3), Some(200));
    assert_eq!(say(&mut network, "UPDATE", 4), Some(200));
    assert_eq!(say(&mut network, "PRACK", 5), Some(481));
    network.answer(bob);
    assert_eq!(say(&mut network, "OPTIONS", 6), Some(200));
    network.hangup(ALICE, alice);
}

#[test]
fn every_request_says_who_sent_it() {
    let mut network = Network::new();
    let alice = network.call();
    let bob = network.take();
    network.answer(bob);
    network.hangup(ALICE, alice);
    for message in network.sent.iter().filter(|message| message.is_request()) {
        assert!(message.raw(&HeaderName::UserAgent).is_some(), "{message:?}");
        assert_eq!(message.raw(&HeaderName::MaxForwards), Some("70"));
        assert!(message.raw(&HeaderName::Via).is_some_and(|via| via.contains(";rport")), "{message:?}");
    }
    assert!(network.sent[0].raw(&HeaderName::Allow).is_some());
}
