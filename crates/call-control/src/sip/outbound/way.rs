//! The way that a call takes: its route, and the flows that may carry it.

use sip_ua::transport::Flow;

use crate::call::Call;
use crate::sip::directory::Route;
use crate::sip::{INSTANCE, SipTechnology};
use crate::technology::{OriginateError, OriginateRequest};

/// Where a call goes, and how it gets there.
pub(super) struct Way {
    /// The phone, and its endpoint.
    pub(super) route: Route,
    /// The flow to try first.
    pub(super) flow: Flow,
    /// Those to try when that fails.
    pub(super) others: Vec<Flow>,
}

impl Way {
    /// The way to what `resource` names.
    pub(super) async fn find(
        sip: &SipTechnology,
        resource: &str,
        request: &OriginateRequest,
    ) -> Result<Self, OriginateError> {
        let route = route(sip, resource, request)?;
        let flows = sip.flows_to(&route.next_hop).await?;
        let is_demanded = request.asker.as_ref().is_some_and(Call::demands_secure_signaling);
        let mut usable = flows.iter().copied().filter(|flow| !is_demanded || flow.protocol.is_secure());
        let refusal = || match is_demanded {
            true => OriginateError::NotSecure(route.endpoint.name.clone()),
            false => OriginateError::Refused,
        };
        let flow = usable.next().ok_or_else(refusal)?;
        let others = usable.collect();
        Ok(Self { route, flow, others })
    }
}

/// The way to what `resource` names; to one phone of it where the dialplan wants that one.
fn route(sip: &SipTechnology, resource: &str, request: &OriginateRequest) -> Result<Route, OriginateError> {
    let mut inherited = request.variables.iter();
    let instance = inherited.find(|(name, _)| name.trim_start_matches('_') == INSTANCE);
    Ok(match instance {
        Some((_, instance)) => sip.directory.route_to_instance(resource, instance)?,
        None => sip.directory.route(resource)?,
    })
}
