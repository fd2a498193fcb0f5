//! The way to what stands behind `PJSIP/` in a `Dial`.
//!
//! | written | calls |
//! | --- | --- |
//! | `bob` | the contact of endpoint `bob` |
//! | `bob@example.com` | that of endpoint `bob@example.com`, where there is one |
//! | `0033…@trunk` | endpoint `trunk`, with that number |
//! | `trunk/0033…` | the same, as `SIP/` has it |
//! | `trunk/sip:…` | that URI, as endpoint `trunk` |
//! | `bob/desk` | the contact of address of record `desk`, as endpoint `bob` |

use call_control::OriginateError;
use call_control::sip::{NextHop, Route};
use sip_parser::{NameAddr, Uri, escape_user};
use sip_ua::registrar::Binding;
use sip_ua::user_agent::SecurityAgreement;

use crate::configuration::{Configuration, Endpoint};
use crate::exchange::Exchange;

/// What a resource asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted<'r> {
    /// A contact of the endpoint's.
    Contact,
    /// A contact of this address of record.
    ContactOf(&'r str),
    /// A contact of the endpoint's, with this number as its user.
    Number(&'r str),
    /// This URI.
    Uri(&'r str),
}

/// An address of record and an instance of it, for calls that mean that one alone.
type Instance<'r> = (&'r str, &'r str);

/// The way to `resource`; where it has the address of record of `instance`, to that instance and no other.
pub(super) fn to(
    exchange: &Exchange,
    resource: &str,
    instance: Option<Instance<'_>>,
) -> Result<Route, OriginateError> {
    let configuration = exchange.configuration();
    let (name, wanted) = read(&configuration, resource);
    let endpoint = exchange.endpoints().get(name).cloned();
    let endpoint = endpoint.ok_or_else(|| OriginateError::NoSuchEndpoint(name.to_owned()))?;
    let (target, next_hop, path) = match wanted {
        Wanted::Uri(uri) => (uri.to_owned(), next_hop(uri)?, Vec::new()),
        Wanted::ContactOf(aor) => contact(exchange, &configuration, name, &[aor.to_owned()], instance)?,
        Wanted::Contact => contact(exchange, &configuration, name, aors(&configuration, name), instance)?,
        Wanted::Number(number) => {
            let (target, hop, path) =
                contact(exchange, &configuration, name, aors(&configuration, name), None)?;
            (with_user(&target, number)?, hop, path)
        }
    };
    let service_route = exchange.outbound_registrations().map(|outbound| outbound.service_route(name));
    let service_route = service_route.unwrap_or_default();
    let (next_hop, route_set) = match service_route.first() {
        // What a registrar of ours wants its requests to pass comes first (RFC 3608 section 6.3).
        Some(first) if path.is_empty() => (next_hop_of_route(first)?, service_route),
        _ => (next_hop, path),
    };
    let configured = configuration.sip.endpoints.get(name).map(AsRef::as_ref);
    let aor = match wanted {
        Wanted::ContactOf(aor) => Some(aor),
        Wanted::Contact | Wanted::Number(_) => aors(&configuration, name).first().map(String::as_str),
        Wanted::Uri(_) => None,
    };
    let (next_hop, route_set) = leave(&configuration, configured, aor, next_hop, route_set)?;
    let security = configured.and_then(|endpoint| agreement(exchange, endpoint, &target));
    let number = match wanted {
        Wanted::Number(number) => Some(number.to_owned()),
        _ => None,
    };
    Ok(Route { endpoint, number, target, next_hop, route_set, security })
}

/// What is agreed on with the server of an endpoint that wants that, for requests to `target`.
fn agreement(exchange: &Exchange, endpoint: &Endpoint, target: &str) -> Option<SecurityAgreement> {
    let client = Some(endpoint.security_mechanisms.clone()).filter(|client| !client.is_empty())?;
    let host = Uri::parse(target).map(|uri| uri.host().to_string()).unwrap_or_default();
    let outbound = exchange.outbound_registrations();
    let server =
        outbound.map(|outbound| outbound.security_servers(&endpoint.name, &host)).unwrap_or_default();
    Some(SecurityAgreement { client, server })
}

/// The way out: by the `outbound_proxy` of the endpoint, else of the address of record, from the endpoint's `transport`.
fn leave(
    configuration: &Configuration,
    endpoint: Option<&Endpoint>,
    aor: Option<&str>,
    next_hop: NextHop,
    route_set: Vec<String>,
) -> Result<(NextHop, Vec<String>), OriginateError> {
    let of_endpoint = endpoint.map(|endpoint| endpoint.outbound_proxy.as_slice()).unwrap_or_default();
    let of_aor =
        || aor.and_then(|name| configuration.sip.aors.get(name)).map(|aor| aor.outbound_proxy.as_slice());
    let proxies = if of_endpoint.is_empty() { of_aor().unwrap_or_default() } else { of_endpoint };
    let (next_hop, route_set) = match proxies.first() {
        Some(first) => {
            let mut routes = crate::configuration::route_set(proxies);
            routes.extend(route_set);
            (self::next_hop(first)?, routes)
        }
        None => (next_hop, route_set),
    };
    let transport = endpoint.and_then(|endpoint| endpoint.transport.as_deref());
    let transport = transport.and_then(|name| configuration.sip.transports.iter().find(|t| t.name == name));
    let next_hop = match transport {
        Some(transport) => next_hop.from_socket(transport.protocol, transport.bind),
        None => next_hop,
    };
    Ok((next_hop, route_set))
}

/// The way to what `resource` names, written as in `Dial`.
pub(crate) fn route_to(exchange: &Exchange, resource: &str) -> Result<Route, OriginateError> {
    to(exchange, resource, None)
}

/// The ways to all contacts of an endpoint, registered or of the configuration.
pub(crate) fn contacts_of(exchange: &Exchange, name: &str) -> Vec<Route> {
    let configuration = exchange.configuration();
    let Some(endpoint) = exchange.endpoints().get(name).cloned() else { return Vec::new() };
    let configured = configuration.sip.endpoints.get(name).map(AsRef::as_ref);
    let mut routes = Vec::new();
    for aor in aors(&configuration, name) {
        let way = |target: String, hop: Result<NextHop, OriginateError>, route_set: Vec<String>| {
            // Where a contact leads nowhere, a call to it says so; here there is nobody to tell.
            let (next_hop, route_set) =
                leave(&configuration, configured, Some(aor.as_str()), hop.ok()?, route_set).ok()?;
            let security = configured.and_then(|endpoint| agreement(exchange, endpoint, &target));
            Some(Route { endpoint: endpoint.clone(), number: None, target, next_hop, route_set, security })
        };
        let registered = exchange.registrations().contacts(aor).into_iter();
        routes.extend(registered.filter_map(|binding| {
            let hop = binding_hop(&binding);
            way(binding.contact_uri, hop, binding.path)
        }));
        let fixed = configuration.sip.aors.get(aor).into_iter().flat_map(|aor| &aor.contacts);
        routes.extend(fixed.filter_map(|uri| way(uri.clone(), next_hop(uri), Vec::new())));
    }
    routes
}

fn aors<'c>(configuration: &'c Configuration, endpoint: &str) -> &'c [String] {
    configuration.sip.endpoints.get(endpoint).map(|e| e.aors.as_slice()).unwrap_or_default()
}

/// The endpoint's name and what is wanted of it.
fn read<'r>(configuration: &Configuration, resource: &'r str) -> (&'r str, Wanted<'r>) {
    if let Some((endpoint, rest)) = resource.split_once('/') {
        let is_uri = rest.starts_with("sip:") || rest.starts_with("sips:");
        let wanted = match rest {
            "" => Wanted::Contact,
            uri if is_uri => Wanted::Uri(uri),
            aor if configuration.sip.aors.contains_key(aor) => Wanted::ContactOf(aor),
            number => Wanted::Number(number),
        };
        return (endpoint, wanted);
    }
    match resource.rsplit_once('@') {
        // A user of one of several domains.
        Some(_) if configuration.sip.endpoints.contains_key(resource) => (resource, Wanted::Contact),
        Some((number, endpoint)) => (endpoint, Wanted::Number(number)),
        None => (resource, Wanted::Contact),
    }
}

/// The next hop and the Route of requests to a contact of `endpoint`, if the address of record has one; `None` for a contact
/// that is not there any more.
pub(crate) fn way_to(
    exchange: &Exchange,
    endpoint: Option<&Endpoint>,
    aor: &str,
    uri: &str,
) -> Option<(NextHop, Vec<String>)> {
    let registered = exchange.registrations().contacts(aor);
    let (hop, path) = match registered.into_iter().find(|binding| binding.contact_uri == uri) {
        Some(binding) => (binding_hop(&binding).ok()?, binding.path),
        None => (next_hop(uri).ok()?, Vec::new()),
    };
    leave(&exchange.configuration(), endpoint, Some(aor), hop, path).ok()
}

/// The first contact of the addresses of record that is not known to be away: registered ones before those of the
/// configuration.
fn contact(
    exchange: &Exchange,
    configuration: &Configuration,
    endpoint: &str,
    aors: &[String],
    instance: Option<Instance<'_>>,
) -> Result<(String, NextHop, Vec<String>), OriginateError> {
    let qualification = exchange.qualification();
    let mut away = false;
    for aor in aors {
        let instance = instance.filter(|(of, _)| of == aor).map(|(_, instance)| instance);
        for binding in exchange.registrations().contacts(aor) {
            if instance.is_some_and(|wanted| binding.instance.as_deref() != Some(wanted)) {
                continue;
            }
            if is_cut_off(exchange, &binding) {
                away = true;
                continue;
            }
            if qualification.is_worth_trying(aor, &binding.contact_uri) {
                let hop = binding_hop(&binding)?;
                return Ok((binding.contact_uri, hop, binding.path));
            }
            away = true;
        }
        let fixed = configuration.sip.aors.get(aor).filter(|_| instance.is_none());
        let fixed = fixed.map(|aor| aor.contacts.as_slice());
        for uri in fixed.unwrap_or_default() {
            if qualification.is_worth_trying(aor, uri) {
                return Ok((uri.clone(), next_hop(uri)?, Vec::new()));
            }
            away = true;
        }
    }
    let error = if away { OriginateError::Away } else { OriginateError::NoContact };
    Err(error(endpoint.to_owned()))
}

/// Where calls to a registered phone go: by its Path, over the connection it came by, to where it was seen, or to where
/// its Contact points.
fn binding_hop(binding: &Binding) -> Result<NextHop, OriginateError> {
    if let Some(proxy) = binding.path.first() {
        return next_hop_of_route(proxy);
    }
    let outbound = binding.outbound().is_some();
    if outbound && binding.flow.protocol.is_reliable() {
        return Ok(NextHop::Connection { flow: binding.flow, otherwise: None });
    }
    if binding.flow.protocol.is_reliable() {
        let fallback = next_hop(&binding.contact_uri).ok();
        return Ok(NextHop::Connection { flow: binding.flow, otherwise: fallback.map(Box::new) });
    }
    match binding.received.or(outbound.then_some(binding.flow.remote)) {
        // From the socket that it registered at: its translator lets in nobody else.
        Some(seen) => Ok(NextHop::Connection {
            flow: binding.flow.towards(seen),
            otherwise: Some(Box::new(NextHop::Host {
                protocol: binding.flow.protocol,
                host: seen.ip().to_string(),
                port: seen.port(),
            })),
        }),
        None => next_hop(&binding.contact_uri),
    }
}

/// Whether the connection is closed that is the only way to this contact (RFC 5626 section 5.3).
fn is_cut_off(exchange: &Exchange, binding: &Binding) -> bool {
    let alone = binding.flow.is_reliable() && binding.outbound().is_some() && binding.path.is_empty();
    alone && exchange.sip().is_some_and(|sip| !sip.user_agent().has_connection(&binding.flow))
}

/// The next hop that a value of Route names.
fn next_hop_of_route(route: &str) -> Result<NextHop, OriginateError> {
    match NameAddr::parse(route) {
        Ok(address) => next_hop(address.uri_str()),
        Err(_) => next_hop(route),
    }
}

fn next_hop(uri: &str) -> Result<NextHop, OriginateError> {
    let unreachable = |reason: String| OriginateError::Unreachable { contact: uri.to_owned(), reason };
    let parsed = Uri::parse(uri).map_err(|e| unreachable(format!("it is not a SIP URI: {e}")))?;
    NextHop::of(&parsed).map_err(unreachable)
}

/// `target` with another user part.
fn with_user(target: &str, number: &str) -> Result<String, OriginateError> {
    let unreachable = |reason: String| OriginateError::Unreachable { contact: target.to_owned(), reason };
    let (scheme, rest) =
        target.split_once(':').ok_or_else(|| unreachable("it is not a SIP URI".to_owned()))?;
    let end_of_host = rest.find([';', '?']).unwrap_or(rest.len());
    let host = rest[..end_of_host].rsplit_once('@').map_or(&rest[..end_of_host], |(_, host)| host);
    Ok(format!("{scheme}:{}@{host}{}", escape_user(number), &rest[end_of_host..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_replaces_the_user_of_a_contact() {
        let with = |target, number| with_user(target, number).unwrap();
        assert_eq!(
            with("sip:gw@192.0.2.1:5070;transport=tcp", "0033"),
            "sip:0033@192.0.2.1:5070;transport=tcp"
        );
        assert_eq!(with("sip:192.0.2.1", "+33"), "sip:+33@192.0.2.1");
        assert_eq!(with("sip:a@[2001:db8::1]:5060", "1#2"), "sip:1%232@[2001:db8::1]:5060");
    }
}
