//! Certificates of transports: what is taken, and what is said of those that cannot be.

use std::path::Path;

use asterisk_conf::MemoryFiles;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sip_ua::transport::{ClientCertificate, Protocol, TlsVersions};

use super::*;

/// A certificate and its key, in PEM form, that ends in this year.
fn pair(until: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["sip.example.com".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn authority() -> String {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap().pem()
}

/// Loads a TLS transport with these lines beside these files.
fn load(lines: &str, files: &[(&str, &str)]) -> (Option<Configuration>, ConfigurationReport) {
    let mut memory = MemoryFiles::new();
    let pjsip = format!("[tls]\ntype=transport\nprotocol=tls\nbind=0.0.0.0\n{lines}\n");
    memory.insert("/pbx/etc/pjsip.conf", pjsip);
    memory.insert("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
    for (path, text) in files {
        memory.insert(*path, *text);
    }
    Configuration::load_from(&Folders::below(Path::new("/pbx")), &memory)
}

const FILES: &str = "cert_file=/keys/sip.crt\npriv_key_file=/keys/sip.key\n";

#[test]
fn a_transport_takes_its_certificates() {
    let (certificate, key) = pair(2999);
    let lines = format!(
        "{FILES}ca_list_file=ca.crt\nca_list_path=/keys/authorities\nrequire_client_cert=yes\nverify_server=yes\n\
         method=tlsv1_3\ncipher=TLS_AES_128_GCM_SHA256"
    );
    let (configuration, report) = load(
        &lines,
        &[
            ("/keys/sip.crt", &certificate),
            ("/keys/sip.key", &key),
            ("/pbx/etc/ca.crt", &authority()),
            ("/keys/authorities/one.pem", &authority()),
            ("/keys/authorities/README", "not a certificate"),
        ],
    );
    assert!(report.is_clean(), "{}", report.render(false));
    let transport = &configuration.unwrap().sip.transports[0];
    assert_eq!((transport.protocol, transport.bind.port()), (Protocol::Tls, 5061));
    let tls = &transport.certificates.as_ref().unwrap().tls;
    assert_eq!(tls.certificates, certificate.as_bytes());
    assert_eq!(tls.client_certificate, ClientCertificate::Required);
    assert_eq!((tls.versions, tls.verify_servers), (TlsVersions::OnlyTls13, true));
    assert_eq!(tls.cipher_suites.len(), 1);
    let authorities = String::from_utf8_lossy(&tls.authorities).matches("BEGIN CERTIFICATE").count();
    assert_eq!(authorities, 2, "that of the file, and that of the folder");
}

#[test]
fn one_file_may_hold_both() {
    let (certificate, key) = pair(2999);
    let (configuration, report) =
        load("cert_file=/keys/both.pem", &[("/keys/both.pem", &format!("{key}{certificate}"))]);
    assert!(report.is_clean() && configuration.is_some(), "{}", report.render(false));
}

/// What is said, and whether it would start.
fn said(lines: &str, files: &[(&str, &str)]) -> (String, bool) {
    let (configuration, report) = load(lines, files);
    (report.render(false), configuration.is_some())
}

/// Where the transports of protocol `wss` and `ws` are, and the certificate's file.
fn places(transports: &str, http: &str) -> Vec<(String, Option<std::path::PathBuf>)> {
    let (certificate, key) = pair(2999);
    let mut memory = MemoryFiles::new();
    memory.insert("/pbx/etc/pjsip.conf", transports);
    memory.insert("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
    memory.insert("/pbx/etc/http.conf", http);
    memory.insert("/keys/sip.crt", certificate.as_str());
    memory.insert("/keys/sip.key", key.as_str());
    let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &memory);
    assert!(!report.diagnostics.iter().any(|d| d.message.contains("more'")), "{}", report.render(false));
    let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
    let file = |transport: &Transport| transport.certificates.as_ref().and_then(|c| c.cert_file.clone());
    configuration.sip.transports.iter().map(|t| (t.bind.to_string(), file(t))).collect()
}

#[test]
fn websockets_are_where_http_conf_has_them() {
    let both = "[ws]\ntype=transport\nprotocol=ws\nbind=0.0.0.0\n[wss]\ntype=transport\nprotocol=wss\nbind=0.0.0.0\n\
                [more]\ntype=transport\nprotocol=ws\nbind=0.0.0.0:5066\n\
                [phone]\ntype=endpoint\ntransport=more\n";
    let alone = places(both, "[general]\nenabled=no\n");
    assert_eq!(
        alone.iter().map(|(bind, _)| bind.as_str()).collect::<Vec<_>>(),
        ["0.0.0.0:8088", "0.0.0.0:8089", "0.0.0.0:5066"]
    );
    let http = "[general]\nenabled=yes\nbindaddr=192.0.2.1\nbindport=8188\ntlsenable=yes\n\
                tlsbindaddr=192.0.2.2:8443\ntlscertfile=/keys/sip.crt\ntlsprivatekey=/keys/sip.key\n";
    let shared = places(both, http);
    let certificate = Some("/keys/sip.crt".into());
    assert_eq!(shared, [("192.0.2.1:8188".to_owned(), None), ("192.0.2.2:8443".to_owned(), certificate)]);
}

#[test]
fn files_that_cannot_be_used_are_errors_at_their_line() {
    let (certificate, key) = pair(2999);
    let (_, other) = pair(2999);
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    for (files, line, wanted) in [
        (vec![], 5, "/keys/sip.crt: there is no such file"),
        (vec![("/keys/sip.crt", certificate.as_str())], 6, "/keys/sip.key: there is no such file"),
        (vec![("/keys/sip.crt", &certificate), ("/keys/sip.key", &other)], 6, "does not belong"),
        (vec![("/keys/sip.crt", &certificate), ("/keys/sip.key", encrypted)], 6, "openssl pkey"),
        (vec![("/keys/sip.crt", &key), ("/keys/sip.key", &key)], 5, "holds no certificate"),
    ] {
        let (text, starts) = said(FILES, &files);
        assert!(!starts && text.contains(wanted), "{wanted} is not in:\n{text}");
        assert!(text.contains(&format!("pjsip.conf:{line}:")), "not line {line}:\n{text}");
    }
}

#[test]
fn an_expired_certificate_is_spoken_of() {
    let (certificate, key) = pair(2021);
    let (text, starts) = said(FILES, &[("/keys/sip.crt", &certificate), ("/keys/sip.key", &key)]);
    assert!(starts, "phones that do not verify may still come");
    assert!(text.contains("has expired on 2021-01-01") && text.contains("renew it"), "{text}");
}

#[test]
fn whoever_must_be_verified_needs_an_authority() {
    let (certificate, key) = pair(2999);
    let files = [("/keys/sip.crt", certificate.as_str()), ("/keys/sip.key", &key)];
    for lines in ["verify_client=yes", "verify_server=yes"] {
        let (text, starts) = said(&format!("{FILES}{lines}"), &files);
        assert!(!starts && text.contains("no authority is named"), "{text}");
    }
}

#[test]
fn what_is_broken_is_not_offered() {
    let (certificate, key) = pair(2999);
    let files = [("/keys/sip.crt", certificate.as_str()), ("/keys/sip.key", &key)];
    let (text, starts) = said(&format!("{FILES}method=tlsv1"), &files);
    assert!(starts && text.contains("'tlsv1' is broken and not spoken"), "{text}");
    let (text, starts) = said(&format!("{FILES}cipher=RC4-MD5,ECDHE-RSA-AES256-GCM-SHA348"), &files);
    assert!(starts && text.contains("'RC4-MD5' is not offered"), "{text}");
    assert!(text.contains("did you mean `ECDHE-RSA-AES256-GCM-SHA384`"), "{text}");
}

#[test]
fn without_a_certificate_calls_may_only_go_out() {
    let (text, starts) = said("", &[]);
    assert!(starts && text.contains("nobody can connect to it"), "{text}");
}

#[test]
fn an_encrypted_key_is_read_with_its_password() {
    let certificate = include_str!("../../../sip-ua/src/transport/tls/keys/certificate.pem");
    let key = include_str!("../../../sip-ua/src/transport/tls/keys/aes.pem");
    let files = [("/keys/sip.crt", certificate), ("/keys/sip.key", key)];
    let (configuration, report) = load(&format!("{FILES}password=looking-glass"), &files);
    assert!(configuration.is_some() && report.is_clean(), "{}", report.render(false));
    let (configuration, report) = load(&format!("{FILES}password=wonderland"), &files);
    let shown = report.render(false);
    assert!(configuration.is_none() && shown.contains("with the password that is given"), "{shown}");
    assert!(!shown.contains("wonderland"), "a password is told: {shown}");
}

#[test]
fn a_folder_without_authorities_is_not_taken_for_those_of_the_system() {
    let (certificate, key) = pair(2999);
    let readme = ("/keys/empty/README", "not a certificate");
    for path in ["/keys/nowhere", "/keys/empty"] {
        let lines = format!("{FILES}verify_server=yes\nca_list_path={path}");
        let files = [("/keys/sip.crt", certificate.as_str()), ("/keys/sip.key", key.as_str()), readme];
        let (configuration, report) = load(&lines, &files);
        assert!(configuration.is_none(), "{path}");
        let said = report.render(false);
        assert!(said.contains(path) && said.contains("pjsip.conf:8:14"), "{said}");
    }
}
