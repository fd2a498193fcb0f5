//! Where responses go (RFC 3261 section 18.2.2, RFC 3581).

use sip_ua::transaction::ReplyRoute;
use sip_ua::{Flow, TransactionEvent};

use crate::bench::{Bench, address, request, tcp, udp};

const BRANCH: &str = "z9hG4bK1";

/// As if a NAT had changed the address and the port.
fn through_nat() -> Flow {
    udp().towards(address(9, 40_000))
}

fn with_rport() -> String {
    request("OPTIONS", BRANCH).replace(";branch", ";rport;branch")
}

#[test]
fn the_source_is_noted_in_the_top_via() {
    let mut bench = Bench::new();
    bench.receive_along(through_nat(), &with_rport());
    let (_, noted, _) = bench.request();
    let via = noted.via().unwrap();
    assert_eq!(via.rport(), Some(Some(40_000)));
    assert_eq!(via.received().map(|ip| ip.to_string()).as_deref(), Some("192.0.2.9"));

    let mut bench = Bench::new();
    bench.receive(&request("OPTIONS", BRANCH));
    let (_, plain, _) = bench.request();
    assert!(plain.via().unwrap().received().is_none(), "the Via is right as it is");
}

#[test]
fn responses_go_back_to_the_source() {
    for text in [with_rport(), request("OPTIONS", BRANCH)] {
        let mut bench = Bench::new();
        bench.receive_along(through_nat(), &text);
        let (id, options, _) = bench.request();
        bench.respond(id, &options, 200);
        assert_eq!(bench.transmits()[0].flow, through_nat());
    }
}

#[test]
fn a_device_that_listens_elsewhere_is_answered_there_if_asked() {
    let mut bench = Bench::new();
    bench.layer.set_reply_route(ReplyRoute::Via);
    bench.receive_along(through_nat(), &request("OPTIONS", BRANCH));
    let (id, options, _) = bench.request();
    bench.respond(id, &options, 100);
    assert_eq!(bench.transmits()[0].flow, udp().towards(address(9, 5060)));
    bench.layer.route_reply(id, ReplyRoute::Source);
    bench.respond(id, &options, 200);
    assert_eq!(bench.transmits()[0].flow, through_nat());

    let mut bench = Bench::new();
    bench.layer.set_reply_route(ReplyRoute::Via);
    bench.receive_along(through_nat(), &with_rport());
    let (id, options, _) = bench.request();
    bench.respond(id, &options, 200);
    assert_eq!(bench.transmits()[0].flow, through_nat(), "rport asks for the source");
}

#[test]
fn when_the_connection_is_gone_the_port_of_the_via_is_tried_once() {
    let mut bench = Bench::new();
    let connection = tcp().towards(address(2, 40_000));
    bench.receive_along(connection, &request("INVITE", BRANCH).replace("UDP", "TCP"));
    let (id, invite, _) = bench.request();
    bench.respond(id, &invite, 486);
    bench.transmits();
    bench.layer.handle_transport_error(bench.now, &connection);
    let sent = bench.transmits();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].flow, tcp());
    assert!(bench.events().is_empty());
    bench.layer.handle_transport_error(bench.now, &tcp());
    assert!(matches!(bench.events()[..], [TransactionEvent::ReplyFailed { id: failed }] if failed == id));
    assert!(bench.transmits().is_empty());
    bench.receive_along(connection, &request("ACK", BRANCH).replace("UDP", "TCP"));
    assert_eq!(bench.layer.active(), (0, 0));
}
