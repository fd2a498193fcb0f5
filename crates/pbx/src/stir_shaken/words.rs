//! Outcomes of a verification in the words that dialplans know, and what callers are told.

use stir_shaken::{CertificateProblem, PassportError, VerifyError};

/// The caller is who it says.
pub(super) const SUCCESS: &str = "success";

/// `${STIR_SHAKEN(0,verify_result)}` of one that is not verified.
pub(super) fn result(error: &VerifyError) -> &'static str {
    match error {
        VerifyError::NoIdentity => "missing_identity_hdr",
        VerifyError::UnknownKind => "invalid_or_no_ppt",
        VerifyError::NoCaller => "invalid_or_no_callerid",
        VerifyError::Algorithm => "invalid_or_no_alg",
        VerifyError::Passport(error) => of_passport(*error),
        VerifyError::StaleIat => "iat_range_error",
        VerifyError::NoDate => "missing_date_hdr",
        VerifyError::StaleDate => "date_hdr_range_error",
        VerifyError::OtherCaller => "cid_orig_tn_mismatch",
        VerifyError::OtherCalled => "dest_tn_mismatch",
        VerifyError::Url(_) | VerifyError::NoCertificate(_) => "cert_retrieval_failure",
        VerifyError::Certificate(problem) => of_certificate(problem),
        VerifyError::Signature => "signature_validation",
        _ => "invalid_header",
    }
}

fn of_passport(error: PassportError) -> &'static str {
    match error {
        PassportError::Ppt => "invalid_or_no_ppt",
        PassportError::Alg => "invalid_or_no_alg",
        PassportError::Typ => "invalid_or_no_typ",
        PassportError::Attest => "invalid_or_no_attest",
        PassportError::OrigId => "missing_origid",
        PassportError::Iat => "missing_iat",
        PassportError::Orig => "missing_orig_tn",
        PassportError::Dest => "missing_dest_tn",
        PassportError::Mky => "invalid_grant",
        _ => "invalid_header",
    }
}

fn of_certificate(problem: &CertificateProblem) -> &'static str {
    match problem {
        CertificateProblem::NoAuthority | CertificateProblem::BadAuthority(_) => "cert_no_tn_auth_ext",
        CertificateProblem::OtherNumber => "cert_no_spc_in_auth_ext",
        CertificateProblem::OutOfDate => "cert_date_failure",
        CertificateProblem::Path(_) => "cert_not_trusted",
        _ => "cert_contents_invalid",
    }
}

/// The Reason that tells the caller (RFC 8224 section 6.2.2, RFC 9410).
pub(super) fn reason(error: &VerifyError, rfc9410: bool) -> String {
    let protocol = if rfc9410 { "STIR" } else { "SIP" };
    format!("{protocol};cause={};text=\"{}\"", error.status(), error.phrase())
}
