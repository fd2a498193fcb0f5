//! How requests leave: by proxies (`outbound_proxy`), from a chosen socket (`transport`), so many times (Max-Forwards).

use std::net::SocketAddr;

use libtest_mimic::Trial;
use sip_parser::{Message, Method};

use crate::harness::folder::SIP_PORT;
use crate::harness::wire::{Caller, header};
use crate::harness::{Exchange, Folder, Outcome, Scene, Wire, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("ways_out::by_a_proxy", &[], proxy),
        trial("ways_out::by_a_proxy_of_sip_conf", &[], proxy_of_sip_conf),
        trial("ways_out::from_the_transport_of_the_endpoint", &[], transport),
        trial("ways_out::so_many_times_and_no_more", &[], hops),
    ]
}

const DIALPLAN: &str = "exten => desk,1,Dial(PJSIP/desk,20)";

/// The gateway calls the desk, which refuses: the INVITE that came, wherever it came.
fn call(exchange: &Exchange, caller: &Wire, desk: &Wire, hops: u8) -> Outcome<Message> {
    let gateway = Caller::new(caller, "gateway", "desk");
    gateway.say_max_forwards(hops);
    gateway.send(&Method::Invite, None, None)?;
    let invite = desk.await_any(&["INVITE"])?;
    desk.respond(&invite, 486, "desk")?;
    desk.await_any(&["ACK"])?;
    let refusal = caller.await_any(&["486 INVITE"])?;
    gateway.ack_failure(&refusal)?;
    exchange.is_idle()?;
    Ok(invite)
}

fn takes(message: &Message, uri: &str, route: Option<&str>) -> Outcome {
    let found = (message.uri(), header(message, "Route").ok());
    ensure(found == (Some(uri), route), || format!("it should go to {uri} by {route:?}, not {found:?}"))
}

fn proxy(scene: &Scene) -> Outcome {
    let (a, b) = (scene.address()?, scene.address()?);
    let proxy = SocketAddr::from((b, SIP_PORT));
    let folder =
        Folder::new(scene)?.desk("gateway", (a, SIP_PORT).into()).dialplan(DIALPLAN).pjsip(&format!(
            "[desk](phone)\naors=desk\noutbound_proxy=sip:{proxy}\\;lr\n\n[desk]\ntype=aor\n\
         contact=sip:desk@192.0.2.77\nqualify_frequency=60\n"
        ));
    let exchange = Exchange::start(scene, &folder)?;
    let (caller, desk) = (Wire::bind(a, exchange.sip_address())?, Wire::bind(b, exchange.sip_address())?);
    let route = format!("<sip:{proxy};lr>");
    let options = desk.expect("OPTIONS")?;
    takes(&options, "sip:desk@192.0.2.77", Some(&route))?;
    desk.respond(&options, 200, "desk")?;
    let invite = call(&exchange, &caller, &desk, 70)?;
    takes(&invite, "sip:desk@192.0.2.77", Some(&route))
}

fn proxy_of_sip_conf(scene: &Scene) -> Outcome {
    let (a, b) = (scene.address()?, scene.address()?);
    let proxy = SocketAddr::from((b, SIP_PORT));
    let text = format!(
        "[general]\nudpbindaddr=BIND:PORT\ntcpenable=yes\ntcpbindaddr=BIND:PORT\nallowguest=no\ncontext=phones\n\
         [gateway]\ntype=peer\nhost={a}\nport={SIP_PORT}\n\
         [desk]\ntype=peer\nhost=192.0.2.77\noutboundproxy=udp://{proxy},force\n"
    );
    let folder = Folder::new(scene)?.in_place_of_pjsip("sip.conf", &text).dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    let (caller, desk) = (Wire::bind(a, exchange.sip_address())?, Wire::bind(b, exchange.sip_address())?);
    let invite = call(&exchange, &caller, &desk, 70)?;
    takes(&invite, "sip:192.0.2.77", Some(&format!("<sip:{proxy};lr>")))
}

fn transport(scene: &Scene) -> Outcome {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?;
    let second = SocketAddr::from((folder.address(), SIP_PORT + 2));
    let folder = folder
        .second_udp(second)
        .desk("gateway", (a, SIP_PORT).into())
        .desk_with("desk", (b, SIP_PORT).into(), "transport=udp2")
        .dialplan(DIALPLAN);
    let exchange = Exchange::start(scene, &folder)?;
    exchange.says(&format!("listening on UDP {}, UDP {second}, TCP", exchange.sip_address()))?;
    let (caller, desk) = (Wire::bind(a, exchange.sip_address())?, Wire::bind(b, second)?);
    let invite = call(&exchange, &caller, &desk, 70)?;
    let via = header(&invite, "Via")?;
    ensure(via.contains(&format!("UDP {second};")), || format!("it left from elsewhere: {via}"))
}

fn hops(scene: &Scene) -> Outcome {
    let (a, b) = (scene.address()?, scene.address()?);
    let folder = Folder::new(scene)?
        .desk("gateway", (a, SIP_PORT).into())
        .desk("desk", (b, SIP_PORT).into())
        .dialplan(DIALPLAN)
        .pjsip("[global](+)\nmax_forwards=20\n");
    let exchange = Exchange::start(scene, &folder)?;
    let (caller, desk) = (Wire::bind(a, exchange.sip_address())?, Wire::bind(b, exchange.sip_address())?);
    for (came, left) in [(70, "19"), (20, "19"), (5, "4"), (1, "0")] {
        let invite = call(&exchange, &caller, &desk, came)?;
        let found = header(&invite, "Max-Forwards")?;
        ensure(found == left, || format!("{came} should become {left}, not {found}"))?;
    }
    let gateway = Caller::new(&caller, "gateway", "desk");
    gateway.say_max_forwards(0);
    gateway.send(&Method::Invite, None, None)?;
    let refusal = caller.await_any(&["483 INVITE"])?;
    gateway.ack_failure(&refusal)?;
    exchange.is_idle()
}
