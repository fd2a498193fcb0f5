//! The endpoint that a request comes from, found in the order that the configuration says.

use std::sync::Arc;

use call_control::sip::SipEndpoint;
use sip_parser::{HeaderName, Message};
use sip_ua::transport::Flow;

use super::{EndpointTable, HostAddresses};
use crate::configuration::{Configuration, Identifier};

/// The endpoint that `request` claims to come from, or that its address belongs to. Nothing is proven yet.
pub(super) fn endpoint_of(
    configuration: &Configuration,
    endpoints: &EndpointTable,
    hosts: &HostAddresses,
    request: &Message,
    flow: &Flow,
) -> Option<Arc<SipEndpoint>> {
    let order = &configuration.sip.global.endpoint_identifier_order;
    order.iter().find_map(|identifier| {
        let name = match identifier {
            Identifier::Ip => by_address(configuration, hosts, flow)?,
            Identifier::Username => by_from(configuration, request)?,
            Identifier::AuthUsername => by_credentials(endpoints, request)?,
            Identifier::Anonymous => "anonymous".to_owned(),
            Identifier::Header => return None,
        };
        endpoints.get(&name).cloned()
    })
}

fn by_address(configuration: &Configuration, hosts: &HostAddresses, flow: &Flow) -> Option<String> {
    let identifies = configuration.sip.identifies.iter();
    let address = flow.remote.ip();
    let mut matching =
        identifies.filter(|identify| identify.matches(address) || hosts.match_of(identify, address));
    matching.next().map(|identify| identify.endpoint.clone())
}

/// The user of From, when it names an endpoint that lets itself be found so.
fn by_from(configuration: &Configuration, request: &Message) -> Option<String> {
    let from = request.from().ok()?;
    let user = from.uri().user_unescaped()?;
    let endpoint = configuration.sip.endpoints.get(user.as_ref())?;
    endpoint.identify_by.contains(&Identifier::Username).then(|| endpoint.name.clone())
}

/// The user of the digest, when an endpoint that lets itself be found so has it among its `auth`.
fn by_credentials(endpoints: &EndpointTable, request: &Message) -> Option<String> {
    let authorization = request.raw(&HeaderName::Authorization)?;
    let user = sip_ua::digest::claimed_username(authorization)?;
    endpoints.of_user(&user).map(str::to_owned)
}
