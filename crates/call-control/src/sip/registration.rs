//! Registering ourselves at another exchange (RFC 3261 §10.2).

use std::net::SocketAddr;

use sip_parser::Method;
use sip_ua::UserAgentHandle;
use sip_ua::digest::{Credentials, Secret};
use sip_ua::transport::Protocol;
use sip_ua::user_agent::{OutboundRequest, RequestFailure};

use super::addressing;

/// Why a registration did not come about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// Nobody said who we are.
    #[error("no account to register with; give the line one by LineBuilder::account")]
    NoAccount,
    /// No transport towards that address.
    #[error("no transport leads to {0}")]
    NoTransport(SocketAddr),
    /// The registrar said no.
    #[error("the registrar refused with {status} {reason}")]
    Refused {
        /// Status code.
        status: u16,
        /// Reason phrase.
        reason: String,
    },
    /// The registrar said nothing.
    #[error(transparent)]
    Silent(#[from] RequestFailure),
}

/// Sends one REGISTER and returns the seconds that were granted.
pub(super) async fn register(
    user_agent: &UserAgentHandle,
    registrar: SocketAddr,
    user: &str,
    secret: &str,
    seconds: u32,
) -> Result<u32, RegistrationError> {
    let flow =
        user_agent.flow_to(Protocol::Udp, registrar).ok_or(RegistrationError::NoTransport(registrar))?;
    let address = format!("<sip:{user}@{registrar}>");
    let target = format!("sip:{registrar}");
    let mut request = OutboundRequest::new(Method::Register, &target, flow, &address, &address);
    request.contact = Some(addressing::contact(&flow, user, false));
    request.headers.push(("Expires".to_owned(), seconds.to_string()));
    request.credentials.push(Credentials::new(user, Secret::plain(secret)));
    let response = user_agent.send_request(request).await?;
    match response.status().unwrap_or(500) {
        200..=299 => Ok(granted(&response, seconds)),
        status => Err(RegistrationError::Refused { status, reason: response.reason().to_owned() }),
    }
}

/// What the registrar granted: the `expires` of our contact, else the Expires header, else what we asked for.
fn granted(response: &sip_parser::Message, asked: u32) -> u32 {
    let of_contact = response.contacts().filter_map(Result::ok).find_map(|contact| contact.expires());
    of_contact.or_else(|| response.expires()?.ok()).unwrap_or(asked)
}
