//! Challenges that a server sends: WWW-Authenticate and Proxy-Authenticate (RFC 7616 section 3.3).

use sip_parser::{HeaderName, Message};

use super::algorithm::Algorithm;
use super::fields::Fields;
use super::secret::Credentials;

/// Challenges of one response that are looked at.
const CHALLENGE_LIMIT: usize = 16;

/// One challenge that we know how to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Whether a proxy asks (407), not the far end (401).
    pub proxy: bool,
    /// What the credentials are for, shown to users.
    pub realm: String,
    /// The server's nonce.
    pub nonce: String,
    /// To be sent back as it came.
    pub opaque: Option<String>,
    /// The hash function.
    pub algorithm: Algorithm,
    /// Whether the challenge names its algorithm; the answer then does so too.
    pub algorithm_named: bool,
    /// The protection to use; `None` for a server from before RFC 2617, which offers none.
    pub qop: Option<Qop>,
    /// The credentials were right and only the nonce was too old.
    pub stale: bool,
}

/// Quality of protection: what the answer covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qop {
    /// Method and URI.
    Auth,
    /// The body too.
    AuthInt,
}

impl Qop {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Qop::Auth => "auth",
            Qop::AuthInt => "auth-int",
        }
    }

    /// Reads its name, in any case.
    pub(super) fn from_name(name: &str) -> Option<Qop> {
        [Qop::Auth, Qop::AuthInt].into_iter().find(|qop| qop.as_str().eq_ignore_ascii_case(name.trim()))
    }
}

impl Challenge {
    /// The challenges of a 401 or 407 that we can answer, in order. Those with another scheme, or with an
    /// algorithm that we do not know, are left out.
    #[must_use]
    pub fn of_response(response: &Message) -> Vec<Challenge> {
        let far_end = response.raw_all(&HeaderName::WwwAuthenticate).map(|value| (value, false));
        let proxies = response.raw_all(&HeaderName::ProxyAuthenticate).map(|value| (value, true));
        let all = far_end.chain(proxies).take(CHALLENGE_LIMIT);
        all.filter_map(|(value, proxy)| Challenge::parse(value, proxy)).collect()
    }

    /// Reads one header value.
    #[must_use]
    pub fn parse(value: &str, proxy: bool) -> Option<Challenge> {
        let fields = Fields::parse(value)?;
        let qop = match fields.get("qop") {
            None => None,
            Some(offered) => {
                let known = || offered.split(',').filter_map(Qop::from_name);
                Some(known().find(|qop| *qop == Qop::Auth).or_else(|| known().next())?)
            }
        };
        let algorithm = fields.get("algorithm");
        Some(Challenge {
            proxy,
            realm: fields.get("realm")?.to_owned(),
            nonce: fields.get("nonce")?.to_owned(),
            opaque: fields.get("opaque").map(str::to_owned),
            algorithm: algorithm.map_or(Ok(Algorithm::Md5), str::parse).ok()?,
            algorithm_named: algorithm.is_some(),
            qop,
            stale: fields.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// Which of several credentials may answer it.
    fn credentials<'a>(&self, ours: &'a [Credentials]) -> Option<&'a Credentials> {
        let fits = |c: &&Credentials| c.serve(&self.realm) && c.suit(self.algorithm);
        let named = ours.iter().filter(|c| c.realm.is_some()).find(fits);
        named.or_else(|| ours.iter().find(fits))
    }
}

/// The best challenge of each realm that our credentials can answer, with the credentials to use. Where
/// a realm offers several algorithms, the strongest one is best (RFC 8760 section 2.4).
#[must_use]
pub fn best_of<'a>(
    challenges: &'a [Challenge],
    ours: &'a [Credentials],
) -> Vec<(&'a Challenge, &'a Credentials)> {
    let mut best: Vec<(&Challenge, &Credentials)> = Vec::new();
    for challenge in challenges {
        let Some(credentials) = challenge.credentials(ours) else { continue };
        let same = |known: &(&Challenge, &Credentials)| {
            known.0.realm == challenge.realm && known.0.proxy == challenge.proxy
        };
        match best.iter_mut().find(|known| same(known)) {
            Some(known) if known.0.algorithm < challenge.algorithm => *known = (challenge, credentials),
            Some(_) => {}
            None => best.push((challenge, credentials)),
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Secret;

    // RFC 8760 section 2.4: the same realm, twice.
    const SHA: &str = r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf", opaque="FQhe""#;
    const MD5: &str = r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf", opaque="FQhe""#;

    #[test]
    fn a_challenge_is_read() {
        let challenge = Challenge::parse(SHA, false).expect("well formed");
        assert_eq!(challenge.realm, "http-auth@example.org");
        assert_eq!((challenge.algorithm, challenge.qop), (Algorithm::Sha256, Some(Qop::Auth)));
        assert_eq!(challenge.opaque.as_deref(), Some("FQhe"));
        assert!(!challenge.stale);
        let old = Challenge::parse(r#"Digest realm="a", nonce="b", stale=TRUE"#, true).expect("well formed");
        assert_eq!((old.algorithm, old.qop, old.stale), (Algorithm::Md5, None, true));
    }

    #[test]
    fn what_we_cannot_answer_is_left_out() {
        let unknown = r#"Digest realm="a", nonce="b", algorithm=SHA-3"#;
        let protection = r#"Digest realm="a", nonce="b", qop="auth-conf""#;
        for value in [unknown, protection, "Basic realm=\"a\"", "Digest realm=\"a\""] {
            assert_eq!(Challenge::parse(value, false), None, "{value}");
        }
    }

    #[test]
    fn the_strongest_algorithm_that_the_secret_allows_is_best() {
        let challenges: Vec<_> = [MD5, SHA].iter().filter_map(|v| Challenge::parse(v, false)).collect();
        let password = [Credentials::password("Mufasa", "Circle of Life")];
        assert_eq!(best_of(&challenges, &password)[0].0.algorithm, Algorithm::Sha256);
        let md5_only = Secret::Ha1 { md5: Some(String::new()), sha256: None, sha512_256: None };
        let stored = [Credentials::new("Mufasa", md5_only)];
        assert_eq!(best_of(&challenges, &stored)[0].0.algorithm, Algorithm::Md5);
        let elsewhere = [Credentials { realm: Some("other".into()), ..password[0].clone() }];
        assert!(best_of(&challenges, &elsewhere).is_empty());
        let narrowed = [Credentials { algorithms: vec![Algorithm::Md5], ..password[0].clone() }];
        assert_eq!(best_of(&challenges, &narrowed)[0].0.algorithm, Algorithm::Md5);
        let other = [Credentials { algorithms: vec![Algorithm::Sha512Trunc256], ..password[0].clone() }];
        assert!(best_of(&challenges, &other).is_empty());
    }
}
