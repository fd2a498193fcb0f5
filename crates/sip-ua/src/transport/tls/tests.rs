//! Certificates that fit, and those that do not.

use std::time::SystemTime;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// An authority.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for `name`, and its key.
fn issue(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> TlsConfig {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    TlsConfig::server(certificate.pem(), key.serialize_pem())
}

/// Whether a word crosses from a client that looks for `name` to a server, and back.
async fn meet(client: &TlsConfig, server: &TlsConfig, name: &str) -> Result<(), String> {
    let (near, far) = tokio::io::duplex(65_536);
    let (client, server) = (Tls::new(client).unwrap(), Tls::new(server).unwrap());
    let talk = async {
        let mut stream = client.connect(Box::new(near), name).await?;
        stream.write_all(b"ping").await?;
        stream.flush().await?;
        stream.read_exact(&mut [0; 4]).await
    };
    let echo = async {
        let mut stream = server.accept(Box::new(far)).await?;
        let mut word = [0; 4];
        stream.read_exact(&mut word).await?;
        stream.write_all(&word).await?;
        stream.flush().await
    };
    let (talked, echoed) = tokio::join!(talk, echo);
    talked.map(drop).map_err(|error| format!("client: {error}"))?;
    echoed.map_err(|error| format!("server: {error}"))
}

fn believing(authority: &CertifiedIssuer<'static, KeyPair>, config: TlsConfig) -> TlsConfig {
    TlsConfig { authorities: authority.pem().into_bytes(), ..config }
}

#[tokio::test]
async fn a_server_proves_its_name() {
    let authority = authority();
    let server = issue(&authority, "sip.example.com");
    let client = believing(&authority, TlsConfig::default());
    assert_eq!(meet(&client, &server, "sip.example.com").await, Ok(()));
    assert_eq!(meet(&client, &server, "SIP.Example.COM").await, Ok(()));
    let refused = meet(&client, &server, "other.example.com").await.unwrap_err();
    assert!(refused.contains("not valid for name"), "{refused}");
}

#[tokio::test]
async fn any_name_will_do_where_that_is_configured_and_any_authority_will_not() {
    let (authority, stranger) = (authority(), authority());
    let client = believing(&authority, TlsConfig { verify_names: false, ..TlsConfig::default() });
    assert_eq!(meet(&client, &issue(&authority, "sip.example.com"), "other.example.com").await, Ok(()));
    assert!(meet(&client, &issue(&stranger, "other.example.com"), "other.example.com").await.is_err());
}

#[tokio::test]
async fn an_address_is_a_name() {
    let authority = authority();
    let client = believing(&authority, TlsConfig::default());
    assert_eq!(meet(&client, &issue(&authority, "192.0.2.1"), "192.0.2.1").await, Ok(()));
    assert_eq!(meet(&client, &issue(&authority, "2001:db8::1"), "2001:db8::1").await, Ok(()));
}

#[tokio::test]
async fn a_wildcard_counts_only_where_it_is_allowed() {
    let authority = authority();
    let server = issue(&authority, "*.example.com");
    let mut client = believing(&authority, TlsConfig::default());
    assert!(meet(&client, &server, "sip.example.com").await.is_err());
    client.allow_wildcards = true;
    assert_eq!(meet(&client, &server, "sip.example.com").await, Ok(()));
}

#[tokio::test]
async fn a_server_of_an_unknown_authority_is_refused_unless_all_are_taken() {
    let server = issue(&authority(), "sip.example.com");
    let mut client = believing(&authority(), TlsConfig::default());
    assert!(meet(&client, &server, "sip.example.com").await.is_err());
    client.authorities.clear();
    assert!(meet(&client, &server, "sip.example.com").await.is_err(), "no authority, no trust");
    client.verify_servers = false;
    assert_eq!(meet(&client, &server, "sip.example.com").await, Ok(()));
}

#[tokio::test]
async fn a_client_proves_itself_where_it_must() {
    let (ours, theirs) = (authority(), authority());
    let mut server = believing(&ours, issue(&ours, "localhost"));
    let stranger = TlsConfig { verify_servers: false, ..TlsConfig::default() };
    let known = TlsConfig { verify_servers: false, ..issue(&ours, "alice.example.com") };
    let forged = TlsConfig { verify_servers: false, ..issue(&theirs, "alice.example.com") };
    for (asked, stranger_comes, forged_comes) in [
        (ClientCertificate::Ignored, true, true),
        (ClientCertificate::Verified, true, false),
        (ClientCertificate::Required, false, false),
    ] {
        server.client_certificate = asked;
        assert_eq!(meet(&known, &server, "localhost").await, Ok(()), "{asked:?}");
        assert_eq!(meet(&stranger, &server, "localhost").await.is_ok(), stranger_comes, "{asked:?}");
        assert_eq!(meet(&forged, &server, "localhost").await.is_ok(), forged_comes, "{asked:?}");
    }
}

#[tokio::test]
async fn versions_and_suites_are_those_that_were_asked_for() {
    let authority = authority();
    let mut server = issue(&authority, "localhost");
    server.versions = TlsVersions::OnlyTls13;
    let mut client = TlsConfig { verify_servers: false, ..TlsConfig::default() };
    assert_eq!(meet(&client, &server, "localhost").await, Ok(()));
    server.versions = TlsVersions::All;
    server.cipher_suites = CipherSuite::from_name("TLS_AES_128_GCM_SHA256").into_iter().collect();
    client.cipher_suites = CipherSuite::from_name("TLS_AES_256_GCM_SHA384").into_iter().collect();
    assert!(meet(&client, &server, "localhost").await.is_err());
}

#[tokio::test]
async fn new_certificates_are_shown_from_the_next_handshake_on() {
    let (old, new) = (authority(), authority());
    let tls = Tls::new(&issue(&old, "localhost")).unwrap();
    let clone = tls.clone();
    tls.replace(&issue(&new, "localhost")).unwrap();
    assert!(tls.replace(&TlsConfig::server("", "x")).is_ok(), "a server without certificates is none");
    tls.replace(&issue(&new, "localhost")).unwrap();
    let (near, far) = tokio::io::duplex(65_536);
    let client = Tls::new(&believing(&new, TlsConfig::default())).unwrap();
    let (opened, accepted) =
        tokio::join!(client.connect(Box::new(near), "localhost"), clone.accept(Box::new(far)));
    assert!(opened.is_ok() && accepted.is_ok());
}

#[test]
fn what_cannot_be_used_is_named() {
    let authority = authority();
    let (good, other) = (issue(&authority, "localhost"), issue(&authority, "localhost"));
    let error = |config: TlsConfig| Tls::new(&config).unwrap_err();
    let with_key = |key: &[u8]| TlsConfig { private_key: key.to_vec(), ..good.clone() };
    assert_eq!(error(with_key(&other.private_key)), TlsError::KeyDoesNotFit);
    assert_eq!(error(with_key(b"")), TlsError::NoKey);
    assert_eq!(
        error(with_key(
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
        )),
        TlsError::EncryptedKey
    );
    assert_eq!(error(TlsConfig::server("not PEM", "")), TlsError::NoCertificate);
    let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(error(TlsConfig::server(odd, good.private_key.clone())), TlsError::BadCertificate(_)));
    assert!(matches!(
        error(TlsConfig { authorities: odd.into(), ..good.clone() }),
        TlsError::BadAuthority(_)
    ));
    let required = TlsConfig { client_certificate: ClientCertificate::Required, ..good.clone() };
    assert_eq!(error(required), TlsError::NoAuthority);
}

#[test]
fn a_certificate_tells_how_long_it_counts() {
    let authority = authority();
    let config = issue(&authority, "localhost");
    let [from, until] = config.validity().unwrap().unwrap();
    assert!(from < SystemTime::now() && SystemTime::now() < until);
    assert_eq!(TlsConfig::default().validity(), Ok(None));
    assert!(
        TlsConfig::server("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "")
            .validity()
            .is_err()
    );
}
