//! Authorities, carriers and lists made for the tests.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams, CustomExtension,
    DnType, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
};
use time::OffsetDateTime;

use super::*;
use crate::certificate::{CertificateProblem, SigningCertificate};

/// `TNAuthList` of the carrier 709J.
pub(crate) const CARRIER: &[u8] = b"\x30\x08\xa0\x06\x16\x04709J";

/// The moment at which the tests are: everything that they make is in force then.
pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn day(days: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000 + days * 86_400).unwrap()
}

/// An authority, or somebody between.
pub(crate) struct Authority {
    pub(crate) certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// What an authority's certificate says, in force for a year around the tests.
pub(crate) fn authority_params(name: &str, reach: BasicConstraints) -> CertificateParams {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(reach);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (day(-180), day(180));
    params
}

/// What a carrier's certificate says, in force for a month.
pub(crate) fn carrier_params(list: &[u8], critical: bool) -> CertificateParams {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "SHAKEN 709J");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 26], list.to_vec());
    extension.set_criticality(critical);
    params.custom_extensions.push(extension);
    params.serial_number = Some(SerialNumber::from(vec![7, 9]));
    (params.not_before, params.not_after) = (day(-10), day(20));
    params
}

impl Authority {
    pub(crate) fn root(name: &str) -> Self {
        let params = authority_params(name, BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    pub(crate) fn below(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// A certificate of a carrier, and its key.
    pub(crate) fn carrier(&self, params: &CertificateParams) -> (String, KeyPair) {
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key)
    }

    /// A list with these serial numbers, in force for a week.
    fn revokes(&self, serials: &[&[u8]]) -> String {
        self.revokes_until(serials, day(7))
    }

    /// Its name, in DER.
    pub(crate) fn name(&self) -> Vec<u8> {
        let (_, parsed) = X509Certificate::from_der(self.certificate.der()).unwrap();
        parsed.subject().as_raw().to_vec()
    }

    pub(crate) fn sign(&self, octets: &[u8]) -> Vec<u8> {
        rcgen::SigningKey::sign(self.issuer.key(), octets).unwrap()
    }

    fn revokes_until(&self, serials: &[&[u8]], next_update: OffsetDateTime) -> String {
        let revoked = |serial: &&[u8]| RevokedCertParams {
            serial_number: SerialNumber::from(serial.to_vec()),
            revocation_time: day(-1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: day(-7),
            next_update,
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().pem().unwrap()
    }

    pub(crate) fn trusted(&self) -> TrustStore {
        let mut trust = TrustStore::new();
        trust.add_authorities(self.certificate.pem().as_bytes()).unwrap();
        trust
    }
}

fn verify(pem: &str, trust: &TrustStore) -> Result<(), CertificateProblem> {
    SigningCertificate::read(pem.as_bytes()).unwrap().verify(trust, None, now())
}

#[test]
fn a_carrier_of_a_known_authority_is_believed() {
    let root = Authority::root("Root");
    for critical in [false, true] {
        let (pem, _) = root.carrier(&carrier_params(CARRIER, critical));
        assert_eq!(verify(&pem, &root.trusted()), Ok(()), "critical: {critical}");
    }
    let (pem, _) = Authority::root("Root").carrier(&carrier_params(CARRIER, false));
    let stranger = verify(&pem, &root.trusted());
    assert!(matches!(stranger, Err(CertificateProblem::Path(PathError::NoAuthority(_)))), "{stranger:?}");
    assert!(verify(&pem, &TrustStore::new()).is_err());
}

#[test]
fn those_between_come_along_or_are_known() {
    let root = Authority::root("Root");
    let between = root.below(authority_params("Between", BasicConstraints::Constrained(0)));
    let (pem, _) = between.carrier(&carrier_params(CARRIER, true));
    let missing = verify(&pem, &root.trusted());
    assert!(matches!(missing, Err(CertificateProblem::Path(PathError::NoAuthority(_)))), "{missing:?}");
    assert_eq!(verify(&(pem.clone() + &between.certificate.pem()), &root.trusted()), Ok(()));
    let mut trust = root.trusted();
    trust.add_untrusted(between.certificate.pem().as_bytes()).unwrap();
    assert_eq!(verify(&pem, &trust), Ok(()));
    assert_eq!(trust.counts(), [1, 1, 0]);
    // One more than the authority allows.
    let below = between.below(authority_params("Below", BasicConstraints::Unconstrained));
    let (pem, _) = below.carrier(&carrier_params(CARRIER, true));
    let chain = pem + &below.certificate.pem();
    assert_eq!(verify(&chain, &trust), Err(CertificateProblem::Path(PathError::Usage)));
}

#[test]
fn who_is_no_authority_gives_nothing() {
    let root = Authority::root("Root");
    let carrier = root.below(carrier_params(CARRIER, false));
    let (pem, _) = carrier.carrier(&carrier_params(CARRIER, false));
    let chain = pem + &carrier.certificate.pem();
    // It issues in its own name, as it seems.
    let refused = verify(&chain, &root.trusted());
    assert!(matches!(refused, Err(CertificateProblem::Path(_))), "{refused:?}");
    let mut params = authority_params("No signer", BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let between = root.below(params);
    let (pem, _) = between.carrier(&carrier_params(CARRIER, false));
    let refused = verify(&(pem + &between.certificate.pem()), &root.trusted());
    assert_eq!(refused, Err(CertificateProblem::Path(PathError::Usage)));
}

#[test]
fn an_issuer_with_numbers_gives_no_others() {
    let root = Authority::root("Root");
    let mut params = authority_params("Holder of ten numbers", BasicConstraints::Constrained(0));
    let ten = b"\x30\x14\xa1\x12\x30\x10\x16\x0b12025550100\x02\x01\x0a".to_vec();
    params.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 26], ten));
    let holder = root.below(params);
    // It gives a certificate for every number there is.
    let (pem, _) = holder.carrier(&carrier_params(CARRIER, true));
    let certificate = SigningCertificate::read((pem + &holder.certificate.pem()).as_bytes()).unwrap();
    let judged = |number: &str| {
        let number = crate::TelephoneNumber::canonical(number).unwrap();
        certificate.verify(&root.trusted(), Some(&number), now())
    };
    assert_eq!(judged("12025550105"), Ok(()));
    assert_eq!(judged("12025550143"), Err(CertificateProblem::Path(PathError::OtherNumber)));
}

#[test]
fn dates_count_on_the_whole_way() {
    let root = Authority::root("Root");
    let mut late = carrier_params(CARRIER, false);
    late.not_after = day(-1);
    assert_eq!(verify(&root.carrier(&late).0, &root.trusted()), Err(CertificateProblem::OutOfDate));
    let mut params = authority_params("Between", BasicConstraints::Unconstrained);
    params.not_before = day(1);
    let early = root.below(params);
    let (pem, _) = early.carrier(&carrier_params(CARRIER, false));
    let refused = verify(&(pem + &early.certificate.pem()), &root.trusted());
    assert_eq!(refused, Err(CertificateProblem::Path(PathError::OutOfDate)));
}

#[test]
fn critical_extensions_that_nobody_knows_are_refused() {
    let root = Authority::root("Root");
    let mut params = carrier_params(CARRIER, false);
    let mut strange = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    strange.set_criticality(true);
    params.custom_extensions.push(strange);
    let refused = verify(&root.carrier(&params).0, &root.trusted());
    assert_eq!(refused, Err(CertificateProblem::Path(PathError::CriticalExtension("1.2.3.4".to_owned()))));
    let mut params = carrier_params(CARRIER, false);
    params
        .custom_extensions
        .push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 27], vec![0x30, 0]));
    let read = SigningCertificate::read(root.carrier(&params).0.as_bytes());
    assert_eq!(read.err(), Some(CertificateProblem::Constrained));
}

#[test]
fn what_a_list_revokes_is_refused() {
    let root = Authority::root("Root");
    let (pem, _) = root.carrier(&carrier_params(CARRIER, true));
    let with = |list: String| {
        let mut trust = root.trusted();
        trust.add_revocations(list.as_bytes()).unwrap();
        verify(&pem, &trust)
    };
    assert_eq!(with(root.revokes(&[&[7, 8]])), Ok(()));
    assert_eq!(with(root.revokes(&[&[7, 8], &[7, 9]])), Err(CertificateProblem::Path(PathError::Revoked)));
    let unknown = Err(CertificateProblem::Path(PathError::RevocationUnknown));
    assert_eq!(with(root.revokes_until(&[], day(-1))), unknown);
    // A list of somebody else tells nothing of this carrier.
    let other = Authority::root("Other");
    let mut trust = root.trusted();
    assert!(matches!(
        trust.add_revocations(other.revokes(&[]).as_bytes()),
        Err(TrustError::UnknownIssuer(issuer)) if issuer.contains("Other")
    ));
    trust.add_untrusted(other.certificate.pem().as_bytes()).unwrap();
    trust.add_revocations(other.revokes(&[&[7, 9]]).as_bytes()).unwrap();
    assert_eq!(verify(&pem, &trust), unknown);
}

#[test]
fn a_revoked_issuer_gives_nothing_any_more() {
    let root = Authority::root("Root");
    let mut params = authority_params("Between", BasicConstraints::Unconstrained);
    params.serial_number = Some(SerialNumber::from(vec![3]));
    let between = root.below(params);
    let (pem, _) = between.carrier(&carrier_params(CARRIER, true));
    let mut trust = root.trusted();
    trust.add_revocations(root.revokes(&[&[3]]).as_bytes()).unwrap();
    let refused = verify(&(pem + &between.certificate.pem()), &trust);
    assert_eq!(refused, Err(CertificateProblem::Path(PathError::Revoked)));
}

#[test]
fn files_without_what_they_should_hold_are_named() {
    let mut trust = TrustStore::new();
    assert_eq!(trust.add_authorities(b""), Err(TrustError::Empty("certificate")));
    assert_eq!(trust.add_revocations(b"x"), Err(TrustError::Empty("revocation list")));
    let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(trust.add_untrusted(odd.as_bytes()), Err(TrustError::Unreadable("certificate")));
    assert_eq!(SigningCertificate::read(odd.as_bytes()).err(), Some(CertificateProblem::Unreadable));
    assert_eq!(SigningCertificate::read(b"").err(), Some(CertificateProblem::Unreadable));
}

#[test]
fn what_is_no_certificate_of_a_carrier_is_named() {
    let root = Authority::root("Root");
    let read = |params: &CertificateParams| SigningCertificate::read(root.carrier(params).0.as_bytes()).err();
    let mut plain = carrier_params(CARRIER, false);
    plain.custom_extensions.clear();
    assert_eq!(read(&plain), Some(CertificateProblem::NoAuthority));
    let malformed = CertificateProblem::BadAuthority(crate::AuthorityError::Malformed);
    assert_eq!(read(&carrier_params(&[0x30, 0], false)), Some(malformed));
    let (pem, key) = root.carrier(&carrier_params(CARRIER, false));
    let both = SigningCertificate::read((pem + &key.serialize_pem()).as_bytes());
    assert_eq!(both.err(), Some(CertificateProblem::PrivateKeyPublished));
    let other = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let p384 = carrier_params(CARRIER, false).signed_by(&other, &root.issuer).unwrap();
    assert_eq!(SigningCertificate::read(p384.pem().as_bytes()).err(), Some(CertificateProblem::NotP256));
    assert!(SigningCertificate::read(root.carrier(&carrier_params(CARRIER, false)).0.as_bytes()).is_ok());
}
