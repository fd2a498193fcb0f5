//! `type=auth`.

use std::time::Duration;

use asterisk_conf::{Diagnostic, Span};
use sip_ua::digest::{Algorithm, Credentials, Secret};

use super::authentication::algorithms;
use crate::configuration::values::Values;

/// How credentials are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthType {
    /// `userpass` or `digest`: the password itself.
    #[default]
    UserPass,
    /// `md5`: its hash with user and realm, in `md5_cred`.
    Md5,
}

/// Credentials. `Debug` does not show the secret.
#[derive(Clone)]
pub struct Auth {
    /// The section's name.
    pub name: String,
    /// `auth_type`.
    pub auth_type: AuthType,
    /// `username`; the section's name where it has none.
    pub username: String,
    /// `password`.
    pub password: String,
    /// `md5_cred`: MD5 of `username:realm:password` in hex.
    pub md5_cred: String,
    /// `password_digest`: hashes of `username:realm:password` in hex, by algorithm.
    pub digests: Vec<(Algorithm, String)>,
    /// `realm` that it is good for; any where it has none.
    pub realm: Option<String>,
    /// `nonce_lifetime`: how long a challenge is good for.
    pub nonce_lifetime: Duration,
    /// `supported_algorithms_uas`: what is offered to those who prove it, best first; none named: what `type=global`
    /// says.
    pub algorithms_uas: Vec<Algorithm>,
    /// `supported_algorithms_uac`: by what challenges of others are answered; none named: what `type=global` says.
    pub algorithms_uac: Vec<Algorithm>,
    /// Where the section is.
    pub span: Span,
    /// Where the secret is.
    pub secret_span: Option<Span>,
}

/// How long a challenge is good for where nothing is said.
const NONCE_LIFETIME: Duration = Duration::from_secs(32);

const TYPES: &[(&str, Option<AuthType>)] = &[
    ("digest", Some(AuthType::UserPass)),
    ("userpass", Some(AuthType::UserPass)),
    ("md5", Some(AuthType::Md5)),
    ("google_oauth", None),
    ("oauth", None),
];

impl Auth {
    /// `None` for a kind of credentials that is not served; why has been said.
    pub(super) fn read(values: &mut Values<'_>) -> Option<Self> {
        let name = values.section.name.clone();
        let Some(auth_type) = values.choice("auth_type", TYPES, Some(AuthType::UserPass)) else {
            let message = format!("auth [{}] has no effect: OAuth is not served", name.value);
            values
                .found
                .push(Diagnostic::warning("no-effect", message).at(name.span).help("use userpass or md5"));
            return None;
        };
        let digests = read_digests(values);
        let secret_key = match auth_type {
            AuthType::Md5 => "md5_cred",
            AuthType::UserPass if values.text("password").is_none() && !digests.is_empty() => {
                "password_digest"
            }
            AuthType::UserPass => "password",
        };
        let auth = Self {
            auth_type,
            username: values.text("username").unwrap_or_else(|| name.value.clone()),
            password: values.text("password").unwrap_or_default(),
            md5_cred: read_md5(values, auth_type),
            digests,
            realm: values.text("realm"),
            nonce_lifetime: values.seconds("nonce_lifetime").unwrap_or(NONCE_LIFETIME),
            algorithms_uas: algorithms(values, "supported_algorithms_uas"),
            algorithms_uac: algorithms(values, "supported_algorithms_uac"),
            secret_span: values.span(secret_key),
            name: name.value,
            span: name.span,
        };
        auth.check_algorithms(values);
        Some(auth)
    }

    /// Algorithms by which nothing can be proven, for the secret is a hash by another one.
    fn check_algorithms(&self, values: &mut Values<'_>) {
        if self.is_empty() {
            return;
        }
        let secret = self.credentials().secret;
        let lists = [&self.algorithms_uas, &self.algorithms_uac];
        for (key, list) in ["supported_algorithms_uas", "supported_algorithms_uac"].into_iter().zip(lists) {
            for algorithm in list.iter().filter(|algorithm| !secret.suits(**algorithm)) {
                let message = format!("there is no hash by {algorithm} here; it is left out");
                let help = format!("add password_digest={algorithm}:HASH, or write the password itself");
                values.odd(key, message, &help);
            }
        }
    }

    /// Whether it holds no secret at all.
    pub fn is_empty(&self) -> bool {
        match self.auth_type {
            AuthType::UserPass => self.password.is_empty() && self.digests.is_empty(),
            AuthType::Md5 => self.md5_cred.is_empty(),
        }
    }

    /// Whether its secret is the password itself, not a hash of it.
    pub fn is_plain(&self) -> bool {
        self.auth_type == AuthType::UserPass && (!self.password.is_empty() || self.digests.is_empty())
    }

    /// The password and all hashes, as far as there are some.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        let hashes = self.digests.iter().map(|(_, hash)| hash.as_str());
        [&*self.password, &*self.md5_cred].into_iter().chain(hashes)
    }

    fn digest(&self, algorithm: Algorithm) -> Option<String> {
        self.digests.iter().rfind(|(known, _)| *known == algorithm).map(|(_, hash)| hash.clone())
    }

    /// What it proves, or answers challenges with.
    pub fn credentials(&self) -> Credentials {
        let secret = match self.auth_type {
            _ if self.is_plain() => Secret::plain(self.password.clone()),
            AuthType::UserPass => Secret::Ha1 {
                md5: self.digest(Algorithm::Md5),
                sha256: self.digest(Algorithm::Sha256),
                sha512_256: self.digest(Algorithm::Sha512Trunc256),
            },
            AuthType::Md5 => Secret::Ha1 { md5: Some(self.md5_cred.clone()), sha256: None, sha512_256: None },
        };
        Credentials { realm: self.realm.clone(), ..Credentials::new(self.username.clone(), secret) }
    }
}

/// `md5_cred`; one that cannot be a hash counts for nothing.
fn read_md5(values: &mut Values<'_>, auth_type: AuthType) -> String {
    let hash = values.text("md5_cred").unwrap_or_default();
    let is_hash = hash.len() == 32 && hash.bytes().all(|octet| octet.is_ascii_hexdigit());
    if is_hash || hash.is_empty() {
        return hash;
    }
    if auth_type == AuthType::Md5 {
        let message = "it is no hash by MD5, which has 32 digits; nobody can log in with it".to_owned();
        values.odd("md5_cred", message, "write the hash of user:realm:password in hex");
    }
    String::new()
}

/// `password_digest=ALGORITHM:HASH`, of every line with that key.
fn read_digests(values: &mut Values<'_>) -> Vec<(Algorithm, String)> {
    let mut digests = Vec::new();
    for text in values.list("password_digest") {
        let Some((name, hash)) = text.split_once(':') else {
            values.odd(
                "password_digest",
                "it names no algorithm; it is left out".to_owned(),
                "write ALGORITHM:HASH",
            );
            continue;
        };
        let (name, hash) = (name.trim(), hash.trim());
        let digits = if name.eq_ignore_ascii_case("MD5") { 32 } else { 64 };
        match name.parse::<Algorithm>() {
            Ok(algorithm) if hash.len() == digits && hash.bytes().all(|octet| octet.is_ascii_hexdigit()) => {
                digests.push((algorithm, hash.to_owned()));
            }
            Ok(algorithm) => {
                let message = format!("a hash by {algorithm} has {digits} digits; it is left out");
                values.odd("password_digest", message, "write the hash of user:realm:password in hex");
            }
            Err(error) => {
                values.odd("password_digest", format!("'{name}': {error}"), "write ALGORITHM:HASH");
            }
        }
    }
    digests
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Auth({}, user {})", self.name, self.username)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;
    use sip_ua::digest::{Algorithm, Secret};

    use crate::configuration::{Configuration, Folders};

    #[test]
    fn hashes_stand_in_place_of_a_password() {
        let md5 = "0123456789abcdef0123456789abcdef";
        let pjsip = format!(
            "[a]\ntype=auth\nusername=a\npassword_digest=MD5:{md5}\npassword_digest=SHA-256:{md5}{md5}\n\
             [b]\ntype=auth\npassword=secret\npassword_digest=MD5:{md5}\n\
             [c]\ntype=auth\npassword_digest=SHA-512-256:{md5}\n"
        );
        let mut files = MemoryFiles::new();
        files.insert("/pbx/etc/pjsip.conf", pjsip.as_str());
        files.insert("/pbx/etc/extensions.conf", "[default]\nexten => 1,1,Answer()\n");
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        let said = report.render(false);
        let auths = configuration.unwrap_or_else(|| panic!("{said}")).sip.auths;
        let secret = |name: &str| auths[name].credentials().secret;
        assert!(secret("a").suits(Algorithm::Md5) && secret("a").suits(Algorithm::Sha256));
        assert!(!secret("a").suits(Algorithm::Sha512Trunc256) && !auths["a"].is_plain());
        assert!(matches!(secret("b"), Secret::Plain(_)));
        assert!(auths["c"].is_empty(), "a hash that is too short counts for nothing");
        assert!(said.contains("a hash by SHA-512-256 has 64 digits"), "{said}");
    }
}
