//! What is said of signing: `[attestation]`, and what profiles and numbers say otherwise.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use asterisk_conf::Diagnostic;
use stir_shaken::{Attestation, CertificateUrl, SigningKey};

use super::Reading;
use crate::configuration::values::{Values, at};

/// How callers are vouched for. Each part may be left to a section that holds for more.
#[derive(Clone, Debug, Default)]
pub struct AttestationSettings {
    /// `private_key_file`.
    pub private_key_file: Option<PathBuf>,
    /// The key in it.
    pub key: Option<Arc<SigningKey>>,
    /// `public_cert_url`: where the certificate of the key is for everybody to fetch.
    pub public_cert_url: Option<String>,
    /// `attest_level`.
    pub attest_level: Option<Attestation>,
    /// `unknown_tn_attest_level`: for callers whose number has no section; without it they are not signed for.
    pub unknown_tn_attest_level: Option<Attestation>,
    /// `check_tn_cert_public_url`: whether the certificate is fetched and looked at after each load.
    pub check_tn_cert_public_url: Option<bool>,
    /// `send_mky`.
    pub send_mky: Option<bool>,
}

impl AttestationSettings {
    pub(super) fn read(values: &mut Values<'_>, reading: &mut Reading<'_>) -> Self {
        let private_key_file = values.text("private_key_file").map(PathBuf::from);
        let key = private_key_file.as_deref().and_then(|file| reading.key(file, values));
        let send_mky = said_flag(values, "send_mky");
        if send_mky == Some(true) {
            let message = "send_mky has no effect yet: the keys that it would sign are those of DTLS, which is not spoken";
            let place = values.section.last("send_mky").map(|entry| entry.key.span);
            values.found.push(at(Diagnostic::warning("no-effect", message), place));
        }
        Self {
            private_key_file,
            key,
            public_cert_url: url(values),
            attest_level: level(values, "attest_level"),
            unknown_tn_attest_level: level(values, "unknown_tn_attest_level"),
            check_tn_cert_public_url: said_flag(values, "check_tn_cert_public_url"),
            send_mky,
        }
    }

    /// What `wider` says where this says nothing.
    pub fn or(&self, wider: &Self) -> Self {
        // A key belongs to its file.
        let keyed = if self.private_key_file.is_some() { self } else { wider };
        Self {
            private_key_file: keyed.private_key_file.clone(),
            key: keyed.key.clone(),
            public_cert_url: self.public_cert_url.clone().or_else(|| wider.public_cert_url.clone()),
            attest_level: self.attest_level.or(wider.attest_level),
            unknown_tn_attest_level: self.unknown_tn_attest_level.or(wider.unknown_tn_attest_level),
            check_tn_cert_public_url: self.check_tn_cert_public_url.or(wider.check_tn_cert_public_url),
            send_mky: self.send_mky.or(wider.send_mky),
        }
    }
}

impl Reading<'_> {
    /// The key in a file, read once.
    fn key(&mut self, file: &Path, values: &mut Values<'_>) -> Option<Arc<SigningKey>> {
        if let Some(read) = self.keys.get(file) {
            return read.clone();
        }
        let problem = |text: String| {
            let message = format!("nothing can be signed with {}: {text}", file.display());
            at(Diagnostic::error("bad-key", message), values.span("private_key_file"))
        };
        let key = match self.files.read(&self.folder.join(file)) {
            Err(error) => Err(problem(error.to_string())),
            Ok(pem) => SigningKey::from_pem(&pem).map_err(|error| problem(error.to_string())),
        };
        let key = key.map(Arc::new).map_err(|finding| values.found.push(finding)).ok();
        self.keys.insert(file.to_owned(), key.clone());
        key
    }
}

/// A yes or no, if it is said.
pub(super) fn said_flag(values: &mut Values<'_>, key: &str) -> Option<bool> {
    values.text(key).is_some().then(|| values.flag(key, false))
}

fn level(values: &mut Values<'_>, key: &str) -> Option<Attestation> {
    const LEVELS: &[(&str, Option<Attestation>)] = &[
        ("A", Some(Attestation::Full)),
        ("B", Some(Attestation::Partial)),
        ("C", Some(Attestation::Gateway)),
        ("not_set", None),
    ];
    values.choice(key, LEVELS, None)
}

/// `http` is taken as Asterisk does; those who verify take it less often.
fn url(values: &mut Values<'_>) -> Option<String> {
    let text = values.text("public_cert_url")?;
    match CertificateUrl::parse(&text, true, true) {
        Ok(url) => Some(url.text),
        Err(error) => {
            let message = format!("'{text}' is left out: {error}");
            values.odd("public_cert_url", message, "write https://host/path of your certificate");
            None
        }
    }
}
