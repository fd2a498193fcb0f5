//! Certificates of ours, as everybody else gets them (`check_tn_cert_public_url`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use stir_shaken::{CertificateProblem, CertificateUrl, SigningCertificate, SigningKey};

use super::http::{WebAuthorities, fetch};
use crate::configuration::{AttestationSettings, StirShakenConfiguration};
use crate::exchange::Exchange;

/// How long one may take to come. Nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Fetches the certificates that are to be looked at. What is signed with one that is not fit is left out until the next load,
/// and those who watch are told.
pub(crate) async fn check_published(exchange: Arc<Exchange>) {
    let all = to_check(&exchange.configuration().sip.stir_shaken);
    let (mut unfit, mut told) = (BTreeSet::new(), Vec::new());
    for (url, key) in all {
        if let Err(problem) = check(&url, &key).await {
            told.push(format!("Calls are not signed with {url} (check_tn_cert_public_url): {problem}"));
            unfit.insert(url);
        }
    }
    exchange.stir_shaken().set_unfit(unfit);
    exchange.warn(told);
}

/// Addresses, and the keys that sign for them.
fn to_check(stir: &StirShakenConfiguration) -> BTreeMap<String, Arc<SigningKey>> {
    let mut all = BTreeMap::new();
    let mut add = |settings: &AttestationSettings| {
        if let (Some(true), Some(url), Some(key)) =
            (settings.check_tn_cert_public_url, &settings.public_cert_url, &settings.key)
        {
            all.insert(url.clone(), key.clone());
        }
    };
    for wider in stir.profiles.values().filter_map(|profile| profile.attestation.as_ref()) {
        stir.numbers.values().for_each(|own| add(&own.or(wider)));
        if wider.unknown_tn_attest_level.is_some() {
            add(wider);
        }
    }
    all
}

async fn check(url: &str, key: &SigningKey) -> Result<(), String> {
    let url = CertificateUrl::parse(url, true, true).map_err(|error| error.to_string())?;
    // The address is our own: it may be a neighbour's.
    let authorities = WebAuthorities::default();
    let fetched = tokio::time::timeout(PATIENCE, fetch(&url, &[], &authorities)).await;
    let fetched = fetched.map_err(|_| format!("it did not come within {} s", PATIENCE.as_secs()))?;
    let body = fetched.map_err(|error| error.to_string())?.body;
    judge(&body, key, SystemTime::now())
}

fn judge(body: &[u8], key: &SigningKey, now: SystemTime) -> Result<(), String> {
    let certificate = SigningCertificate::read(body).map_err(|problem| match problem {
        CertificateProblem::PrivateKeyPublished => {
            format!("DANGER: {problem}; take it away from there, and have another certificate made")
        }
        other => other.to_string(),
    })?;
    if !certificate.is_in_force(now) {
        return Err(CertificateProblem::OutOfDate.to_string());
    }
    match certificate.public_key() == key.public_key() {
        true => Ok(()),
        false => Err("it is not the certificate of private_key_file".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_of_ours_is_fit_or_not() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let key = SigningKey::from_pem(pair.serialize_pem().as_bytes()).unwrap();
        let mut params = rcgen::CertificateParams::new([]).unwrap();
        let list = b"\x30\x08\xa0\x06\x16\x04709J".to_vec();
        params
            .custom_extensions
            .push(rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 26], list));
        let pem = params.self_signed(&pair).unwrap().pem();
        let now = SystemTime::now();
        assert_eq!(judge(pem.as_bytes(), &key, now), Ok(()));
        let both = pem.clone() + &pair.serialize_pem();
        assert!(judge(both.as_bytes(), &key, now).is_err_and(|text| text.starts_with("DANGER")));
        let other = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem();
        assert!(judge(other.as_bytes(), &key, now).is_err_and(|text| text.contains("private_key_file")));
        assert!(
            judge(pem.as_bytes(), &key, SystemTime::UNIX_EPOCH).is_err_and(|text| text.contains("expired"))
        );
    }
}
