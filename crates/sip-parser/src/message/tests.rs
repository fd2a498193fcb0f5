use alloc::format;
use alloc::vec::Vec;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::header::HeaderName;
use crate::{HeaderError, Host, ParseError, RequestBuilder, ResponseBuilder};

fn parse(text: &str) -> Result<Message, ParseError> {
    Message::parse(Bytes::copy_from_slice(text.replace('\n', "\r\n").as_bytes()))
}

const INVITE: &str = "INVITE sip:bob@biloxi.example.com SIP/2.0\n\
    Via: SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776;rport, SIP/2.0/TCP [2001:db8::1]\n\
    v: SIP/2.0/UDP 192.0.2.9\n\
    Max-Forwards: 70\n\
    t: Bob <sip:bob@biloxi.example.com>\n\
    From: \"Alice\" <sip:alice@atlanta.example.com>;tag=1928301774\n\
    i: a84b4c76e66710@pc33\n\
    CSeq: 314159 INVITE\n\
    Contact: <sip:alice@pc33.example.com>;expires=60, *\n\
    Subject: one\n  two\n\tthree\n\
    Content-Type: text/plain\n\
    Content-Length: 4\n\nbodyrest";

#[test]
fn an_invite_is_read_in_every_part() {
    let m = parse(INVITE).unwrap();
    assert_eq!(m.start(), Start::Request { method: Method::Invite, uri: "sip:bob@biloxi.example.com" });
    assert_eq!(m.values(&HeaderName::Via).count(), 3);
    assert_eq!(m.via().unwrap().branch(), Some("z9hG4bK776"));
    assert_eq!(m.from().unwrap().tag(), Some("1928301774"));
    assert_eq!(m.to().unwrap().display().as_deref(), Some("Bob"));
    assert_eq!(m.call_id(), Ok("a84b4c76e66710@pc33"));
    assert_eq!(m.cseq().unwrap().number, 314_159);
    assert_eq!(m.contacts().filter_map(Result::ok).count(), 2);
    assert_eq!(m.raw(&HeaderName::Subject), Some("one    two  \tthree"));
    assert_eq!(m.body(), b"body");
}

#[test]
fn an_empty_line_that_is_missing_is_put_behind_the_last_one() {
    // As voip-utils 0.5 writes its ACK.
    let text = "ACK sip:600@192.0.2.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.4:5070\r\n\
                From: sip:ha@192.0.2.4:5070\r\nTo: sip:600@192.0.2.1;tag=3f\r\nCall-ID: 6\r\nCSeq: 50 ACK\r\n";
    let parse = |text: &str| Message::parse(Bytes::from(text.to_owned()));
    let ack = parse(text).unwrap();
    assert_eq!(ack.as_bytes(), format!("{text}\r\n").as_bytes());
    assert_eq!((ack.cseq().unwrap().number, ack.body()), (50, &b""[..]));
    assert_eq!(parse(&format!("{text}Content-Length: 0\r\n")).unwrap().call_id().unwrap(), "6");
    let folded = text.replace("CSeq: 50 ", "CSeq: 50\r\n ");
    assert_eq!(parse(&folded).unwrap().cseq().unwrap().number, 50);
    // A line that is cut may be another one.
    assert!(matches!(parse(text.trim_end()), Err(ParseError::Truncated(_))));
    assert!(parse(&format!("{text}Content-Length: 5\r\n")).is_err());
    assert!(parse("\r\nnonsense\r\n").is_err_and(|error| error.status().is_none()));
}

#[test]
fn bare_line_ends_are_repaired() {
    let m = Message::parse(Bytes::from_static(INVITE.as_bytes())).unwrap();
    assert_eq!(m, parse(INVITE).unwrap());
    assert_eq!(m.raw(&HeaderName::Subject), Some("one    two  \tthree"));
    assert_eq!(m.body(), b"body");
    // A body is no line.
    let text = "INFO sip:a SIP/2.0\nTo: sip:b\nContent-Length: 5\n\na\n\nb\r";
    assert_eq!(Message::parse(Bytes::from_static(text.as_bytes())).unwrap().body(), b"a\n\nb\r");
    let mixed = "INFO sip:a SIP/2.0\nTo: sip:b\r\nFrom: sip:c\n\r\nhi";
    let mixed = Message::parse(Bytes::from_static(mixed.as_bytes())).unwrap();
    assert_eq!((mixed.body(), mixed.headers().count()), (&b"hi"[..], 2));
    for hopeless in ["INFO sip:a SIP/2.0\nTo: sip:b\n", "\n", "x\ny", "INFO sip:a SIP/2.0\nTo sip:b\n\n"] {
        assert!(Message::parse(Bytes::from_static(hopeless.as_bytes())).is_err(), "{hopeless:?}");
    }
}

#[test]
fn a_message_may_get_another_body() {
    let m = parse(INVITE).unwrap();
    let other = m.with_body(b"another one").unwrap();
    assert_eq!(other.body(), b"another one");
    let lengths: Vec<_> = other.values(&HeaderName::ContentLength).collect();
    assert_eq!(lengths, ["11"]);
    let kept = |m: &Message| {
        let lines = m.headers().filter(|(name, _)| *name != HeaderName::ContentLength);
        lines.map(|(name, value)| (name, value.replace(['\r', '\n'], " "))).collect::<Vec<_>>()
    };
    assert_eq!(kept(&other), kept(&m));
    assert_eq!(other.start(), m.start());
    assert!(m.with_body(&[b'x'; 1 << 24]).is_err());
    // A method that looks like a header is none.
    let odd = parse("l :x SIP/2.0\nl: 1\n\na").unwrap();
    assert_eq!(odd.with_body(b"ab").unwrap().start(), odd.start());
}

#[test]
fn received_and_rport_are_put_into_the_topmost_via_only() {
    let m = parse(INVITE).unwrap().with_top_via(Some([192, 0, 2, 4].into()), Some(9));
    let vias: Vec<_> = m.values(&HeaderName::Via).collect();
    assert_eq!(vias[0], "SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776;received=192.0.2.4;rport=9");
    assert_eq!(vias[1..], ["SIP/2.0/TCP [2001:db8::1]", "SIP/2.0/UDP 192.0.2.9"]);
    assert_eq!(m.body(), b"body");
    assert_eq!(m.via().unwrap().host(), Host::Name("pc33.example.com"));
    let again = m.with_top_via(Some([192, 0, 2, 5].into()), Some(10));
    let noted = again.raw(&HeaderName::Via).unwrap();
    assert!(noted.starts_with("SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776;received=192.0.2.5;rport=10"));
    assert_ne!(again, m);
    assert_eq!(again.as_bytes(), m.as_bytes());
}

#[test]
fn names_behind_a_noted_via_are_found() {
    let text = "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a;x=\"b c\";rport;;branch=z9\nX-Odd: 1\nX-Even: 2\nTo: sip:b\n\n";
    let m = parse(text).unwrap().with_top_via(Some([192, 0, 2, 4].into()), Some(9));
    let headers: Vec<_> = m.headers().map(|(name, value)| format!("{name}: {value}")).collect();
    let via = "Via: SIP/2.0/UDP a;x=\"b c\";branch=z9;received=192.0.2.4;rport=9";
    assert_eq!(headers, [via, "X-Odd: 1", "X-Even: 2", "To: sip:b"]);
    assert_eq!(
        (m.raw(&HeaderName::from("x-odd")), m.raw(&HeaderName::from("x-even"))),
        (Some("1"), Some("2"))
    );
}

#[test]
fn values_are_looked_for_in_every_line() {
    let m = parse("OPTIONS sip:a SIP/2.0\nAllow: INVITE , ACK,\nVia: a\nContact: \"x, y\" <sip:a,b@c>\nAllow: BYE\nk: ,\n\n").unwrap();
    for (word, there) in [("INVITE", true), ("ACK", true), ("BYE", true), ("bye", false), ("", false)] {
        assert_eq!(m.has_value(&HeaderName::Allow, |value| value == word), there, "{word}");
    }
    assert!(m.has_value(&HeaderName::Contact, |value| value == "\"x, y\" <sip:a,b@c>"));
    assert!(!m.has_value(&HeaderName::Contact, |value| value == "y\" <sip:a"));
    assert!(m.has_several(&HeaderName::Allow) && !m.has_several(&HeaderName::Contact));
    assert!(!m.has_several(&HeaderName::Via) && !m.has_several(&HeaderName::Supported));
    assert!(!m.has_several(&HeaderName::from("X-Odd")));
}

#[test]
fn a_via_that_says_nothing_stays_so() {
    let text = "OPTIONS sip:a SIP/2.0\nVia:    \nTo: sip:b\n\n";
    let m = parse(text).unwrap().with_top_via(Some([192, 0, 2, 4].into()), Some(9));
    assert_eq!(m.as_bytes(), parse(text).unwrap().as_bytes());
}

#[test]
fn what_is_no_sip_gets_the_answer_that_it_deserves() {
    let status = |text: &str| parse(text).unwrap_err().status();
    assert_eq!(status("\n\n\n"), None);
    assert_eq!(status("GET / HTTP/1.1\n\n"), None);
    assert_eq!(status("OPTIONS sip:a SIP/7.0\n\n"), Some(505));
    assert_eq!(status("OPTIONS sip:a SIP/2.0\nno colon here\n\n"), Some(400));
    assert_eq!(status("OPTIONS sip:a SIP/2.0\nContent-Length: -99\n\n"), Some(400));
    assert_eq!(status("OPTIONS sip:a SIP/2.0\nl: 5\n\nabc"), Some(400));
    assert_eq!(status("OPTIONS sip:a SIP/2.0\nl: 5\nl: 6\n\nabcdef"), Some(400));
    assert_eq!(status("SIP/2.0 4294967301 better not\n\n"), Some(400));
    assert_eq!(status("INVITE sip:a SIP/2.0\nVia: x"), None);
    assert_eq!(status("INVITE sip:\0a SIP/2.0\nVia: x\n\n"), None);
}

#[test]
fn odd_but_valid_first_lines_are_read() {
    let m = parse("!interesting-Method0123456789_*+`.%indeed'~ sip:1@a SIP/2.0\n\n").unwrap();
    assert!(matches!(m.method(), Some(Method::Other(_))));
    let m = parse("SIP/2.0 200 = 2**3 * 5**2 \u{43d}\u{43e}\n\n").unwrap();
    assert_eq!((m.status(), m.reason()), (Some(200), "= 2**3 * 5**2 \u{43d}\u{43e}"));
    assert_eq!(parse("SIP/2.0 100 \n\n").unwrap().reason(), "");
    assert_eq!(parse("\n\nACK sip:a SIP/2.0\n\n").unwrap().method(), Some(Method::Ack));
}

#[test]
fn missing_headers_are_named() {
    let m = parse("OPTIONS sip:a SIP/2.0\nVia: broken\n\n").unwrap();
    assert_eq!(m.from().unwrap_err(), HeaderError::Missing("From"));
    assert!(m.via().is_err());
}

#[test]
fn a_header_bomb_is_bounded() {
    let bomb = format!("OPTIONS sip:a SIP/2.0\n{}\n", "a: b\n".repeat(10_000));
    assert!(matches!(parse(&bomb), Err(ParseError::TooManyHeaders(_))));
}

#[test]
fn a_reply_copies_what_it_must() {
    let request = parse(INVITE).unwrap();
    let reply = Message::parse(
        ResponseBuilder::reply(&request, 486).to_tag("x1").header("Reason", "a\r\nB: c").build(),
    );
    let reply = reply.unwrap();
    assert_eq!((reply.status(), reply.reason()), (Some(486), "Busy Here"));
    assert_eq!(reply.values(&HeaderName::Via).count(), 3);
    assert_eq!(reply.to().unwrap().tag(), Some("x1"));
    assert_eq!(reply.raw(&HeaderName::Reason), Some("a  B: c"));
}

proptest! {
    #[test]
    fn any_octets_are_taken(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        crate::fuzzing::message(&data);
        crate::fuzzing::framing(&data);
    }

    #[test]
    fn mutated_messages_are_taken(at in 0_usize..600, with in any::<u8>()) {
        let mut data = INVITE.replace('\n', "\r\n").into_bytes();
        let len = data.len();
        data[at % len] = with;
        crate::fuzzing::message(&data);
    }

    #[test]
    fn what_is_written_is_read(name in "[A-Za-z][A-Za-z0-9-]{0,12}", value in "\\PC{0,40}", body in proptest::collection::vec(any::<u8>(), 0..50)) {
        let bytes = RequestBuilder::new(&Method::Message, "sip:a@b").header(&name, &value).body("a/b", &body).build();
        if crate::HeaderName::from(name.as_str()) == crate::HeaderName::ContentLength {
            return Ok(());
        }
        let message = Message::parse(bytes).unwrap();
        prop_assert_eq!(message.raw(&crate::HeaderName::from(name.as_str())).unwrap(), value.trim_ascii());
        prop_assert_eq!(message.body(), body.as_slice());
    }
}
