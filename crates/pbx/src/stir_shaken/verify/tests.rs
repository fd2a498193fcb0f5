use std::time::Duration;

use sip_parser::typed::TypedHeader;
use stir_shaken::{Policy, TrustStore};

use super::*;
use crate::configuration::EndpointBehavior;

#[test]
fn dates_are_moments() {
    let at = |text: &str| moment(&Date::parse(text).unwrap());
    let seconds = Duration::from_secs(1_289_690_940);
    assert_eq!(at("Sat, 13 Nov 2010 23:29:00 GMT"), Some(SystemTime::UNIX_EPOCH + seconds));
    assert_eq!(at("Wed, 31 Feb 2010 23:29:00 GMT"), None);
    assert!(at("Sat, 31 Dec 2016 23:59:60 GMT").is_some());
}

fn profile(failure_action: FailureAction, rfc9410: bool) -> StirShakenProfile {
    let verification = Verification {
        trust: Arc::new(TrustStore::new()),
        policy: Policy::default(),
        failure_action,
        rfc9410,
        access: Vec::new(),
        patience: Duration::from_secs(2),
        cache: "/nowhere".into(),
        keep: Duration::from_secs(60),
        cache_size: 1,
    };
    StirShakenProfile {
        behavior: EndpointBehavior::Verify,
        attestation: None,
        verification: Some(verification),
        verification_settings: None,
    }
}

#[test]
fn what_fails_is_refused_told_or_let_pass_as_the_profile_says() {
    let judge =
        |judged, action, rfc9410| verdict(judged, IdentityVerification::default(), &profile(action, rfc9410));
    let stale = || Err(VerifyError::StaleIat);
    let refused = judge(stale(), FailureAction::RejectRequest, false);
    let refusal = refused.refusal.unwrap();
    assert_eq!((refusal.status, refusal.reason.as_deref()), (403, Some("Stale Date")));
    let told = judge(stale(), FailureAction::ContinueReturnReason, false);
    assert_eq!(told.reason.as_deref(), Some("SIP;cause=403;text=\"Stale Date\""));
    let told = judge(stale(), FailureAction::ContinueReturnReason, true);
    assert_eq!(told.reason.as_deref(), Some("STIR;cause=403;text=\"Stale Date\""));
    assert!(told.refusal.is_none());
    let passed = judge(stale(), FailureAction::Continue, false);
    assert_eq!((passed.refusal.is_some(), &passed.reason), (false, &None));
    assert_eq!(passed.verification.map(|judged| judged.result).as_deref(), Some("iat_range_error"));
    let good = judge(Ok(()), FailureAction::RejectRequest, false);
    assert!(good.refusal.is_none());
    assert_eq!(good.verification.map(|judged| judged.result).as_deref(), Some("success"));
}
