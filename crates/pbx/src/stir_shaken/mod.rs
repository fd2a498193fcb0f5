//! Callers vouched for and verified (STIR/SHAKEN, RFC 8224), as `stir_shaken.conf` says.
//!
//! What is signed and judged is `stir-shaken`'s; here is what is done about it: which profile holds, where certificates come
//! from and are kept, and what becomes of calls.

mod attest;
mod cache;
mod fetch;
mod http;
mod published;
mod verify;
mod words;

pub(crate) use attest::vouch_for_caller;
pub(crate) use http::WebAuthorities;
pub(crate) use published::check_published;
pub(crate) use verify::verify_caller;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use fetch::CertificateSource;

/// What is kept while the exchange runs.
#[derive(Default)]
pub(crate) struct StirShaken {
    /// Certificates of others.
    certificates: CertificateSource,
    /// Addresses of certificates of ours that are not what they should be (`check_tn_cert_public_url`).
    unfit: Mutex<BTreeSet<String>>,
}

impl StirShaken {
    /// Whether the certificate at this address of ours was found unfit.
    fn is_unfit(&self, url: &str) -> bool {
        self.unfit.lock().unwrap_or_else(PoisonError::into_inner).contains(url)
    }

    fn set_unfit(&self, urls: BTreeSet<String>) {
        *self.unfit.lock().unwrap_or_else(PoisonError::into_inner) = urls;
    }

    /// Reads the authorities of web servers again with the next certificate that is fetched.
    pub(crate) fn reloaded(&self) {
        self.certificates.forget_authorities();
    }
}
