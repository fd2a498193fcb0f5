//! The server's side of digest: challenges, and the judgement of answers (RFC 7616 section 3, RFC 8760).

use std::time::Instant;

use sip_parser::{HeaderName, Message, Method};
use subtle::{Choice, ConstantTimeEq};

use super::algorithm::Algorithm;
use super::answer::{Answer, Subject};
use super::fields::write_quoted;
use super::nonce::{Millis, Mint};
use super::replay::Replay;
use super::secret::{Credentials, Secret};
use super::terms::ChallengeTerms;

/// Bounds of a [`Verifier`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifierConfig {
    /// Nonces in use whose counts are remembered, some 50 octets each. When there are more, those that end soonest
    /// become stale before their time. Default 65,536.
    pub replay_capacity: usize,
}

impl Default for VerifierConfig {
    fn default() -> VerifierConfig {
        VerifierConfig { replay_capacity: 65_536 }
    }
}

/// What is thought of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is who it says it is.
    Accepted,
    /// The secret is right, but the nonce is too old or used up; or the nonce is not ours, or was given to another address
    /// ([`ChallengeTerms::client`]), and the secret was not judged. Challenge again with `stale`, and no user need be asked.
    Stale,
    /// The name or the secret is wrong; which of them is not told.
    Refused,
    /// There was no answer to our challenge at all: a client that has not been challenged yet.
    Absent,
}

/// Challenges clients, and judges their answers.
///
/// Nonces carry their own end, sealed with a key of this verifier, so a challenge costs no memory; what
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
        let mut unguessable = String::new();
        super::algorithm::write_hex(&key, &mut unguessable);
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
    pub fn challenge(&mut self, now: Instant, terms: &ChallengeTerms, stale: bool) -> Vec<String> {
        let lifetime = Millis::try_from(terms.nonce_lifetime.as_millis()).unwrap_or(Millis::MAX);
        let expires = self.millis(now).saturating_add(lifetime);
        let nonce = self.mint.issue(expires, &terms.realm, terms.client);
        let stale = if stale { ", stale=true" } else { "" };
        let value = |algorithm: &Algorithm| {
            let mut value = String::with_capacity(96 + terms.realm.len() + nonce.len());
            value.push_str("Digest realm=");
            write_quoted(&terms.realm, &mut value);
            value.extend([
                ", nonce=\"",
                &nonce,
                "\", algorithm=",
                algorithm.as_str(),
                ", qop=\"auth\"",
                stale,
            ]);
            value
        };
        terms.algorithms.iter().map(value).collect()
    }

    /// Judges the Authorization of a request on these terms against those who may send it. None of them
    /// answers and costs the same as a wrong password.
    pub fn verify_request(
        &mut self,
        now: Instant,
        terms: &ChallengeTerms,
        request: &Message,
        known: &[Credentials],
    ) -> Verdict {
        self.verify_header(now, terms, request, &HeaderName::Authorization, known)
    }

    /// Judges a header of a request: Authorization, or Proxy-Authorization where we are the proxy.
    pub fn verify_header(
        &mut self,
        now: Instant,
        terms: &ChallengeTerms,
        request: &Message,
        header: &HeaderName,
        known: &[Credentials],
    ) -> Verdict {
        let mut answers = request.raw_all(header).filter_map(Answer::parse);
        let Some(answer) = answers.find(|answer| answer.realm == terms.realm) else { return Verdict::Absent };
        let Some(method) = request.method() else { return Verdict::Refused };
        let named = |one: &&Credentials| one.username == answer.username && one.serve(&terms.realm);
        let user = known.iter().filter(named).find(|one| one.suit(answer.algorithm));
        self.verify(now, terms, &answer, &method, request.body(), user)
    }

    /// Judges one answer to a challenge of ours against one user, or against nobody.
    ///
    /// The URI of the answer need not be that of the request: proxies change the one and not the other, and clients
    /// leave parts of it out (RFC 3261 section 22.4, number 4, says that this is no failure). What keeps an answer from
    /// being used for another request is that each is good once.
    pub fn verify(
        &mut self,
        now: Instant,
        terms: &ChallengeTerms,
        answer: &Answer<'_>,
        method: &Method,
        body: &[u8],
        user: Option<&Credentials>,
    ) -> Verdict {
        let now = self.millis(now);
        let nonce = self.mint.read(&answer.nonce, &answer.realm, terms.client);
        // Judged whatever the nonce, so that all cost the same.
        let right = self.is_right(terms, answer, method, body, user);
        // Nobody proves anything, and nobody can be blamed, with a nonce that was not sent to this address. Right and wrong
        // secrets must look the same then, or they could be tried for nothing.
        let Some(nonce) = nonce else { return Verdict::Stale };
        if !right {
            return Verdict::Refused;
        }
        let Some(count) = answer.count() else { return Verdict::Refused };
        if !nonce.expired(now) && self.replay.take(nonce, count, now) {
            Verdict::Accepted
        } else {
            Verdict::Stale
        }
    }

    /// A fresh nonce, where less than half of the time is left of the one that was used.
    pub(super) fn successor(
        &mut self,
        now: Instant,
        terms: &ChallengeTerms,
        answer: &Answer<'_>,
    ) -> Option<String> {
        let now = self.millis(now);
        let used = self.mint.read(&answer.nonce, &answer.realm, terms.client)?;
        let lifetime = Millis::try_from(terms.nonce_lifetime.as_millis()).unwrap_or(Millis::MAX);
        let ends_soon = used.expires.saturating_sub(now) < lifetime / 2;
        ends_soon.then(|| self.mint.issue(now.saturating_add(lifetime), &terms.realm, terms.client))
    }

    /// Whether the hash is the one that the user's secret makes. Takes as long for nobody's.
    fn is_right(
        &self,
        terms: &ChallengeTerms,
        answer: &Answer<'_>,
        method: &Method,
        body: &[u8],
        user: Option<&Credentials>,
    ) -> bool {
        let algorithm = answer.algorithm;
        let offered = terms.algorithms.contains(&algorithm);
        let fitting = user.filter(|user| user.username == answer.username && user.suit(algorithm));
        let judged = fitting.unwrap_or(&self.nobody);
        if !matches!(judged.secret, Secret::Plain(_)) {
            // A stored hash saves work, and would show in the time.
            std::hint::black_box(self.nobody.secret.ha1(algorithm, &answer.username, &answer.realm));
        }
        let ha1 = judged.secret.ha1(algorithm, &answer.username, &answer.realm);
        let ha1 = ha1.as_deref().unwrap_or_default();
        let subject = Subject { method, uri: &answer.uri, body };
        let expected = answer.proof().response(algorithm, ha1, &subject);
        let equal = equal_hex(&expected, &answer.response);
        equal && offered && fitting.is_some()
    }

    fn millis(&mut self, now: Instant) -> Millis {
        let origin = *self.origin.get_or_insert(now);
        // The first moment is not zero, so that one a little before it is not out of reach.
        let since = now.saturating_duration_since(origin).as_millis();
        Millis::try_from(since).unwrap_or(Millis::MAX - 1) + 1
    }
}

/// Whether digits are those expected, in any case. Which of them differ does not show in the time.
fn equal_hex(expected: &str, received: &str) -> bool {
    if expected.len() != received.len() {
        return false;
    }
    let octets = expected.bytes().zip(received.bytes());
    octets.fold(Choice::from(1), |equal, (one, other)| equal & one.ct_eq(&other.to_ascii_lowercase())).into()
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::digest::{Challenge, Qop, answer, best_of};

    const URI: &str = "sip:example.com";

    struct Scene {
        verifier: Verifier,
        terms: ChallengeTerms,
        now: Instant,
        method: Method,
        user: Credentials,
    }

    impl Scene {
        fn new() -> Scene {
            let algorithms = vec![Algorithm::Sha256, Algorithm::Md5, Algorithm::Sha512Trunc256];
            Scene {
                verifier: Verifier::with_key(VerifierConfig::default(), [3; 32]),
                terms: ChallengeTerms { algorithms, ..ChallengeTerms::new("ipbx") },
                now: Instant::now(),
                method: Method::Register,
                user: Credentials::password("alice", "wonderland"),
            }
        }

        /// What a client with these credentials makes of a fresh challenge, for the `count`th time.
        fn answer_of(
            &mut self,
            client: &Credentials,
            algorithm: Algorithm,
            uri: &str,
            count: u32,
        ) -> Answer<'static> {
            let lines = self.verifier.challenge(self.now, &self.terms, false);
            let offered: Vec<_> = lines.iter().filter_map(|line| Challenge::parse(line, false)).collect();
            let challenge = offered.iter().find(|c| c.algorithm == algorithm).expect("offered");
            let subject = Subject { method: &self.method, uri, body: b"" };
            let value = answer(challenge, client, &subject, "cnonce", count).expect("answered");
            Answer::parse(value.leak()).expect("well formed")
        }

        fn verdict(&mut self, answer: &Answer<'_>, known: bool) -> Verdict {
            let user = known.then_some(&self.user);
            self.verifier.verify(self.now, &self.terms, answer, &self.method, b"", user)
        }
    }

    #[test]
    fn the_right_secret_is_accepted_by_every_algorithm() {
        let mut scene = Scene::new();
        let user = scene.user.clone();
        for algorithm in [Algorithm::Md5, Algorithm::Sha256, Algorithm::Sha512Trunc256] {
            let answer = scene.answer_of(&user, algorithm, URI, 1);
            assert_eq!(scene.verdict(&answer, true), Verdict::Accepted);
        }
    }

    #[test]
    fn phones_that_know_only_md5_are_offered_nothing_else_unless_told() {
        let lines = Verifier::new().challenge(Instant::now(), &ChallengeTerms::new("ipbx"), false);
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].contains("SHA"));
    }

    #[test]
    fn algorithms_are_offered_in_the_order_of_the_configuration() {
        let mut scene = Scene::new();
        scene.terms.realm = "a \"realm\"".to_owned();
        let lines = scene.verifier.challenge(scene.now, &scene.terms, true);
        let offered: Vec<_> = lines.iter().filter_map(|line| Challenge::parse(line, false)).collect();
        assert_eq!(
            offered.iter().map(|c| c.algorithm).collect::<Vec<_>>(),
            [Algorithm::Sha256, Algorithm::Md5, Algorithm::Sha512Trunc256]
        );
        assert!(offered.iter().all(|c| c.stale && c.realm == "a \"realm\""));
        assert_eq!(best_of(&offered, &[scene.user]).len(), 1);
    }

    #[test]
    fn a_wrong_name_and_a_wrong_secret_look_the_same() {
        let mut scene = Scene::new();
        let wrong = scene.answer_of(&Credentials::password("alice", "guess"), Algorithm::Md5, URI, 1);
        let unknown = scene.answer_of(&Credentials::password("nobody", "guess"), Algorithm::Md5, URI, 1);
        assert_eq!(scene.verdict(&wrong, true), Verdict::Refused);
        assert_eq!(scene.verdict(&unknown, false), Verdict::Refused);
        assert_eq!(scene.verdict(&unknown, true), Verdict::Refused);
        // Nor does a wrong secret with an old nonce tell that the nonce is old.
        scene.now += Duration::from_secs(60);
        assert_eq!(scene.verdict(&wrong, true), Verdict::Refused);
    }

    #[test]
    fn counts_are_good_once_and_nonces_for_their_time() {
        let mut scene = Scene::new();
        let user = scene.user.clone();
        let first = scene.answer_of(&user, Algorithm::Sha256, URI, 1);
        assert_eq!(scene.verdict(&first, true), Verdict::Accepted);
        assert_eq!(scene.verdict(&first, true), Verdict::Stale);
        let second = scene.answer_of(&user, Algorithm::Sha256, URI, 1);
        scene.now += Duration::from_secs(33);
        assert_eq!(scene.verdict(&second, true), Verdict::Stale);
        let foreign = Answer { nonce: "f".repeat(64).into(), ..second };
        assert_eq!(scene.verdict(&foreign, true), Verdict::Stale, "we never gave it to anybody");
    }

    #[test]
    fn an_answer_to_what_another_address_was_asked_is_not_judged() {
        let mut scene = Scene::new();
        let user = scene.user.clone();
        let [attacker, victim] = ["192.0.2.66", "192.0.2.1"].map(|address| address.parse().ok());
        scene.terms.client = attacker;
        let right = scene.answer_of(&user, Algorithm::Md5, URI, 1);
        let wrong = scene.answer_of(&Credentials::password("alice", "guess"), Algorithm::Md5, URI, 1);
        assert_eq!(scene.verdict(&wrong, true), Verdict::Refused);
        scene.terms.client = victim;
        // With another address on the datagram neither a guess nor what it is worth is told.
        for answer in [&right, &wrong] {
            assert_eq!(scene.verdict(answer, true), Verdict::Stale);
            assert_eq!(scene.verdict(answer, false), Verdict::Stale);
        }
        scene.terms.client = attacker;
        assert_eq!(scene.verdict(&right, true), Verdict::Accepted);
    }

    #[test]
    fn an_answer_is_good_for_its_method_whatever_its_uri() {
        let mut scene = Scene::new();
        let user = scene.user.clone();
        let port = scene.answer_of(&user, Algorithm::Md5, "sip:EXAMPLE.com:5060;transport=udp", 1);
        assert_eq!(scene.verdict(&port, true), Verdict::Accepted);
        let elsewhere = scene.answer_of(&user, Algorithm::Md5, "sip:bob@example.com", 2);
        assert_eq!(scene.verdict(&elsewhere, true), Verdict::Accepted);
        assert_eq!(scene.verdict(&elsewhere, true), Verdict::Stale, "but once");
        let register = scene.answer_of(&user, Algorithm::Md5, URI, 1);
        scene.method = Method::Invite;
        assert_eq!(scene.verdict(&register, true), Verdict::Refused);
    }

    #[test]
    fn a_phone_without_protection_is_served_once_a_nonce() {
        let mut scene = Scene::new();
        let line = scene.verifier.challenge(scene.now, &scene.terms, false).pop().expect("a challenge");
        let mut challenge = Challenge::parse(&line, false).expect("well formed");
        challenge.qop = None;
        let subject = Subject { method: &Method::Register, uri: URI, body: b"" };
        let value = answer(&challenge, &scene.user, &subject, "", 1).expect("answered");
        let answer = Answer::parse(&value).expect("well formed");
        assert_eq!(scene.verdict(&answer, true), Verdict::Accepted);
        assert_eq!(scene.verdict(&answer, true), Verdict::Stale);
    }

    #[test]
    fn an_algorithm_that_was_not_offered_is_refused() {
        let mut scene = Scene::new();
        let user = scene.user.clone();
        let md5 = scene.answer_of(&user, Algorithm::Md5, URI, 1);
        scene.terms.algorithms = vec![Algorithm::Sha256];
        assert_eq!(scene.verdict(&md5, true), Verdict::Refused);
    }

    #[test]
    fn stored_hashes_serve_as_passwords_do() {
        let mut scene = Scene::new();
        let user = scene.user.clone();
        let answer = scene.answer_of(&user, Algorithm::Md5, URI, 1);
        let hash = Algorithm::Md5.hash(&["alice:ipbx:wonderland"]).to_string();
        scene.user.secret = Secret::Ha1 { md5: Some(hash), sha256: None, sha512_256: None };
        assert_eq!(scene.verdict(&answer, true), Verdict::Accepted);
    }

    #[test]
    fn each_realm_of_terms_has_its_lifetime() {
        let mut scene = Scene::new();
        let user = scene.user.clone();
        scene.terms.nonce_lifetime = Duration::from_secs(600);
        let lasting = scene.answer_of(&user, Algorithm::Md5, URI, 1);
        let again = Answer { ..lasting.clone() };
        assert_eq!(scene.verdict(&lasting, true), Verdict::Accepted);
        scene.terms.nonce_lifetime = Duration::from_secs(5);
        let brief = scene.answer_of(&user, Algorithm::Md5, URI, 1);
        scene.now += Duration::from_secs(6);
        assert_eq!(scene.verdict(&brief, true), Verdict::Stale);
        let other = scene.answer_of(&user, Algorithm::Md5, URI, 1);
        assert_eq!(scene.verdict(&other, true), Verdict::Accepted);
        assert_eq!(
            scene.verdict(&again, true),
            Verdict::Stale,
            "short ones do not make it good a second time"
        );
    }

    #[test]
    fn credentials_serve_the_algorithms_that_they_name() {
        let mut scene = Scene::new();
        let client = scene.user.clone();
        scene.user.algorithms = vec![Algorithm::Sha256];
        let md5 = scene.answer_of(&client, Algorithm::Md5, URI, 1);
        assert_eq!(scene.verdict(&md5, true), Verdict::Refused);
        let sha = scene.answer_of(&client, Algorithm::Sha256, URI, 1);
        assert_eq!(scene.verdict(&sha, true), Verdict::Accepted);
    }

    #[test]
    fn an_answer_that_covers_the_body_is_good_for_that_body() {
        let mut scene = Scene::new();
        let line = scene.verifier.challenge(scene.now, &scene.terms, false).pop().expect("a challenge");
        let only = line.replace(r#"qop="auth""#, r#"qop="auth-int""#);
        let challenge = Challenge::parse(&only, false).expect("well formed");
        assert_eq!(challenge.qop, Some(Qop::AuthInt));
        let subject = Subject { method: &Method::Publish, uri: URI, body: b"open" };
        let value = answer(&challenge, &scene.user, &subject, "cnonce", 1).expect("answered");
        let answer = Answer::parse(&value).expect("well formed");
        let mut judge = |body: &[u8]| {
            let user = Some(&scene.user);
            scene.verifier.verify(scene.now, &scene.terms, &answer, &Method::Publish, body, user)
        };
        assert_eq!(judge(b"closed"), Verdict::Refused);
        assert_eq!(judge(b"open"), Verdict::Accepted);
    }
}
