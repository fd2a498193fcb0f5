use super::*;
use crate::Message;
use bytes::Bytes;

fn parse<'m, H: TypedHeader<'m>>(value: &'m str) -> H {
    H::parse(value).unwrap()
}

fn refused<'m, H: TypedHeader<'m>>(value: &'m str) -> bool {
    H::parse(value).is_err()
}

fn message(headers: &str) -> Message {
    let text = format!("OPTIONS sip:a SIP/2.0\r\n{headers}Content-Length: 0\r\n\r\n");
    Message::parse(Bytes::from(text)).unwrap()
}

#[test]
fn lists_go_over_lines_and_others_are_read_once() {
    let message = message(
        "k: 100rel,  timer\r\nSupported: replaces\r\nSubject: a, b\r\nRoute: <sip:p;lr>,<sip:q,r>\r\n",
    );
    let supported: Vec<_> = message.headers_of::<Supported>().map(|s| s.unwrap().0).collect();
    assert_eq!(supported, ["100rel", "timer", "replaces"]);
    assert_eq!(message.header::<Subject>().unwrap(), Some(Subject("a, b")));
    assert_eq!(message.headers_of::<Route>().count(), 2);
    assert_eq!(message.header::<Organization>().unwrap(), None);
}

#[test]
fn the_examples_of_the_rfc_are_read() {
    let warning: Warning = parse(r#"301 isi.edu "Incompatible network address type 'E.164'""#);
    assert_eq!((warning.code, warning.agent), (301, "isi.edu"));
    let retry: RetryAfter = parse("120 (I'm in a meeting)");
    assert_eq!((retry.seconds, retry.comment, retry.duration), (120, Some("I'm in a meeting"), None));
    assert_eq!(parse::<RetryAfter>("18000;duration=3600").duration, Some(3_600));
    let stamp: Timestamp = parse("54.2 .5");
    assert_eq!((stamp.time, stamp.delay), ("54.2", Some(".5")));
    let accept: Accept = parse("application/sdp;level=1;q=0.25");
    assert_eq!((accept.kind, accept.subtype, accept.q), ("application", "sdp", 250));
    assert_eq!(parse::<AcceptLanguage>("da").q, 1_000);
    let content: ContentType = parse("multipart/mixed; boundary=\"a;b\"");
    assert_eq!(content.params.get("boundary"), Some(Some("a;b")));
    assert!(parse::<ContentDisposition>("icon; handling=optional").is_optional());
    let info: CallInfo = parse("<http://www.example.com/alice/photo.jpg> ;purpose=icon");
    assert_eq!(info.param("purpose"), Some(Some("icon")));
    assert_eq!(parse::<MimeVersion>("1.0"), MimeVersion { major: 1, minor: 0 });
    assert_eq!(parse::<InReplyTo>("70710@saturn.bell-tel.com").0, "70710@saturn.bell-tel.com");
    let date = "Sat, 13 Nov 2010 23:29:00 GMT";
    assert_eq!(parse::<Date>(date).to_string(), date);
    let digest: Authorization =
        parse(r#"Digest username="bob", realm="a \"b\"", nc=00000001, response="6629""#);
    assert_eq!(digest.get("REALM").as_deref(), Some("a \"b\""));
    assert_eq!(digest.fields().count(), 4);
    assert_eq!(
        parse::<AuthenticationInfo>(r#"nextnonce="47364c23""#).get("nextnonce").as_deref(),
        Some("47364c23")
    );
}

#[test]
fn what_telephones_add_is_read() {
    let reason: Reason = parse(r#"Q.850 ;cause=16 ;text="Terminated, at last""#);
    assert_eq!(
        (reason.protocol, reason.cause, reason.text.as_deref()),
        ("Q.850", Some(16), Some("Terminated, at last"))
    );
    let replaces: Replaces = parse("425928@bobster.example.org;to-tag=7743;from-tag=6472;early-only");
    assert_eq!((replaces.to_tag, replaces.from_tag, replaces.early_only), ("7743", "6472", true));
    assert!(refused::<Replaces>("a;to-tag=1;to-tag=2;from-tag=3"));
    let expires: SessionExpires = parse("4000;refresher=uac");
    assert_eq!((expires.seconds, expires.refresher), (4_000, Some(Refresher::Uac)));
    assert_eq!(parse::<RAck>("776656 1 INVITE").cseq.number, 1);
    let state: SubscriptionState = parse("terminated;reason=noresource;retry-after=5");
    assert_eq!((state.state, state.reason, state.retry_after), ("terminated", Some("noresource"), Some(5)));
    assert_eq!(parse::<Event>("dialog;id=7").id, Some("7"));
    assert!(parse::<Privacy>("user; id").has("ID"));
    let message =
        message("r: <sip:carol@example.com>\r\nx: 90\r\no: presence\r\nu: talk\r\nb: <sip:a@b>\r\n");
    assert_eq!(message.header::<ReferTo>().unwrap().unwrap().uri_str(), "sip:carol@example.com");
    assert_eq!(message.header::<SessionExpires>().unwrap().unwrap().seconds, 90);
    assert_eq!(message.header::<Event>().unwrap().unwrap().package, "presence");
    assert!(message.header::<AllowEvents>().unwrap().unwrap().is("TALK"));
    assert_eq!(message.header::<ReferredBy>().unwrap().unwrap().uri_str(), "sip:a@b");
}

#[test]
fn what_does_not_follow_its_grammar_is_refused() {
    assert!(refused::<Warning>("30 host \"x\"") && refused::<Warning>("301 host x"));
    assert!(refused::<RetryAfter>("soon") && refused::<RetryAfter>("5 (open"));
    assert!(refused::<Date>("Sat, 13 Nov 2010 23:29:00 CET") && refused::<Date>("13 Nov 2010"));
    assert!(refused::<Accept>("text/plain;q=1.5") && refused::<Accept>("text"));
    assert!(refused::<MaxForwards>("256") && refused::<MaxForwards>("+7") && refused::<Expires>(""));
    assert!(refused::<Authorization>("Digest username") && refused::<Authorization>("Digest"));
    assert!(refused::<Require>("100 rel") && refused::<Allow>(""));
    assert!(refused::<Timestamp>(".") && refused::<Timestamp>("1 2 3"));
    assert!(refused::<SessionExpires>("90;refresher=both"));
}

proptest::proptest! {
    #[test]
    fn no_value_breaks_a_type(value in "[ -~é]{0,60}", name in proptest::sample::select(vec![
        "Accept", "Authorization", "Contact", "Date", "Event", "Privacy", "RAck", "Reason", "Replaces", "Retry-After",
        "Session-Expires", "Subscription-State", "Timestamp", "Warning", "WWW-Authenticate", "Call-Info", "Via",
    ])) {
        let text = format!("OPTIONS sip:a SIP/2.0\r\n{name}: {value}\r\nContent-Length: 0\r\n\r\n");
        if let Ok(message) = Message::parse(Bytes::from(text)) {
            read_all(&message);
        }
    }
}
