//! REGISTER: the address of record that it means, and the answer once the change is safe.

use std::time::Duration;

use call_control::sip::{PendingReply, SipEndpoint};
use sip_parser::Message;
use sip_ua::registrar::AorPolicy;
use sip_ua::transport::Flow;
use sip_ua::user_agent::Reply;

use crate::configuration::{Aor, Configuration, Endpoint};
use crate::exchange::Exchange;
use crate::registrar::RefusedRegistration;

/// Registers, refreshes or removes, and answers.
pub(super) fn serve(
    exchange: &Exchange,
    endpoint: &SipEndpoint,
    request: &Message,
    flow: Flow,
    reply: PendingReply,
) {
    let configuration = exchange.configuration();
    let answer = match aor_of(&configuration, &endpoint.name, request) {
        Some((endpoint, aor)) => {
            let policy = policy(endpoint, aor);
            let registered = exchange.registrations().register(&aor.name, policy, request, &flow);
            if registered.is_ok() {
                welcome(exchange, &aor.name, &flow);
            }
            registered
        }
        None => Err(RefusedRegistration {
            why: "To names no address of record of the endpoint (aors)".to_owned(),
            ..404.into()
        }),
    };
    let (status, headers) = match answer {
        Ok(headers) => (200, headers),
        Err(RefusedRegistration { status, headers, why }) => {
            let (name, source, protocol) = (&endpoint.name, flow.remote, flow.protocol);
            exchange.warn(vec![format!(
                "Registration of '{name}' ({protocol}:{source}) is refused with {status}: {why}."
            )]);
            (status, headers)
        }
    };
    reply.send(Reply { status, headers, ..Reply::default() });
}

/// The address that a registration came from is a phone's for as long as that lasts.
fn welcome(exchange: &Exchange, aor: &str, flow: &Flow) {
    let now = exchange.registrations().now();
    let contacts = exchange.registrations().contacts(aor);
    let here = contacts.iter().filter(|contact| contact.flow.remote.ip() == flow.remote.ip());
    if let Some(seconds) = here.map(|contact| contact.remaining(now)).max() {
        exchange.guard().welcome(flow.remote.ip(), Duration::from_secs(seconds));
    }
}

/// The address of record in To, if it is one of the endpoint's.
fn aor_of<'c>(
    configuration: &'c Configuration,
    endpoint: &str,
    request: &Message,
) -> Option<(&'c Endpoint, &'c Aor)> {
    let endpoint = configuration.sip.endpoints.get(endpoint)?;
    let to = request.to().ok()?;
    let names = super::names_of(&configuration.sip, &to.uri());
    let name = names.iter().find(|name| endpoint.aors.contains(name))?;
    Some((endpoint.as_ref(), configuration.sip.aors.get(name)?))
}

fn policy(endpoint: &Endpoint, aor: &Aor) -> AorPolicy {
    AorPolicy {
        max_contacts: aor.max_contacts,
        remove_existing: aor.remove_existing,
        remove_unavailable: aor.remove_unavailable,
        minimum_expiration: aor.minimum_expiration,
        refuse_brief: false,
        default_expiration: aor.default_expiration,
        maximum_expiration: aor.maximum_expiration,
        rewrite_contact: endpoint.rewrite_contact,
        support_path: aor.support_path,
    }
}
