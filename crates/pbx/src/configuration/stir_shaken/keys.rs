//! The keys of `stir_shaken.conf`, by section.

/// What `[attestation]`, profiles and numbers may say of signing.
const ATTESTATION: &[&str] =
    &["attest_level", "check_tn_cert_public_url", "private_key_file", "public_cert_url", "send_mky"];

/// What `[verification]` and profiles may say of verifying.
const VERIFICATION: &[&str] = &[
    "ca_file",
    "ca_path",
    "cert_cache_dir",
    "crl_file",
    "crl_path",
    "curl_timeout",
    "failure_action",
    "ignore_sip_date_header",
    "load_system_certs",
    "max_cache_entry_age",
    "max_cache_size",
    "max_date_header_age",
    "max_iat_age",
    "relax_x5u_path_restrictions",
    "relax_x5u_port_scheme_restrictions",
    "untrusted_cert_file",
    "untrusted_cert_path",
    "use_rfc9410_responses",
    "x5u_acl",
    "x5u_deny",
    "x5u_permit",
];

pub(super) fn attestation_section() -> Vec<&'static str> {
    [ATTESTATION, &["global_disable", "unknown_tn_attest_level"]].concat()
}

pub(super) fn verification_section() -> Vec<&'static str> {
    [VERIFICATION, &["global_disable"]].concat()
}

pub(super) fn number_section() -> Vec<&'static str> {
    [ATTESTATION, &["type"]].concat()
}

pub(super) fn profile_section() -> Vec<&'static str> {
    [ATTESTATION, VERIFICATION, &["type", "endpoint_behavior", "unknown_tn_attest_level"]].concat()
}
