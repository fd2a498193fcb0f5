use bytes::Bytes;

use super::*;

fn parse(text: &str) -> Message {
    Message::parse(Bytes::from(text.replace('\n', "\r\n"))).expect("well formed")
}

fn invite() -> Message {
    parse(
        "INVITE sip:bob@biloxi.com SIP/2.0\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\n\
         Record-Route: <sip:p2.atlanta.com;lr>, <sip:p1.atlanta.com;lr>\nMax-Forwards: 70\n\
         From: \"Alice\" <sip:alice@atlanta.com>;tag=1928301774\nTo: Bob <sip:bob@biloxi.com>\n\
         Call-ID: a84b4c76e66710\nCSeq: 314159 INVITE\nContact: <sip:alice@pc33.atlanta.com>\nContent-Length: 0\n\n",
    )
}

fn response(status: &str, contact: &str) -> Message {
    parse(&format!(
        "SIP/2.0 {status}\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\n\
         Record-Route: <sip:p2.biloxi.com;lr>, <sip:p1.atlanta.com;lr>\n\
         From: \"Alice\" <sip:alice@atlanta.com>;tag=1928301774\nTo: Bob <sip:bob@biloxi.com>;tag=a6c85cf\n\
         Call-ID: a84b4c76e66710\nCSeq: 314159 INVITE\n{contact}Content-Length: 0\n\n"
    ))
}

fn bye(cseq: &str) -> Message {
    parse(&format!(
        "BYE sip:alice@pc33.atlanta.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bKnashds10\n\
         From: Bob <sip:bob@biloxi.com>;tag=a6c85cf\nTo: Alice <sip:alice@atlanta.com>;tag=1928301774\n\
         Call-ID: a84b4c76e66710\nCSeq: {cseq}\nContent-Length: 0\n\n"
    ))
}

#[test]
fn the_caller_sees_its_own_side() {
    let contact = "Contact: <sip:bob@192.0.2.4>\n";
    let mut dialog = Dialog::from_response(&invite(), &response("180 Ringing", contact)).expect("a dialog");
    assert_eq!(dialog.state(), DialogState::Early);
    assert!(dialog.is_initiator());
    assert_eq!((dialog.id().local_tag.as_str(), dialog.id().remote_tag.as_str()), ("1928301774", "a6c85cf"));
    assert_eq!(dialog.routes().values(), ["<sip:p1.atlanta.com;lr>", "<sip:p2.biloxi.com;lr>"]);
    dialog.confirm_with(&response("200 OK", "Contact: <sip:bob@192.0.2.5>\n"));
    assert_eq!((dialog.state(), dialog.target()), (DialogState::Confirmed, "sip:bob@192.0.2.5"));
    assert!(dialog.is_of(&bye("1 BYE")));
    assert!(dialog.is_of_answer(&response("200 OK", contact)));
    assert_eq!(dialog.next_cseq(), 314_160);
    let request = dialog.request(&Method::Bye, 314_160, "SIP/2.0/UDP here;branch=z9hG4bK1", 70).build();
    let request = Message::parse(request).expect("well formed");
    assert_eq!(request.uri(), Some("sip:bob@192.0.2.5"));
    let routes: Vec<&str> = request.values(&HeaderName::Route).collect();
    assert_eq!(routes, ["<sip:p1.atlanta.com;lr>", "<sip:p2.biloxi.com;lr>"]);
    assert_eq!(request.raw(&HeaderName::From), Some("\"Alice\" <sip:alice@atlanta.com>;tag=1928301774"));
    assert_eq!(request.raw(&HeaderName::To), Some("Bob <sip:bob@biloxi.com>;tag=a6c85cf"));
    assert_eq!(request.raw(&HeaderName::CSeq), Some("314160 BYE"));
}

#[test]
fn the_callee_sees_the_other() {
    let mut dialog = Dialog::from_request(&invite(), "a6c85cf").expect("a dialog");
    assert!(!dialog.is_initiator());
    assert_eq!(dialog.target(), "sip:alice@pc33.atlanta.com");
    assert_eq!(dialog.routes().values(), ["<sip:p2.atlanta.com;lr>", "<sip:p1.atlanta.com;lr>"]);
    dialog.confirm();
    assert_eq!(dialog.state(), DialogState::Confirmed);
    assert_eq!(dialog.next_cseq(), 1);
    let request = dialog.request(&Method::Bye, 1, "SIP/2.0/UDP here;branch=z9hG4bK1", 70).build();
    let request = Message::parse(request).expect("well formed");
    assert_eq!(request.raw(&HeaderName::From), Some("Bob <sip:bob@biloxi.com>;tag=a6c85cf"));
    assert_eq!(request.raw(&HeaderName::To), Some("\"Alice\" <sip:alice@atlanta.com>;tag=1928301774"));
}

#[test]
fn the_peer_must_count_upwards() {
    let contact = "Contact: <sip:bob@192.0.2.4>\n";
    let mut dialog = Dialog::from_response(&invite(), &response("200 OK", contact)).expect("a dialog");
    assert_eq!(dialog.receive(&bye("7 BYE")), Ok(()), "it may begin anywhere");
    assert_eq!(dialog.receive(&bye("9 INFO")), Ok(()));
    let late = DialogError::OutOfOrder { received: 8, highest: 9 };
    assert_eq!(late.status(), 500);
    assert_eq!(dialog.receive(&bye("8 BYE")), Err(late));
    assert!(dialog.receive(&bye("9 INVITE")).is_err());
}

#[test]
fn peers_that_forget_their_contact() {
    let dialog = Dialog::from_response(&invite(), &response("200 OK", "")).expect("a dialog");
    assert_eq!(dialog.target(), "sip:bob@biloxi.com");
    let text =
        String::from_utf8_lossy(invite().as_bytes()).replace("Contact: <sip:alice@pc33.atlanta.com>\r\n", "");
    let error = Dialog::from_request(&Message::parse(Bytes::from(text)).expect("well formed"), "x");
    assert_eq!(error.map(|_| ()).map_err(|error| error.status()), Err(400));
}

#[test]
fn other_dialogs_are_not_ours() {
    let contact = "Contact: <sip:bob@192.0.2.4>\n";
    let dialog = Dialog::from_response(&invite(), &response("200 OK", contact)).expect("a dialog");
    for (from, to) in [("a6c85cf", "other"), ("1928301774", "other"), ("a84b4c76e66710", "other")] {
        let text = String::from_utf8_lossy(bye("1 BYE").as_bytes()).replace(from, to);
        assert!(!dialog.is_of(&Message::parse(Bytes::from(text)).expect("well formed")), "{from}");
    }
    assert_eq!(DialogId::of_request(&invite()), Ok(None));
}
