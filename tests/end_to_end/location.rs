//! Servers are found by DNS (RFC 3263), and one that is dead is passed over.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::dns::NameServer;
use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wait::until;
use crate::harness::wire::Caller;
use crate::harness::{Exchange, Folder, Media, Outcome, Scene, Sipp, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("location::a_trunks_silent_server_is_passed_over", &["sipp"], silent_server),
        trial("location::a_closed_tcp_port_is_passed_over_at_once", &["sipp"], closed_port),
        trial("location::a_503_sends_the_call_on", &["sipp"], unavailable),
        trial("location::a_trunk_that_is_not_found_says_what_was_looked_up", &["sipp"], not_found),
        trial("location::a_resolver_that_cannot_be_made_is_told_of", &[], bad_resolver),
        trial("location::a_peer_is_known_by_its_name", &["sipp"], peer_by_name),
        trial("location::audio_goes_to_a_host_that_is_named", &[], named_media),
    ]
}

const DIAL: &str = "exten => out,1,Dial(PJSIP/0033@trunk,30)\n same => n,NoOp(status=${DIALSTATUS})";

/// A folder with `alice` and a trunk whose contact is a domain.
fn folder(scene: &Scene, names: &NameServer) -> Outcome<Folder> {
    let trunk = "\n[trunk](phone)\naors=trunk\n\n[trunk]\ntype=aor\ncontact=sip:trunk.example.com\n";
    let folder = Folder::new(scene)?.phone("alice").pjsip(trunk).dialplan(DIAL);
    folder.write_file("resolver_unbound.conf", &names.resolver_conf())?;
    Ok(folder)
}

/// Two servers of `transport` for `trunk.example.com`, the first one first.
fn two_servers(names: &NameServer, service: &str, transport: &str, first: Ipv4Addr, second: Ipv4Addr) {
    let servers = format!("_sip.{transport}.trunk.example.com");
    names.naptr("trunk.example.com", 10, service, &servers);
    names.srv(&servers, 20, SIP_PORT, "second.example.com");
    names.srv(&servers, 10, SIP_PORT, "first.example.com");
    names.a("first.example.com", first);
    names.a("second.example.com", second);
}

/// Alice calls the trunk and talks; how long the whole call took.
fn call(scene: &Scene, exchange: &Exchange) -> Outcome<Duration> {
    let began = Instant::now();
    let caller = Sipp::new(scene, "call")?.playing("alice").to("out").fill("length", 100);
    caller.call(exchange.sip_address())?.succeeds()?;
    Ok(began.elapsed())
}

fn silent_server(scene: &Scene) -> Outcome {
    let names = NameServer::start(scene)?;
    let alive = Sipp::new(scene, "callee_answers")?.calls(2);
    let dead = scene.address()?;
    two_servers(&names, "SIP+D2U", "_udp", dead, ip_of(&alive));
    let exchange = Exchange::start(scene, &folder(scene, &names)?)?;
    let alive = alive.wait_for_calls()?;
    let first = call(scene, &exchange)?;
    ensure(first > Duration::from_secs(4), || format!("the dead server was left after {first:?}"))?;
    // It is remembered: the next call does not wait for it.
    let next = call(scene, &exchange)?;
    ensure(next < Duration::from_secs(3), || format!("the next call took {next:?}"))?;
    alive.succeeds()?;
    exchange.is_idle()
}

fn closed_port(scene: &Scene) -> Outcome {
    let names = NameServer::start(scene)?;
    let alive = Sipp::new(scene, "callee_answers")?.over_tcp();
    let dead = scene.address()?;
    two_servers(&names, "SIP+D2T", "_tcp", dead, ip_of(&alive));
    let exchange = Exchange::start(scene, &folder(scene, &names)?)?;
    let alive = alive.wait_for_calls()?;
    let took = call(scene, &exchange)?;
    ensure(took < Duration::from_secs(3), || format!("it took {took:?}"))?;
    alive.succeeds()?;
    exchange.is_idle()
}

fn unavailable(scene: &Scene) -> Outcome {
    let names = NameServer::start(scene)?;
    let full = Sipp::new(scene, "callee_refuses")?.fill("status", 503);
    let alive = Sipp::new(scene, "callee_answers")?;
    two_servers(&names, "SIP+D2U", "_udp", ip_of(&full), ip_of(&alive));
    let exchange = Exchange::start(scene, &folder(scene, &names)?)?;
    let (full, alive) = (full.wait_for_calls()?, alive.wait_for_calls()?);
    call(scene, &exchange)?;
    full.succeeds()?;
    alive.succeeds()?;
    exchange.is_idle()
}

fn not_found(scene: &Scene) -> Outcome {
    let names = NameServer::start(scene)?;
    names.srv("_sip._udp.trunk.example.com", 10, SIP_PORT, "gone.example.com");
    let exchange = Exchange::start(scene, &folder(scene, &names)?)?;
    let caller = Sipp::new(scene, "call_refused")?.playing("alice");
    let caller = caller.to("out").fill("formats", 0).fill("status", 503);
    caller.call(exchange.sip_address())?.succeeds()?;
    exchange.says("no address was found for trunk.example.com")?;
    exchange.says("SRV _sip._udp.trunk.example.com: 1 record")?;
    exchange.says("A gone.example.com: no such name")?;
    exchange.says("status=CHANUNAVAIL")?;
    exchange.is_idle()
}

/// A file that is not there: the system's name servers are asked, which whoever named others must know.
fn bad_resolver(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice");
    let missing = folder.path().join("no_hosts");
    folder.write_file("resolver_unbound.conf", &format!("[general]\nhosts = {}\n", missing.display()))?;
    let exchange = Exchange::start(scene, &folder)?;
    let told = format!("resolver_unbound.conf has no effect: cannot read {}", missing.display());
    exchange.says(&told)?;
    exchange.console("core reload")?;
    until("the same after a reload", || Ok((exchange.count(&told)? > 1).then_some(())))
}

/// `match=` with a name: looked up when the exchange starts, and again at a reload.
fn peer_by_name(scene: &Scene) -> Outcome {
    let names = NameServer::start(scene)?;
    names.srv("_sip._udp.gateway.example.com", 10, SIP_PORT, "gw.example.com");
    names.a("gw.example.com", scene.address()?);
    let gateway =
        "\n[gateway](phone)\n\n[gateway]\ntype=identify\nendpoint=gateway\nmatch=gateway.example.com\n";
    let folder = Folder::new(scene)?.pjsip(gateway).dialplan("exten => in,1,Answer()\n same => n,Wait(5)");
    folder.write_file("resolver_unbound.conf", &names.resolver_conf())?;
    let exchange = Exchange::start(scene, &folder)?;
    let caller = |scenario| -> Outcome<Sipp<'_>> { Ok(Sipp::new(scene, scenario)?.to("in")) };
    let stranger = caller("call_refused")?.with_secret("nobody", "nothing").fill("formats", 0);
    stranger.fill("status", 401).call(exchange.sip_address())?.succeeds()?;
    let known = caller("call_without_challenge")?.fill("length", 100);
    names.a("gw.example.com", ip_of(&known));
    exchange.console("core reload")?;
    known.call(exchange.sip_address())?.succeeds()?;
    exchange.is_idle()
}

/// The address of a phone that SIPp plays.
fn ip_of(sipp: &Sipp<'_>) -> Ipv4Addr {
    match sipp.at().ip() {
        std::net::IpAddr::V4(address) => address,
        std::net::IpAddr::V6(_) => Ipv4Addr::LOCALHOST,
    }
}

/// Both phones name hosts in their descriptions.
fn named_media(scene: &Scene) -> Outcome {
    let names = NameServer::start(scene)?;
    let (a, b, c) = (scene.address()?, scene.address()?, scene.address()?);
    names.a("a.example.com", a);
    names.a("b.example.com", b);
    names.a("c.example.com", c);
    let folder = Folder::new(scene)?.phone("alice").desk("desk", (b, SIP_PORT).into());
    let folder = folder.dialplan("exten => desk,1,Dial(PJSIP/desk,20)");
    folder.write_file("resolver_unbound.conf", &names.resolver_conf())?;
    let exchange = Exchange::start(scene, &folder)?;
    let at = exchange.sip_address();
    let (caller, desk) = (Wire::bind(a, at)?, Wire::bind(b, at)?);
    let media = [Media::start(a, 440)?, Media::start(b, 600)?, Media::start(c, 1_000)?];
    let naming = |index: usize, name: &str| {
        let text = media[index].description("sendrecv");
        text.replace(&format!("IP4 {}", media[index].address().ip()), &format!("IP4 {name}"))
    };
    let lost = Caller::new(&caller, "alice", "desk");
    lost.invite(&naming(0, "nowhere.example.com"))?;
    let refusal = caller.await_any(&["488 INVITE"])?;
    lost.ack_failure(&refusal)?;
    desk.is_quiet(Duration::from_millis(200))?;

    let alice = Caller::new(&caller, "alice", "desk");
    alice.invite(&naming(0, "a.example.com"))?;
    let invite = desk.expect("INVITE")?;
    media[1].send_to(Some(place_in(invite.body())?));
    desk.respond_in_dialog(&invite, 183, "one", Some(&naming(1, "b.example.com")))?;
    desk.respond_in_dialog(&invite, 200, "one", Some(&naming(1, "b.example.com")))?;
    desk.expect("ACK")?;
    let answer = caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    media[0].send_to(Some(place_in(answer.body())?));
    media[0].hears(600)?;
    media[1].hears(440)?;
    // She goes elsewhere.
    alice.send(&Method::Invite, Some(&naming(2, "c.example.com").replace("o=- 1 1", "o=- 1 2")), None)?;
    let answer = caller.await_any(&["200 INVITE"])?;
    alice.ack_answer(&answer)?;
    media[2].hears(600)?;
    alice.send(&Method::Bye, None, None)?;
    caller.await_any(&["200 BYE"])?;
    let bye = desk.expect("BYE")?;
    desk.respond(&bye, 200, "")?;
    exchange.is_idle()
}
