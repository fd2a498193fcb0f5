//! RFC 4475 §3.1.2: invalid messages. Each is refused, or repaired where the RFC allows it.

use sip_parser::typed::{Date, RetryAfter, Warning};
use sip_parser::{Framer, FramingError, HeaderError, HeaderName, ParseError, Via};

use crate::{message, parts, read, refusal};

#[test]
fn badinv01() {
    // Each header stands for itself; that one Via of two is none shows when they are read.
    let m = read(message!("badinv01"));
    let vias: Vec<_> = m.headers_of::<Via>().collect();
    assert!(vias[0].is_ok() && vias[1..].iter().all(Result::is_err) && vias.len() == 2);
    assert_eq!(vias[1].as_ref().map_err(HeaderError::status), Err(Some(400)));
}

#[test]
fn clerr() {
    let error = refusal(message!("clerr"));
    assert_eq!(error, ParseError::BodyTooShort { announced: 9_999, present: 154 });
    assert_eq!(error.status(), Some(400));
    // On a stream the rest may come yet.
    let mut framer = Framer::new();
    framer.push(message!("clerr"));
    assert_eq!(framer.next(), Ok(None));
}

#[test]
fn ncl() {
    let error = refusal(message!("ncl"));
    assert_eq!((error.clone(), error.status()), (ParseError::ContentLength, Some(400)));
    let mut framer = Framer::new();
    framer.push(message!("ncl"));
    assert_eq!(framer.next(), Err(FramingError::ContentLength));
}

#[test]
fn scalar02() {
    let m = read(message!("scalar02"));
    assert_eq!(m.cseq().unwrap_err().status(), Some(400));
    assert_eq!(m.max_forwards().unwrap().unwrap_err().status(), Some(400));
    // Times that are too long are the longest (RFC 3261 §20.19).
    assert_eq!(m.expires(), Some(Ok(u32::MAX)));
    assert_eq!(m.contacts().next().unwrap().unwrap().expires(), Some(u32::MAX));
}

#[test]
fn scalarlg() {
    let m = read(message!("scalarlg"));
    assert!(m.cseq().is_err());
    assert!(m.header::<Warning>().is_err());
    assert_eq!(m.header::<RetryAfter>().unwrap().unwrap().seconds, u32::MAX);
}

#[test]
fn quotbal() {
    let error = read(message!("quotbal")).to().unwrap_err();
    assert_eq!(error.status(), Some(400));
    assert!(error.to_string().contains("quoted name is not closed"), "{error}");
}

#[test]
fn ltgtruri() {
    assert_eq!(read(message!("ltgtruri")).request_uri().unwrap_err().status(), Some(400));
}

#[test]
fn lwsruri() {
    assert_eq!(read(message!("lwsruri")).request_uri().unwrap_err().status(), Some(400));
}

#[test]
fn lwsstart() {
    assert_eq!(read(message!("lwsstart")).uri(), Some("sip:user@example.com"));
}

#[test]
fn trws() {
    assert_eq!(read(message!("trws")).uri(), Some("sip:remote-target@example.com"));
}

#[test]
fn escruri() {
    let m = read(message!("escruri"));
    let uri = m.request_uri().unwrap();
    assert_eq!((uri.user(), uri.headers()), (Some("user"), "Route=%3Csip:example.com%3E"));
    assert_eq!(m.raw(&HeaderName::Route), None);
}

#[test]
fn baddate() {
    let m = read(message!("baddate"));
    assert!(m.header::<Date>().is_err());
    assert_eq!(m.raw(&HeaderName::Date), Some("Fri, 01 Jan 2010 16:00:00 EST"));
}

#[test]
fn regbadct() {
    // The brackets are inferred: nothing behind the question mark can be a parameter of the header.
    let m = read(message!("regbadct"));
    let contact = m.contacts().next().unwrap().unwrap();
    let address = contact.address().unwrap();
    assert_eq!(address.uri().headers(), "Route=%3Csip:sip.example.com%3E");
    assert_eq!(address.to_string(), "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>");
}

#[test]
fn badaspec() {
    let m = read(message!("badaspec"));
    let to = (Some("Watson, Thomas".to_owned()), "sip:t.watson@example.org", None);
    assert_eq!(parts(&m.to().unwrap()), to);
    assert_eq!(m.to().unwrap().to_string(), r#""Watson, Thomas" <sip:t.watson@example.org>"#);
}

#[test]
fn baddn() {
    // The quotes are inferred, and stand there when it is written again.
    let m = read(message!("baddn"));
    assert_eq!(m.from().unwrap().display().as_deref(), Some("Bell, Alexander"));
    assert_eq!(m.to().unwrap().to_string(), r#""Watson, Thomas" <sip:t.watson@example.org>"#);
}

#[test]
fn badvers() {
    let error = refusal(message!("badvers"));
    assert_eq!((error.clone(), error.status()), (ParseError::Version, Some(505)));
}

#[test]
fn mismatch01() {
    let m = read(message!("mismatch01"));
    assert_ne!(m.method(), m.cseq().ok().map(|cseq| cseq.method));
}

#[test]
fn mismatch02() {
    let m = read(message!("mismatch02"));
    assert_ne!(m.method(), m.cseq().ok().map(|cseq| cseq.method));
    assert_eq!(m.method().map(|method| method.to_string()).as_deref(), Some("NEWMETHOD"));
}

#[test]
fn bigcode() {
    assert_eq!(refusal(message!("bigcode")), ParseError::Status);
}
