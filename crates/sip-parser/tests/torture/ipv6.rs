//! RFC 5118: IPv6, by section.

use core::net::IpAddr;

use sip_parser::{Host, Via};

use crate::{message, read};

fn ip(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// Section 4.1.
#[test]
fn ipv6_good() {
    let m = read(message!("rfc5118" / "ipv6-good"));
    assert_eq!(m.request_uri().unwrap().host().ip(), ip("2001:db8::10"));
    assert_eq!(m.via().unwrap().host().ip(), ip("2001:db8::9:1"));
    let contact = m.contacts().next().unwrap().unwrap();
    assert_eq!(contact.address().unwrap().uri().host().ip(), ip("2001:db8::1"));
}

/// Section 4.2.
#[test]
fn ipv6_bad() {
    let m = read(message!("rfc5118" / "ipv6-bad"));
    assert_eq!(m.request_uri().unwrap_err().status(), Some(400));
}

/// Section 4.3.
#[test]
fn port_ambiguous() {
    let m = read(message!("rfc5118" / "port-ambiguous"));
    let uri = m.request_uri().unwrap();
    assert_eq!((uri.host().ip(), uri.port()), (ip("2001:db8::10:5070"), None));
}

/// Section 4.4.
#[test]
fn port_unambiguous() {
    let m = read(message!("rfc5118" / "port-unambiguous"));
    let uri = m.request_uri().unwrap();
    assert_eq!((uri.host().ip(), uri.port()), (ip("2001:db8::10"), Some(5070)));
}

/// Section 4.5.
#[test]
fn via_received_param_with_and_without_delim() {
    let with = read(message!("rfc5118" / "via-received-param-with-delim"));
    let without = read(message!("rfc5118" / "via-received-param-no-delim"));
    for m in [with, without] {
        let via = m.via().unwrap();
        assert_eq!(via.received().and_then(ip), ip("2001:db8::9:255"));
        assert!(via.branch().is_some_and(|branch| branch.starts_with("z9hG4bKas3")));
    }
}

/// Section 4.6.
#[test]
fn ipv6_in_sdp() {
    let m = read(message!("rfc5118" / "ipv6-in-sdp"));
    assert_eq!(m.request_uri().unwrap().user(), Some("user"));
    assert_eq!(m.to().unwrap().uri().host().ip(), ip("2001:db8::10"));
    assert!(m.body().windows(21).any(|line| line == b"c=IN IP6 2001:db8::20"));
}

/// Section 4.7.
#[test]
fn mult_ip_in_header() {
    let m = read(message!("rfc5118" / "mult-ip-in-header"));
    let vias: Vec<_> = m.headers_of::<Via>().map(Result::unwrap).collect();
    let hosts: Vec<_> = vias.iter().map(|via| (via.host().ip(), via.port())).collect();
    assert_eq!(
        hosts,
        [(ip("2001:db8::9:1"), Some(6050)), (ip("192.0.2.1"), None), (ip("2001:db8::9:255"), None)]
    );
    assert_eq!(vias[2].received(), Some("192.0.2.200"));
}

/// Section 4.8.
#[test]
fn mult_ip_in_sdp() {
    assert_eq!(read(message!("rfc5118" / "mult-ip-in-sdp")).body().len(), 189);
}

/// Section 4.9.
#[test]
fn ipv4_mapped_ipv6() {
    let m = read(message!("rfc5118" / "ipv4-mapped-ipv6"));
    let via = m.via().unwrap();
    assert_eq!((via.host().ip(), via.port()), (ip("::ffff:192.0.2.10"), Some(19_823)));
    let contact = m.contacts().next().unwrap().unwrap();
    assert_eq!(contact.address().unwrap().display().as_deref(), Some("T. desk phone"));
}

/// Section 4.10.
#[test]
fn ipv6_bug_abnf_3_colons_and_correct_2_colons() {
    let address: IpAddr = "2001:db8::192.0.2.1".parse().unwrap();
    let wrong = read(message!("rfc5118" / "ipv6-bug-abnf-3-colons"));
    let right = read(message!("rfc5118" / "ipv6-correct-abnf-2-colons"));
    for m in [&wrong, &right] {
        assert_eq!(m.request_uri().unwrap().host().ip(), Some(address));
        assert_eq!(m.to().unwrap().uri().host().ip(), Some(address));
    }
    // Who writes the host anew leaves the colon out.
    let host = wrong.request_uri().unwrap().host();
    assert_eq!(Host::parse(&host.to_string()), Some(host));
}
