//! The configuration as SIP asks for it: who calls, where a number leads, where a phone is.

mod endpoints;
mod identify;
mod registrants;
mod registration;
mod route;

use std::sync::{Arc, Weak};

use call_control::sip::{Admission, Directory, PendingReply, Route, SipEndpoint};
use call_control::{CallerId, OriginateError};
use dialplan_vm::Matching;
use sip_parser::Message;
use sip_ua::transport::Flow;
use sip_ua::user_agent::Reply;

pub(crate) use endpoints::EndpointTable;

use crate::exchange::Exchange;

/// Answers from the configuration that is in force, and from the registrations.
pub(crate) struct ConfiguredDirectory {
    exchange: Weak<Exchange>,
}

impl ConfiguredDirectory {
    pub(crate) fn new(exchange: Weak<Exchange>) -> Self {
        Self { exchange }
    }
}

impl Directory for ConfiguredDirectory {
    fn identify(&self, request: &Message, flow: &Flow) -> Option<Arc<SipEndpoint>> {
        let exchange = self.exchange.upgrade()?;
        if let Some(endpoint) = registrants::endpoint_of(&exchange, request, flow) {
            return Some(endpoint);
        }
        identify::endpoint_of(&exchange.configuration(), &exchange.endpoints(), request, flow)
    }

    fn realm(&self) -> String {
        let exchange = self.exchange.upgrade();
        exchange.map(|e| e.configuration().sip.global.default_realm.clone()).unwrap_or_default()
    }

    fn admit(&self, endpoint: &SipEndpoint, dialed: &str, caller: &CallerId) -> Admission {
        let Some(exchange) = self.exchange.upgrade() else { return Admission::NoSuchNumber };
        let plan = exchange.configuration().dialplan.clone();
        match plan.matching(&endpoint.context, dialed, Some(&caller.number)) {
            Matching::Matches { .. } => Admission::Welcome,
            Matching::CouldMatch if overlaps(&exchange, &endpoint.name) => Admission::Incomplete,
            Matching::CouldMatch | Matching::Nothing => Admission::NoSuchNumber,
        }
    }

    fn route(&self, resource: &str) -> Result<Route, OriginateError> {
        let exchange = self.exchange.upgrade().ok_or(OriginateError::Refused)?;
        route::to(&exchange, resource)
    }

    fn register(&self, endpoint: Arc<SipEndpoint>, request: Message, flow: Flow, reply: PendingReply) {
        match self.exchange.upgrade() {
            Some(exchange) => {
                drop(tokio::spawn(registration::serve(exchange, endpoint, request, flow, reply)))
            }
            None => reply.send(Reply::status(503)),
        }
    }
}

/// Whether callers from `endpoint` may be told to send more digits (`allow_overlap`).
fn overlaps(exchange: &Exchange, endpoint: &str) -> bool {
    exchange.configuration().sip.endpoints.get(endpoint).is_some_and(|endpoint| endpoint.allow_overlap)
}
