//! The certificate of the one who signed (RFC 8226).

use std::time::{Duration, SystemTime};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::authority::{AuthorityError, NumberAuthority};
use crate::number::TelephoneNumber;
use crate::trust::{OID_CLAIM_CONSTRAINTS, OID_TN_AUTH_LIST, PathError, TrustStore, is_in_force};

/// Most certificates that are read of what stood behind one address.
const MOST: usize = 10;

/// A certificate that signs for numbers, and what came with it. Nothing of it is proven.
#[derive(Clone, Debug)]
pub struct SigningCertificate {
    leaf: CertificateDer<'static>,
    others: Vec<CertificateDer<'static>>,
    public_key: Vec<u8>,
    authority: NumberAuthority,
    subject: String,
    validity: [i64; 2],
}

/// Why a certificate does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// What came is no certificate.
    #[error("what stands there is no certificate")]
    Unreadable,
    /// A private key came along: whoever published it has lost it.
    #[error("a private key stands beside the certificate, for everybody to read")]
    PrivateKeyPublished,
    /// Its key is of another kind.
    #[error("its key is none of P-256, which ES256 needs")]
    NotP256,
    /// It says nothing of numbers.
    #[error("it has no TNAuthList: it is no certificate of a carrier or of a number")]
    NoAuthority,
    /// What it says of numbers cannot be read.
    #[error(transparent)]
    BadAuthority(AuthorityError),
    /// It may not sign for the caller's number.
    #[error("its TNAuthList does not have the caller's number")]
    OtherNumber,
    /// It restricts what it signs in a way that is not understood here.
    #[error("it has constraints on claims, which are not understood")]
    Constrained,
    /// It is not or no longer in force.
    #[error("it has expired, or is not in force yet")]
    OutOfDate,
    /// It is not believed.
    #[error(transparent)]
    Path(PathError),
}

impl SigningCertificate {
    /// Reads what stood behind an address: certificates in PEM form, that of the signer first, or that one in DER.
    ///
    /// # Errors
    /// [`CertificateProblem`] when it is none that signs for numbers.
    pub fn read(octets: &[u8]) -> Result<Self, CertificateProblem> {
        if octets.windows(PRIVATE_KEY.len()).any(|text| text == PRIVATE_KEY) {
            return Err(CertificateProblem::PrivateKeyPublished);
        }
        let mut chain = Vec::new();
        if octets.first() == Some(&0x30) {
            chain.push(CertificateDer::from(octets.to_vec()));
        } else {
            for certificate in CertificateDer::pem_slice_iter(octets).take(MOST) {
                chain.push(certificate.map_err(|_| CertificateProblem::Unreadable)?);
            }
        }
        let mut chain = chain.into_iter();
        let leaf = chain.next().ok_or(CertificateProblem::Unreadable)?;
        let (_, parsed) = X509Certificate::from_der(&leaf).map_err(|_| CertificateProblem::Unreadable)?;
        let (public_key, authority) = (public_key(&parsed)?, authority(&parsed)?);
        let validity = parsed.validity();
        let validity = [validity.not_before.timestamp(), validity.not_after.timestamp()];
        let subject = parsed.subject().to_string();
        Ok(Self { public_key, authority, subject, validity, others: chain.collect(), leaf })
    }

    /// The public key: an uncompressed point of P-256.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// What it may sign for.
    pub fn authority(&self) -> &NumberAuthority {
        &self.authority
    }

    /// Whose it is, for people to read.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// When it ends to count.
    pub fn expires(&self) -> SystemTime {
        let seconds = u64::try_from(self.validity[1]).unwrap_or_default();
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Whether it counts at `now`, by its own dates.
    pub fn is_in_force(&self, now: SystemTime) -> bool {
        is_in_force(self.validity, now)
    }

    /// Sees whether it is believed: in force, not revoked, and given by an authority of the store; and whether it and those
    /// who gave it may sign for `number`, if there is one.
    ///
    /// # Errors
    /// [`CertificateProblem::OutOfDate`], [`CertificateProblem::OtherNumber`] and [`CertificateProblem::Path`].
    pub fn verify(
        &self,
        trust: &TrustStore,
        number: Option<&TelephoneNumber>,
        now: SystemTime,
    ) -> Result<(), CertificateProblem> {
        if !self.is_in_force(now) {
            return Err(CertificateProblem::OutOfDate);
        }
        if number.is_some_and(|number| !self.authority.covers(number)) {
            return Err(CertificateProblem::OtherNumber);
        }
        trust.verify(&self.leaf, &self.others, number, now).map_err(CertificateProblem::Path)
    }
}

/// What every form of private keys says in its first line.
const PRIVATE_KEY: &[u8] = b"PRIVATE KEY-----";

fn public_key(certificate: &X509Certificate<'_>) -> Result<Vec<u8>, CertificateProblem> {
    let key = certificate.public_key();
    let curve = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    let point = key.subject_public_key.data.as_ref();
    let fits = key.algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY
        && curve == Some(OID_EC_P256)
        && point.len() == 65;
    fits.then(|| point.to_vec()).ok_or(CertificateProblem::NotP256)
}

fn authority(certificate: &X509Certificate<'_>) -> Result<NumberAuthority, CertificateProblem> {
    let mut extensions = certificate.extensions().iter();
    if extensions.clone().any(|extension| extension.oid == OID_CLAIM_CONSTRAINTS) {
        return Err(CertificateProblem::Constrained);
    }
    let list = extensions.find(|extension| extension.oid == OID_TN_AUTH_LIST);
    let list = list.ok_or(CertificateProblem::NoAuthority)?;
    NumberAuthority::from_der(list.value).map_err(CertificateProblem::BadAuthority)
}
