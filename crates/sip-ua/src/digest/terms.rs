//! What a challenge asks for.

use std::net::IpAddr;
use std::time::Duration;

use super::algorithm::Algorithm;

/// What a server's challenges say: one realm, and how an answer to them may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChallengeTerms {
    /// What the credentials are for, shown to users.
    pub realm: String,
    /// What is offered, best first: a phone takes the first one that it knows (RFC 8760 section 2.4).
    /// Default MD5 alone: many phones and tools in the field give up when they are offered anything else, even
    /// beside MD5. Put [`Algorithm::Sha256`] before it where all phones know it, and leave MD5 out where none
    /// needs it.
    pub algorithms: Vec<Algorithm>,
    /// How long a nonce is good for. Longer means fewer challenges, and more time to use a captured
    /// answer where the client does not count. Default 32 s.
    pub nonce_lifetime: Duration,
    /// A 2xx tells those who have answered that we know the secret, too, and the next nonce before theirs ends
    /// ([`Verifier::authentication_info`](super::Verifier::authentication_info)). Default off: hardly any phone asks for it.
    pub informs: bool,
    /// Whom the nonces are given to. One that was given to another address is stale, and the answer to it is not judged:
    /// over UDP anybody can write an address on a datagram, and only who reads what is sent there has the nonce. So nobody
    /// can have wrong passwords held against somebody else. Default `None`: nonces are good from everywhere.
    pub client: Option<IpAddr>,
}

impl ChallengeTerms {
    /// The defaults, in a realm.
    #[must_use]
    pub fn new(realm: impl Into<String>) -> ChallengeTerms {
        ChallengeTerms {
            realm: realm.into(),
            algorithms: vec![Algorithm::Md5],
            nonce_lifetime: Duration::from_secs(32),
            informs: false,
            client: None,
        }
    }
}
