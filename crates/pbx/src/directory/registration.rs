//! REGISTER: the address of record that it means, and the answer once the change is safe.

use std::sync::Arc;

use call_control::sip::{PendingReply, SipEndpoint};
use sip_parser::Message;
use sip_ua::registrar::AorPolicy;
use sip_ua::transport::Flow;
use sip_ua::user_agent::Reply;

use crate::configuration::{Aor, Configuration, Endpoint};
use crate::exchange::Exchange;

/// Registers, refreshes or removes, and answers.
pub(super) async fn serve(
    exchange: Arc<Exchange>,
    endpoint: Arc<SipEndpoint>,
    request: Message,
    flow: Flow,
    reply: PendingReply,
) {
    let configuration = exchange.configuration();
    let answer = match aor_of(&configuration, &endpoint.name, &request) {
        Some((endpoint, aor)) => {
            let policy = policy(endpoint, aor);
            exchange.registrations().register(&aor.name, policy, &request, &flow).await
        }
        None => Err(404),
    };
    reply.send(match answer {
        Ok(headers) => Reply { status: 200, headers, ..Reply::default() },
        Err(status) => Reply::status(status),
    });
}

/// The address of record in To, if it is one of the endpoint's.
fn aor_of<'c>(
    configuration: &'c Configuration,
    endpoint: &str,
    request: &Message,
) -> Option<(&'c Endpoint, &'c Aor)> {
    let endpoint = configuration.sip.endpoints.get(endpoint)?;
    let to = request.to().ok()?;
    let user = to.uri().user_unescaped()?;
    let name = endpoint.aors.iter().find(|name| *name == user.as_ref())?;
    Some((endpoint.as_ref(), configuration.sip.aors.get(name)?))
}

fn policy(endpoint: &Endpoint, aor: &Aor) -> AorPolicy {
    AorPolicy {
        max_contacts: aor.max_contacts,
        remove_existing: aor.remove_existing,
        remove_unavailable: aor.remove_unavailable,
        minimum_expiration: aor.minimum_expiration,
        default_expiration: aor.default_expiration,
        maximum_expiration: aor.maximum_expiration,
        rewrite_contact: endpoint.rewrite_contact,
        support_path: aor.support_path,
    }
}
