//! The cipher suites that can be asked for, under the names that people write.

use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite as ring;

/// A way to encrypt that TLS peers may agree on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CipherSuite(SupportedCipherSuite);

/// Names of OpenSSL and of the IANA.
const SUITES: &[(&str, &str, SupportedCipherSuite)] = &[
    ("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", ring::TLS13_AES_256_GCM_SHA384),
    ("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", ring::TLS13_AES_128_GCM_SHA256),
    ("TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", ring::TLS13_CHACHA20_POLY1305_SHA256),
    (
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        ring::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        ring::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        ring::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "ECDHE-RSA-AES256-GCM-SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        ring::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "ECDHE-RSA-AES128-GCM-SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        ring::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "ECDHE-RSA-CHACHA20-POLY1305",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        ring::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
];

impl CipherSuite {
    /// The suite of this name, as OpenSSL (`ECDHE-RSA-AES256-GCM-SHA384`) or the IANA writes it
    /// (`TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384`), in any case. None for suites that are not offered, the broken and
    /// the old ones among them.
    pub fn from_name(name: &str) -> Option<Self> {
        let is_it = |known: &str| known.eq_ignore_ascii_case(name);
        let suite = SUITES.iter().find(|(openssl, iana, _)| is_it(openssl) || is_it(iana));
        suite.map(|(_, _, suite)| Self(*suite))
    }

    /// The names of all suites as OpenSSL writes them, the strongest first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SUITES.iter().map(|(openssl, _, _)| *openssl)
    }

    /// What to offer when `wanted` was asked for. A list without suites of TLS 1.3 leaves those as they are, for
    /// it was written for older versions.
    pub(super) fn offered(wanted: &[Self]) -> Vec<SupportedCipherSuite> {
        let is_tls13 = |suite: &SupportedCipherSuite| suite.tls13().is_some();
        let wanted: Vec<_> = wanted.iter().map(|suite| suite.0).collect();
        let all = SUITES.iter().map(|(_, _, suite)| *suite);
        match (wanted.is_empty(), wanted.iter().any(is_tls13)) {
            (true, _) => all.collect(),
            (false, true) => wanted,
            (false, false) => all.filter(is_tls13).chain(wanted).collect(),
        }
    }
}

impl Eq for CipherSuite {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_have_two_names() {
        let openssl = CipherSuite::from_name("ecdhe-rsa-aes256-gcm-sha384");
        assert!(openssl.is_some());
        assert_eq!(openssl, CipherSuite::from_name("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"));
        assert_eq!(CipherSuite::from_name("RC4-MD5"), None);
        assert!(CipherSuite::names().all(|name| CipherSuite::from_name(name).is_some()));
    }

    #[test]
    fn a_list_of_old_suites_keeps_those_of_tls_1_3() {
        let old = CipherSuite::from_name("ECDHE-RSA-AES256-GCM-SHA384").unwrap();
        let new = CipherSuite::from_name("TLS_AES_128_GCM_SHA256").unwrap();
        assert_eq!(CipherSuite::offered(&[old]).len(), 4);
        assert_eq!(CipherSuite::offered(&[new]).len(), 1);
        assert_eq!(CipherSuite::offered(&[]).len(), SUITES.len());
    }
}
