//! Registering ourselves at another exchange (RFC 3261 §10.2).

use sip_parser::{Method, Uri, escape_user};
use sip_ua::digest::{Credentials, Secret};
use sip_ua::user_agent::{OutboundRequest, RequestFailure};

use super::addressing;
use super::{NextHop, SipTechnology};
use crate::technology::OriginateError;

/// Why a registration did not come about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// Nobody said who we are.
    #[error("no account to register with; give the line one by LineBuilder::account")]
    NoAccount,
    /// The registrar is no SIP address, cannot be found, or no transport leads there.
    #[error("cannot register at {registrar}: {reason}")]
    Unreachable {
        /// As it was given.
        registrar: String,
        /// Why; for a name, what was looked up.
        reason: String,
    },
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
    sip: &SipTechnology,
    registrar: &str,
    user: &str,
    secret: &str,
    seconds: u32,
) -> Result<u32, RegistrationError> {
    let unreachable =
        |reason: String| RegistrationError::Unreachable { registrar: registrar.to_owned(), reason };
    let target = target(registrar);
    let uri = Uri::parse(&target).map_err(|error| unreachable(error.to_string()))?;
    let hop = NextHop::of(&uri).map_err(unreachable)?;
    let flows = sip.flows_to(&hop).await.map_err(|error| match error {
        OriginateError::Unreachable { reason, .. } => unreachable(reason),
        other => unreachable(other.to_string()),
    })?;
    let [flow, others @ ..] = flows.as_slice() else {
        return Err(unreachable("it has no server".to_owned()));
    };
    let (user_agent, secure) = (sip.user_agent(), addressing::is_sips(&target));
    let address = address_of_record(&uri, user);
    let mut request = OutboundRequest::new(Method::Register, &target, *flow, &address, &address);
    request.alternatives = addressing::alternatives(user_agent, others, user, secure);
    request.contact = Some(addressing::contact(user_agent, flow, user, secure));
    request.headers.push(("Expires".to_owned(), seconds.to_string()));
    request.credentials.push(Credentials::new(user, Secret::plain(secret)));
    let response = user_agent.send_request(request).await?;
    match response.status().unwrap_or(500) {
        200..=299 => Ok(granted(&response, seconds)),
        status => Err(RegistrationError::Refused { status, reason: response.reason().to_owned() }),
    }
}

/// The Request-URI: a registrar may be written as a host with or without a port.
fn target(registrar: &str) -> String {
    let is_uri = ["sip:", "sips:"].iter().any(|scheme| {
        registrar.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme))
    });
    if is_uri { registrar.to_owned() } else { format!("sip:{registrar}") }
}

/// Who we are there.
fn address_of_record(registrar: &Uri<'_>, user: &str) -> String {
    let (scheme, host, user) = (registrar.scheme(), registrar.host(), escape_user(user));
    match registrar.port() {
        Some(port) => format!("<{scheme}:{user}@{host}:{port}>"),
        None => format!("<{scheme}:{user}@{host}>"),
    }
}

/// What the registrar granted: the `expires` of our contact, else the Expires header, else what we asked for.
fn granted(response: &sip_parser::Message, asked: u32) -> u32 {
    let of_contact = response.contacts().filter_map(Result::ok).find_map(|contact| contact.expires());
    of_contact.or_else(|| response.expires()?.ok()).unwrap_or(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registrar_is_a_host_or_a_uri() {
        let named = |registrar: &str| {
            let target = target(registrar);
            let address = address_of_record(&Uri::parse(&target).unwrap(), "60 01");
            (target, address)
        };
        let pair = |target: &str, address: &str| (target.to_owned(), address.to_owned());
        assert_eq!(named("192.0.2.1:5070"), pair("sip:192.0.2.1:5070", "<sip:60%2001@192.0.2.1:5070>"));
        assert_eq!(named("example.com"), pair("sip:example.com", "<sip:60%2001@example.com>"));
        assert_eq!(
            named("SIPS:example.com;transport=tcp"),
            pair("SIPS:example.com;transport=tcp", "<SIPS:60%2001@example.com>")
        );
        assert_eq!(named("[2001:db8::1]"), pair("sip:[2001:db8::1]", "<sip:60%2001@[2001:db8::1]>"));
    }
}
