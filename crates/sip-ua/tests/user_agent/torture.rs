//! The messages of RFC 4475 and RFC 5118 whose answer the user agent gives, octet by octet as they stand there.

use std::sync::Arc;

use sip_parser::{HeaderName, Message, Method};
use sip_ua::user_agent::{OutboundInvite, Reply, UaEvent};

use crate::network::{ALICE, BOB, Network};

/// A message by the short name that its RFC gives it.
macro_rules! message {
    ($folder:literal / $name:literal) => {
        include_bytes!(concat!("../../../sip-parser/tests/torture/messages/", $folder, "/", $name, ".sip"))
            .as_slice()
    };
    ($name:literal) => {
        message!("rfc4475" / $name)
    };
}

/// Bob hears these bytes.
fn heard(bytes: &[u8]) -> Network {
    let mut network = Network::new();
    network.inject_bytes(ALICE, BOB, bytes);
    network.run(10);
    network
}

/// The only thing that Bob says to these bytes, which his application never sees.
#[track_caller]
fn answer(bytes: &[u8], status: u16) -> Message {
    let network = heard(bytes);
    assert!(network.request(BOB).is_none(), "it reached the application");
    assert_eq!(network.sent.len(), 1, "{:?}", network.ladder);
    let reply = network.sent[0].clone();
    assert_eq!(reply.status(), Some(status), "{:?}", network.ladder);
    assert_eq!(reply.via().is_ok(), status != 505, "{reply:?}");
    reply
}

/// The request as Bob's application sees it.
#[track_caller]
fn request(bytes: &[u8]) -> Arc<Message> {
    let network = heard(bytes);
    let message = network.events[BOB].iter().find_map(|event| match event {
        UaEvent::Request { message, .. } => Some(message.clone()),
        _ => None,
    });
    message.unwrap_or_else(|| panic!("{:?}", network.ladder))
}

/// Bob says nothing to these bytes, and his application hears of no request.
#[track_caller]
fn silence(bytes: &[u8]) {
    let mut network = heard(bytes);
    network.run(70_000);
    assert!(network.sent.is_empty(), "{:?}", network.ladder);
    assert!(network.request(BOB).is_none() && network.is_silent());
}

#[test]
fn wsinv() {
    // The To tag names a dialog that Bob has never had.
    let reply = answer(message!("wsinv"), 481);
    assert_eq!(reply.values(&HeaderName::Via).count(), 3);
    assert_eq!(reply.cseq().map(|cseq| cseq.number), Ok(9));
    assert_eq!(reply.from().unwrap().tag(), Some("98asjd8"));
}

#[test]
fn intmeth() {
    let reply = answer(message!("intmeth"), 501);
    assert_eq!(
        reply.raw(&HeaderName::Allow),
        Some("INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY, MESSAGE, REGISTER")
    );
    let method = "!interesting-Method0123456789_*+`.%indeed'~";
    assert_eq!(reply.cseq().unwrap().method.as_str(), method);
    assert_eq!(reply.to().unwrap().display().as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
}

#[test]
fn esc01() {
    assert_eq!(
        request(message!("esc01")).request_uri().unwrap().user_unescaped().as_deref(),
        Some("sips:user@example.com")
    );
}

#[test]
fn escnull() {
    assert_eq!(request(message!("escnull")).contacts().count(), 2);
}

#[test]
fn esc02() {
    let reply = answer(message!("esc02"), 501);
    assert_eq!(reply.cseq().unwrap().method.as_str(), "RE%47IST%45R");
}

#[test]
fn lwsdisp() {
    assert_eq!(request(message!("lwsdisp")).from().unwrap().display().as_deref(), Some("caller"));
}

#[test]
fn longreq() {
    assert_eq!(request(message!("longreq")).values(&HeaderName::Via).count(), 34);
}

#[test]
fn dblreq() {
    // A datagram is one message: the INVITE behind the body is dropped (RFC 3261 section 18.3).
    let network = heard(message!("dblreq"));
    let requests = network.events[BOB].iter().filter(|event| matches!(event, UaEvent::Request { .. }));
    assert_eq!(requests.count(), 1);
    assert!(request(message!("dblreq")).body().is_empty());
}

#[test]
fn semiuri() {
    assert!(request(message!("semiuri")).request_uri().is_ok());
}

#[test]
fn transports() {
    assert_eq!(request(message!("transports")).values(&HeaderName::Via).count(), 5);
}

#[test]
fn mpart01() {
    let text = request(message!("mpart01"));
    assert_eq!(text.method(), Some(sip_parser::Method::Message));
    assert!(text.raw(&HeaderName::ContentType).unwrap().starts_with("multipart/mixed"));
}

#[test]
fn unreason() {
    silence(message!("unreason"));
}

#[test]
fn noreason() {
    silence(message!("noreason"));
}

#[test]
fn badinv01() {
    answer(message!("badinv01"), 400);
}

#[test]
fn clerr() {
    answer(message!("clerr"), 400);
}

#[test]
fn ncl() {
    answer(message!("ncl"), 400);
}

#[test]
fn scalar02() {
    answer(message!("scalar02"), 400);
}

#[test]
fn scalarlg() {
    silence(message!("scalarlg"));
}

#[test]
fn quotbal() {
    answer(message!("quotbal"), 400);
}

#[test]
fn ltgtruri() {
    answer(message!("ltgtruri"), 400);
}

#[test]
fn lwsruri() {
    answer(message!("lwsruri"), 400);
}

#[test]
fn lwsstart() {
    assert_eq!(request(message!("lwsstart")).uri(), Some("sip:user@example.com"));
}

#[test]
fn trws() {
    assert_eq!(request(message!("trws")).uri(), Some("sip:remote-target@example.com"));
}

#[test]
fn escruri() {
    // The headers in the URI are left aside; nothing of them becomes a header of the request.
    let invite = request(message!("escruri"));
    assert_eq!(invite.request_uri().unwrap().user(), Some("user"));
    assert_eq!(invite.raw(&HeaderName::Route), None);
}

#[test]
fn baddate() {
    request(message!("baddate"));
}

#[test]
fn regbadct() {
    // The brackets are inferred.
    let register = request(message!("regbadct"));
    let contact = register.contacts().next().unwrap().unwrap();
    assert_eq!(contact.address().unwrap().uri_str(), "sip:user@example.com?Route=%3Csip:sip.example.com%3E");
}

#[test]
fn badaspec() {
    assert_eq!(request(message!("badaspec")).to().unwrap().uri_str(), "sip:t.watson@example.org");
}

#[test]
fn baddn() {
    let options = request(message!("baddn"));
    assert_eq!(options.from().unwrap().to_string(), r#""Bell, Alexander" <sip:a.g.bell@example.com>;tag=43"#);
}

#[test]
fn badvers() {
    let reply = answer(message!("badvers"), 505);
    assert_eq!(reply.raw(&HeaderName::Via), Some("SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw"));
}

#[test]
fn mismatch01() {
    answer(message!("mismatch01"), 400);
}

#[test]
fn mismatch02() {
    answer(message!("mismatch02"), 400);
}

#[test]
fn bigcode() {
    silence(message!("bigcode"));
}

#[test]
fn badbranch() {
    // The cookie alone names no transaction: another request with it is another one.
    let mut network = heard(message!("badbranch"));
    let other = String::from_utf8(message!("badbranch").to_vec()).unwrap().replace("CSeq: 8", "CSeq: 9");
    network.inject_bytes(ALICE, BOB, other.as_bytes());
    network.run(10);
    let requests = network.events[BOB].iter().filter(|event| matches!(event, UaEvent::Request { .. }));
    assert_eq!(requests.count(), 2);
}

#[test]
fn insuf() {
    let reply = answer(message!("insuf"), 400);
    assert_eq!(reply.via().unwrap().branch(), Some("z9hG4bKkdj.insuf"));
}

#[test]
fn unkscm() {
    answer(message!("unkscm"), 416);
}

#[test]
fn novelsc() {
    answer(message!("novelsc"), 416);
}

#[test]
fn unksm2() {
    answer(message!("unksm2"), 400);
}

#[test]
fn bext01() {
    let reply = answer(message!("bext01"), 420);
    let unsupported = reply.raw(&HeaderName::Unsupported);
    assert_eq!(unsupported, Some("nothingSupportsThis, nothingSupportsThisEither"));
}

#[test]
fn invut() {
    let accept = answer(message!("invut"), 415).raw(&HeaderName::Accept).map(str::to_owned);
    assert!(accept.is_some_and(|accept| accept.starts_with("application/sdp,")));
}

#[test]
fn regaut01() {
    use sip_ua::digest::{ChallengeTerms, Verdict, Verifier};
    let register = request(message!("regaut01"));
    let mut verifier = Verifier::new();
    let terms = ChallengeTerms::new("example.com");
    let verdict = verifier.verify_request(std::time::Instant::now(), &terms, &register, &[]);
    assert_eq!(verdict, Verdict::Absent, "it is challenged as if it had said nothing");
}

#[test]
fn multi01() {
    answer(message!("multi01"), 400);
}

#[test]
fn mcl01() {
    answer(message!("mcl01"), 400);
}

#[test]
fn bcast() {
    silence(message!("bcast"));
}

#[test]
fn zeromf() {
    // Who the request ends at needs no hops; who would send it on refuses it.
    request(message!("zeromf"));
    let invite = String::from_utf8(message!("sdp01").to_vec()).unwrap();
    answer(invite.replace("Max-Forwards: 5", "Max-Forwards: 0").replace("Accept:", "X:").as_bytes(), 483);
}

#[test]
fn cparam01() {
    request(message!("cparam01"));
}

#[test]
fn cparam02() {
    request(message!("cparam02"));
}

#[test]
fn regescrt() {
    let register = request(message!("regescrt"));
    let contact = register.contacts().next().unwrap().unwrap();
    // A call to that contact takes nothing of the headers in it.
    let mut network = Network::new();
    let target = contact.address().unwrap().uri_str().to_owned();
    let invite = OutboundInvite { target, ..network.invite() };
    network.call_with(invite);
    assert_eq!(network.sent[0].uri(), Some("sip:user@example.com"));
    assert_eq!(network.sent[0].raw(&HeaderName::Route), None);
}

#[test]
fn a_contact_does_not_choose_the_method() {
    let mut network = Network::new();
    let target = "sip:user@example.com;Method=BYE;x=1".to_owned();
    let invite = OutboundInvite { target, ..network.invite() };
    network.call_with(invite);
    assert_eq!(network.sent[0].method(), Some(Method::Invite));
    assert_eq!(network.sent[0].uri(), Some("sip:user@example.com;x=1"));
}

#[test]
fn sdp01() {
    answer(message!("sdp01"), 406);
}

#[test]
fn inv2543() {
    let mut network = heard(message!("inv2543"));
    let call = network.take();
    network.ring(call);
    let ringing = network.sent.iter().find(|message| message.status() == Some(180)).expect("it rings");
    assert!(ringing.to().unwrap().tag().is_some());
    assert_eq!(ringing.from().unwrap().tag(), None);
    assert_eq!(ringing.raw(&HeaderName::RecordRoute), Some("<sip:UserB@example.com;maddr=ss1.example.com>"));
    network.hangup(BOB, call);
}

#[test]
fn ipv6_good() {
    let register = request(message!("rfc5118" / "ipv6-good"));
    assert_eq!(register.uri(), Some("sip:[2001:db8::10]"));
}

#[test]
fn ipv6_bad() {
    answer(message!("rfc5118" / "ipv6-bad"), 400);
}

#[test]
fn port_ambiguous_and_unambiguous() {
    let port = |message: Arc<Message>| message.request_uri().unwrap().port();
    assert_eq!(port(request(message!("rfc5118" / "port-ambiguous"))), None);
    assert_eq!(port(request(message!("rfc5118" / "port-unambiguous"))), Some(5070));
}

#[test]
fn via_received_param() {
    let reply = answer(message!("rfc5118" / "via-received-param-with-delim"), 481);
    assert!(reply.via().unwrap().received().is_some());
    request(message!("rfc5118" / "via-received-param-no-delim"));
}

#[test]
fn ipv6_in_sdp() {
    assert!(request(message!("rfc5118" / "ipv6-in-sdp")).body().starts_with(b"v=0"));
}

#[test]
fn mult_ip_in_header() {
    let reply = answer(message!("rfc5118" / "mult-ip-in-header"), 481);
    assert_eq!(reply.values(&HeaderName::Via).count(), 3);
}

#[test]
fn mult_ip_in_sdp() {
    assert_eq!(request(message!("rfc5118" / "mult-ip-in-sdp")).body().len(), 189);
}

#[test]
fn ipv4_mapped_ipv6() {
    let mut network = heard(message!("rfc5118" / "ipv4-mapped-ipv6"));
    let id = network.request(BOB).expect("it reached the application");
    network.tell(BOB, |agent, now| agent.respond(now, id, Reply::status(486)));
    assert_eq!(network.sent[0].values(&HeaderName::Via).count(), 2);
}

#[test]
fn ipv6_bug_abnf_3_colons() {
    let options = request(message!("rfc5118" / "ipv6-bug-abnf-3-colons"));
    assert_eq!(options.request_uri().unwrap().host().to_string(), "[2001:db8::c000:201]");
}

#[test]
fn ipv6_correct_abnf_2_colons() {
    request(message!("rfc5118" / "ipv6-correct-abnf-2-colons"));
}
