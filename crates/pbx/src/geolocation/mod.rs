//! Where callers are: what their INVITEs say of it, what `geolocation.conf` says, which of the two counts, and what those
//! who are called are told (RFC 6442).
//!
//! `incoming.rs` reads an INVITE; `resolution.rs` puts a profile's templates, its location and its refinement together;
//! `telling.rs` makes of that what an INVITE says. The profile travels on the channel, where `GEOLOC_PROFILE` changes it.

mod incoming;
mod resolution;
mod telling;

use std::sync::Arc;

use call_control::sip::ConveyedLocation;
use call_control::{Call, LocationProfile};
use sip_parser::Message;

pub(crate) use resolution::resolve;

use crate::exchange::Exchange;
use crate::warnings;

/// Notes on the channel of an INVITE where its caller is, as the profile of the endpoint for incoming calls says.
pub(crate) fn locate(exchange: &Arc<Exchange>, endpoint: &str, invite: &Message, call: &Call) {
    let configuration = exchange.configuration();
    let Some(endpoint) = configuration.sip.endpoints.get(endpoint) else { return };
    let Some(name) = &endpoint.geolocation.incoming_call_profile else { return };
    // One that is not there was told of when the configuration was read.
    let Some(configured) = configuration.geolocation.profile(name) else { return };
    let precedence = configured.precedence;
    let incoming = incoming::profile_of(invite).unwrap_or_else(|problem| {
        warnings::about(call, format!("the caller's location is left aside: {problem}"));
        None
    });
    let counts = precedence.choose(incoming, Some(configured).filter(LocationProfile::has_location));
    call.set_location_profile(counts.map(Arc::new));
}

/// What an INVITE to `endpoint` tells of where the caller is, as the profile of the endpoint for outgoing calls says.
/// Templates see the channel that asks for the call, or else the new one.
pub(crate) fn location_of_caller(
    exchange: &Arc<Exchange>,
    endpoint: &str,
    call: &Call,
    asker: Option<&Call>,
    from: &str,
) -> Option<ConveyedLocation> {
    let configuration = exchange.configuration();
    let name = configuration.sip.endpoints.get(endpoint)?.geolocation.outgoing_call_profile.as_ref()?;
    let configured = configuration.geolocation.profile(name)?;
    let precedence = configured.precedence;
    let incoming = call.location_profile().filter(|profile| profile.has_location());
    let configured = Some(configured).filter(LocationProfile::has_location).map(Arc::new);
    let profile = precedence.choose(incoming, configured)?;
    let resolved = resolve(exchange, &profile, asker.unwrap_or(call));
    telling::conveyed(&profile, &resolved, from).unwrap_or_else(|problem| {
        warnings::about(call, format!("no location is told: {problem}"));
        None
    })
}

#[cfg(test)]
mod tests;
