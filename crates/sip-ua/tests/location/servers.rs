//! Which server is chosen once the transport is known (RFC 3263 section 4.2).

use crate::zone::{Zone, locate, locate_over, only, usual};
use sip_ua::location::{Record, Search};
use sip_ua::transport::Protocol;

#[test]
fn a_numeric_host_is_not_looked_up() {
    let found = |uri| {
        let found = locate(&Zone::new(), uri);
        assert!(found.asked.is_empty());
        found.servers().join(" ")
    };
    assert_eq!(found("sip:bob@192.0.2.4"), "UDP 192.0.2.4:5060");
    assert_eq!(found("sip:192.0.2.4:5070;transport=tcp"), "TCP 192.0.2.4:5070");
    assert_eq!(found("sips:192.0.2.4"), "TLS 192.0.2.4:5061");
    assert_eq!(found("sip:example.com;maddr=192.0.2.9"), "UDP 192.0.2.9:5060");
    let tcp = locate_over(&Zone::new(), "sip:192.0.2.4", only(Protocol::Tcp));
    assert_eq!(tcp.servers(), ["TCP 192.0.2.4:5060"]);
    let error = locate(&Zone::new(), "sip:[2001:db8::1]").error();
    assert_eq!(
        error,
        "no UDP transport of that address family is configured; add one, or use another transport="
    );
}

#[test]
fn a_port_forgoes_naptr_and_srv() {
    let zone =
        Zone::new().srv("_sip._udp.example.com", "0 0 5062 b.example.com").a("example.com", "192.0.2.1");
    let found = locate(&zone, "sip:example.com:5060");
    assert_eq!(
        (found.asked.join(" "), found.servers().join(" ")),
        ("A example.com".into(), "UDP 192.0.2.1:5060".into())
    );
    assert_eq!(locate(&zone, "sips:example.com:5070").servers(), ["TLS 192.0.2.1:5070"]);
}

#[test]
fn without_srv_the_host_itself_is_asked() {
    let zone = Zone::new().a("example.com", "192.0.2.1");
    let found = locate(&zone, "sip:Example.COM.");
    let asked =
        ["NAPTR example.com", "SRV _sip._udp.example.com", "SRV _sip._tcp.example.com", "A example.com"];
    assert_eq!(found.asked, asked);
    assert_eq!(found.servers(), ["UDP 192.0.2.1:5060"]);
    assert_eq!(locate(&zone, "sips:example.com").servers(), ["TLS 192.0.2.1:5061"]);
    assert_eq!(locate(&zone, "sip:example.com;transport=tcp").servers(), ["TCP 192.0.2.1:5060"]);
}

#[test]
fn maddr_is_looked_up_and_the_host_is_what_the_certificate_names() {
    let zone = Zone::new().a("proxy.example.net", "192.0.2.1");
    let found = locate(&zone, "sips:example.com;maddr=proxy.example.net");
    assert_eq!(found.servers(), ["TLS 192.0.2.1:5061"]);
    assert_eq!(found.outcome.expect("found")[0].name.as_deref(), Some("example.com"));
}

#[test]
fn the_certificate_names_the_domain_and_not_what_srv_says() {
    let zone = Zone::new()
        .srv("_sips._tcp.example.com", "0 0 5061 host.provider.example")
        .a("host.provider.example", "192.0.2.1");
    let found = locate(&zone, "sips:example.com");
    assert_eq!(found.outcome.expect("found")[0].name.as_deref(), Some("example.com"));
    assert_eq!(locate(&zone, "sip:192.0.2.1").outcome.expect("found")[0].name, None);
}

#[test]
fn a_domain_can_say_that_it_has_no_service() {
    let zone = Zone::new()
        .srv("_sip._udp.example.com", "0 0 0 .")
        .srv("_sip._tcp.example.com", "0 0 0 .")
        .a("example.com", "192.0.2.1");
    let error = locate(&zone, "sip:example.com").error();
    let expected = "example.com offers no SIP service, its records say (NAPTR example.com: no such name; \
                    SRV _sip._udp.example.com: 1 record; SRV _sip._tcp.example.com: 1 record)";
    assert_eq!(error, expected);
    // What another transport offers is taken.
    let zone = Zone::new()
        .srv("_sip._udp.example.com", "0 0 0 .")
        .srv("_sip._tcp.example.com", "0 0 5060 t.example.com")
        .a("t.example.com", "192.0.2.2");
    assert_eq!(locate(&zone, "sip:example.com").servers(), ["TCP 192.0.2.2:5060"]);
}

#[test]
fn lookups_that_fail_are_passed_over_and_told_in_the_end() {
    let zone = Zone::new().fails("NAPTR example.com").fails("SRV _sip._udp.example.com");
    let served = zone.clone().a("example.com", "192.0.2.1");
    assert_eq!(locate(&served, "sip:example.com").servers(), ["UDP 192.0.2.1:5060"]);
    let expected = "no address was found for example.com (NAPTR example.com: the name server said SERVFAIL; \
                    SRV _sip._udp.example.com: the name server said SERVFAIL; \
                    SRV _sip._tcp.example.com: no such name; A example.com: no such name)";
    assert_eq!(locate(&zone, "sip:example.com").error(), expected);
}

#[test]
fn servers_without_an_address_are_left_out() {
    let zone = Zone::new()
        .srv("_sip._udp.example.com", "1 0 5060 gone.example.com")
        .srv("_sip._udp.example.com", "2 0 5060 here.example.com")
        .srv("_sip._udp.example.com", "3 0 5060 192.0.2.8")
        .srv("_sip._udp.example.com", "4 0 0 here.example.com")
        .a("here.example.com", "192.0.2.2");
    let found = locate(&zone, "sip:example.com;transport=udp");
    assert_eq!(found.servers(), ["UDP 192.0.2.2:5060", "UDP 192.0.2.8:5060"]);
}

#[test]
fn aliases_are_followed() {
    let alias = |name: &str| Record::Cname(name.to_owned());
    let zone = Zone::new()
        .with("SRV _sip._udp.example.com", alias("_sip._udp.provider.example."))
        .srv("_sip._udp.provider.example", "0 0 5080 gw.provider.example")
        .with("A gw.provider.example", alias("a.provider.example"))
        .with("A gw.provider.example", alias("b.provider.example"))
        .a("b.provider.example", "192.0.2.1");
    let found = locate(&zone, "sip:example.com;transport=udp");
    assert_eq!(found.asked.len(), 4);
    assert_eq!(found.servers(), ["UDP 192.0.2.1:5080"]);
}

#[test]
fn a_peer_is_known_by_the_addresses_of_all_its_servers() {
    let zone = Zone::new()
        .srv("_sip._udp.example.com", "1 0 5060 a.example.com")
        .srv("_sips._tcp.example.com", "1 0 5061 b.example.com")
        .a("a.example.com", "192.0.2.1")
        .aaaa("a.example.com", "2001:db8::1")
        .a("b.example.com", "192.0.2.2")
        .a("example.com", "192.0.2.80");
    let of = |srv| {
        let found = crate::zone::ask(&zone, Search::of_peer("Example.com", srv, Box::new(|most| most)));
        let servers = found.outcome.expect("found");
        servers.iter().map(|server| server.address.ip().to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(of(true), "192.0.2.1 2001:db8::1 192.0.2.2");
    assert_eq!(of(false), "192.0.2.80");
    assert!(locate_over(&zone, "sip:example.com", usual()).outcome.is_ok());
}

#[test]
fn of_more_servers_than_are_looked_at_the_best_are() {
    let mut zone = Zone::new();
    for place in (1..=100).rev() {
        let host = format!("host{place}.example.com");
        zone = zone
            .srv("_sip._udp.example.com", &format!("{place} 0 5060 {host}"))
            .a(&host, &format!("192.0.2.{place}"));
    }
    let servers = locate_over(&zone, "sip:example.com", only(Protocol::Udp)).servers();
    assert_eq!(servers[..2], ["UDP 192.0.2.1:5060", "UDP 192.0.2.2:5060"]);
}
