//! What a server says after an answer was good (RFC 7616 section 3.5, RFC 3261 section 22.4): that it knows the secret itself, and
//! which nonce is to be used next.

use std::time::Instant;

use sip_parser::{HeaderName, Message, Method};

use super::answer::{Answer, Subject};
use super::challenge::Qop;
use super::fields::write_quoted;
use super::secret::Credentials;
use super::terms::ChallengeTerms;
use super::verifier::Verifier;

impl Verifier {
    /// Value of Authentication-Info for the 2xx to a request that was [accepted](super::Verdict::Accepted) on these terms.
    ///
    /// `body` is that of the response; `None` where it is not known yet: then nothing is proven to a client that wants the body
    /// protected (`auth-int`). A nonce of which less than half its time is left gets a successor. `None`: the terms do not want the
    /// header, or there is nothing to say, as to a client from before RFC 2617.
    pub fn authentication_info(
        &mut self,
        now: Instant,
        terms: &ChallengeTerms,
        request: &Message,
        known: &[Credentials],
        body: Option<&[u8]>,
    ) -> Option<String> {
        if !terms.informs {
            return None;
        }
        let mut answers = request.raw_all(&HeaderName::Authorization).filter_map(Answer::parse);
        let answer = answers.find(|answer| answer.realm == terms.realm)?;
        let named = |one: &&Credentials| one.username == answer.username && one.serve(&terms.realm);
        let user = known.iter().filter(named).find(|one| one.suit(answer.algorithm));
        let proof = user.and_then(|user| proof(&answer, user, body));
        let next = self.successor(now, terms, &answer).map(|nonce| {
            let mut field = "nextnonce=".to_owned();
            write_quoted(&nonce, &mut field);
            field
        });
        let said: Vec<String> = next.into_iter().chain(proof).collect();
        (!said.is_empty()).then(|| said.join(", "))
    }
}

/// What proves that we know the secret, too: the hash of the answer, with no method.
fn proof(answer: &Answer, user: &Credentials, body: Option<&[u8]>) -> Option<String> {
    let (qop, cnonce, nc) = answer.protection.as_ref()?;
    let body = match qop {
        Qop::Auth => body.unwrap_or_default(),
        Qop::AuthInt => body?,
    };
    let ha1 = user.secret.ha1(answer.algorithm, &answer.username, &answer.realm)?;
    let subject = Subject { method: &Method::from(""), uri: &answer.uri, body };
    let hash = answer.proof().response(answer.algorithm, &ha1, &subject);
    let mut fields = format!(r#"qop={}, rspauth="{}", cnonce="#, qop.as_str(), &*hash);
    write_quoted(cnonce, &mut fields);
    fields.extend([", nc=", nc]);
    Some(fields)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::digest::{
        Algorithm, Challenge, ServerProof, Verdict, VerifierConfig, answer as write_answer, server_proof,
    };

    // The example of RFC 7616 section 3.9.1; the hashes of the server were made by another program.
    const EXAMPLE: &str = "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm=ALG, \
        nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, \
        cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, response=\"0\"";

    #[test]
    fn the_example_of_the_rfc_is_proven() {
        let mufasa = Credentials::password("Mufasa", "Circle of Life");
        for (algorithm, hash) in [
            ("MD5", "9b712497bc9f91499fbcca1dfc5f09a5"),
            ("SHA-256", "86d3b25618d41854ca5039a5d7e53ff6355d5134a9b1fb088a78ac3c462195a0"),
        ] {
            let text = EXAMPLE.replace("ALG", algorithm);
            let answer = Answer::parse(&text).unwrap();
            let expected = format!(
                "qop=auth, rspauth=\"{hash}\", cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", nc=00000001"
            );
            assert_eq!(proof(&answer, &mufasa, None), Some(expected));
        }
    }

    struct Scene {
        verifier: Verifier,
        terms: ChallengeTerms,
        now: Instant,
        known: [Credentials; 1],
    }

    impl Scene {
        fn new() -> Self {
            let mut terms = ChallengeTerms::new("ipbx");
            (terms.informs, terms.algorithms) = (true, vec![Algorithm::Sha256]);
            let known = [Credentials::password("alice", "wonderland")];
            Self {
                verifier: Verifier::with_key(VerifierConfig::default(), [3; 32]),
                terms,
                now: Instant::now(),
                known,
            }
        }

        fn challenge(&mut self) -> Challenge {
            let lines = self.verifier.challenge(self.now, &self.terms, false);
            Challenge::parse(&lines[0], false).unwrap()
        }

        /// A request that answers the challenge, and what its 2xx says.
        fn said(&mut self, challenge: &Challenge, count: u32) -> Option<String> {
            let subject = Subject { method: &Method::Register, uri: "sip:x", body: b"" };
            let value = write_answer(challenge, &self.known[0], &subject, "cnonce", count).unwrap();
            let text = format!(
                "REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\n\
                 To: <sip:a@x>\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\nMax-Forwards: 70\r\nAuthorization: {value}\r\n\
                 Content-Length: 0\r\n\r\n"
            );
            let request = Message::parse(text.into()).unwrap();
            let Self { verifier, terms, now, known } = self;
            assert_eq!(verifier.verify_request(*now, terms, &request, known), Verdict::Accepted);
            verifier.authentication_info(*now, terms, &request, known, None)
        }
    }

    #[test]
    fn a_client_believes_what_it_is_told() {
        let mut scene = Scene::new();
        let challenge = scene.challenge();
        let info = scene.said(&challenge, 1).unwrap();
        assert!(!info.contains("nextnonce"), "the nonce is fresh: {info}");
        let text = format!(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\n\
             To: <sip:a@x>;tag=2\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\nAuthentication-Info: {info}\r\n\
             Content-Length: 0\r\n\r\n"
        );
        let response = Message::parse(text.into()).unwrap();
        let judge = |count| server_proof(&response, &challenge, &scene.known[0], "sip:x", "cnonce", count);
        assert_eq!((judge(1), judge(2)), (ServerProof::Given, ServerProof::Wrong));
    }

    #[test]
    fn a_nonce_that_ends_soon_has_a_successor_that_is_good() {
        let mut scene = Scene::new();
        let challenge = scene.challenge();
        scene.now += scene.terms.nonce_lifetime / 2 + Duration::from_millis(1);
        let info = scene.said(&challenge, 1).unwrap();
        let next = info.strip_prefix("nextnonce=\"").and_then(|rest| rest.split('"').next()).unwrap();
        scene.now += scene.terms.nonce_lifetime / 2;
        let later = Challenge { nonce: next.to_owned(), ..challenge };
        assert!(scene.said(&later, 1).is_some(), "it is accepted without another challenge");
    }

    #[test]
    fn nothing_is_said_unless_it_is_wanted() {
        let mut scene = Scene::new();
        scene.terms.informs = false;
        let challenge = scene.challenge();
        assert_eq!(scene.said(&challenge, 1), None);
        scene.terms.informs = true;
        let old = Challenge { qop: None, ..scene.challenge() };
        assert_eq!(scene.said(&old, 1), None, "there is nothing to prove it with");
    }
}
