//! RFC 4475 §3.1.1: valid messages.

use sip_parser::typed::{Accept, ContentType, Date, Route, Subject, TypedHeader};
use sip_parser::{Frame, Framer, HeaderName, Host, Method, Start, Uri};

use crate::{message, parts, read};

#[test]
fn wsinv() {
    let m = read(message!("wsinv"));
    assert_eq!(m.method(), Some(Method::Invite));
    let uri = m.request_uri().unwrap();
    assert_eq!((uri.user(), uri.param("unknownparam")), (Some("vivekg"), Some(None)));
    assert_eq!(parts(&m.to().unwrap()), (None, "sip:vivekg@chair-dnrc.example.com", Some("1918181833n")));
    let from = (Some(r#"J Rosenberg \""#.to_owned()), "sip:jdrosen@example.com", Some("98asjd8"));
    assert_eq!(parts(&m.from().unwrap()), from);
    assert_eq!(m.max_forwards(), Some(Ok(68)));
    assert_eq!(m.call_id(), Ok("wsinv.ndaksdj@192.0.2.1"));
    assert_eq!(m.cseq().map(|cseq| (cseq.number, cseq.method)), Ok((9, Method::Invite)));
    let vias: Vec<_> = m.headers_of::<sip_parser::Via>().map(Result::unwrap).collect();
    let hops: Vec<_> =
        vias.iter().map(|via| (via.transport(), via.host().to_string(), via.branch())).collect();
    assert_eq!(
        hops,
        [
            ("UDP", "192.0.2.2".to_owned(), Some("390skdjuw")),
            ("TCP", "spindle.example.com".to_owned(), Some("z9hG4bK9ikj8")),
            ("UDP", "192.168.255.111".to_owned(), Some("z9hG4bK30239")),
        ]
    );
    assert_eq!(m.header::<Subject>(), Ok(Some(Subject(""))));
    let unknown = HeaderName::from("newfangledheader");
    assert_eq!(m.raw(&unknown), Some("newfangled value   continued newfangled value"));
    assert_eq!(m.raw(&HeaderName::from("UnknownHeaderWithUnusualValue")), Some(";;,,;;,;"));
    let route = m.header::<Route>().unwrap().unwrap();
    assert_eq!(route.uri().param("unknownwith"), Some(Some("value")));
    assert_eq!((route.uri().param("lr"), route.uri().param("unknown-no-value")), (Some(None), Some(None)));
    let contact = m.contacts().next().unwrap().unwrap();
    let address = contact.address().unwrap();
    assert_eq!(address.display().as_deref(), Some(r#"Quoted string """#));
    assert_eq!(
        (address.param("newparam"), address.param("secondparam")),
        (Some(Some("newvalue")), Some(None))
    );
    assert_eq!(contact.q(), Some(330));
    assert_eq!(m.body().len(), 150);
}

#[test]
fn intmeth() {
    let m = read(message!("intmeth"));
    let method = "!interesting-Method0123456789_*+`.%indeed'~";
    assert_eq!(m.method(), Some(Method::from(method)));
    let uri = m.request_uri().unwrap();
    assert_eq!(uri.user(), Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"));
    assert_eq!(uri.password(), Some("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"));
    assert_eq!(uri.host(), Host::Name("example.com"));
    assert_eq!(m.via().unwrap().branch(), Some("z9hG4bK-.!%66*_+`'~"));
    assert_eq!(m.to().unwrap().display().as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
    let from = m.from().unwrap();
    assert_eq!(from.display().as_deref(), Some("token1~` token2'+_ token3*%!.-"));
    assert_eq!(from.param("fromParam''~+*_!.-%"), Some(Some("работающий")));
    assert_eq!(from.tag(), Some("_token~1'+`*%!-."));
    assert_eq!(m.call_id(), Ok(r#"intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{"#));
    assert_eq!(m.cseq().map(|cseq| (cseq.number, cseq.method)), Ok((139_122_385, Method::from(method))));
    assert_eq!(m.max_forwards(), Some(Ok(255)));
    let extension = HeaderName::from("extensionHeader-!.%*+_`'~");
    assert_eq!(m.raw(&extension), Some("\u{feff}大停電"));
}

#[test]
fn esc01() {
    let m = read(message!("esc01"));
    let uri = m.request_uri().unwrap();
    assert_eq!((uri.scheme(), uri.host()), ("sip", Host::Name("example.net")));
    assert_eq!(uri.user_unescaped().as_deref(), Some("sips:user@example.com"));
    assert_eq!(m.to().unwrap().uri().user_unescaped().as_deref(), Some("user"));
    assert_eq!(m.from().unwrap().uri().user_unescaped().as_deref(), Some("I have spaces"));
    assert_eq!(m.content_type(), Some("application/sdp"));
    let contact = m.contacts().next().unwrap().unwrap();
    let uri = contact.address().unwrap().uri();
    assert_eq!(uri.user_unescaped().as_deref(), Some("caller"));
    assert_eq!(uri.param("lr"), Some(None));
    assert_eq!(uri.param_unescaped("name").flatten().as_deref(), Some("value%41"));
}

#[test]
fn escnull() {
    let m = read(message!("escnull"));
    assert_eq!(m.to().unwrap().uri().user_unescaped().as_deref(), Some("null-\0-null"));
    assert_eq!(m.from().unwrap().uri().user_unescaped().as_deref(), Some("null-\0-null"));
    let contacts: Vec<_> = m.contacts().map(Result::unwrap).collect();
    let users: Vec<_> =
        contacts.iter().map(|c| c.address().unwrap().uri().user_unescaped().unwrap().into_owned()).collect();
    assert_eq!(users, ["\0", "\0\0"]);
}

#[test]
fn esc02() {
    let m = read(message!("esc02"));
    assert_eq!(m.method(), Some(Method::from("RE%47IST%45R")));
    assert_eq!(m.to().unwrap().display().as_deref(), Some("%Z%45"));
    assert_eq!(m.via().unwrap().branch(), Some("z9hG4bK209%fzsnel234"));
    assert_eq!(m.cseq().map(|cseq| cseq.method), Ok(Method::from("RE%47IST%45R")));
    assert_eq!(m.contacts().count(), 2);
    assert_eq!(m.raw(&HeaderName::from("C%6Fntact")), Some("<sip:alias2@host2.example.com>"));
}

#[test]
fn lwsdisp() {
    let m = read(message!("lwsdisp"));
    let from = (Some("caller".to_owned()), "sip:caller@example.com", Some("323"));
    assert_eq!(parts(&m.from().unwrap()), from);
}

#[test]
fn longreq() {
    let m = read(message!("longreq"));
    let to = m.to().unwrap();
    assert_eq!(to.display().map(|name| name.len()), Some(112));
    assert_eq!(to.uri().port(), Some(6000));
    assert_eq!(to.uri().params().iter().count(), 3);
    let from = m.from().unwrap();
    assert_eq!(from.uri().user(), Some("amazinglylongcallername".repeat(5).as_str()));
    assert_eq!(from.tag(), Some(format!("12{}424", "982".repeat(50)).as_str()));
    assert_eq!(from.params().iter().count(), 3);
    assert_eq!(m.call_id().map(str::len), Ok(141));
    assert_eq!(m.values(&HeaderName::Via).count(), 34);
    let last = m.headers_of::<sip_parser::Via>().last().unwrap().unwrap();
    assert_eq!((last.received(), last.branch().map(str::len)), (Some("192.0.2.5"), Some(215)));
    assert_eq!(m.body().len(), 150);
}

#[test]
fn dblreq() {
    // A datagram is one message, and what stands behind its body is dropped (RFC 3261 §18.3).
    let m = read(message!("dblreq"));
    assert_eq!((m.method(), m.body().len()), (Some(Method::Register), 0));
    // A stream holds both.
    let mut framer = Framer::new();
    framer.push(message!("dblreq"));
    let methods: Vec<_> = std::iter::from_fn(|| framer.next().unwrap())
        .map(|frame| match frame {
            Frame::Message(bytes) => sip_parser::Message::parse(bytes).unwrap().method(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(methods, [Some(Method::Register), Some(Method::Invite)]);
    assert!(!framer.is_empty(), "the body of the INVITE is two octets longer than it says");
}

#[test]
fn semiuri() {
    let m = read(message!("semiuri"));
    let uri = m.request_uri().unwrap();
    assert_eq!(uri.user(), Some("user;par=u%40example.net"));
    assert_eq!(uri.user_unescaped().as_deref(), Some("user;par=u@example.net"));
    assert_eq!((uri.host(), uri.params().iter().count()), (Host::Name("example.com"), 0));
    let accepts: Vec<_> = m.headers_of::<Accept>().map(|accept| accept.unwrap().subtype).collect();
    assert_eq!(accepts, ["sdp", "pkcs7-mime", "mixed", "signed", "sip", "sipfrag"]);
}

#[test]
fn transports() {
    let m = read(message!("transports"));
    let names: Vec<_> = m.headers_of::<sip_parser::Via>().map(|via| via.unwrap().transport()).collect();
    assert_eq!(names, ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]);
}

#[test]
fn mpart01() {
    let m = read(message!("mpart01"));
    let content = m.header::<ContentType>().unwrap().unwrap();
    assert!(content.is("multipart", "mixed"));
    assert_eq!(content.params.get("boundary"), Some(Some("7a9cbec02ceef655")));
    assert_eq!(m.header::<Date>().unwrap(), Date::parse("Sat, 15 Oct 2005 04:44:56 GMT").ok());
    assert_eq!(m.body().len(), 553);
    assert!(
        m.body().starts_with(b"--7a9cbec02ceef655\r\n") && m.body().ends_with(b"--7a9cbec02ceef655--\r\n")
    );
}

#[test]
fn unreason() {
    let m = read(message!("unreason"));
    let reason = "= 2**3 * 5**2 но сто девяносто девять - простое";
    assert_eq!(m.start(), Start::Response { status: 200, reason });
    assert_eq!(m.body().len(), 154);
}

#[test]
fn noreason() {
    let m = read(message!("noreason"));
    assert_eq!(m.start(), Start::Response { status: 100, reason: "" });
    assert_eq!(m.to().unwrap().uri().as_str(), Uri::parse("sip:user@example.edu").unwrap().as_str());
}
