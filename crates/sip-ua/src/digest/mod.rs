//! Digest access authentication, both ends (RFC 7616, RFC 8760, RFC 3261 section 22).
//!
//! A server keeps one [`Verifier`]: it makes challenges and judges answers. A client reads the
//! [`Challenge`]s of a 401 or 407, picks with [`best_of`], and writes its [`answer`].
//!
//! MD5 and SHA-256, with `qop=auth` (`auth-int` is understood), and without `qop` as RFC 2069 has it,
//! for old phones.

// Both ends.
mod algorithm;
mod fields;
mod secret;
// The client.
mod answer;
mod challenge;
// The server.
mod nonce;
mod replay;
mod verifier;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use answer::{Answer, Subject, answer};
pub use challenge::{Challenge, Qop, best_of};
pub use secret::{Credentials, Secret};
pub use verifier::{Verdict, Verifier, VerifierConfig};
