//! What transports ask of the system, and what is asked of all connections.

use std::path::Path;
use std::time::Duration;

use asterisk_conf::MemoryFiles;

use super::*;

fn load(pjsip: &str) -> (SipConfiguration, String) {
    let mut files = MemoryFiles::new();
    files.insert("/pbx/etc/pjsip.conf", pjsip);
    files.insert("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
    (configuration.map(|c| c.sip).unwrap_or_default(), report.render(false))
}

#[test]
fn sockets_are_marked_and_watched() {
    let (sip, said) = load(
        "[t]\ntype=transport\nprotocol=tcp\nbind=0.0.0.0\ntos=cs3\ncos=3\ntcp_keepalive_enable=yes\n\
         tcp_keepalive_probe_count=3\n[u]\ntype=transport\nbind=0.0.0.0\ntos=184\n",
    );
    assert!(!said.contains("pjsip.conf:"), "{said}");
    let [tcp, udp] = &sip.transports[..] else { panic!("two transports") };
    assert_eq!((tcp.sockets.tos, tcp.sockets.priority), (Some(0x60), Some(3)));
    let keep_alive = tcp.sockets.tcp_keep_alive;
    assert_eq!((keep_alive.idle, keep_alive.interval), (Duration::from_secs(30), Duration::from_secs(10)));
    assert_eq!(keep_alive.probes, Some(3));
    assert_eq!((udp.sockets.tos, udp.sockets.priority), (Some(184), None));
}

#[test]
fn marks_that_do_not_exist_are_told() {
    let (sip, said) = load("[u]\ntype=transport\nbind=0.0.0.0\ntos=cs9\ncos=8\n");
    assert!(said.contains("'cs9' is no service class") && said.contains("'8' is no priority"), "{said}");
    assert_eq!((sip.transports[0].sockets.tos, sip.transports[0].sockets.priority), (None, None));
}

#[test]
fn keep_alives_and_large_requests_are_as_in_asterisk_unless_told() {
    let (sip, _) = load("[u]\ntype=transport\nbind=0.0.0.0\n");
    assert_eq!(sip.global.keep_alive_interval, Some(Duration::from_secs(90)));
    assert!(sip.system.disable_tcp_switch);
    let (sip, said) = load(
        "[global]\ntype=global\nkeep_alive_interval=0\n[system]\ntype=system\ndisable_tcp_switch=no\n\
         [u]\ntype=transport\nbind=0.0.0.0\n",
    );
    assert!(!said.contains("pjsip.conf:"), "{said}");
    assert_eq!((sip.global.keep_alive_interval, sip.system.disable_tcp_switch), (None, false));
}

#[test]
fn the_timers_of_transactions_and_rport_are_as_in_asterisk_unless_told() {
    let load_system =
        |lines: &str| load(&format!("[system]\ntype=system\n{lines}\n[u]\ntype=transport\nbind=0.0.0.0\n"));
    let millis = Duration::from_millis;
    let (sip, _) = load_system("");
    assert_eq!(
        (sip.system.timer_t1, sip.system.timer_b, sip.system.disable_rport),
        (millis(500), None, false)
    );
    let (sip, said) = load_system("timer_t1=250\ntimer_b=6000\ndisable_rport=yes");
    assert!(!said.contains("pjsip.conf:"), "{said}");
    let system = sip.system;
    assert_eq!(
        (system.timer_t1, system.timer_b, system.disable_rport),
        (millis(250), Some(millis(6_000)), true)
    );
    let (sip, said) = load_system("timer_t1=0\ntimer_b=9");
    assert!(said.contains("timer_t1: '0' is no time to wait") && said.contains("'9' is no time"), "{said}");
    assert_eq!((sip.system.timer_t1, sip.system.timer_b), (millis(500), None));
}

#[test]
fn what_has_no_effect_is_told() {
    let (_, said) = load(
        "[system]\ntype=system\nthreadpool_max_size=3\n\
         [u]\ntype=transport\nbind=0.0.0.0\n\
         [a]\ntype=endpoint\nforce_rport=no\nice_support=yes\nbundle=yes\n",
    );
    for key in ["ice_support=yes", "bundle=yes"] {
        assert!(said.contains(&format!("{key} has no effect yet")), "{key}: {said}");
    }
    assert!(!said.contains("force_rport") && !said.contains("threadpool"), "{said}");
}

#[test]
fn one_port_of_tcp_is_for_one_protocol() {
    let (_, said) = load(
        "[a]\ntype=transport\nprotocol=tcp\nbind=0.0.0.0:5070\n[b]\ntype=transport\nprotocol=ws\nbind=0.0.0.0:5070\n\
         [c]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5070\n",
    );
    assert!(said.contains("WS 0.0.0.0:5070 is opened twice"), "{said}");
    assert!(!said.contains("UDP 0.0.0.0:5070"), "{said}");
}

#[test]
fn what_a_translator_makes_of_a_transport_is_read() {
    let (sip, said) = load(
        "[u]\ntype=transport\nbind=0.0.0.0\nlocal_net=192.168.0.0/16\nlocal_net=10.0.0.0/255.0.0.0\n\
         external_signaling_address=pbx.example.com\nexternal_signaling_port=5099\n\
         external_media_address=203.0.113.9\n[t]\ntype=transport\nprotocol=tcp\nbind=0.0.0.0\nlocal_net=office\n\
         external_signaling_address=a b\n",
    );
    let outside = sip.transports[0].outside.as_ref().unwrap();
    assert_eq!(
        outside.inside.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["192.168.0.0/16", "10.0.0.0/8"]
    );
    assert_eq!((outside.host.as_deref(), outside.port), (Some("pbx.example.com"), Some(5099)));
    assert_eq!(outside.media, Some(std::net::IpAddr::from([203, 0, 113, 9])));
    assert_eq!(sip.transports[1].outside, None);
    assert!(said.contains("'office' is no network") && said.contains("'a b' is no host"), "{said}");
}
