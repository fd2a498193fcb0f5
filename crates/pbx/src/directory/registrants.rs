//! Calls of devices that are believed where they registered: `insecure=invite` of `sip.conf` with `host=dynamic`.

use std::sync::Arc;

use call_control::sip::SipEndpoint;
use sip_parser::{Message, Method};
use sip_ua::transport::Flow;

use crate::configuration::{Configuration, Registrant};
use crate::exchange::Exchange;

/// The endpoint of a call from where such a device registered, with nothing left to prove. A call in the name of another
/// endpoint is that one's, which is challenged as always.
pub(super) fn endpoint_of(exchange: &Exchange, request: &Message, flow: &Flow) -> Option<Arc<SipEndpoint>> {
    let configuration = exchange.configuration();
    let rules = configuration.sip.device_rules.iter();
    let mut registrants = rules.filter_map(|(name, rules)| Some((name, rules.registrant?))).peekable();
    registrants.peek()?;
    if request.method() != Some(Method::Invite) {
        return None;
    }
    let claimed = claimed_endpoint(&configuration, request);
    let mut possible = registrants.filter(|(name, _)| claimed.as_ref().is_none_or(|own| own == *name));
    let (name, _) = possible.find(|(name, registrant)| registered_at(exchange, name, *registrant, flow))?;
    let mut endpoint = exchange.endpoints().get(name)?.as_ref().clone();
    endpoint.credentials.clear();
    Some(Arc::new(endpoint))
}

/// The endpoint that From names.
fn claimed_endpoint(configuration: &Configuration, request: &Message) -> Option<String> {
    let from = request.from().ok()?;
    let names = super::names_of(&configuration.sip, &from.uri());
    names.into_iter().find(|name| configuration.sip.endpoints.contains_key(name))
}

fn registered_at(exchange: &Exchange, name: &str, registrant: Registrant, flow: &Flow) -> bool {
    let bindings = exchange.registrations().contacts(name);
    let mut places = bindings.iter().map(|binding| binding.flow.remote);
    places.any(|place| {
        place.ip() == flow.remote.ip() && (registrant.any_port || place.port() == flow.remote.port())
    })
}
