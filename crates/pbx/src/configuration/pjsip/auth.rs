//! `type=auth`.

use asterisk_conf::{Diagnostic, Span};
use sip_ua::digest::{Credentials, Secret};

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
    /// `realm` that it is good for; any where it has none.
    pub realm: Option<String>,
    /// Where the section is.
    pub span: Span,
    /// Where the secret is.
    pub secret_span: Option<Span>,
}

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
        let secret_key = if auth_type == AuthType::Md5 { "md5_cred" } else { "password" };
        Some(Self {
            auth_type,
            username: values.text("username").unwrap_or_else(|| name.value.clone()),
            password: values.text("password").unwrap_or_default(),
            md5_cred: values.text("md5_cred").unwrap_or_default(),
            realm: values.text("realm"),
            secret_span: values.span(secret_key),
            name: name.value,
            span: name.span,
        })
    }

    /// Whether it holds no secret at all.
    pub fn is_empty(&self) -> bool {
        match self.auth_type {
            AuthType::UserPass => self.password.is_empty(),
            AuthType::Md5 => self.md5_cred.is_empty(),
        }
    }

    /// Whether its secret is the password itself, not a hash of it.
    pub fn is_plain(&self) -> bool {
        self.auth_type == AuthType::UserPass
    }

    /// What it proves, or answers challenges with.
    pub fn credentials(&self) -> Credentials {
        let secret = match self.auth_type {
            AuthType::UserPass => Secret::plain(self.password.clone()),
            AuthType::Md5 => Secret::Ha1 { md5: Some(self.md5_cred.clone()), sha256: None },
        };
        Credentials { realm: self.realm.clone(), ..Credentials::new(self.username.clone(), secret) }
    }
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Auth({}, user {})", self.name, self.username)
    }
}
