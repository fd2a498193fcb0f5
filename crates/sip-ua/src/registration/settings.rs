//! What a registration is told once.

use std::time::Duration;

use crate::digest::Credentials;

/// Whom to register, where, and how to go about refusals.
///
/// # Defaults
/// Those of a `type=registration` section: an hour, the next try after a minute, ten tries, refused credentials for good,
/// a first REGISTER within ten seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationSettings {
    /// The registrar, as the Request-URI has it: `sip:example.com`.
    pub server_uri: String,
    /// The address of record, as To and From have it: `sip:alice@example.com`.
    pub client_uri: String,
    /// User part of our Contact: what the registrar puts into the Request-URI of calls.
    pub contact_user: String,
    /// Parameters behind the Contact, as `q=0.5;methods="INVITE"`.
    pub contact_params: Option<String>,
    /// A `line` parameter in the URI of the Contact, by which calls are known again.
    pub line: Option<String>,
    /// Who we are at the registrar, for `+sip.instance` (RFC 5626 section 4.1): `urn:uuid:…`.
    pub instance: Option<String>,
    /// Which of our flows it is, for `reg-id` (RFC 5626 section 4.2). Asks for outbound where there is an instance too.
    pub reg_id: Option<u32>,
    /// Says that proxies on the way may add themselves to the Path (RFC 3327).
    pub support_path: bool,
    /// Proxies on the way, each as a name-addr; the first is where the REGISTER goes.
    pub route: Vec<String>,
    /// Further headers, in order.
    pub headers: Vec<(String, String)>,
    /// What to answer challenges with.
    pub credentials: Vec<Credentials>,
    /// Security mechanisms that are agreed on with the registrar (RFC 3329), each as `sdes-srtp;mediasec`; none for no
    /// agreement.
    pub security_mechanisms: Vec<String>,
    /// Seconds to ask for.
    pub expiration: u32,
    /// The next try after a failure that may pass.
    pub retry_interval: Duration,
    /// The next try after a 403; `None` takes it for good.
    pub forbidden_retry_interval: Option<Duration>,
    /// The next try after any other refusal that is final by the RFCs; `None` takes it for good.
    pub fatal_retry_interval: Option<Duration>,
    /// Tries after a failure until we give up; `None` never gives up.
    pub max_retries: Option<u32>,
    /// Whether refused credentials are final. Else they are tried again after `retry_interval`.
    pub auth_rejection_permanent: bool,
    /// The first REGISTER waits for a random time up to this, so that not all go out at once.
    pub max_initial_delay: Duration,
}

impl RegistrationSettings {
    /// The defaults for an address of record at a registrar.
    pub fn new(server_uri: impl Into<String>, client_uri: impl Into<String>) -> RegistrationSettings {
        RegistrationSettings {
            server_uri: server_uri.into(),
            client_uri: client_uri.into(),
            contact_user: "s".to_owned(),
            contact_params: None,
            line: None,
            instance: None,
            reg_id: None,
            support_path: false,
            route: Vec::new(),
            headers: Vec::new(),
            credentials: Vec::new(),
            security_mechanisms: Vec::new(),
            expiration: 3600,
            retry_interval: Duration::from_secs(60),
            forbidden_retry_interval: None,
            fatal_retry_interval: None,
            max_retries: Some(10),
            auth_rejection_permanent: true,
            max_initial_delay: Duration::from_secs(10),
        }
    }

    /// Whether it asks for outbound (RFC 5626).
    pub(super) fn outbound(&self) -> bool {
        self.instance.is_some() && self.reg_id.is_some()
    }
}
