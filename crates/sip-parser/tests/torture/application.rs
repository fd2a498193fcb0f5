//! RFC 4475 §3.2 to §3.4: well-formed messages that mean something odd.

use sip_parser::typed::{Accept, Authorization, ContentType, ProxyRequire, Require};
use sip_parser::{HeaderError, HeaderName, ParseError, Via};

use crate::{message, parts, read, refusal};

#[test]
fn badbranch() {
    assert_eq!(read(message!("badbranch")).via().unwrap().branch(), Some("z9hG4bK"));
}

#[test]
fn insuf() {
    let m = read(message!("insuf"));
    assert_eq!(m.call_id(), Err(HeaderError::Missing("Call-ID")));
    assert_eq!(m.from(), Err(HeaderError::Missing("From")));
    assert_eq!(m.to(), Err(HeaderError::Missing("To")));
    assert_eq!(HeaderError::Missing("To").status(), Some(400));
}

#[test]
fn unkscm() {
    let m = read(message!("unkscm"));
    let uri = m.request_uri().unwrap();
    assert_eq!((uri.scheme(), uri.is_sip()), ("nobodyKnowsThisScheme", false));
}

#[test]
fn novelsc() {
    assert_eq!(read(message!("novelsc")).request_uri().unwrap().scheme(), "soap.beep");
}

#[test]
fn unksm2() {
    let m = read(message!("unksm2"));
    assert_eq!(parts(&m.to().unwrap()), (None, "isbn:2983792873", None));
    assert_eq!(parts(&m.from().unwrap()), (None, "http://www.example.com", Some("3234233")));
    let contact = m.contacts().next().unwrap().unwrap();
    assert_eq!(contact.address().unwrap().uri_str(), "name:John_Smith");
}

#[test]
fn bext01() {
    let m = read(message!("bext01"));
    let required: Vec<_> = m.headers_of::<Require>().map(|tag| tag.unwrap().0).collect();
    assert_eq!(required, ["nothingSupportsThis", "nothingSupportsThisEither"]);
    let required: Vec<_> = m.headers_of::<ProxyRequire>().map(|tag| tag.unwrap().0).collect();
    assert_eq!(required, ["noProxiesSupportThis", "norDoAnyProxiesSupportThis"]);
}

#[test]
fn invut() {
    let m = read(message!("invut"));
    assert!(m.header::<ContentType>().unwrap().unwrap().is("application", "unknownformat"));
    assert_eq!(m.body().len(), 40);
}

#[test]
fn regaut01() {
    let m = read(message!("regaut01"));
    let authorization = m.header::<Authorization>().unwrap().unwrap();
    assert_eq!(authorization.scheme(), "NoOneKnowsThisScheme");
    assert_eq!(authorization.get("opaque-data").as_deref(), Some("here"));
}

#[test]
fn multi01() {
    let m = read(message!("multi01"));
    for name in [HeaderName::CSeq, HeaderName::CallId, HeaderName::From, HeaderName::To] {
        assert_eq!(m.raw_all(&name).count(), 2, "{name}");
    }
}

#[test]
fn mcl01() {
    let error = refusal(message!("mcl01"));
    assert_eq!((error.clone(), error.status()), (ParseError::ContentLength, Some(400)));
}

#[test]
fn bcast() {
    let m = read(message!("bcast"));
    let last = m.headers_of::<Via>().last().unwrap().unwrap();
    assert_eq!(last.host().ip(), Some([255, 255, 255, 255].into()));
}

#[test]
fn zeromf() {
    assert_eq!(read(message!("zeromf")).max_forwards(), Some(Ok(0)));
}

#[test]
fn cparam01() {
    let m = read(message!("cparam01"));
    let contact = m.contacts().next().unwrap().unwrap();
    let address = contact.address().unwrap();
    assert_eq!((address.param("unknownparam"), address.uri().param("unknownparam")), (Some(None), None));
}

#[test]
fn cparam02() {
    let m = read(message!("cparam02"));
    let contact = m.contacts().next().unwrap().unwrap();
    let address = contact.address().unwrap();
    assert_eq!((address.param("unknownparam"), address.uri().param("unknownparam")), (None, Some(None)));
}

#[test]
fn regescrt() {
    let m = read(message!("regescrt"));
    let contact = m.contacts().next().unwrap().unwrap();
    assert_eq!(contact.address().unwrap().uri().headers(), "Route=%3Csip:sip.example.com%3E");
    assert_eq!(m.raw(&HeaderName::Route), None);
}

#[test]
fn sdp01() {
    let m = read(message!("sdp01"));
    assert!(!m.header::<Accept>().unwrap().unwrap().takes("application", "sdp"));
}

#[test]
fn inv2543() {
    let m = read(message!("inv2543"));
    assert_eq!(m.via().unwrap().branch(), None);
    let caller = "sip:+13035551111@ift.client.example.net;user=phone";
    assert_eq!(parts(&m.from().unwrap()), (None, caller, None));
    // Without brackets the parameter is the header's.
    assert_eq!(m.to().unwrap().param("user"), Some(Some("phone")));
    assert_eq!(m.raw(&HeaderName::ContentLength), None);
    assert_eq!(m.body().len(), 105, "the body runs to the end");
}
