//! What `stir_shaken.conf` says, key by key.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use pbx::configuration::{
    AttestationSettings, FailureAction, ProfileSection, StirShakenProfile, VerificationSettings,
};
use stir_shaken::{TelephoneNumber, TrustStore};

use crate::commands::layout::{self, column};

pub(super) fn write_profile(text: &mut String, name: &str, section: &ProfileSection) {
    let _ = writeln!(text, "[{name}]");
    row(text, "endpoint_behavior", section.behavior.word());
    write_attestation(text, &section.attestation);
    write_verification(text, &section.verification);
    text.push('\n');
}

pub(super) fn write_effective(text: &mut String, name: &str, profile: &Arc<StirShakenProfile>) {
    let _ = writeln!(text, "[{name}]");
    row(text, "endpoint_behavior", profile.behavior.word());
    match &profile.attestation {
        Some(settings) => write_attestation(text, settings),
        None => row(text, "attests", "no"),
    }
    match (&profile.verification_settings, &profile.verification) {
        (Some(settings), Some(verification)) => {
            write_verification(text, settings);
            write_trust(text, &verification.trust);
        }
        _ => row(text, "verifies", "no"),
    }
    text.push('\n');
}

pub(super) fn write_number(text: &mut String, number: &TelephoneNumber, settings: &AttestationSettings) {
    let _ = writeln!(text, "[{number}]");
    write_attestation(text, settings);
    text.push('\n');
}

/// What is said, and nothing of what is not.
pub(super) fn write_attestation(text: &mut String, settings: &AttestationSettings) {
    let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    said(text, "private_key_file", shown(&settings.private_key_file));
    said(text, "public_cert_url", settings.public_cert_url.clone());
    said(text, "attest_level", settings.attest_level.map(|level| level.to_string()));
    said(text, "unknown_tn_attest_level", settings.unknown_tn_attest_level.map(|level| level.to_string()));
    said(text, "check_tn_cert_public_url", settings.check_tn_cert_public_url.map(|on| yes(on).to_owned()));
    said(text, "send_mky", settings.send_mky.map(|on| yes(on).to_owned()));
}

/// The same.
pub(super) fn write_verification(text: &mut String, settings: &VerificationSettings) {
    let flags = [
        ("load_system_certs", settings.load_system_certs),
        ("use_rfc9410_responses", settings.use_rfc9410_responses),
        ("ignore_sip_date_header", settings.ignore_sip_date_header),
        ("relax_x5u_port_scheme_restrictions", settings.relax_x5u_port_scheme),
        ("relax_x5u_path_restrictions", settings.relax_x5u_path),
    ];
    let paths = [
        ("ca_file", &settings.ca_file),
        ("ca_path", &settings.ca_path),
        ("crl_file", &settings.crl_file),
        ("crl_path", &settings.crl_path),
        ("untrusted_cert_file", &settings.untrusted_cert_file),
        ("untrusted_cert_path", &settings.untrusted_cert_path),
        ("cert_cache_dir", &settings.cert_cache_dir),
    ];
    let most = settings.max_cache_size.and_then(|most| u64::try_from(most).ok());
    let numbers = [
        ("curl_timeout", settings.curl_timeout),
        ("max_cache_entry_age", settings.max_cache_entry_age),
        ("max_cache_size", most),
        ("max_iat_age", settings.max_iat_age),
        ("max_date_header_age", settings.max_date_header_age),
    ];
    paths
        .iter()
        .for_each(|(key, path)| said(text, key, path.as_ref().map(|path| path.display().to_string())));
    numbers.iter().for_each(|(key, number)| said(text, key, number.map(|number| number.to_string())));
    said(text, "failure_action", settings.failure_action.map(FailureAction::word).map(str::to_owned));
    flags.iter().for_each(|(key, on)| said(text, key, on.map(|on| yes(on).to_owned())));
    if let Some(access) = &settings.x5u_access {
        let names: Vec<&str> = access.named.iter().map(|(name, _)| name.as_str()).collect();
        said(text, "x5u_acl", (!names.is_empty()).then(|| names.join(",")));
        said(text, "x5u_permit, x5u_deny", (!access.own.is_empty()).then(|| "as written".to_owned()));
    }
}

pub(super) fn write_trust(text: &mut String, trust: &TrustStore) {
    let [authorities, untrusted, lists] = trust.counts();
    row(text, "authorities", &authorities.to_string());
    row(text, "other certificates", &untrusted.to_string());
    row(text, "revocation lists", &lists.to_string());
}

fn said(text: &mut String, key: &str, value: Option<String>) {
    if let Some(value) = value {
        row(text, key, &value);
    }
}

pub(super) fn row(text: &mut String, key: &str, value: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{} {value}", column(key, 36));
}

pub(super) fn yes(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}

pub(super) fn counted(mut text: String, count: usize, word: &str) -> String {
    text.push_str(&layout::counted(count, word));
    text
}
