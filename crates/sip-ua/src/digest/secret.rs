//! Who may log in, and with what.

use std::fmt;
use std::ops::Deref;

use super::algorithm::{Algorithm, HexHash};

/// A user name and what proves it, for either end of a digest exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The user name as it stands in the Authorization header.
    pub username: String,
    /// The realm that they are good for; `None` for any realm.
    pub realm: Option<String>,
    /// The password, or its hash.
    pub secret: Secret,
    /// The algorithms that they may be used with; none named means all that the secret suits.
    pub algorithms: Vec<Algorithm>,
}

impl Credentials {
    /// A user name and its secret, good for any realm and by any algorithm.
    #[must_use]
    pub fn new(username: impl Into<String>, secret: Secret) -> Credentials {
        Credentials { username: username.into(), realm: None, secret, algorithms: Vec::new() }
    }

    /// A user name with its password, good for any realm.
    #[must_use]
    pub fn password(username: impl Into<String>, password: impl Into<String>) -> Credentials {
        Credentials::new(username, Secret::plain(password))
    }

    /// Whether they may be used in `realm`.
    #[must_use]
    pub fn serve(&self, realm: &str) -> bool {
        self.realm.as_deref().is_none_or(|mine| mine == realm)
    }

    /// Whether an answer by `algorithm` may and can be made with them.
    #[must_use]
    pub fn suit(&self, algorithm: Algorithm) -> bool {
        (self.algorithms.is_empty() || self.algorithms.contains(&algorithm)) && self.secret.suits(algorithm)
    }
}

/// What proves an identity. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Secret {
    /// The password in the clear.
    Plain(String),
    /// H(username ":" realm ":" password) in lower-case hex, by algorithm (RFC 7616 section 3.4.2).
    /// An algorithm without a hash cannot be used with these credentials.
    Ha1 {
        /// By MD5, 32 digits.
        md5: Option<String>,
        /// By SHA-256, 64 digits.
        sha256: Option<String>,
        /// By SHA-512-256, 64 digits.
        sha512_256: Option<String>,
    },
}

impl Secret {
    /// A password.
    #[must_use]
    pub fn plain(password: impl Into<String>) -> Secret {
        Secret::Plain(password.into())
    }

    /// H(A1) for a user in a realm, or `None` when only the hash of another algorithm is known.
    pub(super) fn ha1(&self, algorithm: Algorithm, username: &str, realm: &str) -> Option<Ha1> {
        match self {
            Secret::Plain(password) => {
                Some(Ha1::Made(algorithm.hash(&[username, ":", realm, ":", password])))
            }
            stored => stored.stored(algorithm).map(|hash| Ha1::Stored(hash.to_ascii_lowercase())),
        }
    }

    /// Whether an answer by `algorithm` can be made with this secret.
    #[must_use]
    pub fn suits(&self, algorithm: Algorithm) -> bool {
        matches!(self, Secret::Plain(_)) || self.stored(algorithm).is_some()
    }

    /// The hash that is kept for an algorithm.
    fn stored(&self, algorithm: Algorithm) -> Option<&str> {
        let Secret::Ha1 { md5, sha256, sha512_256 } = self else { return None };
        match algorithm {
            Algorithm::Md5 => md5.as_deref(),
            Algorithm::Sha256 => sha256.as_deref(),
            Algorithm::Sha512Trunc256 => sha512_256.as_deref(),
        }
    }
}

/// H(A1) in lower-case hex. It is read as text.
pub(super) enum Ha1 {
    /// Of a password.
    Made(HexHash),
    /// As it was kept.
    Stored(String),
}

impl Deref for Ha1 {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Ha1::Made(hash) => hash,
            Ha1::Stored(hash) => hash,
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Secret::Plain(_) => "Plain(hidden)",
            Secret::Ha1 { .. } => "Ha1(hidden)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_secret() {
        let shown = format!("{:?}", Credentials::password("alice", "wonderland"));
        assert!(shown.contains("alice") && !shown.contains("wonderland"), "{shown}");
        let hashed = Secret::Ha1 { md5: Some("abcdef".into()), sha256: None, sha512_256: None };
        assert!(!format!("{hashed:?}").contains("abcdef"));
    }

    #[test]
    fn a_hash_serves_its_own_algorithm_only() {
        let plain = Secret::Plain("secret".into());
        let md5 = plain.ha1(Algorithm::Md5, "bob", "biloxi.com").map(|hash| hash.to_string());
        let upper = md5.clone().map(|hash| hash.to_uppercase());
        let stored = Secret::Ha1 { md5: upper, sha256: None, sha512_256: None };
        let ha1 = |algorithm| stored.ha1(algorithm, "bob", "biloxi.com").map(|hash| hash.to_string());
        assert_eq!(ha1(Algorithm::Md5), md5);
        assert_eq!(ha1(Algorithm::Sha256), None);
        assert!(stored.suits(Algorithm::Md5) && !stored.suits(Algorithm::Sha256));
    }
}
