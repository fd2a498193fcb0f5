//! Lists that speak of other issuers' certificates, made by hand: nobody writes them for tests.

use crate::trust::tests::{Authority, CARRIER, carrier_params, now};
use crate::{CertificateProblem, PathError, SigningCertificate, TrustError, TrustStore};

/// An element of DER.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let head = match content.len() {
        0..=0x7f => vec![tag, length[1]],
        0x80..=0xff => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [head, content].concat()
}

/// `ecdsa-with-SHA256`.
const ALGORITHM: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const TRUE: &[u8] = b"\x01\x01\xff";
/// `issuingDistributionPoint` and `certificateIssuer`.
const POINT: &[u8] = b"\x06\x03\x55\x1d\x1c";
const ISSUER: &[u8] = b"\x06\x03\x55\x1d\x1d";

fn extension(name: &[u8], value: &[u8]) -> Vec<u8> {
    element(0x30, &[name, TRUE, &element(0x04, &[value])])
}

/// A list of `signer` with certificates of these issuers, by serial number. `point` is its issuing distribution point.
fn list(signer: &Authority, entries: &[(Option<&Authority>, &[u8])], point: &[u8]) -> String {
    let at = |time: &[u8]| element(0x17, &[time]);
    let (before, after) = (at(b"270101000000Z"), at(b"270201000000Z"));
    let entry = |(issuer, serial): &(Option<&Authority>, &[u8])| {
        let names = issuer.map(|issuer| element(0x30, &[&element(0xa4, &[&issuer.name()])]));
        let own = names.map(|names| element(0x30, &[&extension(ISSUER, &names)])).unwrap_or_default();
        element(0x30, &[&element(0x02, &[serial]), &before, &own])
    };
    let entries: Vec<u8> = entries.iter().flat_map(entry).collect();
    let extensions = element(0xa0, &[&element(0x30, &[&extension(POINT, point)])]);
    let parts: [&[u8]; 7] =
        [&[2, 1, 1], ALGORITHM, &signer.name(), &before, &after, &element(0x30, &[&entries]), &extensions];
    let said = element(0x30, &parts);
    let signature = element(0x03, &[&[0], &signer.sign(&said)]);
    let der = element(0x30, &[&said, ALGORITHM, &signature]);
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    format!("-----BEGIN X509 CRL-----\n{text}\n-----END X509 CRL-----\n")
}

/// `indirectCRL`.
const OF_OTHERS: &[u8] = b"\x30\x03\x84\x01\xff";

struct Scene {
    root: Authority,
    administrator: Authority,
    carrier: String,
}

impl Scene {
    fn new() -> Self {
        let root = Authority::root("Root");
        let (carrier, _) = root.carrier(&carrier_params(CARRIER, true));
        Self { root, carrier, administrator: Authority::root("Policy administrator") }
    }

    fn judge(&self, list: &str) -> Result<Result<(), CertificateProblem>, TrustError> {
        let mut trust: TrustStore = self.root.trusted();
        trust.add_untrusted(self.administrator.certificate.pem().as_bytes())?;
        trust.add_revocations(list.as_bytes())?;
        Ok(SigningCertificate::read(self.carrier.as_bytes()).unwrap().verify(&trust, None, now()))
    }
}

#[test]
fn a_policy_administrator_revokes_what_others_gave() {
    let scene = Scene::new();
    let (administrator, root) = (&scene.administrator, &scene.root);
    let other = Authority::root("Other");
    let revoked = Ok(Err(CertificateProblem::Path(PathError::Revoked)));
    assert_eq!(scene.judge(&list(administrator, &[(Some(root), &[7, 9])], OF_OTHERS)), revoked);
    // An entry without an issuer has that of the one before it.
    let entries: [(Option<&Authority>, &[u8]); 2] = [(Some(root), &[1]), (None, &[7, 9])];
    assert_eq!(scene.judge(&list(administrator, &entries, OF_OTHERS)), revoked);
    // The same number of somebody else is no matter.
    assert_eq!(scene.judge(&list(administrator, &[(Some(&other), &[7, 9])], OF_OTHERS)), Ok(Ok(())));
    assert_eq!(scene.judge(&list(administrator, &[(None, &[7, 9])], OF_OTHERS)), Ok(Ok(())));
}

#[test]
fn a_list_of_a_part_tells_too_little() {
    let scene = Scene::new();
    let of = |point: &[u8]| scene.judge(&list(&scene.administrator, &[(Some(&scene.root), &[1])], point));
    assert_eq!(of(b"\x30\x03\x82\x01\xff"), Err(TrustError::Unreadable("revocation list")));
    assert_eq!(of(b"\x31\x00"), Err(TrustError::Unreadable("revocation list")));
    // One that speaks of its own certificates alone knows nothing of others'.
    assert_eq!(of(b"\x30\x00"), Ok(Err(CertificateProblem::Path(PathError::RevocationUnknown))));
}

#[test]
fn a_list_that_was_changed_is_nobodys() {
    let scene = Scene::new();
    let forger = Authority::root("Policy administrator");
    let forged = list(&forger, &[(Some(&scene.root), &[1])], OF_OTHERS);
    assert!(matches!(scene.judge(&forged), Err(TrustError::UnknownIssuer(_))));
}
