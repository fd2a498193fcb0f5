//! Digest access authentication, both ends (RFC 7616, RFC 8760, RFC 3261 section 22).
//!
//! A server keeps one [`Verifier`]: it makes challenges and judges answers. A client reads the
//! [`Challenge`]s of a 401 or 407, picks with [`best_of`], and writes its [`answer`].
//!
//! MD5, SHA-256 and SHA-512-256, with `qop=auth` (`auth-int` is understood), and without `qop` as RFC 2069 has it,
//! for old phones.
//!
//! ```
//! use std::time::Instant;
//! use sip_parser::Method;
//! use sip_ua::digest::{
//!     Answer, Challenge, ChallengeTerms, Credentials, Subject, Verdict, Verifier, answer, best_of,
//! };
//!
//! let now = Instant::now();
//! let mut server = Verifier::new();
//! let terms = ChallengeTerms::new("example.com");
//! let offered: Vec<Challenge> = server
//!     .challenge(now, &terms, false)
//!     .iter()
//!     .filter_map(|line| Challenge::parse(line, false))
//!     .collect();
//!
//! let alice = [Credentials::password("alice", "wonderland")];
//! let (challenge, credentials) = best_of(&offered, &alice)[0];
//! let subject = Subject { method: &Method::Register, uri: "sip:example.com", body: b"" };
//! let header = answer(challenge, credentials, &subject, "a random string", 1).expect("a password fits");
//!
//! let answer = Answer::parse(&header).expect("well formed");
//! let verdict = server.verify(now, &terms, &answer, &Method::Register, b"", Some(&alice[0]));
//! assert_eq!(verdict, Verdict::Accepted);
//! ```

// Both ends.
mod algorithm;
mod fields;
mod secret;
// The client.
mod answer;
mod challenge;
mod server_proof;
// The server.
mod authentication_info;
mod nonce;
mod replay;
mod terms;
mod verifier;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use answer::{Answer, Subject, answer};
pub use challenge::{Challenge, Qop, best_of};
pub use fields::claimed_username;
pub use secret::{Credentials, Secret};
pub use server_proof::{ServerProof, server_proof};
pub use terms::ChallengeTerms;
pub use verifier::{Verdict, Verifier, VerifierConfig};
