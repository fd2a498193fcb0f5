//! Ways to phones that registered by the rules of outbound, or have addresses for each instance.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use call_control::Prompts;
use call_control::sip::NextHop;
use sip_ua::registrar::AorPolicy;
use sip_ua::transport::Protocol;

use super::*;
use crate::configuration::{Configuration, Folders};

async fn exchange(folder: &Path) -> Arc<Exchange> {
    exchange_with(folder, "").await
}

async fn exchange_with(folder: &Path, sections: &str) -> Arc<Exchange> {
    let pjsip = "[udp]\ntype=transport\nbind=127.0.0.1:0\n[tcp]\ntype=transport\nprotocol=tcp\nbind=127.0.0.1:0\n\
                 [100]\ntype=endpoint\naors=100\n[100]\ntype=aor\nmax_contacts=5\n\
                 [200]\ntype=endpoint\naors=200\n[200]\ntype=aor\ncontact=sip:200@192.0.2.20\n";
    std::fs::write(folder.join("pjsip.conf"), format!("{pjsip}{sections}")).unwrap();
    std::fs::write(folder.join("extensions.conf"), "[default]\nexten => 100,1,NoOp()\n").unwrap();
    let folders = Folders::from_argument(folder).unwrap();
    let (configuration, report) = Configuration::load(&folders);
    let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
    Exchange::start(configuration, Prompts::default(), Vec::new()).await.unwrap()
}

/// Registers a phone of 100 that says this of itself; the Contacts of the answer.
async fn register(exchange: &Exchange, host: &str, flow: Flow, params: &str) -> Vec<String> {
    register_as(exchange, "100", host, flow, params).await
}

async fn register_as(exchange: &Exchange, aor: &str, host: &str, flow: Flow, params: &str) -> Vec<String> {
    let text = format!(
        "REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP {host};branch=z9hG4bK1\r\nFrom: <sip:{aor}@pbx>;tag=a\r\n\
         To: <sip:{aor}@pbx>\r\nCall-ID: {host}{params}\r\nCSeq: 1 REGISTER\r\nSupported: path, outbound, gruu\r\n\
         Contact: <sip:{aor}@{host}>{params}\r\nContent-Length: 0\r\n\r\n"
    );
    let message = Message::parse(Bytes::from(text)).unwrap();
    let policy = AorPolicy { max_contacts: 5, ..AorPolicy::default() };
    let headers = exchange.registrations().register(aor, policy, &message, &flow).unwrap();
    headers.into_iter().filter(|(name, _)| name == "Contact").map(|(_, value)| value).collect()
}

fn flow(protocol: Protocol, last: u8) -> Flow {
    Flow::new(protocol, ([127, 0, 0, 1], 5060).into(), ([192, 0, 2, last], 1024).into())
}

fn directory(exchange: &Arc<Exchange>) -> ConfiguredDirectory {
    ConfiguredDirectory::new(Arc::downgrade(exchange), exchange.guard().clone())
}

fn instance(number: u8) -> String {
    format!(";+sip.instance=\"<urn:uuid:{number}>\"")
}

#[tokio::test]
async fn calls_to_an_instance_reach_it_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = exchange(folder.path()).await;
    let first = register(&exchange, "192.0.2.1", flow(Protocol::Udp, 1), &instance(1)).await;
    register(&exchange, "192.0.2.2", flow(Protocol::Udp, 2), &instance(2)).await;
    let directory = directory(&exchange);
    assert_eq!(directory.route("100").unwrap().target, "sip:100@192.0.2.2");
    let address = sip_parser::NameAddr::parse(&first[0]).unwrap();
    for name in ["pub-gruu", "temp-gruu"] {
        let gruu = address.param(name).flatten().unwrap();
        let invite = format!(
            "INVITE {gruu} SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:1@x>;tag=1\r\nTo: <sip:2@x>\r\n\
             Call-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
        let (dialed, instance) = directory.gruu(&Message::parse(Bytes::from(invite)).unwrap()).unwrap();
        assert_eq!(dialed, "100", "{gruu}");
        assert_eq!(directory.route_to_instance("100", &instance).unwrap().target, "sip:100@192.0.2.1");
        // The dialplan may call somebody else all the same.
        assert_eq!(directory.route_to_instance("200", &instance).unwrap().target, "sip:200@192.0.2.20");
    }
    let gone = directory.route_to_instance("100", "100 urn:uuid:3");
    assert!(matches!(gone, Err(OriginateError::NoContact(_))), "{gone:?}");
}

#[tokio::test]
async fn a_flow_is_the_only_way_to_a_phone_that_registered_it() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = exchange(folder.path()).await;
    let directory = directory(&exchange);
    let with_flow = |number| format!("{};reg-id={number}", instance(1));
    // Over UDP calls go where the registration came from, whatever the Contact says.
    register(&exchange, "10.0.0.1", flow(Protocol::Udp, 7), &with_flow(1)).await;
    let route = directory.route("100").unwrap();
    let seen = NextHop::Host { protocol: Protocol::Udp, host: "192.0.2.7".to_owned(), port: 1024 };
    let seen = NextHop::Connection { flow: flow(Protocol::Udp, 7), otherwise: Some(Box::new(seen)) };
    assert_eq!((route.target.as_str(), route.next_hop), ("sip:100@10.0.0.1", seen));
    // A later flow is better, but its connection is closed: the other flow it is.
    register(&exchange, "10.0.0.1;transport=tcp", flow(Protocol::Tcp, 8), &with_flow(2)).await;
    assert_eq!(exchange.registrations().contacts("100").len(), 2);
    assert_eq!(directory.route("100").unwrap().target, "sip:100@10.0.0.1");
}

#[tokio::test]
async fn calls_leave_by_the_proxies_of_the_endpoint_else_of_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let sections = "[a]\ntype=endpoint\naors=a\noutbound_proxy=sip:192.0.2.3:5070\\;lr,sip:192.0.2.4\n\
                    [b]\ntype=endpoint\naors=a,b\n[c]\ntype=endpoint\naors=b\n\
                    [a]\ntype=aor\ncontact=sip:a@192.0.2.30\noutbound_proxy=sip:192.0.2.5\\;lr\\;hide\n\
                    [b]\ntype=aor\ncontact=sip:b@192.0.2.31\n";
    let exchange = exchange_with(folder.path(), sections).await;
    let directory = directory(&exchange);
    let hop = |uri: &str| NextHop::of(&sip_parser::Uri::parse(uri).unwrap()).unwrap();
    let way = |resource: &str| {
        let route = directory.route(resource).unwrap();
        (route.target, route.next_hop, route.route_set)
    };
    let both = ["<sip:192.0.2.3:5070;lr>", "<sip:192.0.2.4;lr>"].map(str::to_owned).to_vec();
    assert_eq!(way("a"), ("sip:a@192.0.2.30".to_owned(), hop("sip:192.0.2.3:5070"), both.clone()));
    let other = "sip:7@192.0.2.99";
    assert_eq!(way(&format!("a/{other}")), (other.to_owned(), hop("sip:192.0.2.3:5070"), both.clone()));
    // The proxy of the address hides: it is no part of the route.
    assert_eq!(way("b"), ("sip:a@192.0.2.30".to_owned(), hop("sip:192.0.2.5"), Vec::new()));
    assert_eq!(way("c"), ("sip:b@192.0.2.31".to_owned(), hop("sip:192.0.2.31"), Vec::new()));
    let told = contacts_of(&exchange, "a");
    assert_eq!((told.len(), &told[0].route_set), (1, &both));
    assert_eq!(way_to(&exchange, None, "b", "sip:b@192.0.2.31"), Some((hop("sip:192.0.2.31"), Vec::new())));
}

#[tokio::test]
async fn what_is_written_of_an_endpoint_holds_for_its_calls() {
    use sip_ua::transaction::ReplyRoute;
    use sip_ua::user_agent::PeerAddress;

    let folder = tempfile::tempdir().unwrap();
    let sections = "[global]\ntype=global\nignore_uri_user_options=yes\nallow_sending_180_after_183=yes\n\
                    [a]\ntype=endpoint\nforce_rport=no\nsuppress_moh_on_sendonly=yes\nsdp_owner=me\nsdp_session=Talk\n\
                    [b]\ntype=endpoint\nrewrite_contact=yes\n\
                    [c]\ntype=endpoint\noutbound_proxy=sip:192.0.2.3\\;lr\n\
                    [d]\ntype=endpoint\naors=d\n[d]\ntype=aor\noutbound_proxy=sip:192.0.2.3\\;lr\n";
    let exchange = exchange_with(folder.path(), sections).await;
    let endpoint = |name: &str| exchange.endpoints().get(name).unwrap().clone();
    let usual = endpoint("100");
    assert_eq!(usual.options.peer_address, PeerAddress::Named);
    assert_eq!(usual.options.reply_route, ReplyRoute::Source);
    assert_eq!((usual.sdp_owner.as_str(), usual.sdp_session.as_str()), ("-", "-"));
    assert!(usual.ignores_user_options && usual.rings_after_progress && !usual.suppresses_hold);
    let written = endpoint("a");
    assert_eq!(written.options.reply_route, ReplyRoute::Via);
    assert_eq!((written.sdp_owner.as_str(), written.sdp_session.as_str()), ("me", "Talk"));
    assert!(written.suppresses_hold);
    for name in ["b", "c", "d"] {
        assert_eq!(endpoint(name).options.peer_address, PeerAddress::Source, "{name}");
    }
}

#[tokio::test]
async fn calls_leave_from_the_transport_of_the_endpoint() {
    let folder = tempfile::tempdir().unwrap();
    let sections = "[second]\ntype=transport\nprotocol=tcp\nbind=127.0.0.2:0\n\
                    [a]\ntype=endpoint\naors=a\ntransport=second\n[a]\ntype=aor\ncontact=sip:a@127.0.0.9\n";
    let exchange = exchange_with(folder.path(), sections).await;
    let route = directory(&exchange).route("a").unwrap();
    let flow = exchange.sip().unwrap().flow_to(&route.next_hop).await.unwrap();
    assert_eq!((flow.protocol, flow.local.ip().to_string().as_str()), (Protocol::Tcp, "127.0.0.2"));
    // Who registered over a connection is called over it.
    let held = NextHop::Connection { flow: super::tests::flow(Protocol::Tcp, 8), otherwise: None };
    assert_eq!(held.clone().from_socket(Protocol::Udp, ([127, 0, 0, 1], 5060).into()), held);
}

#[tokio::test]
async fn whoever_reads_the_console_learns_of_a_switch_that_is_not_served() {
    let plan = "[phones]\nexten => 100,1,Answer()\nlswitch => Loopback/1${EXTEN}@other\ninclude => other\n\
                [other]\nexten => 1999,1,Answer()\nswitch => Realtime/phones@extensions\n";
    let bench = crate::functions::testing::Bench::with(&[("extensions.conf", plan)]).await;
    tell_unserved_switch(&bench.channel.exchange, "phones", "777");
    let warnings = bench.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    for words in [
        "extensions.conf:7: 777 is not in context phones",
        "Realtime/phones@extensions",
        "does not serve Realtime",
    ] {
        assert!(warnings[0].contains(words), "{words}: {warnings:?}");
    }
    tell_unserved_switch(&bench.channel.exchange, "nowhere", "777");
    assert_eq!(bench.warnings(), [""; 0]);
}

#[tokio::test]
async fn devices_that_registered_are_known_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let device = |name: &str| format!("[{name}]\ntype=peer\nhost=dynamic\nsecret=5f4dcc3b5aa765d6\n");
    let trunk = "[trunk]\ntype=peer\nhost=192.0.2.1\nport=5070\ninsecure=port,invite\n";
    let sip = format!("[general]\nallowguest=no\n{trunk}{}{}", device("500"), device("600"));
    std::fs::write(folder.path().join("sip.conf"), sip).unwrap();
    let exchange = exchange(folder.path()).await;
    register_as(&exchange, "500", "192.0.2.1", flow(Protocol::Udp, 1), "").await;
    exchange.guard().welcome([192, 0, 2, 1].into(), std::time::Duration::from_secs(60));
    let directory = directory(&exchange);
    let calls = |user: &str, port: u16| {
        let invite = format!(
            "INVITE sip:1@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:{user}@x>;tag=1\r\n\
             To: <sip:1@x>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
        let message = Message::parse(Bytes::from(invite)).unwrap();
        let place = Flow::new(Protocol::Udp, ([127, 0, 0, 1], 5060).into(), ([192, 0, 2, 1], port).into());
        let endpoint = directory.identify(&message, &place).unwrap();
        (endpoint.name.clone(), !endpoint.credentials.is_empty())
    };
    // By its name, wherever else the trunk may call from.
    assert_eq!(calls("500", 1024), ("500".to_owned(), true));
    assert_eq!(calls("500", 1025), ("500".to_owned(), true));
    // Not from the very port of the trunk, whose callers may have its number.
    assert_eq!(calls("500", 5070), ("trunk".to_owned(), false));
    // By its place, whatever it is called.
    assert_eq!(calls("nobody", 1024), ("500".to_owned(), true));
    assert_eq!(calls("nobody", 5070), ("trunk".to_owned(), false));
    assert_eq!(calls("nobody", 1025), ("trunk".to_owned(), false));
    assert_eq!(calls("600", 1025), ("trunk".to_owned(), false));
}
