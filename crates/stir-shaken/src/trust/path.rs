//! The way from a certificate to an authority (RFC 5280 section 6.1).
//!
//! Names, signatures, dates, basic constraints, the length of the way, uses of keys, revocation. Policies are not asked
//! for, and constraints on names are not understood: an issuer that marks them critical is not believed.

use std::time::SystemTime;

use rustls_pki_types::CertificateDer;
use x509_parser::oid_registry::{
    OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA, OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_KEY_USAGE,
};
use x509_parser::prelude::{FromDer, KeyUsage, X509Certificate};

use super::{OID_TN_AUTH_LIST, TrustStore, is_in_force};
use crate::authority::NumberAuthority;
use crate::number::TelephoneNumber;

/// Most certificates between one that is judged and its authority.
const MOST_STEPS: usize = 6;

/// Most signatures that are verified for one certificate: a peer may send many issuers of one name.
const MOST_SIGNATURES: usize = 32;

/// Why a certificate does not lead to an authority.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// No authority of the store is at the end of any way.
    #[error("no authority that is believed has given it (its issuer is {0})")]
    NoAuthority(String),
    /// It cannot be read.
    #[error("a certificate on the way to its authority cannot be read")]
    Unreadable,
    /// It has a critical extension that is not understood.
    #[error(
        "a certificate on the way to its authority has a critical extension that is not understood ({0})"
    )]
    CriticalExtension(String),
    /// Its key may not be used so.
    #[error("a certificate on the way to its authority may not be used for that")]
    Usage,
    /// An issuer may not give certificates for the number.
    #[error("an issuer on the way to its authority has a TNAuthList without the caller's number")]
    OtherNumber,
    /// An issuer has expired, or is not in force yet.
    #[error("an issuer on the way to its authority has expired, or is not in force yet")]
    OutOfDate,
    /// There are too many issuers to try.
    #[error("there are too many ways to its authority")]
    TooManyWays,
    /// It was revoked.
    #[error("it was revoked")]
    Revoked,
    /// Nobody knows whether it was revoked.
    #[error("no revocation list that is in force tells of its issuer")]
    RevocationUnknown,
}

/// What a search still may do, and what it came to know.
struct Search<'s> {
    store: &'s TrustStore,
    others: Vec<X509Certificate<'s>>,
    number: Option<&'s TelephoneNumber>,
    now: SystemTime,
    signatures_left: usize,
    /// Why the way that came farthest was none.
    obstacle: Option<PathError>,
}

/// Sees whether `leaf` leads to an authority of `store`.
pub(super) fn verify(
    store: &TrustStore,
    leaf: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    number: Option<&TelephoneNumber>,
    now: SystemTime,
) -> Result<(), PathError> {
    let leaf = parsed(leaf)?;
    check_extensions(&leaf)?;
    if usage(&leaf)?.is_some_and(|usage| !usage.digital_signature()) {
        return Err(PathError::Usage);
    }
    let others = others.iter().filter_map(|other| parsed(other).ok()).collect();
    let mut search = Search { store, others, number, now, signatures_left: MOST_SIGNATURES, obstacle: None };
    match search.find(&leaf, 0) {
        true => store.check_revoked(&leaf, now),
        false => Err(search.obstacle.unwrap_or_else(|| PathError::NoAuthority(leaf.issuer().to_string()))),
    }
}

impl<'s> Search<'s> {
    /// Whether an authority stands behind `certificate`, which has `below` issuers below it.
    fn find(&mut self, certificate: &X509Certificate<'_>, below: usize) -> bool {
        let issuer = certificate.issuer().as_raw();
        let store = self.store;
        for authority in store.authorities_named(issuer) {
            if let Ok(authority) = parsed(authority)
                && self.issued(certificate, &authority, below)
            {
                return true;
            }
        }
        if below == MOST_STEPS {
            return false;
        }
        let known = store.untrusted_named(issuer).filter_map(|known| parsed(known).ok());
        let sent = self.others.iter().filter(|other| other.subject().as_raw() == issuer).cloned();
        let candidates: Vec<X509Certificate<'s>> = known.chain(sent).collect();
        // One that issued itself is an end; as an authority it has been tried.
        let between =
            |candidate: &&X509Certificate<'_>| candidate.subject().as_raw() != candidate.issuer().as_raw();
        candidates.iter().filter(between).any(|candidate| {
            self.issued(certificate, candidate, below)
                && match store.check_intermediate(candidate, self.now) {
                    Ok(()) => self.find(candidate, below + 1),
                    Err(obstacle) => self.fail(obstacle),
                }
        })
    }

    /// Whether `issuer` may and did give `certificate`.
    fn issued(
        &mut self,
        certificate: &X509Certificate<'_>,
        issuer: &X509Certificate<'_>,
        below: usize,
    ) -> bool {
        let checked = check_issuer(issuer, below, self.now).and_then(|()| check_numbers(issuer, self.number));
        if let Err(obstacle) = checked {
            return self.fail(obstacle);
        }
        let Some(left) = self.signatures_left.checked_sub(1) else {
            return self.fail(PathError::TooManyWays);
        };
        self.signatures_left = left;
        !is_broken(certificate) && certificate.verify_signature(Some(issuer.public_key())).is_ok()
    }

    fn fail(&mut self, obstacle: PathError) -> bool {
        self.obstacle = Some(obstacle);
        false
    }
}

/// Signatures over SHA-1 prove nothing any more.
fn is_broken(certificate: &X509Certificate<'_>) -> bool {
    [OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA].contains(&certificate.signature_algorithm.algorithm)
}

fn parsed<'c>(certificate: &'c CertificateDer<'_>) -> Result<X509Certificate<'c>, PathError> {
    let (_, parsed) = X509Certificate::from_der(certificate).map_err(|_| PathError::Unreadable)?;
    Ok(parsed)
}

/// Whether a certificate may give others, with `below` issuers between it and the one that is judged.
fn check_issuer(issuer: &X509Certificate<'_>, below: usize, now: SystemTime) -> Result<(), PathError> {
    check_extensions(issuer)?;
    let validity = issuer.validity();
    if !is_in_force([validity.not_before.timestamp(), validity.not_after.timestamp()], now) {
        return Err(PathError::OutOfDate);
    }
    let constraints = issuer.basic_constraints().map_err(|_| PathError::Unreadable)?;
    let constraints = constraints.map(|extension| extension.value).filter(|constraints| constraints.ca);
    let room = constraints.map(|constraints| constraints.path_len_constraint.map_or(usize::MAX, reach));
    let may_sign = usage(issuer)?.is_none_or(|usage| usage.key_cert_sign());
    if room.is_some_and(|room| below <= room) && may_sign { Ok(()) } else { Err(PathError::Usage) }
}

/// An issuer that has numbers of its own has no others to give.
fn check_numbers(issuer: &X509Certificate<'_>, number: Option<&TelephoneNumber>) -> Result<(), PathError> {
    let list = issuer.extensions().iter().find(|extension| extension.oid == OID_TN_AUTH_LIST);
    let (Some(list), Some(number)) = (list, number) else { return Ok(()) };
    let list = NumberAuthority::from_der(list.value).map_err(|_| PathError::Unreadable)?;
    if list.covers(number) { Ok(()) } else { Err(PathError::OtherNumber) }
}

fn reach(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

fn usage<'c>(certificate: &'c X509Certificate<'_>) -> Result<Option<&'c KeyUsage>, PathError> {
    let usage = certificate.key_usage().map_err(|_| PathError::Unreadable)?;
    Ok(usage.map(|extension| extension.value))
}

/// Critical extensions that are not understood forbid to use a certificate (RFC 5280 section 4.2).
fn check_extensions(certificate: &X509Certificate<'_>) -> Result<(), PathError> {
    let understood = [OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_KEY_USAGE, OID_TN_AUTH_LIST];
    let strange = |extension: &&x509_parser::prelude::X509Extension<'_>| {
        extension.critical && !understood.contains(&extension.oid)
    };
    match certificate.extensions().iter().find(strange) {
        Some(extension) => Err(PathError::CriticalExtension(extension.oid.to_id_string())),
        None => Ok(()),
    }
}
