//! Which certificates are believed: authorities, those that lead to them, and lists of what was revoked (RFC 5280).
//!
//! Written here, because verifiers for TLS refuse certificates with an extension that they do not know and that is marked
//! critical, as `TNAuthList` may be, and lists of an issuer that is another one than the certificate's, as those of STI
//! policy administrators are.

mod path;
mod revocation;

use std::collections::HashMap;
use std::time::SystemTime;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::der_parser::oid;
use x509_parser::der_parser::oid::Oid;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::number::TelephoneNumber;
pub use path::PathError;
use revocation::RevocationList;

/// `TNAuthList` (RFC 8226 section 9).
pub(crate) const OID_TN_AUTH_LIST: Oid<'static> = oid!(1.3.6.1.5.5.7.1.26);

/// `JWTClaimConstraints` (RFC 8226 section 8); its successor (RFC 9118) is .33.
pub(crate) const OID_CLAIM_CONSTRAINTS: Oid<'static> = oid!(1.3.6.1.5.5.7.1.27);

/// Who is believed. Made once, asked for each call.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    authorities: Vec<CertificateDer<'static>>,
    /// Certificates that may stand between, and those of who signs revocation lists.
    untrusted: Vec<CertificateDer<'static>>,
    lists: Vec<RevocationList>,
    /// Places in `authorities` by subject.
    authorities_of: HashMap<Vec<u8>, Vec<usize>>,
    /// Places in `untrusted` by subject.
    untrusted_of: HashMap<Vec<u8>, Vec<usize>>,
}

/// Why a file adds nothing to a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// It holds nothing of the kind.
    #[error("it holds no {0} in PEM form")]
    Empty(&'static str),
    /// A part of it cannot be read.
    #[error("it holds something that is no {0}")]
    Unreadable(&'static str),
    /// Nobody in the store has signed the list.
    #[error(
        "its revocation list was signed by {0}, whose certificate is not there; put it into ca_file or untrusted_cert_file"
    )]
    UnknownIssuer(String),
}

impl TrustStore {
    /// A store that believes nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Believes the authorities of a PEM file.
    ///
    /// # Errors
    /// [`TrustError`] when it holds none.
    pub fn add_authorities(&mut self, pem: &[u8]) -> Result<(), TrustError> {
        for certificate in certificates(pem)? {
            let subject = subject_of(&certificate)?;
            self.authorities_of.entry(subject).or_default().push(self.authorities.len());
            self.authorities.push(certificate);
        }
        Ok(())
    }

    /// Knows the certificates of a PEM file, which may stand between one that is judged and its authority, or sign lists.
    ///
    /// # Errors
    /// [`TrustError`] when it holds none.
    pub fn add_untrusted(&mut self, pem: &[u8]) -> Result<(), TrustError> {
        for certificate in certificates(pem)? {
            let subject = subject_of(&certificate)?;
            self.untrusted_of.entry(subject).or_default().push(self.untrusted.len());
            self.untrusted.push(certificate);
        }
        Ok(())
    }

    /// Believes the revocation lists of a PEM file. Their issuers have to be in the store already.
    ///
    /// # Errors
    /// [`TrustError`] when it holds none, or one that nobody in the store has signed.
    pub fn add_revocations(&mut self, pem: &[u8]) -> Result<(), TrustError> {
        const WHAT: &str = "revocation list";
        let mut found = false;
        for list in CertificateRevocationListDer::pem_slice_iter(pem) {
            let list = list.map_err(|_| TrustError::Unreadable(WHAT))?;
            self.lists.push(RevocationList::read(&list, self)?);
            found = true;
        }
        if found { Ok(()) } else { Err(TrustError::Empty(WHAT)) }
    }

    /// Whether nobody is believed.
    pub fn is_empty(&self) -> bool {
        self.authorities.is_empty()
    }

    /// How many authorities are believed, how many certificates are known beside them, and how many lists there are.
    pub fn counts(&self) -> [usize; 3] {
        [self.authorities.len(), self.untrusted.len(), self.lists.len()]
    }

    /// Sees whether `leaf` leads to an authority by way of `others` and of what is known, and is not revoked. An issuer with a
    /// list of numbers gives certificates for those alone (RFC 9060 section 4): `number` must be one of them.
    ///
    /// # Errors
    /// [`PathError`] says what the best way lacked.
    pub fn verify(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        number: Option<&TelephoneNumber>,
        now: SystemTime,
    ) -> Result<(), PathError> {
        path::verify(self, leaf, others, number, now)
    }

    fn authorities_named<'s>(
        &'s self,
        subject: &[u8],
    ) -> impl Iterator<Item = &'s CertificateDer<'static>> + use<'s> {
        let places = self.authorities_of.get(subject).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.authorities.get(*place))
    }

    fn untrusted_named<'s>(
        &'s self,
        subject: &[u8],
    ) -> impl Iterator<Item = &'s CertificateDer<'static>> + use<'s> {
        let places = self.untrusted_of.get(subject).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.untrusted.get(*place))
    }
}

/// Whether a certificate or a list counts at `now`, by its dates in seconds since 1970.
pub(crate) fn is_in_force([from, until]: [i64; 2], now: SystemTime) -> bool {
    let now = now.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default();
    i64::try_from(now).is_ok_and(|now| (from..=until).contains(&now))
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    const WHAT: &str = "certificate";
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if all.is_empty() => Err(TrustError::Empty(WHAT)),
        Ok(all) => Ok(all),
        Err(_) => Err(TrustError::Unreadable(WHAT)),
    }
}

fn subject_of(certificate: &CertificateDer<'_>) -> Result<Vec<u8>, TrustError> {
    let parsed = X509Certificate::from_der(certificate);
    let (_, parsed) = parsed.map_err(|_| TrustError::Unreadable("certificate"))?;
    Ok(parsed.subject().as_raw().to_vec())
}

#[cfg(test)]
pub(crate) mod tests;
