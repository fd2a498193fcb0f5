//! The resolver and the locator against a name server on loopback.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sip_parser::Uri;
use sip_ua::location::{
    Destination, DnsConfig, DnsConfigError, DnsResolver, HostsFile, LocationError, Locator, LookupError,
    NameServers, Question, Record, RecordKind, Resolver,
};

use crate::name_server::NameServer;
use crate::zone::{Zone, usual};

fn config(server: SocketAddr) -> DnsConfig {
    DnsConfig { name_servers: NameServers::These(vec![server]), hosts: HostsFile::Nothing }
}

fn locator(config: &DnsConfig) -> Locator {
    Locator::new(Arc::new(DnsResolver::new(config).expect("a resolver")))
}

async fn locate(locator: &Locator, uri: &str) -> Result<Vec<String>, LocationError> {
    let destination = Destination::of(&Uri::parse(uri).expect("a URI")).expect("a destination");
    let servers = locator.locate(&destination, &usual()).await?;
    Ok(servers.iter().map(|server| format!("{} {}", server.protocol, server.address)).collect())
}

fn zone() -> Zone {
    Zone::new()
        .naptr("example.com", "SIP+D2T 10 10 _sip._tcp.example.com")
        .srv("_sip._tcp.example.com", "10 0 5070 two.example.com")
        .srv("_sip._tcp.example.com", "5 0 5070 one.example.com")
        .a("one.example.com", "192.0.2.1")
        .with("A two.example.com", Record::Cname("alias.example.com".to_owned()))
        .a("alias.example.com", "192.0.2.2")
}

#[tokio::test]
async fn servers_are_found_over_the_wire_and_remembered() {
    let server = NameServer::start(zone()).await;
    let locator = locator(&config(server.address));
    let expected = ["TCP 192.0.2.1:5070", "TCP 192.0.2.2:5070"];
    assert_eq!(locate(&locator, "sip:bob@example.com").await.unwrap(), expected);
    let asked = server.questions();
    assert_eq!(locate(&locator, "sip:carol@EXAMPLE.com").await.unwrap(), expected);
    assert_eq!(server.questions(), asked);
}

#[tokio::test]
async fn what_a_name_server_says_is_told_apart() {
    let text = Record::Txt("Café Central".to_owned());
    let zone = zone().fails("A broken.example.com").with("TXT 1.2.example.com", text.clone());
    let server = NameServer::start(zone).await;
    let resolver = DnsResolver::new(&config(server.address)).unwrap();
    let ask = |kind, name| resolver.lookup(Question::new(kind, name));
    let answer = ask(RecordKind::A, "one.example.com").await.unwrap();
    assert_eq!(answer.records, [Record::A([192, 0, 2, 1].into())]);
    assert_eq!(answer.ttl, Duration::from_secs(60));
    assert_eq!(ask(RecordKind::Txt, "1.2.example.com").await.unwrap().records, [text]);
    assert_eq!(
        ask(RecordKind::Srv, "_sip._udp.example.com").await,
        Err(LookupError::NoSuchName { ttl: None })
    );
    let failed = ask(RecordKind::A, "broken.example.com").await;
    assert!(matches!(&failed, Err(LookupError::Failed(_))), "{failed:?}");
    let long = "x".repeat(64);
    assert!(matches!(ask(RecordKind::A, &long).await, Err(LookupError::Failed(_))));
}

#[tokio::test]
async fn a_hosts_file_comes_before_every_name_server() {
    let server = NameServer::start(zone().a("trunk.example.com", "192.0.2.66")).await;
    let mut file = tempfile_with("192.0.2.10 trunk.example.com trunk\n");
    file.flush().unwrap();
    let hosts = HostsFile::File(file.path().to_owned());
    let locator = locator(&DnsConfig { hosts, ..config(server.address) });
    assert_eq!(locate(&locator, "sip:trunk.example.com").await.unwrap(), ["UDP 192.0.2.10:5060"]);
    assert_eq!(locate(&locator, "sip:trunk;transport=tcp").await.unwrap(), ["TCP 192.0.2.10:5060"]);
    let both = locator.addresses_of("trunk.example.com", true).await.unwrap();
    assert_eq!(both, [std::net::IpAddr::from([192, 0, 2, 10])]);
    assert_eq!(server.questions(), 0);
}

#[tokio::test]
async fn localhost_needs_no_name_server() {
    let nobody = "127.0.0.1:9".parse().unwrap();
    let started = Instant::now();
    assert_eq!(locate(&locator(&config(nobody)), "sip:localhost").await.unwrap(), ["UDP 127.0.0.1:5060"]);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_dead_name_server_is_told_of_in_time() {
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let locator = locator(&config(silent.local_addr().unwrap()));
    let started = Instant::now();
    let error = locate(&locator, "sip:example.com:5060").await.unwrap_err().to_string();
    assert!(error.starts_with("no address was found for example.com (A example.com: "), "{error}");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    // The next one does not wait.
    let again = Instant::now();
    assert!(locate(&locator, "sip:example.com:5060").await.is_err());
    assert!(again.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_file_of_name_servers_is_read() {
    let missing =
        DnsConfig { name_servers: NameServers::File("/nowhere/resolv.conf".into()), ..DnsConfig::default() };
    assert!(matches!(DnsResolver::new(&missing), Err(DnsConfigError::Unreadable { .. })));
    let empty = tempfile_with("search example.com\n");
    let config =
        DnsConfig { name_servers: NameServers::File(empty.path().to_owned()), ..DnsConfig::default() };
    assert!(matches!(DnsResolver::new(&config), Err(DnsConfigError::BadFile { .. })));
    let good = tempfile_with("nameserver 127.0.0.1\noptions timeout:1\n");
    let config =
        DnsConfig { name_servers: NameServers::File(good.path().to_owned()), ..DnsConfig::default() };
    assert!(DnsResolver::new(&config).is_ok());
}

fn tempfile_with(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("it is written");
    file.flush().expect("it is written");
    file
}
