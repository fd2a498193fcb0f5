//! Why a caller is not verified, and what the caller is told (RFC 8224 section 6.2.2).

use crate::address::UrlError;
use crate::certificate::CertificateProblem;
use crate::identity::IdentityError;
use crate::passport::PassportError;

/// What kept a caller from being verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no Identity header.
    #[error("there is no Identity header")]
    NoIdentity,
    /// Identity headers are all of kinds that are not known here.
    #[error("no Identity header is of a kind that is known (ppt)")]
    UnknownKind,
    /// The caller has no telephone number, or does not tell it.
    #[error("the caller tells no telephone number")]
    NoCaller,
    /// The header cannot be read.
    #[error(transparent)]
    Header(IdentityError),
    /// The PASSporT cannot be read.
    #[error(transparent)]
    Passport(PassportError),
    /// The header asks for another algorithm.
    #[error("the header is not signed with ES256")]
    Algorithm,
    /// Header and PASSporT name different certificates, or different kinds.
    #[error("the header and its PASSporT differ")]
    Disagreement,
    /// The address of the certificate is refused.
    #[error("the address of the certificate is refused: {0}")]
    Url(UrlError),
    /// It is too old, or of the future.
    #[error("it was signed too long ago, or the clocks differ")]
    StaleIat,
    /// There is no Date.
    #[error("there is no Date header, or it cannot be read")]
    NoDate,
    /// The Date is too old, or of the future.
    #[error("the Date header is too old, or the clocks differ")]
    StaleDate,
    /// It was signed for another caller.
    #[error("it was signed for another caller")]
    OtherCaller,
    /// It was signed for a call to somebody else.
    #[error("it was signed for a call to somebody else")]
    OtherCalled,
    /// The certificate could not be had. Made by whoever fetches it.
    #[error("the certificate cannot be had: {0}")]
    NoCertificate(String),
    /// The certificate does not count.
    #[error("the certificate does not count: {0}")]
    Certificate(CertificateProblem),
    /// The owner of the certificate has not signed it.
    #[error("the signature is not that of the certificate")]
    Signature,
}

impl VerifyError {
    /// The status that refuses the call (RFC 8224 section 6.2.2; RFC 5079 for callers who do not tell who they are).
    pub fn status(&self) -> u16 {
        match self {
            Self::StaleIat | Self::NoDate | Self::StaleDate => 403,
            Self::NoIdentity | Self::UnknownKind => 428,
            Self::NoCaller => 433,
            Self::Url(_) | Self::NoCertificate(_) => 436,
            Self::Algorithm | Self::Certificate(_) | Self::Passport(PassportError::Alg) => 437,
            _ => 438,
        }
    }

    /// The reason phrase of that status.
    pub fn phrase(&self) -> &'static str {
        match self.status() {
            403 => "Stale Date",
            428 => "Use Identity Header",
            433 => "Anonymity Disallowed",
            436 => "Bad Identity Info",
            437 => "Unsupported Credential",
            _ => "Invalid Identity Header",
        }
    }
}

impl From<CertificateProblem> for VerifyError {
    fn from(problem: CertificateProblem) -> Self {
        Self::Certificate(problem)
    }
}
