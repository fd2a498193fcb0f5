//! Requests of devices of `sip.conf` that are known by where they registered (`host=dynamic`).

use std::sync::Arc;

use call_control::sip::SipEndpoint;
use sip_parser::{Message, Method};
use sip_ua::guard::Standing;
use sip_ua::transport::Flow;

use super::identify;
use crate::configuration::{Configuration, DeviceRules};
use crate::exchange::Exchange;

/// The device of a request from where it registered: that which From names, and where From names nobody, the one that is
/// there. With `insecure=invite` its call has nothing left to prove. A request in the name of another endpoint is that one's,
/// which is challenged as always.
pub(super) fn endpoint_of(exchange: &Exchange, request: &Message, flow: &Flow) -> Option<Arc<SipEndpoint>> {
    let configuration = exchange.configuration();
    if configuration.sip.device_rules.is_empty() || request.method() == Some(Method::Register) {
        return None;
    }
    let name = match identify::named_by_from(&configuration, request) {
        Some(named) => {
            let rules = configuration.sip.device_rules.get(&named.name)?;
            let is_at = |any_port| is_registered_at(exchange, &named.name, flow, any_port);
            // A phone may call from another port than it registered from, but not from that of a trunk.
            let is_there = || is_at(false) || is_at(true) && !is_of_another(exchange, &configuration, flow);
            (registers(rules) && is_there()).then_some(named.name.as_str())
        }
        None => nameless(exchange, &configuration, flow),
    }?;
    let endpoint = exchange.endpoints().get(name)?.clone();
    let registrant = configuration.sip.device_rules.get(name).and_then(|rules| rules.registrant);
    let is_believed = request.method() == Some(Method::Invite)
        && registrant.is_some_and(|registrant| is_registered_at(exchange, name, flow, registrant.any_port));
    if !is_believed {
        return Some(endpoint);
    }
    let mut believed = endpoint.as_ref().clone();
    believed.credentials.clear();
    Some(Arc::new(believed))
}

/// The device that registered where a request without a known name comes from; a device whose fixed address it is comes first.
fn nameless<'c>(exchange: &Exchange, configuration: &'c Configuration, flow: &Flow) -> Option<&'c str> {
    // Strangers are many, and none of them has registered.
    if exchange.guard().standing(flow.remote.ip()) == Standing::Stranger
        || is_of_another(exchange, configuration, flow)
    {
        return None;
    }
    let rules = configuration.sip.device_rules.iter();
    let mut devices = rules.filter(|(_, rules)| registers(rules));
    let is_there = |(name, rules): &(&'c String, &DeviceRules)| {
        let any_port = rules.recognition.is_some_and(|recognition| recognition.any_port);
        is_registered_at(exchange, name, flow, any_port)
    };
    devices.find(is_there).map(|(name, _)| name.as_str())
}

/// Whether a device always is where a request comes from, port and all.
fn is_of_another(exchange: &Exchange, configuration: &Configuration, flow: &Flow) -> bool {
    identify::is_own_port(configuration, exchange.host_addresses(), flow)
}

fn registers(rules: &DeviceRules) -> bool {
    rules.recognition.is_some_and(|recognition| recognition.registers)
}

fn is_registered_at(exchange: &Exchange, name: &str, flow: &Flow, any_port: bool) -> bool {
    let bindings = exchange.registrations().contacts(name);
    let mut places = bindings.iter().map(|binding| binding.flow.remote);
    places.any(|place| place.ip() == flow.remote.ip() && (any_port || place.port() == flow.remote.port()))
}
