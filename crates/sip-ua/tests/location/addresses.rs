//! IPv4 and IPv6, as our transports allow.

use sip_ua::location::{Family, Reach};
use sip_ua::transport::{ListenConfig, Protocol};

use crate::zone::{Zone, locate_over};

fn both_kinds() -> Zone {
    Zone::new()
        .srv("_sip._udp.example.com", "1 0 5060 a.example.com")
        .srv("_sip._udp.example.com", "2 0 5060 b.example.com")
        .a("a.example.com", "192.0.2.1")
        .aaaa("a.example.com", "2001:db8::1")
        .aaaa("b.example.com", "2001:db8::2")
}

fn over(families: &[Family]) -> String {
    let reach: Reach = families.iter().map(|family| (Protocol::Udp, *family)).collect();
    locate_over(&both_kinds(), "sip:example.com", reach).servers().join(", ")
}

#[test]
fn only_families_that_we_listen_on_are_asked_for() {
    assert_eq!(over(&[Family::V4]), "UDP 192.0.2.1:5060");
    assert_eq!(over(&[Family::V6]), "UDP [2001:db8::1]:5060, UDP [2001:db8::2]:5060");
}

#[test]
fn the_order_of_our_transports_decides_between_families() {
    let four_first = "UDP 192.0.2.1:5060, UDP [2001:db8::1]:5060, UDP [2001:db8::2]:5060";
    assert_eq!(over(&[Family::V4, Family::V6]), four_first);
    let six_first = "UDP [2001:db8::1]:5060, UDP 192.0.2.1:5060, UDP [2001:db8::2]:5060";
    assert_eq!(over(&[Family::V6, Family::V4]), six_first);
}

#[test]
fn what_listens_is_what_can_be_reached() {
    let listen = |protocol, address: &str| ListenConfig::new(protocol, address.parse().expect("an address"));
    let reach = Reach::of(&[
        listen(Protocol::Udp, "0.0.0.0:5060"),
        listen(Protocol::Udp, "192.0.2.1:5070"),
        listen(Protocol::Tcp, "[::]:5060"),
    ]);
    let expected = [(Protocol::Udp, Family::V4), (Protocol::Tcp, Family::V6)];
    assert_eq!(reach, Reach::from_iter(expected));
}
