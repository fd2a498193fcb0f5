//! The verification service of RFC 8224 section 6.2, in two steps: what can be judged at once, and what takes the
//! certificate.

use std::time::{Duration, SystemTime};

use crate::address::CertificateUrl;
use crate::attestation::Attestation;
use crate::certificate::SigningCertificate;
use crate::error::VerifyError;
use crate::identity::IdentityHeader;
use crate::number::TelephoneNumber;
use crate::passport::{Party, Passport, PassportError, SignedPassport};
use crate::trust::TrustStore;

/// Most Identity headers that are looked at: what lies behind them is passed over.
const MOST_IDENTITIES: usize = 8;

/// What an INVITE says, as far as it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Invitation<'a> {
    /// Values of Identity, one a header line.
    pub identities: &'a [&'a str],
    /// The number that is shown to the called: of P-Asserted-Identity where that is believed, else of From.
    pub caller: Option<&'a str>,
    /// Whom it is for: the users of To and of the Request-URI.
    pub called: &'a [&'a str],
    /// Date, if there is one and it can be read.
    pub date: Option<SystemTime>,
}

/// How strict a verification is.
///
/// # Defaults
/// 15 seconds for `iat` and for Date; addresses by ATIS-1000074: https, port 443 or 8443, nothing but a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How old `iat` may be, or how far in the future.
    pub max_iat_age: Duration,
    /// The same for Date; `None` leaves it aside.
    pub max_date_age: Option<Duration>,
    /// Takes certificates over http, and at other ports.
    pub any_port: bool,
    /// Takes certificates whose address has a query and the like.
    pub any_path: bool,
}

impl Default for Policy {
    fn default() -> Self {
        let usual = Duration::from_secs(15);
        Self { max_iat_age: usual, max_date_age: Some(usual), any_port: false, any_path: false }
    }
}

/// An identity that is good as far as can be told without the certificate.
#[derive(Clone, Debug)]
pub struct Screened {
    signed: SignedPassport,
    url: CertificateUrl,
}

/// A caller who was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What was signed.
    pub passport: Passport,
    /// Whose certificate signed it, for people to read.
    pub subject: String,
    /// The codes of the carriers that it speaks for.
    pub carriers: Vec<String>,
}

/// Judges an INVITE as far as that goes without the certificate. The first identity of a known kind counts.
///
/// # Errors
/// [`VerifyError`] says what is wrong, and which status that is.
pub fn screen(
    invitation: &Invitation<'_>,
    policy: &Policy,
    now: SystemTime,
) -> Result<Screened, VerifyError> {
    let caller = invitation.caller.and_then(TelephoneNumber::canonical).ok_or(VerifyError::NoCaller)?;
    let header = chosen(invitation.identities)?;
    if header.alg.as_deref().is_some_and(|alg| alg != "ES256") {
        return Err(VerifyError::Algorithm);
    }
    let signed = match header.is_compact() {
        false => SignedPassport::parse(&header.digest),
        true => SignedPassport::compact(&header.digest, implied(&header, invitation, &caller)?),
    };
    let signed = signed.map_err(VerifyError::Passport)?;
    let passport = signed.passport();
    if passport.x5u != header.info || (header.ppt.is_some() && passport.shaken.is_none()) {
        return Err(VerifyError::Disagreement);
    }
    let url =
        CertificateUrl::parse(&passport.x5u, policy.any_port, policy.any_path).map_err(VerifyError::Url)?;
    check_time(passport, invitation, policy, now)?;
    if passport.orig.as_number() != Some(&caller) {
        return Err(VerifyError::OtherCaller);
    }
    if !is_for(&passport.dest, invitation.called) {
        return Err(VerifyError::OtherCalled);
    }
    Ok(Screened { signed, url })
}

impl Screened {
    /// Where the certificate is, as it was written.
    pub fn certificate_url(&self) -> &str {
        &self.url.text
    }

    /// The same, taken apart for whoever fetches it.
    pub fn url(&self) -> &CertificateUrl {
        &self.url
    }

    /// How far the signer vouches for the caller. Nothing of it is proven.
    pub fn attestation(&self) -> Option<Attestation> {
        self.signed.passport().shaken.as_ref().map(|shaken| shaken.attest)
    }

    /// Judges the rest: `certificate` is what stood behind the address.
    ///
    /// # Errors
    /// As [`screen`].
    pub fn verify(
        &self,
        certificate: &[u8],
        trust: &TrustStore,
        now: SystemTime,
    ) -> Result<Verified, VerifyError> {
        let certificate = SigningCertificate::read(certificate)?;
        let passport = self.signed.passport();
        // A caller without a number has not come this far.
        certificate.verify(trust, passport.orig.as_number(), now)?;
        if !self.signed.is_signed_by(certificate.public_key()) {
            return Err(VerifyError::Signature);
        }
        Ok(Verified {
            passport: passport.clone(),
            subject: certificate.subject().to_owned(),
            carriers: certificate.authority().carriers().map(str::to_owned).collect(),
        })
    }
}

/// The first header of a known kind, else why there is none.
fn chosen(identities: &[&str]) -> Result<IdentityHeader, VerifyError> {
    let mut problem = VerifyError::NoIdentity;
    for value in identities.iter().take(MOST_IDENTITIES) {
        match IdentityHeader::parse(value) {
            Ok(header) if header.ppt.as_deref().is_none_or(|ppt| ppt.eq_ignore_ascii_case("shaken")) => {
                return Ok(header);
            }
            Ok(_) if problem == VerifyError::NoIdentity => problem = VerifyError::UnknownKind,
            Ok(_) => {}
            Err(error) => problem = VerifyError::Header(error),
        }
    }
    Err(problem)
}

/// What a compact form leaves to the message (RFC 8224 section 6.2.1). What a carrier adds is in no message, so that
/// `shaken` has no compact form (RFC 8588 section 6).
fn implied(
    header: &IdentityHeader,
    invitation: &Invitation<'_>,
    caller: &TelephoneNumber,
) -> Result<Passport, VerifyError> {
    if header.ppt.is_some() {
        return Err(VerifyError::Passport(PassportError::Attest));
    }
    let date = invitation.date.ok_or(VerifyError::NoDate)?;
    let iat = date.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| VerifyError::StaleDate)?.as_secs();
    let called = invitation.called.first().and_then(|user| Party::number(user));
    Ok(Passport {
        x5u: header.info.clone(),
        orig: Party::Number(caller.clone()),
        dest: vec![called.ok_or(VerifyError::OtherCalled)?],
        iat,
        shaken: None,
        mky: Vec::new(),
    })
}

fn check_time(
    passport: &Passport,
    invitation: &Invitation<'_>,
    policy: &Policy,
    now: SystemTime,
) -> Result<(), VerifyError> {
    let signed_at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(passport.iat));
    if !signed_at.is_some_and(|at| is_near(at, now, policy.max_iat_age)) {
        return Err(VerifyError::StaleIat);
    }
    let Some(age) = policy.max_date_age else { return Ok(()) };
    let date = invitation.date.ok_or(VerifyError::NoDate)?;
    if is_near(date, now, age) { Ok(()) } else { Err(VerifyError::StaleDate) }
}

/// Whether two moments are no farther apart than that. Dates have whole seconds.
fn is_near(at: SystemTime, now: SystemTime, age: Duration) -> bool {
    let apart = now.duration_since(at).unwrap_or_else(|early| early.duration());
    apart.as_secs() <= age.as_secs()
}

/// Whether a call to `called` is one to any of `dest`. Numbers may lack their country: an exchange is called by the number
/// that its line has there. Where it is called by an extension, or by a name, there is nothing to compare.
fn is_for(dest: &[Party], called: &[&str]) -> bool {
    let mut numbers =
        called.iter().filter_map(|user| TelephoneNumber::canonical(user)).filter(TelephoneNumber::is_public);
    let signed: Vec<&TelephoneNumber> =
        dest.iter().filter_map(Party::as_number).filter(|number| number.is_public()).collect();
    let mut compared = false;
    let found = numbers.any(|number| {
        compared |= !signed.is_empty();
        signed.iter().any(|other| other.may_be(&number))
    });
    found || !compared
}

#[cfg(test)]
mod tests;
