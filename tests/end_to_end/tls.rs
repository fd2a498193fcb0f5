//! Phones over TLS: who is believed, and certificates that are exchanged.

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::harness::exchange::run;
use crate::harness::folder::TLS_PORT;
use crate::harness::wait::{PATIENCE, until};
use crate::harness::{Authority, Baresip, Exchange, Folder, Outcome, Scene, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("tls::phones_hear_each_other", &["baresip"], phones_hear_each_other),
        trial("tls::a_certificate_is_exchanged_during_a_call", &["baresip"], exchanged_during_a_call),
        trial("tls::a_reload_takes_up_a_certificate_at_once", &[], taken_up_by_reload),
        trial("tls::a_phone_that_is_not_believed_is_refused", &["baresip"], phone_is_refused),
        trial("tls::a_trunk_to_a_server_that_is_believed", &["baresip"], trunk_is_believed),
        trial("tls::a_trunk_to_a_server_that_is_not", &["baresip"], trunk_is_not_believed),
        trial("tls::check_points_at_broken_certificates", &[], broken_certificates),
    ]
}

const DIALPLAN: &str = "exten => alice,1,Dial(PJSIP/alice,30)\nexten => bob,1,Dial(PJSIP/bob,30)";

/// An exchange over TLS, and the file of the authority of its certificate.
fn exchange(scene: &Scene, lines: &str) -> Outcome<(Folder, Exchange, PathBuf)> {
    let authority = Authority::new("first")?;
    let folder = Folder::new(scene)?.tls(lines).phone("alice").phone("bob").dialplan(DIALPLAN);
    authority.give_exchange(folder.path(), folder.address())?;
    let believed = authority.write(scene.folder(), "first.crt")?;
    let exchange = Exchange::start(scene, &folder)?;
    Ok((folder, exchange, believed))
}

fn hear_each_other(alice: &Baresip, bob: &Baresip) -> Outcome {
    alice.is_in_call()?;
    bob.is_in_call()?;
    alice.hears_nothing_but(1_000)?;
    bob.hears_nothing_but(440)
}

fn phones_hear_each_other(scene: &Scene) -> Outcome {
    let (_, exchange, authority) = exchange(scene, "")?;
    let mut alice = Baresip::named(scene, "alice", 440).over_tls(&authority).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    alice.hang_up()?;
    bob.call_ends()?;
    bob.dial("alice")?;
    hear_each_other(&alice, &bob)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()
}

/// The files change, and nobody says so: new connections get the new certificate, and the call goes on.
fn exchanged_during_a_call(scene: &Scene) -> Outcome {
    let (folder, exchange, first) = exchange(scene, "")?;
    let mut alice = Baresip::named(scene, "alice", 440).over_tls(&first).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).over_tls(&first).register_at(&exchange)?;
    alice.dial("bob")?;
    hear_each_other(&alice, &bob)?;
    let second = Authority::new("second")?;
    ensure(!proves(exchange.tls_address(), &second), || {
        "the second authority has given nothing yet".to_owned()
    })?;
    second.give_exchange(folder.path(), folder.address())?;
    until("the new certificate", || Ok(proves(exchange.tls_address(), &second).then_some(())))?;
    alice.hears(1_000)?;
    bob.hears(440)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.is_idle()
}

fn taken_up_by_reload(scene: &Scene) -> Outcome {
    let (folder, exchange, _) = exchange(scene, "")?;
    let second = Authority::new("second")?;
    second.give_exchange(folder.path(), folder.address())?;
    exchange.console("module reload res_pjsip.so")?;
    ensure(proves(exchange.tls_address(), &second), || "the old certificate is shown".to_owned())?;
    // One that cannot be used stops the reload, and the one in use stays.
    folder.write_file("sip.crt", "no certificate")?;
    let said = exchange.console("module reload res_pjsip.so");
    let said = said.unwrap_or_else(|failed| failed.message().unwrap_or_default().to_owned());
    ensure(said.contains("sip.crt") && said.contains("holds no certificate"), || said)?;
    ensure(proves(exchange.tls_address(), &second), || "the good certificate is gone".to_owned())
}

fn phone_is_refused(scene: &Scene) -> Outcome {
    let ours = Authority::new("ours")?;
    let believed = ours.write(scene.folder(), "ours.crt")?;
    let lines = format!("require_client_cert=yes\nca_list_file={}", believed.display());
    let (_, exchange, authority) = exchange(scene, &lines)?;
    let stranger = Authority::new("stranger")?.give_phone(scene.folder(), "alice")?;
    let refused = Baresip::named(scene, "alice", 440).over_tls(&authority).showing(&stranger);
    let mut refused = refused.start_at(&exchange)?;
    exchange.says("a connection could not be opened")?;
    ensure(refused.process().count("[1 binding]")? == 0, || "the stranger is registered".to_owned())?;
    let known = ours.give_phone(scene.folder(), "bob")?;
    Baresip::named(scene, "bob", 1_000).over_tls(&authority).showing(&known).register_at(&exchange).map(drop)
}

fn trunk_is_believed(scene: &Scene) -> Outcome {
    let far = Authority::new("far")?;
    let (near, _far, mut alice) = trunk(scene, &far, &far)?;
    alice.dial("100")?;
    alice.is_in_call()?;
    alice.hears(440)?;
    alice.hang_up()?;
    near.is_idle()
}

fn trunk_is_not_believed(scene: &Scene) -> Outcome {
    let (near, _far, mut alice) = trunk(scene, &Authority::new("far")?, &Authority::new("other")?)?;
    alice.dial("100")?;
    alice.call_ends()?;
    near.says("invalid peer certificate")?;
    near.says("PJSIP/trunk-00000001 is circuit-busy")?;
    near.is_idle()
}

/// Two exchanges: calls of a phone at the first one to 100 go over TLS to the second one, whose certificate comes from
/// `gives`, while the first one believes `believed`.
fn trunk(scene: &Scene, gives: &Authority, believed: &Authority) -> Outcome<(Exchange, Exchange, Baresip)> {
    let ours = Authority::new("near")?;
    let believed = believed.write(scene.folder(), "believed.crt")?;
    let (near, far) = (Folder::new(scene)?, Folder::new(scene)?);
    let [near_address, far_address] = [near.address(), far.address()];
    let uri = |address| format!("sip:trunk@{address}:{TLS_PORT}\\;transport=tls");
    let near = near
        .tls(&format!("verify_server=yes\nca_list_file={}", believed.display()))
        .phone("alice")
        .peer("trunk", far_address, &uri(far_address))
        .dialplan("exten => 100,1,Dial(PJSIP/100@trunk,10)");
    let far = far
        .tls("")
        .peer("trunk", near_address, &uri(near_address))
        .dialplan("exten => 100,1,Answer()\n same => n,Echo()");
    ours.give_exchange(near.path(), near_address)?;
    gives.give_exchange(far.path(), far_address)?;
    let (near, far) = (Exchange::start(scene, &near)?, Exchange::start(scene, &far)?);
    let alice = Baresip::named(scene, "alice", 440).register_at(&near)?;
    Ok((near, far, alice))
}

fn broken_certificates(scene: &Scene) -> Outcome {
    let (one, other) = (Authority::new("one")?, Authority::new("other")?);
    let folder = Folder::new(scene)?.tls("method=tlsv1").phone("alice").dialplan(DIALPLAN);
    folder.write()?;
    let check = |wanted: &[&str], fine: bool| -> Outcome {
        let (status, said) = run(scene, "check", &[OsStr::new("check"), folder.path().as_os_str()])?;
        ensure(status.success() == fine, || format!("{status}: {said}"))?;
        let missing = wanted.iter().find(|word| !said.contains(**word));
        missing.map_or(Ok(()), |word| Err(format!("'{word}' is not in:\n{said}").into()))
    };
    check(&["sip.crt", "there is no such file", "pjsip.conf:", "tlsv1"], false)?;
    one.give_exchange(folder.path(), folder.address())?;
    check(&["'tlsv1' is broken and not spoken"], true)?;
    let certificate = std::fs::read_to_string(folder.path().join("sip.crt"))?;
    other.give_exchange(folder.path(), folder.address())?;
    folder.write_file("sip.crt", &certificate)?;
    check(&["sip.key", "does not belong to the certificate"], false)
}

/// Whether the exchange shows a certificate of this authority.
fn proves(exchange: SocketAddr, authority: &Authority) -> bool {
    handshake(exchange, authority).is_ok()
}

fn handshake(exchange: SocketAddr, authority: &Authority) -> Outcome {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes())?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::from(exchange.ip());
    let mut connection = ClientConnection::new(Arc::new(config), name)?;
    let mut stream = TcpStream::connect_timeout(&exchange, PATIENCE)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(())
}
