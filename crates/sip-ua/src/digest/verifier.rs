//! The server's side of digest: challenges, and the judgement of answers (RFC 7616 section 3, RFC 8760).

use std::time::{Duration, Instant};

use sip_parser::{HeaderName, Message, Method, Uri};
use subtle::ConstantTimeEq;

use super::algorithm::Algorithm;
use super::answer::{Answer, Subject};
use super::fields::quote;
use super::nonce::{Millis, Mint};
use super::replay::Replay;
use super::secret::{Credentials, Secret};

/// Bounds and choices of a [`Verifier`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifierConfig {
    /// How long a nonce is good for. Longer means fewer challenges, and more time to use a captured
    /// answer where the client does not count. Default 32 s.
    pub nonce_lifetime: Duration,
    /// What is offered, best first: a phone takes the first one that it knows (RFC 8760 section 2.4).
    /// Default SHA-256, then MD5.
    pub algorithms: Vec<Algorithm>,
    /// Nonces in use whose counts are remembered, some 50 octets each. When there are more, the oldest
    /// become stale before their time. Default 65,536.
    pub replay_capacity: usize,
}

impl Default for VerifierConfig {
    fn default() -> VerifierConfig {
        VerifierConfig {
            nonce_lifetime: Duration::from_secs(32),
            algorithms: vec![Algorithm::Sha256, Algorithm::Md5],
            replay_capacity: 65_536,
        }
    }
}

/// What is thought of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is who it says it is.
    Accepted,
    /// The secret is right, but the nonce is too old, not ours, or used up: challenge again with `stale`,
    /// and no user need be asked.
    Stale,
    /// The name or the secret is wrong; which of them is not told.
    Refused,
    /// There was no answer to our challenge at all: a client that has not been challenged yet.
    Absent,
}

/// Challenges clients, and judges their answers.
///
/// Nonces carry their own time, sealed with a key of this verifier, so a challenge costs no memory; what
/// is remembered are the counts of nonces that were used with a right secret.
pub struct Verifier {
    config: VerifierConfig,
    mint: Mint,
    replay: Replay,
    /// The first moment heard of. Nonces count from here.
    origin: Option<Instant>,
    /// Judged in the place of a user who does not exist, so that both cost the same.
    nobody: Credentials,
}

impl Verifier {
    /// A verifier with the defaults, and a key from the operating system's randomness.
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    #[must_use]
    pub fn new() -> Verifier {
        Verifier::with_config(VerifierConfig::default())
    }

    /// A verifier with other bounds.
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    #[must_use]
    pub fn with_config(config: VerifierConfig) -> Verifier {
        let mut key = [0; 32];
        #[expect(clippy::expect_used, reason = "a guessable key would let anybody forge nonces")]
        getrandom::fill(&mut key).expect("the operating system gives random octets");
        Verifier::with_key(config, key)
    }

    /// A verifier with a given key, for tests, or for nodes that accept each other's nonces.
    #[must_use]
    pub fn with_key(config: VerifierConfig, key: [u8; 32]) -> Verifier {
        let unguessable = super::algorithm::hex(&key);
        Verifier {
            replay: Replay::new(config.replay_capacity),
            mint: Mint::new(key),
            origin: None,
            nobody: Credentials::new("", Secret::plain(unguessable)),
            config,
        }
    }

    /// Values for WWW-Authenticate (or Proxy-Authenticate), one a line, in this order. `stale` after
    /// [`Verdict::Stale`].
    pub fn challenge(&mut self, now: Instant, realm: &str, stale: bool) -> Vec<String> {
        let now = self.millis(now);
        let nonce = self.mint.issue(now, realm);
        let realm = quote(realm);
        let stale = if stale { ", stale=true" } else { "" };
        let value = |algorithm: &Algorithm| {
            format!(r#"Digest realm={realm}, nonce="{nonce}", algorithm={algorithm}, qop="auth"{stale}"#)
        };
        self.config.algorithms.iter().map(value).collect()
    }

    /// Judges the Authorization of a request for `realm` against those who may send it. None of them
    /// answers and costs the same as a wrong password.
    pub fn verify_request(
        &mut self,
        now: Instant,
        realm: &str,
        request: &Message,
        known: &[Credentials],
    ) -> Verdict {
        self.verify_header(now, realm, request, &HeaderName::Authorization, known)
    }

    /// Judges a header of a request: Authorization, or Proxy-Authorization where we are the proxy.
    pub fn verify_header(
        &mut self,
        now: Instant,
        realm: &str,
        request: &Message,
        header: &HeaderName,
        known: &[Credentials],
    ) -> Verdict {
        let mut answers = request.raw_all(header).filter_map(Answer::parse);
        let Some(answer) = answers.find(|answer| answer.realm == realm) else { return Verdict::Absent };
        let (Some(method), Some(uri)) = (request.method(), request.uri()) else { return Verdict::Refused };
        let user = known.iter().find(|one| one.username == answer.username && one.serve(realm));
        self.verify(now, &answer, &method, uri, request.body(), user)
    }

    /// Judges one answer to a challenge of ours against one user, or against nobody.
    pub fn verify(
        &mut self,
        now: Instant,
        answer: &Answer,
        method: &Method,
        uri: &str,
        body: &[u8],
        user: Option<&Credentials>,
    ) -> Verdict {
        let now = self.millis(now);
        let lifetime = self.config.nonce_lifetime;
        let nonce = self.mint.read(&answer.nonce, &answer.realm);
        let right = self.is_right(answer, method, body, user) && is_about(&answer.uri, uri);
        if !right {
            return Verdict::Refused;
        }
        let Some(count) = answer.count() else { return Verdict::Refused };
        match nonce.filter(|nonce| !nonce.expired(now, lifetime)) {
            Some(nonce) if self.replay.take(nonce, count, now, lifetime) => Verdict::Accepted,
            _ => Verdict::Stale,
        }
    }

    /// Whether the hash is the one that the user's secret makes. Takes as long for nobody's.
    fn is_right(&self, answer: &Answer, method: &Method, body: &[u8], user: Option<&Credentials>) -> bool {
        let algorithm = answer.algorithm;
        let offered = self.config.algorithms.contains(&algorithm);
        let fitting = user.filter(|user| user.username == answer.username && user.secret.suits(algorithm));
        let judged = fitting.unwrap_or(&self.nobody);
        let ha1 = judged.secret.ha1(algorithm, &answer.username, &answer.realm).unwrap_or_default();
        let subject = Subject { method, uri: &answer.uri, body };
        let expected = answer.proof().response(algorithm, &ha1, &subject);
        let received = answer.response.to_ascii_lowercase();
        let equal: bool = expected.as_bytes().ct_eq(received.as_bytes()).into();
        equal && offered && fitting.is_some()
    }

    fn millis(&mut self, now: Instant) -> Millis {
        let origin = *self.origin.get_or_insert(now);
        // The first moment is not zero, so that one a little before it is not out of reach.
        let since = now.saturating_duration_since(origin).as_millis();
        Millis::try_from(since).unwrap_or(Millis::MAX - 1) + 1
    }
}

impl Default for Verifier {
    fn default() -> Verifier {
        Verifier::new()
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Whether the URI of an answer means the one of the request. Clients drop parameters and write ports
/// that the other leaves out; user and host must agree.
fn is_about(answered: &str, requested: &str) -> bool {
    if answered == requested {
        return true;
    }
    let (Ok(answered), Ok(requested)) = (Uri::parse(answered), Uri::parse(requested)) else { return false };
    let host = |uri: &Uri<'_>| uri.host().to_string().to_ascii_lowercase();
    answered.user() == requested.user() && host(&answered) == host(&requested)
}
