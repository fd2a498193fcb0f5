//! What a publication is told once.

use std::time::Duration;

use crate::digest::Credentials;

/// What is published, where, and how to go about refusals.
///
/// # Defaults
/// Those of a `type=outbound-publish` section: an hour, five refusals of our credentials; and a next try after 5 seconds,
/// which double up to 5 minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublicationSettings {
    /// The resource whose state it is, as the Request-URI has it: `sip:alice@example.com`.
    pub server_uri: String,
    /// Who publishes, as From has it.
    pub from_uri: String,
    /// Whose state it is, as To has it.
    pub to_uri: String,
    /// The event package: `presence`, `dialog`.
    pub event: String,
    /// Proxies on the way, each as a name-addr; the first is where the PUBLISH goes.
    pub route: Vec<String>,
    /// What to answer challenges with.
    pub credentials: Vec<Credentials>,
    /// Seconds to ask for.
    pub expiration: u32,
    /// Refusals of our credentials in a row until we give up.
    pub max_auth_attempts: u32,
    /// The wait after a first failure; each further one doubles it.
    pub first_retry: Duration,
    /// The longest wait after a failure.
    pub longest_retry: Duration,
}

impl PublicationSettings {
    /// The defaults for an event package at a resource, which is told of and by its own name.
    pub fn new(server_uri: impl Into<String>, event: impl Into<String>) -> PublicationSettings {
        let server_uri = server_uri.into();
        PublicationSettings {
            from_uri: server_uri.clone(),
            to_uri: server_uri.clone(),
            server_uri,
            event: event.into(),
            route: Vec::new(),
            credentials: Vec::new(),
            expiration: 3600,
            max_auth_attempts: 5,
            first_retry: Duration::from_secs(5),
            longest_retry: Duration::from_secs(300),
        }
    }
}
