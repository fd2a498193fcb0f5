//! Which transport is chosen (RFC 3263 section 4.1).

use sip_parser::Uri;
use sip_ua::location::{Destination, Family, LocationError, Naptr, Reach, Record, Search};
use sip_ua::transport::Protocol;

use crate::zone::{Zone, ask, locate, locate_over, only, usual};

/// The zone of the RFC's own example, in section 4.1.
fn example() -> Zone {
    Zone::new()
        .naptr("example.com", "SIPS+D2T 50 50 _sips._tcp.example.com.")
        .naptr("example.com", "SIP+D2T 90 50 _sip._tcp.example.com.")
        .naptr("example.com", "SIP+D2U 100 50 _sip._udp.example.com.")
        .srv("_sips._tcp.example.com", "0 1 5061 server1.example.com.")
        .srv("_sip._tcp.example.com", "0 1 5060 server1.example.com")
        .srv("_sip._tcp.example.com", "0 2 5060 server2.example.com")
        .srv("_sip._udp.example.com", "0 1 5060 server3.example.com")
        .a("server1.example.com", "192.0.2.1")
        .a("server2.example.com", "192.0.2.2")
        .a("server3.example.com", "192.0.2.3")
}

#[test]
fn the_best_service_that_we_have_is_taken() {
    let reach = |protocols: &[Protocol]| protocols.iter().map(|p| (*p, Family::V4)).collect::<Reach>();
    let over = |protocols: &[Protocol]| locate_over(&example(), "sip:bob@example.com", reach(protocols));
    let all = over(&[Protocol::Udp, Protocol::Tcp, Protocol::Tls]);
    assert_eq!(all.asked, ["NAPTR example.com", "SRV _sips._tcp.example.com", "A server1.example.com"]);
    assert_eq!(all.servers(), ["TLS 192.0.2.1:5061"]);
    // The example of the RFC: a client with TCP and UDP.
    let without_tls = over(&[Protocol::Tcp, Protocol::Udp]);
    assert_eq!(without_tls.servers(), ["TCP 192.0.2.2:5060", "TCP 192.0.2.1:5060"]);
    assert_eq!(over(&[Protocol::Udp]).servers(), ["UDP 192.0.2.3:5060"]);
}

#[test]
fn sips_takes_secure_services_alone() {
    let found = locate(&example(), "sips:bob@example.com");
    assert_eq!(found.servers(), ["TLS 192.0.2.1:5061"]);
    let found = locate_over(&example(), "sips:bob@example.com", only(Protocol::Udp));
    assert_eq!(found.outcome, Err(LocationError::NoTransport(Protocol::Tls)));
    assert!(found.asked.is_empty());
}

#[test]
fn services_of_one_order_are_all_tried_by_preference() {
    let zone = Zone::new()
        .naptr("example.com", "SIP+D2U 10 20 _sip._udp.example.com")
        .naptr("example.com", "sip+d2t 10 10 _sip._tcp.example.com")
        .srv("_sip._udp.example.com", "0 0 5060 u.example.com")
        .srv("_sip._tcp.example.com", "0 0 5060 t.example.com")
        .a("u.example.com", "192.0.2.1")
        .a("t.example.com", "192.0.2.2");
    assert_eq!(locate(&zone, "sip:example.com").servers(), ["TCP 192.0.2.2:5060", "UDP 192.0.2.1:5060"]);
}

#[test]
fn websockets_are_found_by_naptr() {
    let zone = Zone::new()
        .naptr("example.com", "SIPS+D2W 10 10 _sips._ws.example.com")
        .srv("_sips._ws.example.com", "0 0 443 w.example.com")
        .a("w.example.com", "192.0.2.9");
    assert_eq!(locate_over(&zone, "sip:example.com", only(Protocol::Wss)).servers(), ["WSS 192.0.2.9:443"]);
    // Without one there is no SRV name to ask for: RFC 7118 gives none.
    let plain = Zone::new().a("example.com", "192.0.2.9");
    let found = locate_over(&plain, "sip:example.com;transport=ws", only(Protocol::Ws));
    assert_eq!(
        (found.asked.join(", "), found.servers().join(", ")),
        ("A example.com".into(), "WS 192.0.2.9:80".into())
    );
}

#[test]
fn rules_that_are_not_for_us_are_passed_over() {
    let rule = |flags: &str, service: &str, regexp: &str| {
        Record::Naptr(Naptr {
            order: 1,
            preference: 1,
            flags: flags.to_owned(),
            service: service.to_owned(),
            regexp: regexp.to_owned(),
            replacement: "_sip._tcp.elsewhere.example".to_owned(),
        })
    };
    let zone = Zone::new()
        .with("NAPTR example.com", rule("u", "SIP+D2T", ""))
        .with("NAPTR example.com", rule("s", "E2U+sip", ""))
        .with("NAPTR example.com", rule("s", "SIP+D2T", "!^.*$!sip:x@example.com!"))
        .with("NAPTR example.com", rule("s", "SIP+D2S", ""))
        .srv("_sip._udp.example.com", "0 0 5070 a.example.com")
        .a("a.example.com", "192.0.2.1");
    let found = locate(&zone, "sip:example.com");
    let asked =
        ["NAPTR example.com", "SRV _sip._udp.example.com", "SRV _sip._tcp.example.com", "A a.example.com"];
    assert_eq!(found.asked, asked);
    assert_eq!(found.servers(), ["UDP 192.0.2.1:5070"]);
}

#[test]
fn without_naptr_the_transports_that_we_have_are_asked_for() {
    let zone = Zone::new()
        .srv("_sip._tcp.example.com", "0 0 5062 t.example.com")
        .srv("_sip._udp.example.com", "0 0 5061 u.example.com")
        .a("t.example.com", "192.0.2.1")
        .a("u.example.com", "192.0.2.2");
    assert_eq!(locate(&zone, "sip:example.com").servers(), ["UDP 192.0.2.2:5061", "TCP 192.0.2.1:5062"]);
    let tcp_first = Reach::from_iter([(Protocol::Tcp, Family::V4), (Protocol::Udp, Family::V4)]);
    let found = locate_over(&zone, "sip:example.com", tcp_first);
    assert_eq!(found.servers(), ["TCP 192.0.2.1:5062", "UDP 192.0.2.2:5061"]);
    let found = locate(&zone.srv("_sips._tcp.example.com", "0 0 5063 t.example.com"), "sips:example.com");
    assert_eq!(found.asked[1], "SRV _sips._tcp.example.com");
    assert_eq!(found.servers(), ["TLS 192.0.2.1:5063"]);
}

#[test]
fn a_transport_that_is_given_is_used() {
    let zone = example().srv("_sip._udp.example.com", "1 0 5070 server1.example.com");
    let found = locate(&zone, "sip:example.com;transport=udp");
    assert_eq!(found.asked[0], "SRV _sip._udp.example.com");
    assert_eq!(found.servers(), ["UDP 192.0.2.3:5060", "UDP 192.0.2.1:5070"]);
    assert_eq!(locate(&zone, "sip:example.com;transport=tls").servers(), ["TLS 192.0.2.1:5061"]);
    assert_eq!(locate(&zone, "sips:example.com;transport=tcp").servers(), ["TLS 192.0.2.1:5061"]);
}

#[test]
fn a_transport_may_be_named_beside_the_uri() {
    let over = |uri: &str| {
        let uri = Uri::parse(uri).expect("a URI");
        let destination = Destination::of(&uri).expect("a destination").over(Protocol::Tcp);
        ask(&example(), Search::new(destination, usual(), Box::new(|most| most))).asked.remove(0)
    };
    assert_eq!(over("sip:example.com"), "SRV _sip._tcp.example.com");
    assert_eq!(over("sip:example.com;transport=udp"), "SRV _sip._udp.example.com");
    assert_eq!(over("sips:example.com"), "NAPTR example.com");
}

#[test]
fn transports_that_cannot_be_are_refused_in_words() {
    let error = |uri| locate(&example(), uri).error();
    assert_eq!(
        error("sips:example.com;transport=udp"),
        "sips: asks for encryption and transport=udp has none; use sip: or another transport"
    );
    assert_eq!(
        error("sip:example.com;transport=sctp"),
        "transport 'sctp' is unknown; use udp, tcp, tls, ws or wss"
    );
    assert_eq!(error("tel:+33123"), "it names no SIP server; write sip:user@host");
    assert!(error("sip:example.com;transport=ws").starts_with("no WS transport"));
}
