//! Callers verified: what is asked of the INVITE, of the certificate's server, and of the configuration.

use std::sync::Arc;
use std::time::SystemTime;

use call_control::sip::CallerVerdict;
use call_control::{BoxFuture, CallerId, IdentityVerification};
use jiff::civil;
use jiff::tz::TimeZone;
use sip_parser::typed::Date;
use sip_parser::{HeaderName, Message};
use sip_ua::user_agent::Reply;
use stir_shaken::{Invitation, Screened, VerifyError, screen};
use tracing::{debug, warn};

use super::words;
use crate::configuration::{FailureAction, StirShakenProfile, Verification};
use crate::exchange::Exchange;

/// Judges the caller of an INVITE, by the profile of its endpoint; `None` where it has none that verifies.
///
/// What takes no certificate is judged at once; the rest waits for it on a task of its own.
pub(crate) fn verify_caller(
    exchange: &Arc<Exchange>,
    endpoint: &str,
    invite: &Message,
    caller: &CallerId,
) -> Option<BoxFuture<'static, CallerVerdict>> {
    let configuration = exchange.configuration();
    let name = configuration.sip.endpoints.get(endpoint)?.stir_shaken_profile.clone()?;
    let Some(profile) = configuration.sip.stir_shaken.profiles.get(&name).cloned() else {
        warn!(endpoint, profile = %name, "a call is refused: there is no such profile in stir_shaken.conf");
        let mut verdict = CallerVerdict::default();
        verdict.refusal = Some(Reply::status(500));
        return Some(Box::pin(std::future::ready(verdict)));
    };
    let verification = profile.verification.as_ref()?;
    let screened = screened(invite, caller, verification);
    let (exchange, number) = (exchange.clone(), caller.number.clone());
    let endpoint = endpoint.to_owned();
    Some(Box::pin(async move {
        let attestation = screened.as_ref().ok().and_then(Screened::attestation);
        let judged = match screened {
            Ok(screened) => verified(&exchange, &profile, screened).await,
            Err(error) => Err(error),
        };
        match &judged {
            Ok(subject) => {
                debug!(%endpoint, caller = %number, certificate = %subject, "the caller is verified")
            }
            Err(error) => warn!(%endpoint, caller = %number, "the caller is not verified: {error}"),
        }
        let attestation = attestation.map(|attestation| attestation.to_string()).unwrap_or_default();
        let verification = IdentityVerification { identity: number, attestation, result: String::new() };
        verdict(judged.map(drop), verification, &profile)
    }))
}

/// What can be judged at once.
fn screened(invite: &Message, caller: &CallerId, settings: &Verification) -> Result<Screened, VerifyError> {
    let identities: Vec<&str> = invite.raw_all(&HeaderName::Identity).collect();
    let to = invite.to().ok().and_then(|to| to.uri().dialed().map(|user| user.into_owned()));
    let asked = invite.request_uri().ok().and_then(|uri| uri.dialed().map(|user| user.into_owned()));
    let called: Vec<&str> = [&to, &asked].into_iter().filter_map(|user| user.as_deref()).collect();
    let date = invite.header::<Date>().ok().flatten().and_then(|date| moment(&date));
    let invitation = Invitation {
        identities: &identities,
        caller: Some(caller.number.as_str()).filter(|number| !number.is_empty()),
        called: &called,
        date,
    };
    screen(&invitation, &settings.policy, SystemTime::now())
}

/// The rest; whose certificate it was.
async fn verified(
    exchange: &Exchange,
    profile: &Arc<StirShakenProfile>,
    screened: Screened,
) -> Result<String, VerifyError> {
    let Some(settings) = &profile.verification else { return Err(VerifyError::NoIdentity) };
    let certificates = &exchange.stir_shaken().certificates;
    let certificate = certificates.get(screened.url(), settings).await.map_err(VerifyError::NoCertificate)?;
    let profile = profile.clone();
    // A path may take many signatures, and this thread has other calls.
    let judged = tokio::task::spawn_blocking(move || {
        let trust = profile.verification.as_ref().map(|settings| settings.trust.clone()).unwrap_or_default();
        screened.verify(&certificate, &trust, SystemTime::now()).map(|verified| verified.subject)
    });
    judged.await.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
}

/// What becomes of the call.
fn verdict(
    judged: Result<(), VerifyError>,
    mut verification: IdentityVerification,
    profile: &StirShakenProfile,
) -> CallerVerdict {
    let mut verdict = CallerVerdict::default();
    verification.result = match &judged {
        Ok(()) => words::SUCCESS,
        Err(error) => words::result(error),
    }
    .to_owned();
    verdict.verification = Some(verification);
    let (Err(error), Some(settings)) = (&judged, &profile.verification) else { return verdict };
    match settings.failure_action {
        FailureAction::Continue => {}
        FailureAction::RejectRequest => {
            verdict.refusal =
                Some(Reply { reason: Some(error.phrase().to_owned()), ..Reply::status(error.status()) });
        }
        FailureAction::ContinueReturnReason => verdict.reason = Some(words::reason(error, settings.rfc9410)),
    }
    verdict
}

/// The moment of a Date; `None` for the 31st of February.
fn moment(date: &Date) -> Option<SystemTime> {
    let small = |number: u8| i8::try_from(number).ok();
    let (year, month, day) = (i16::try_from(date.year).ok()?, small(date.month)?, small(date.day)?);
    // A leap second counts as the one before it.
    let (hour, minute, second) = (small(date.hour)?, small(date.minute)?, small(date.second.min(59))?);
    let time = civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().into())
}

#[cfg(test)]
mod tests;
