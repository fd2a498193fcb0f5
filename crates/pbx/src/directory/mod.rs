//! The configuration as SIP asks for it: who calls, where a number leads, where a phone is.

mod domains;
mod endpoints;
mod host_addresses;
mod identify;
mod registrants;
mod registration;
mod route;
mod transfer;

use std::sync::{Arc, Weak};

use call_control::sip::{
    AccessRules, Admission, CallerVerdict, ConveyedLocation, Directory, PendingReply, PendingSubscription,
    Referral, Referred, Route, SipEndpoint, UnidentifiedPolicy,
};
use call_control::{BoxFuture, Call, CallerId, Event, OriginateError, TextMessage};
use dialplan_vm::{Matching, Query};
use sip_parser::{HeaderName, Message};
use sip_ua::digest::{ChallengeTerms, claimed_username};
use sip_ua::guard::SharedGuard;
use sip_ua::registrar::Gruu;
use sip_ua::transport::Flow;
use sip_ua::user_agent::{Reply, SubscriptionEvent, SubscriptionId};

pub(crate) use domains::names_of;
pub(crate) use endpoints::{EndpointTable, options_of};
pub(crate) use host_addresses::HostAddresses;
pub(crate) use route::{contacts_of, route_to, way_to};

use crate::click_to_dial;
use crate::configuration::Overlap;
use crate::dialplan::Substitution;
use crate::exchange::Exchange;
use crate::geolocation;
use crate::messages;
use crate::pickup::{PickupNumber, is_pickup_number};
use crate::stir_shaken::{verify_caller, vouch_for_caller};

/// Answers from the configuration that is in force, and from the registrations.
pub(crate) struct ConfiguredDirectory {
    exchange: Weak<Exchange>,
    guard: SharedGuard,
}

impl ConfiguredDirectory {
    pub(crate) fn new(exchange: Weak<Exchange>, guard: SharedGuard) -> Self {
        Self { exchange, guard }
    }
}

impl Directory for ConfiguredDirectory {
    fn identify(&self, request: &Message, flow: &Flow) -> Option<Arc<SipEndpoint>> {
        let exchange = self.exchange.upgrade()?;
        let by_line = exchange.outbound_registrations().and_then(|outbound| outbound.endpoint_of(request));
        if let Some(endpoint) = by_line.and_then(|name| exchange.endpoints().get(&name).cloned()) {
            return Some(endpoint);
        }
        if let Some(endpoint) = registrants::endpoint_of(&exchange, request, flow) {
            return Some(endpoint);
        }
        let (configuration, endpoints) = (exchange.configuration(), exchange.endpoints());
        identify::endpoint_of(&configuration, &endpoints, exchange.host_addresses(), request, flow)
    }

    fn challenge_terms(&self) -> ChallengeTerms {
        let exchange = self.exchange.upgrade();
        exchange.map(|e| e.configuration().sip.challenge_terms(&[])).unwrap_or(ChallengeTerms::new(""))
    }

    fn challenge_terms_for_unknown(&self, request: &Message) -> ChallengeTerms {
        let by_credentials = || request.raw(&HeaderName::Authorization).and_then(claimed_username);
        let by_from = || Some(request.from().ok()?.uri().user_unescaped()?.into_owned());
        let name = by_from().or_else(by_credentials).unwrap_or_default();
        let exchange = self.exchange.upgrade();
        let terms = exchange.and_then(|e| e.endpoints().terms_for_unknown(&name).cloned());
        terms.unwrap_or_else(|| self.challenge_terms())
    }

    fn access(&self) -> Arc<AccessRules> {
        self.exchange.upgrade().map(|exchange| exchange.endpoints().access()).unwrap_or_default()
    }

    fn unidentified_policy(&self) -> UnidentifiedPolicy {
        let exchange = self.exchange.upgrade();
        exchange.map(|exchange| exchange.configuration().sip.global.unidentified).unwrap_or_default()
    }

    fn guard(&self) -> Option<SharedGuard> {
        Some(self.guard.clone())
    }

    fn admit(&self, endpoint: &SipEndpoint, dialed: &str, caller: &CallerId) -> Admission {
        let Some(exchange) = self.exchange.upgrade() else { return Admission::NoSuchNumber };
        if is_pickup_number(&exchange, dialed) == PickupNumber::Is {
            return Admission::Welcome;
        }
        let plan = exchange.configuration().dialplan.clone();
        match plan.matching(&endpoint.context, dialed, Some(&caller.number)) {
            Matching::Matches { .. } => Admission::Welcome,
            Matching::CouldMatch | Matching::Nothing => incomplete(&exchange, endpoint, dialed, caller),
        }
    }

    fn route(&self, resource: &str) -> Result<Route, OriginateError> {
        let exchange = self.exchange.upgrade().ok_or(OriginateError::Refused)?;
        route::to(&exchange, resource, None)
    }

    fn route_to_instance(&self, resource: &str, instance: &str) -> Result<Route, OriginateError> {
        let exchange = self.exchange.upgrade().ok_or(OriginateError::Refused)?;
        route::to(&exchange, resource, instance.split_once(' '))
    }

    fn gruu(&self, request: &Message) -> Option<(String, String)> {
        let gruu = Gruu::of(&request.request_uri().ok()?)?;
        let found = self.exchange.upgrade()?.registrations().instance(&gruu);
        match (gruu, found) {
            (_, Some((aor, instance))) => Some((aor.clone(), format!("{aor} {instance}"))),
            // It may come back; until then nobody else may answer for it.
            (Gruu::Public { user, instance }, None) => Some((user.clone(), format!("{user} {instance}"))),
            (Gruu::Temporary { .. }, None) => None,
        }
    }

    fn verify_caller(
        &self,
        endpoint: &SipEndpoint,
        invite: &Message,
        caller: &CallerId,
    ) -> Option<BoxFuture<'static, CallerVerdict>> {
        verify_caller(&self.exchange.upgrade()?, &endpoint.name, invite, caller)
    }

    fn vouch_for_caller(
        &self,
        endpoint: &SipEndpoint,
        caller: &CallerId,
        target: &str,
    ) -> Result<Vec<(String, String)>, OriginateError> {
        let exchange = self.exchange.upgrade().ok_or(OriginateError::Refused)?;
        vouch_for_caller(&exchange, &endpoint.name, caller, target)
    }

    fn refer(&self, referrer: &Call, referral: &Referral) -> Result<Referred, u16> {
        let exchange = self.exchange.upgrade().ok_or(503_u16)?;
        transfer::refer(&exchange, referrer, referral)
    }

    fn assign(&self, call: &Call, function: &str, value: &str) {
        if let Some(exchange) = self.exchange.upgrade() {
            Substitution::new(&exchange, call).assign(function, value);
        }
    }

    fn locate(&self, endpoint: &SipEndpoint, invite: &Message, call: &Call) {
        if let Some(exchange) = self.exchange.upgrade() {
            geolocation::locate(&exchange, &endpoint.name, invite, call);
        }
    }

    fn location_of_caller(
        &self,
        endpoint: &SipEndpoint,
        call: &Call,
        asker: Option<&Call>,
        from: &str,
    ) -> Option<ConveyedLocation> {
        let exchange = self.exchange.upgrade()?;
        geolocation::location_of_caller(&exchange, &endpoint.name, call, asker, from)
    }

    fn message(&self, endpoint: Arc<SipEndpoint>, number: &str, text: TextMessage, reply: PendingReply) {
        match self.exchange.upgrade() {
            Some(exchange) => messages::take(exchange, &endpoint, number, text, reply),
            None => reply.send(Reply::status(503)),
        }
    }

    fn register(&self, endpoint: Arc<SipEndpoint>, request: Arc<Message>, flow: Flow, reply: PendingReply) {
        match self.exchange.upgrade() {
            Some(exchange) => registration::serve(&exchange, &endpoint, &request, flow, reply),
            None => reply.send(Reply::status(503)),
        }
    }

    fn subscribe(&self, endpoint: Arc<SipEndpoint>, request: Arc<Message>, pending: PendingSubscription) {
        match self.exchange.upgrade() {
            Some(exchange) => exchange.presence().subscribe(&endpoint, &request, pending),
            None => pending.refuse(Reply::status(503)),
        }
    }

    fn refer_outside(&self, endpoint: Arc<SipEndpoint>, request: Arc<Message>, pending: PendingSubscription) {
        match self.exchange.upgrade() {
            Some(exchange) => click_to_dial::take(exchange, endpoint, &request, pending),
            None => pending.refuse(Reply::status(503)),
        }
    }

    fn publish(&self, endpoint: Arc<SipEndpoint>, request: Arc<Message>, reply: PendingReply) {
        match self.exchange.upgrade() {
            Some(exchange) => exchange.presence().publish(&endpoint, &request, reply),
            None => reply.send(Reply::status(503)),
        }
    }

    fn notified(&self, endpoint: Arc<SipEndpoint>, request: Arc<Message>, reply: PendingReply) {
        match self.exchange.upgrade() {
            Some(exchange) => reply.send(exchange.presence().notified(&endpoint.name, &request)),
            None => reply.send(Reply::status(503)),
        }
    }

    fn disconnected(&self, flow: &Flow) {
        if let Some(exchange) = self.exchange.upgrade() {
            exchange.registrations().disconnected(flow);
        }
    }

    fn subscription(&self, id: SubscriptionId, event: SubscriptionEvent) {
        if let Some(exchange) = self.exchange.upgrade() {
            exchange.presence().subscription(id, &event);
        }
    }
}

/// What becomes of a number that leads nowhere yet (`allow_overlap`).
fn incomplete(exchange: &Exchange, endpoint: &SipEndpoint, dialed: &str, caller: &CallerId) -> Admission {
    let configuration = exchange.configuration();
    let Some(configured) = configuration.sip.endpoints.get(&endpoint.name) else {
        return Admission::NoSuchNumber;
    };
    let could_match = |context: &str| {
        let begins_pickup = is_pickup_number(exchange, dialed) == PickupNumber::Begins;
        begins_pickup
            || !matches!(
                configuration.dialplan.matching(context, dialed, Some(&caller.number)),
                Matching::Nothing | Matching::Matches { more_could: false }
            )
    };
    let asked = configured.overlap_context.as_deref().unwrap_or(&endpoint.context);
    match configured.allow_overlap {
        Overlap::Asks if could_match(asked) => Admission::Incomplete,
        // Keys complete it where it is dialled.
        Overlap::Listens if could_match(&endpoint.context) => Admission::Welcome,
        _ => {
            tell_unserved_switch(exchange, &endpoint.context, dialed);
            Admission::NoSuchNumber
        }
    }
}

/// A number that may live behind a switch that is not served is refused like any other; whoever reads the console learns why.
fn tell_unserved_switch(exchange: &Exchange, context: &str, dialed: &str) {
    let configuration = exchange.configuration();
    let query = Query::new(context, dialed, None);
    let Some(switch) = configuration.dialplan.unserved_switches(&query).next() else { return };
    let place = configuration.sources.place(switch.span);
    let place = place.map_or_else(String::new, |at| format!("{}:{}: ", at.path.display(), at.line));
    let text = format!(
        "{place}{dialed} is not in context {context}, and the switch {} is not asked for it: this exchange does not serve {}",
        switch.target,
        switch.technology()
    );
    tracing::warn!("{text}");
    exchange.switchboard().notice(|| Event::Warning { channel: None, text });
}

#[cfg(test)]
mod tests;
