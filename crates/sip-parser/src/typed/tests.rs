use super::*;
use crate::{Message, Params};
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
    let [optional, required, unsaid]: [ContentDisposition<'_>; 3] =
        ["icon; handling=optional", "icon;Handling=Required", "icon"].map(parse);
    assert_eq!((optional.is_optional(), optional.is_required()), (true, false));
    assert_eq!((required.is_optional(), required.is_required()), (false, true));
    assert_eq!((unsaid.is_optional(), unsaid.is_required()), (false, false));
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
    assert!(refused::<Identity>("a.b.c;info=https://h/") && refused::<Identity>(";info=<https://h/>"));
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

/// A value is read, written, and read as the same value.
macro_rules! kept {
    ($($header:ty: $($value:expr),+;)*) => {
        $($(
            let first: $header = parse($value);
            let written = first.to_string();
            assert_eq!(parse::<$header>(&written), first, "{written}");
            let line = format!("{}: {}\r\n", <$header as TypedHeader<'_>>::NAME, written);
            let whole = message(&line);
            assert_eq!(whole.header::<$header>().unwrap().unwrap(), first, "{line}");
        )+)*
    };
}

#[test]
fn what_is_written_is_read_as_the_same_value() {
    kept! {
        Accept: "application/sdp;level=1;q=0.25", "*/*";
        AcceptEncoding: "gzip;q=0.5", "*";
        AcceptLanguage: "en-gb;q=0.8";
        AlertInfo: "<http://www.example.com/sounds/moo.wav>";
        Allow: "INVITE", "X-OWN";
        AllowEvents: "spirits-INDPs";
        AuthenticationInfo: r#"nextnonce="47364c23432d2e131a5fb210812c""#;
        Authorization: r#"Digest username="Alice", realm="atlanta.com", nonce="84a4", response="7587""#;
        ContentDisposition: "icon;handling=optional";
        ContentEncoding: "gzip";
        ContentLanguage: "fr";
        ContentLength: "0";
        ContentType: "multipart/mixed;boundary=\"a;b\"", "application/sdp";
        Date: "Sat, 13 Nov 2010 23:29:00 GMT";
        ErrorInfo: "<sip:not-in-service-recording@atlanta.com>";
        Event: "dialog;id=7;include-session-description";
        Expires: "5";
        From: "\"A. G. Bell\" <sip:agb@bell-telephone.com> ;tag=a48s", "sip:+12125551212@server.phone2net.com;tag=887s";
        Identity: "eyJ.eyJ.a-_;info=<https://h/a;b>;alg=ES256;ppt=\"shaken\"", "..a;info=<https://h/>";
        InReplyTo: "70710@saturn.bell-tel.com";
        MaxForwards: "6";
        MimeVersion: "1.0";
        MinExpires: "60";
        MinSe: "90";
        Organization: "Boxes by Bob", "";
        Path: "<sip:P3.EXAMPLEHOME.COM;lr>";
        Priority: "emergency";
        Privacy: "id;critical";
        ProxyAuthenticate: r#"Digest realm="atlanta.com", qop="auth", nonce="f84f1cec41e6cbe5aea9c8e88d359""#;
        RAck: "776656 1 INVITE";
        RSeq: "988789";
        Reason: r#"SIP ;cause=200 ;text="Call completed \"elsewhere\"""#, "Q.850", "Q.850;cause=16";
        RecordRoute: "<sip:server10.biloxi.com;lr>";
        ReferTo: "<sips:bob@biloxi.example.com?Accept-Contact=sip:bobsdesk@example.com&Replaces=12%40h%3Bto-tag%3D1>";
        ReferredBy: "<sip:referror@referror.example>;cid=\"20398823.2UWQFN309shb3@referror.example\"";
        Replaces: "425928@bobster.example.org;to-tag=7743;from-tag=6472;early-only", "a;from-tag=x=;to-tag=y";
        ReplyTo: "Bob <sip:bob@biloxi.com>";
        Require: "100rel";
        RetryAfter: "18000;duration=3600", "120 (I'm in a meeting)", "1 (a(b));duration=2";
        Server: "HomeServer v2";
        SessionExpires: "4000;refresher=uac", "90";
        Subject: "Need more boxes";
        SubscriptionState: "active;expires=60", "terminated;reason=rejected;retry-after=5", "pending";
        Supported: "100rel";
        Timestamp: "54", "54.2 .5";
        Unsupported: "foo";
        UserAgent: "Softphone Beta1.5";
        Warning: r#"307 isi.edu "Session parameter 'foo' not understood: \"x\"""#;
        WwwAuthenticate: r#"Digest realm="atlanta.com", domain="sip:boxesbybob.com", qop="auth", stale=FALSE"#;
    }
}

#[test]
fn what_networks_add_is_read_and_written() {
    kept! {
        AcceptResourcePriority: "dsn.flash-override", "wps.3";
        Diversion: "\"Bob\" <sip:bob@example.com>;reason=user-busy;counter=2;privacy=\"full\";screen=yes";
        FlowTimer: "126";
        HistoryInfo: "<sip:bob@biloxi.example.com?Reason=SIP%3Bcause%3D302>;index=1.1;rc=1";
        InfoPackage: "foo;x=1";
        Join: "12adf2f34456gs5;to-tag=12345;from-tag=54321";
        PAccessNetworkInfo: "3GPP-UTRAN-TDD; utran-cell-id-3gpp=234151D0FCE11", "IEEE-802.11;np";
        PAssertedIdentity: "\"Cullen Jennings\" <sip:fluffy@cisco.com>", "tel:+14085264000";
        PAssociatedUri: "<sip:a@example.net>";
        PCalledPartyId: "<sip:user1-business@example.com>";
        PChargingFunctionAddresses: "ccf=192.1.1.1; ccf=192.1.1.2; ecf=\"a;b\"";
        PChargingVector: "icid-value=1234bc9876e; icid-generated-at=192.0.6.8; orig-ioi=home1.net";
        PPreferredIdentity: "<sip:fluffy@cisco.com>";
        PVisitedNetworkId: "other.net", "\"Visited \\\"network\\\", number 1\";x=1";
        RecvInfo: "foo";
        ReferSub: "false", "true";
        RemotePartyId: "\"John Doe\" <sip:jdoe@foo.com>;party=calling;id-type=subscriber;privacy=full;screen=yes";
        ResourcePriority: "ets.0";
        SecurityClient: "digest;q=0.1;d-alg=md5;d-qop=auth", "tls";
        SecurityServer: "ipsec-ike;q=0.1", "tls;q=0.2";
        SecurityVerify: "digest;d-ver=\"0123456789abcdef0123456789abcdef\"";
        ServiceRoute: "<sip:P2.HOME.EXAMPLE.COM;lr>";
        SipEtag: "dx200xyz";
        SipIfMatch: "kwj449x";
        TargetDialog: "fa77as7dad8-sd98ajzz@host.example.com;local-tag=kkaz-;remote-tag=6544";
    }
}

#[test]
fn what_they_say_is_found() {
    let diversion: Diversion =
        parse("<sip:b@c>;reason=\"user-busy\";counter=3;limit=5;privacy=off;screen=no");
    assert_eq!(
        (diversion.reason().as_deref(), diversion.counter(), diversion.limit()),
        (Some("user-busy"), 3, Some(5))
    );
    assert_eq!(parse::<Diversion>("<sip:b@c>").counter(), 1);
    let party: RemotePartyId = parse("<sip:a@b>;party=called;screen=yes;privacy=full");
    assert_eq!((party.party().as_deref(), party.screen().as_deref()), (Some("called"), Some("yes")));
    assert_eq!((party.privacy().as_deref(), party.id_type()), (Some("full"), None));
    let entry: HistoryInfo =
        parse("<sip:b@c;cause=408?Reason=SIP%3Bcause%3D302&Privacy=history>;index=1.2;mp=1");
    assert_eq!((entry.index(), entry.cause()), (Some("1.2"), Some(408)));
    assert_eq!(entry.reason().as_deref(), Some("SIP;cause=302"));
    assert_eq!(entry.privacy().as_deref(), Some("history"));
    let vector: PChargingVector = parse("icid-value=\"12\\\"34\";orig-ioi=home1.net;term-ioi=home2.net");
    assert_eq!(vector.icid().as_deref(), Some("12\"34"));
    assert_eq!(vector.originating().as_deref(), Some("home1.net"));
    assert_eq!(vector.terminating().as_deref(), Some("home2.net"));
    let addresses: PChargingFunctionAddresses = parse("ccf=192.1.1.1;ecf=192.1.1.3");
    assert_eq!(addresses.collection().as_deref(), Some("192.1.1.1"));
    assert_eq!((addresses.event().as_deref(), addresses.get("x")), (Some("192.1.1.3"), None));
    let client: SecurityClient = parse("digest;q=0.1;d-alg=md5;d-qop=auth;d-ver=\"01\"");
    assert_eq!((client.mechanism, client.q), ("digest", 100));
    assert_eq!(client.digest_algorithm().as_deref(), Some("md5"));
    assert_eq!(client.digest_qop().as_deref(), Some("auth"));
    assert_eq!(client.digest_verify().as_deref(), Some("01"));
    let priority: ResourcePriority = parse("dsn.flash");
    assert_eq!((priority.namespace, priority.priority), ("dsn", "flash"));
    let network: PVisitedNetworkId = parse("\"Visited network number 1\"");
    assert_eq!(network.network, "Visited network number 1");
    let access: PAccessNetworkInfo = parse("3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=\"2341\";np");
    assert_eq!((access.access_type, access.params.get("np")), ("3GPP-E-UTRAN-FDD", Some(None)));
    let join: Join = parse("12adf2f34456gs5;to-tag=12345;from-tag=54321");
    assert_eq!((join.call_id, join.to_tag, join.from_tag), ("12adf2f34456gs5", "12345", "54321"));
    let refer: ReferTo = parse("<sip:bob@b?Replaces=1%40h%3Bto-tag%3D2%3Bfrom-tag%3D3>");
    let header = refer.uri().header("replaces").unwrap();
    assert_eq!(parse::<Replaces>(&header).from_tag, "3");
    assert_eq!(parse::<RetryAfter>("99999999999").seconds, u32::MAX);
    assert_eq!(parse::<SessionExpires>("99999999999").seconds, u32::MAX);
}

#[test]
fn what_networks_add_is_refused_where_it_is_broken() {
    assert!(refused::<ResourcePriority>("ets") && refused::<ResourcePriority>("a.b.c"));
    assert!(refused::<AcceptResourcePriority>(".0") && refused::<AcceptResourcePriority>("ets."));
    assert!(refused::<Join>("a;to-tag=1") && refused::<Join>("a;to-tag=1;from-tag=2;from-tag=3"));
    assert!(refused::<TargetDialog>(";local-tag=1;remote-tag=2"));
    assert!(
        refused::<Replaces>("a b;to-tag=1;from-tag=2") && refused::<Replaces>("a;to-tag=\"1;\";from-tag=2")
    );
    assert!(refused::<PChargingVector>("icid-value") && refused::<PChargingVector>(";a=b"));
    assert!(refused::<PVisitedNetworkId>("two words") && refused::<PVisitedNetworkId>("\""));
    assert!(refused::<PAccessNetworkInfo>("") && refused::<SecurityClient>("tls;q=2"));
    assert!(refused::<SipEtag>("a b") && refused::<SipIfMatch>("") && refused::<ReferSub>("maybe"));
    assert!(refused::<InfoPackage>("a b") && refused::<RecvInfo>(";x"));
    assert!(refused::<FlowTimer>("+7") && refused::<RSeq>("4294967296") && refused::<MimeVersion>("1.+0"));
    assert!(refused::<SubscriptionState>("active;reason=\"a;b\"") && refused::<RetryAfter>("5 soon"));
    assert!(refused::<Reason>("Q 850;cause=1") && refused::<Reason>("SIP;cause=x"));
    assert!(refused::<Warning>("+12 h \"x\""));
}

#[test]
fn values_that_are_made_are_read() {
    let event = Event { package: "dialog", id: Some("7"), params: Params::new("") };
    assert_eq!(event.to_string(), "dialog;id=7");
    let accept = Accept { kind: "text", subtype: "plain", q: 50, params: Params::new(";charset=utf-8") };
    assert_eq!(accept.to_string(), "text/plain;charset=utf-8;q=0.050");
    let warning = Warning { code: 399, agent: "ipbx", text: "no \"codec\"".into() };
    assert_eq!(parse::<Warning>(&warning.to_string()), warning);
    let bytes = crate::ResponseBuilder::reply(&message(""), 422).header(&MinSe::NAME, MinSe(90)).build();
    assert_eq!(Message::parse(bytes).unwrap().header::<MinSe>(), Ok(Some(MinSe(90))));
}

/// Pieces that values of headers are made of.
const PIECES: &[&str] = &[
    "a",
    "Q.850",
    "sip:",
    "tel:+1",
    "alice@example.com",
    "<",
    ">",
    "\"",
    "\\",
    ";",
    ",",
    "=",
    "/",
    " ",
    "\t",
    "*",
    "0",
    "1",
    "200",
    "4294967296",
    ".",
    "-",
    "(",
    ")",
    "tag",
    "q=",
    "q=0.5",
    "to-tag=1",
    "from-tag=2",
    "local-tag=1",
    "remote-tag=2",
    "cause=16",
    "text=\"x\"",
    "reason=y",
    "expires=9",
    "retry-after=1",
    "duration=3",
    "SIP/2.0/UDP ",
    "host:5060",
    "[::1]",
    "branch=z9hG4bK1",
    "é",
    "%41",
    "%",
    "?",
    "&",
    "Digest ",
    "realm=\"r\"",
    "INVITE",
    "GMT",
    "Sat, 13 Nov 2010 23:29:00 GMT",
    "dsn.flash",
    "true",
    "refresher=uac",
    "application/sdp",
    "icid-value=1",
];

proptest::proptest! {
    #[test]
    fn any_value_is_written_as_it_was_read(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..14),
    ) {
        round_trips(&pieces.concat());
    }

    #[test]
    fn addresses_with_any_name_are_kept(name in "\\PC{0,20}", tag in "[a-z0-9]{1,8}") {
        let text = format!("{} <sip:a@b>;tag={tag}", crate::header::Quoted(&name));
        let from: From = parse(&text);
        proptest::prop_assert_eq!(from.display().unwrap(), name.as_str());
        let written = from.to_string();
        proptest::prop_assert_eq!(parse::<From>(&written), from.clone());
        proptest::prop_assert_eq!(from.tag(), Some(tag.as_str()));
    }

    #[test]
    fn warnings_and_reasons_with_any_words_are_kept(words in "\\PC{0,30}", code in 100_u16..1000) {
        let warning = Warning { code, agent: "pbx.example.com:5060", text: words.as_str().into() };
        let written = warning.to_string();
        proptest::prop_assert_eq!(parse::<Warning>(&written), warning.clone());
        let reason = Reason { protocol: "SIP", cause: Some(code), text: Some(words.as_str().into()) };
        let written = reason.to_string();
        proptest::prop_assert_eq!(parse::<Reason>(&written), reason);
        // In a list, and in a message, they are found again.
        let message = message(&format!("Warning: {warning}, 399 h \"x\"\r\n"));
        proptest::prop_assert_eq!(message.headers_of::<Warning>().next(), Some(Ok(warning)));
        proptest::prop_assert_eq!(message.headers_of::<Warning>().count(), 2);
    }
}

#[test]
fn locations_are_conveyed_by_reference_and_by_value() {
    let message = message(
        "Geolocation: <cid:target123@atlanta.example.com>, <https://ls.example.com/a,b>;loc-src=isp.example.com\r\n\
         Geolocation-Routing: Yes\r\nGeolocation-Error: 100 ;code=\"Cannot Process Location\"\r\n\
         Content-ID: <a@b>\r\n",
    );
    let values: Vec<_> = message.headers_of::<Geolocation>().map(Result::unwrap).collect();
    assert_eq!(values[0].uri_str(), "cid:target123@atlanta.example.com");
    assert_eq!(values[1].uri_str(), "https://ls.example.com/a,b");
    assert_eq!(values[1].param("loc-src"), Some(Some("isp.example.com")));
    assert!(message.header::<GeolocationRouting>().unwrap().unwrap().is_allowed());
    assert!(
        !parse::<GeolocationRouting>("no").is_allowed()
            && !parse::<GeolocationRouting>("later;x=1").is_allowed()
    );
    let error = message.header::<GeolocationError>().unwrap().unwrap();
    assert_eq!((error.code, error.params.get("code").flatten()), (100, Some("Cannot Process Location")));
    assert_eq!(message.header::<ContentId>().unwrap(), Some(ContentId("a@b")));
    assert!(refused::<ContentId>("a@b") && refused::<GeolocationError>("odd"));
}
