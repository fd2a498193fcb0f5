//! Connections over TLS, from both sides.

use std::net::SocketAddr;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sip_ua::transport::{ClientCertificate, ConnectionLimits, ListenConfig, Tls, TlsConfig};
use sip_ua::{Flow, Protocol, TransactionEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::mirror::{Endpoint, options, parse, within};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new([]).expect("no names to be wrong");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("randomness")).expect("an authority")
}

/// A certificate for `name`, by an authority that it believes itself.
fn issue(authority: &Authority, name: &str) -> TlsConfig {
    let key = KeyPair::generate().expect("randomness");
    let certificate = CertificateParams::new([name.to_owned()])
        .expect("a name")
        .signed_by(&key, authority)
        .expect("a certificate");
    let mut config = TlsConfig::server(certificate.pem(), key.serialize_pem());
    config.authorities = authority.pem().into();
    config
}

fn endpoint(config: &TlsConfig) -> (Endpoint, Tls) {
    let tls = Tls::new(config).expect("good certificates");
    let listen =
        ListenConfig::new(Protocol::Tls, "127.0.0.1:0".parse().expect("an address")).with_tls(tls.clone());
    (Endpoint::listening(&[listen], ConnectionLimits::default()), tls)
}

/// Whether an OPTIONS from `alice` to `bob`, who must prove to be `name`, is answered.
async fn reaches(alice: &mut Endpoint, bob: &mut Endpoint, name: &str, branch: &str) -> bool {
    let flow = alice
        .handle
        .flow_to_host(Protocol::Tls, bob.address(Protocol::Tls), name)
        .expect("loopback is there");
    let asked = alice.ask(flow, branch).await;
    loop {
        tokio::select! {
            _ = bob.answer() => {}
            event = alice.event() => match event {
                TransactionEvent::Response { id, .. } if id == asked => return true,
                TransactionEvent::TransportFailed { id } if id == asked => return false,
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn a_request_crosses_and_its_connection_is_used_again() {
    let authority = authority();
    let (mut alice, _) = endpoint(&issue(&authority, "alice.example"));
    let (mut bob, _) = endpoint(&issue(&authority, "bob.example"));
    assert!(within(reaches(&mut alice, &mut bob, "bob.example", "1")).await);
    assert!(within(reaches(&mut alice, &mut bob, "bob.example", "2")).await);
}

#[tokio::test]
async fn a_server_with_another_name_is_not_talked_to() {
    let authority = authority();
    let (mut alice, _) = endpoint(&issue(&authority, "alice.example"));
    let (mut bob, _) = endpoint(&issue(&authority, "bob.example"));
    assert!(!within(reaches(&mut alice, &mut bob, "eve.example", "1")).await);
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused_where_one_is_required() {
    let authority = authority();
    let mut required = issue(&authority, "bob.example");
    required.client_certificate = ClientCertificate::Required;
    let (mut bob, _) = endpoint(&required);
    let mut nameless = TlsConfig::default();
    nameless.authorities = authority.pem().into();
    let (mut stranger, _) = endpoint(&nameless);
    assert!(!within(reaches(&mut stranger, &mut bob, "bob.example", "1")).await);
    let (mut alice, _) = endpoint(&issue(&authority, "alice.example"));
    assert!(within(reaches(&mut alice, &mut bob, "bob.example", "2")).await);
}

#[tokio::test]
async fn certificates_are_exchanged_while_connections_stand() {
    let (old, new) = (authority(), authority());
    let (mut bob, tls) = endpoint(&issue(&old, "bob.example"));
    let (mut early, _) = endpoint(&issue(&old, "early.example"));
    let (mut late, _) = endpoint(&issue(&new, "late.example"));
    assert!(within(reaches(&mut early, &mut bob, "bob.example", "1")).await);
    assert!(!within(reaches(&mut late, &mut bob, "bob.example", "2")).await);
    tls.replace(&issue(&new, "bob.example")).unwrap();
    assert!(within(reaches(&mut early, &mut bob, "bob.example", "3")).await, "its connection stands");
    assert!(within(reaches(&mut late, &mut bob, "bob.example", "4")).await);
}

/// Where an OPTIONS of bob to alice's listening address comes from, after alice sent one with these parameters.
async fn way_back(asked: ClientCertificate, parameters: &str) -> (Flow, SocketAddr) {
    let authority = authority();
    let mut config = issue(&authority, "127.0.0.1");
    config.client_certificate = asked;
    let (mut bob, _) = endpoint(&config);
    let (mut alice, _) = endpoint(&issue(&authority, "127.0.0.1"));
    let flow = alice.flow_to(Protocol::Tls, bob.address(Protocol::Tls));
    let text = options(Protocol::Tls, flow.local, "1").replace(";rport", parameters);
    let request = parse(text.as_bytes());
    alice.handle.run(move |mirror, now| {
        mirror.send(now, request, flow);
    });
    bob.answer().await;
    alice.event().await;
    bob.ask(bob.flow_to(Protocol::Tls, alice.address(Protocol::Tls)), "2").await;
    (alice.answer().await, bob.address(Protocol::Tls))
}

#[tokio::test]
async fn requests_to_one_who_asks_for_it_take_his_connection() {
    let (flow, bob) = way_back(ClientCertificate::Required, ";rport;alias").await;
    assert_eq!(flow.remote, bob, "the connection that alice opened");
    for (asked, parameters) in
        [(ClientCertificate::Required, ";rport"), (ClientCertificate::Verified, ";rport;alias")]
    {
        let (flow, bob) = way_back(asked, parameters).await;
        assert_ne!(flow.remote, bob, "a connection of bob's own: {asked:?} {parameters}");
    }
}

#[tokio::test]
async fn whoever_does_not_speak_tls_is_sent_away() {
    let (bob, _) = endpoint(&issue(&authority(), "bob.example"));
    let mut phone = TcpStream::connect(bob.address(Protocol::Tls)).await.unwrap();
    phone.write_all(b"OPTIONS sip:bob@bob.example SIP/2.0\r\n\r\n").await.unwrap();
    let mut answer = vec![];
    let _ = within(phone.read_to_end(&mut answer)).await;
    assert!(!answer.starts_with(b"SIP"));
}
