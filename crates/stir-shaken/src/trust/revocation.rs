//! Lists of certificates that were revoked (RFC 5280 section 5), also those that speak of the certificates of others.

use std::collections::HashSet;
use std::time::SystemTime;

use rustls_pki_types::CertificateRevocationListDer;
use x509_parser::der_parser::oid;
use x509_parser::der_parser::oid::Oid;
use x509_parser::prelude::{
    CertificateRevocationList, FromDer, ParsedExtension, RevokedCertificate, X509Certificate, X509Extension,
};

use super::path::PathError;
use super::{TrustError, TrustStore, is_in_force};
use crate::der::{self, SEQUENCE, context};

/// `issuingDistributionPoint` of a list.
const OID_DISTRIBUTION_POINT: Oid<'static> = oid!(2.5.29.28);

/// `certificateIssuer` of an entry.
const OID_CERTIFICATE_ISSUER: Oid<'static> = oid!(2.5.29.29);

/// `indirectCRL` of an issuing distribution point: whether the list speaks of other issuers' certificates.
const INDIRECT: u8 = 0x84;

/// What makes a list tell of some certificates or reasons alone: `onlyContainsCACerts`, `onlySomeReasons`,
/// `onlyContainsAttributeCerts`. They leave open what is asked of them here.
const PARTIAL: [u8; 3] = [0x82, 0x83, 0x85];

/// A list whose signature was verified.
#[derive(Clone, Debug)]
pub(super) struct RevocationList {
    issuer: Vec<u8>,
    is_indirect: bool,
    validity: [i64; 2],
    /// Issuer and serial number.
    revoked: HashSet<(Vec<u8>, Vec<u8>)>,
}

impl RevocationList {
    /// Reads a list that somebody of the store has signed.
    pub(super) fn read(
        list: &CertificateRevocationListDer<'_>,
        store: &TrustStore,
    ) -> Result<Self, TrustError> {
        let unreadable = || TrustError::Unreadable("revocation list");
        let (_, parsed) = CertificateRevocationList::from_der(list).map_err(|_| unreadable())?;
        let issuer = parsed.issuer().as_raw().to_vec();
        let known = store.authorities_named(&issuer).chain(store.untrusted_named(&issuer));
        let mut signers = known.filter_map(|certificate| X509Certificate::from_der(certificate).ok());
        let signed = signers
            .any(|(_, signer)| may_sign(&signer) && parsed.verify_signature(signer.public_key()).is_ok());
        if !signed {
            return Err(TrustError::UnknownIssuer(parsed.issuer().to_string()));
        }
        let is_indirect = is_indirect(parsed.extensions()).ok_or_else(unreadable)?;
        let revoked = revoked(&issuer, parsed.iter_revoked_certificates()).ok_or_else(unreadable)?;
        let until = parsed.next_update().map_or(i64::MAX, |time| time.timestamp());
        Ok(Self { issuer, is_indirect, validity: [parsed.last_update().timestamp(), until], revoked })
    }

    /// Whether it speaks of certificates of that issuer.
    fn covers(&self, issuer: &[u8]) -> bool {
        self.is_indirect || self.issuer == issuer
    }
}

impl TrustStore {
    /// Whether the certificate that is judged was revoked. Where there are lists, one of them must know of its issuer.
    pub(super) fn check_revoked(
        &self,
        certificate: &X509Certificate<'_>,
        now: SystemTime,
    ) -> Result<(), PathError> {
        if self.lists.is_empty() || self.tells_of(certificate, now)? {
            return Ok(());
        }
        Err(PathError::RevocationUnknown)
    }

    /// The same of one between it and its authority, of which no list need know.
    pub(super) fn check_intermediate(
        &self,
        certificate: &X509Certificate<'_>,
        now: SystemTime,
    ) -> Result<(), PathError> {
        self.tells_of(certificate, now).map(drop)
    }

    /// Whether a list in force knows of the issuer, and does not have the certificate.
    fn tells_of(&self, certificate: &X509Certificate<'_>, now: SystemTime) -> Result<bool, PathError> {
        let issuer = certificate.issuer().as_raw();
        let covering: Vec<&RevocationList> = self.lists.iter().filter(|list| list.covers(issuer)).collect();
        let name = (issuer.to_vec(), certificate.raw_serial().to_vec());
        if covering.iter().any(|list| list.revoked.contains(&name)) {
            return Err(PathError::Revoked);
        }
        // One that is too old may lack what was revoked since.
        match covering.iter().all(|list| is_in_force(list.validity, now)) {
            true => Ok(!covering.is_empty()),
            false => Err(PathError::RevocationUnknown),
        }
    }
}

fn may_sign(signer: &X509Certificate<'_>) -> bool {
    signer.key_usage().is_ok_and(|usage| usage.is_none_or(|usage| usage.value.crl_sign()))
}

/// Whether the list speaks of other issuers' certificates; `None` where it has a critical extension that is not
/// understood.
fn is_indirect(extensions: &[X509Extension<'_>]) -> Option<bool> {
    let mut indirect = false;
    for extension in extensions {
        if extension.oid == OID_DISTRIBUTION_POINT {
            let mut rest = der::only(SEQUENCE, extension.value)?;
            while !rest.is_empty() {
                let (tag, content, behind) = der::element(rest)?;
                let says = content.first().is_some_and(|octet| *octet != 0);
                indirect |= tag == INDIRECT && says;
                if PARTIAL.contains(&tag) && says {
                    return None;
                }
                rest = behind;
            }
        } else if extension.critical {
            return None;
        }
    }
    Some(indirect)
}

/// The entries. One without an issuer of its own has that of the entry before it (RFC 5280 section 5.3.3).
fn revoked<'l>(
    list_issuer: &[u8],
    entries: impl Iterator<Item = &'l RevokedCertificate<'l>>,
) -> Option<HashSet<(Vec<u8>, Vec<u8>)>> {
    let mut issuer = list_issuer.to_vec();
    let mut revoked = HashSet::new();
    for entry in entries {
        for extension in entry.extensions() {
            if extension.oid == OID_CERTIFICATE_ISSUER {
                issuer = directory_name(extension.value)?.to_vec();
            } else if extension.critical
                && !matches!(extension.parsed_extension(), ParsedExtension::ReasonCode(_))
            {
                return None;
            }
        }
        revoked.insert((issuer.clone(), entry.raw_serial().to_vec()));
    }
    Some(revoked)
}

/// The first `directoryName` of `GeneralNames`.
fn directory_name(octets: &[u8]) -> Option<&[u8]> {
    let mut rest = der::only(SEQUENCE, octets)?;
    loop {
        let (tag, content, behind) = der::element(rest)?;
        if tag == context(4) {
            return Some(content);
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests;
