//! Answering 401 and 407 (RFC 3261 section 22): each realm once, and once more when only the nonce
//! was stale, or is another one.

use sip_parser::{HeaderName, Message, Method};

use super::security::{Agreeing, SecurityAgreement};
use super::tokens::Tokens;
use crate::digest::{self, Challenge, Credentials, ServerProof};

/// How often a realm may call our nonce stale before we believe that it never will be pleased.
const STALE_LIMIT: u8 = 3;

/// Realms that one request answers; proxies on a path each have one.
const REALM_LIMIT: usize = 8;

/// What we know of the challenges to one request.
pub(super) struct Authenticator {
    credentials: Vec<Credentials>,
    answered: Vec<Answered>,
    /// What is said of security mechanisms (RFC 3329).
    security: Option<Agreeing>,
}

struct Answered {
    challenge: Challenge,
    credentials: Credentials,
    /// Nonce count of the last answer.
    count: u32,
    /// The random string of the last answer, and what it was about.
    said: (String, String),
    stale: u8,
    /// The answer was made again for a new nonce alone.
    renewed: bool,
}

impl Answered {
    /// The same realm asks with another nonce.
    fn renew(&mut self, challenge: &Challenge) {
        self.challenge = challenge.clone();
        self.count = 0;
    }
}

impl Authenticator {
    pub(super) fn new(credentials: Vec<Credentials>) -> Authenticator {
        Authenticator { credentials, answered: Vec::new(), security: None }
    }

    /// The same, which agrees on security mechanisms too.
    pub(super) fn agreeing(self, agreement: Option<&SecurityAgreement>) -> Authenticator {
        Authenticator { security: agreement.cloned().map(Agreeing::new), ..self }
    }

    /// The same credentials for another request.
    pub(super) fn fresh(&self) -> Authenticator {
        let security = self.security.as_ref().map(Agreeing::fresh);
        Authenticator { security, ..Authenticator::new(self.credentials.clone()) }
    }

    /// Takes the challenges of a 401 or 407, or the mechanisms of a 494; whether it is worth asking again.
    pub(super) fn challenged(&mut self, response: &Message) -> bool {
        let wants_mechanisms = self.security.as_mut().is_some_and(|security| security.hear(response));
        if response.status() == Some(494) {
            return wants_mechanisms;
        }
        let challenges = Challenge::of_response(response);
        let best = digest::best_of(&challenges, &self.credentials);
        // Every one is noted, also after the first that gives hope.
        best.into_iter().fold(false, |hope, (challenge, credentials)| {
            note(&mut self.answered, challenge, credentials) || hope
        })
    }

    /// Whether a 2xx is from a server that says it knows our secret, and does not.
    pub(super) fn is_deceived(&self, response: &Message) -> bool {
        self.answered.iter().any(|known| {
            let (cnonce, uri) = &known.said;
            let (challenge, credentials) = (&known.challenge, &known.credentials);
            let proof = digest::server_proof(response, challenge, credentials, uri, cnonce, known.count);
            proof == ServerProof::Wrong
        })
    }

    /// The headers that answer all realms so far, for one more try, and what is said of security mechanisms.
    pub(super) fn headers(
        &mut self,
        method: &Method,
        uri: &str,
        body: &[u8],
        tokens: &mut Tokens,
    ) -> Vec<(HeaderName, String)> {
        let answers = self.answered.iter_mut().filter_map(|known| {
            known.count += 1;
            known.said = (tokens.call_id(), uri.to_owned());
            let subject = digest::Subject { method, uri, body };
            let (challenge, credentials, cnonce) = (&known.challenge, &known.credentials, &known.said.0);
            let value = digest::answer(challenge, credentials, &subject, cnonce, known.count)?;
            let proxy = known.challenge.proxy;
            Some((if proxy { HeaderName::ProxyAuthorization } else { HeaderName::Authorization }, value))
        });
        let security = self.security.as_ref().map(|security| security.headers(method));
        answers.chain(security.into_iter().flatten()).collect()
    }
}

/// Files a challenge; `false` when its realm has had its answer and did not like it.
fn note(answered: &mut Vec<Answered>, challenge: &Challenge, credentials: &Credentials) -> bool {
    let full = answered.len() >= REALM_LIMIT;
    let known = answered
        .iter_mut()
        .find(|known| known.challenge.realm == challenge.realm && known.challenge.proxy == challenge.proxy);
    match known {
        Some(known) if challenge.stale && known.stale < STALE_LIMIT => {
            known.renew(challenge);
            known.stale += 1;
            true
        }
        // Servers that share a name and no nonces ask anew and do not call ours stale. Once is worth a try: more would be
        // guessing to a server that counts wrong passwords.
        Some(known) if !known.renewed && known.challenge.nonce != challenge.nonce => {
            known.renew(challenge);
            known.renewed = true;
            true
        }
        Some(_) => false,
        None if full => false,
        None => {
            let (challenge, credentials) = (challenge.clone(), credentials.clone());
            answered.push(Answered {
                challenge,
                credentials,
                count: 0,
                said: Default::default(),
                stale: 0,
                renewed: false,
            });
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{Answer, Subject};

    const URI: &str = "sip:example.com";

    fn response(status: u16, header: &str) -> Message {
        let text = format!(
            "SIP/2.0 {status} X\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\n\
             To: <sip:a@x>;tag=2\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\n{header}\r\n\r\n"
        );
        Message::parse(text.into()).expect("a response")
    }

    #[test]
    fn another_nonce_is_answered_once_more_and_no_oftener() {
        let mut authenticator = Authenticator::new(vec![Credentials::password("alice", "looking-glass")]);
        let asks = |nonce: &str| {
            response(401, &format!(r#"WWW-Authenticate: Digest realm="pbx", nonce="{nonce}", qop="auth""#))
        };
        assert!(authenticator.challenged(&asks("one")));
        assert!(!authenticator.challenged(&asks("one")), "the same nonce: our answer was wrong");
        assert!(authenticator.challenged(&asks("two")), "a server that did not make the first nonce");
        let mut tokens = Tokens::from_seed([7; 32]);
        let headers = authenticator.headers(&Method::Register, URI, b"", &mut tokens);
        let answer = Answer::parse(&headers[0].1).expect("an answer");
        assert_eq!((&*answer.nonce, answer.protection.expect("qop").2.as_ref()), ("two", "00000001"));
        assert!(!authenticator.challenged(&asks("three")));
    }

    #[test]
    fn a_server_that_only_claims_to_know_the_password_is_found_out() {
        let alice = Credentials::password("alice", "looking-glass");
        let mut authenticator = Authenticator::new(vec![alice.clone()]);
        let asked = r#"WWW-Authenticate: Digest realm="pbx", nonce="n", qop="auth", algorithm=MD5"#;
        assert!(authenticator.challenged(&response(401, asked)));
        let mut tokens = Tokens::from_seed([7; 32]);
        let headers = authenticator.headers(&Method::Register, URI, b"", &mut tokens);
        let (_, cnonce, _) = Answer::parse(&headers[0].1).and_then(|answer| answer.protection).expect("qop");
        let says = |credentials: &Credentials| {
            let challenges = Challenge::of_response(&response(401, asked));
            let subject = Subject { method: &Method::from(""), uri: URI, body: b"" };
            let proof = digest::answer(&challenges[0], credentials, &subject, &cnonce, 1).expect("an answer");
            let proof = Answer::parse(&proof).expect("an answer").response;
            response(200, &format!("Authentication-Info: qop=auth, rspauth=\"{proof}\""))
        };
        assert!(!authenticator.is_deceived(&response(200, "Server: x")));
        assert!(!authenticator.is_deceived(&says(&alice)));
        assert!(authenticator.is_deceived(&says(&Credentials::password("alice", "guess"))));
    }
}
