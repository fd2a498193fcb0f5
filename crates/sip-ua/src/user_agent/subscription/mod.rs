//! Event notification (RFC 6665): subscriptions that peers hold with us, and ours with them.
//!
//! A subscription is a dialog of its own. Both sides find it by our tag, as calls are found. The application gives the
//! package, what it may last, and the documents; what goes out when is decided here.

mod commands;
mod end;
mod event_id;
mod notification;
mod notifier;
mod peers;
mod record;
mod state;
mod subscriber;
mod terms;

use std::sync::Arc;
use std::time::Instant;

use sip_parser::{HeaderName, Message};

pub use end::{SubscriptionEnd, SubscriptionEvent};
pub use event_id::EventId;
pub use notification::{Document, Standing, Termination, TerminationReason};
pub use record::SubscriptionRecord;
pub use terms::{OutboundSubscribe, SubscriptionTerms};

pub(super) use notifier::Notifier;
pub(super) use peers::Peers;
pub(super) use subscriber::Subscriber;

use super::common::{Client, Common};
use super::compose::finish_reply;
use super::event::RequestFailure;
use super::id::SubscriptionId;
use crate::transaction::{ClientTransactionId, ServerTransactionId, WrittenRequest};
use crate::transport::Flow;

/// One subscription, from its SUBSCRIBE to its last NOTIFY.
pub(super) struct Subscription {
    pub(super) base: Base,
    role: Role,
}

/// What both roles have.
pub(super) struct Base {
    pub(super) id: SubscriptionId,
    /// Where our requests go.
    pub(super) flow: Flow,
    /// Our tag, by which requests of the peer find the subscription.
    pub(super) tag: String,
    /// The application has heard the end; what is left is between us and the peer.
    ended: bool,
    /// Nothing can come any more that must be answered.
    gone: bool,
}

/// Which end of it is ours.
pub(super) enum Role {
    /// The peer watches us.
    Notifier(Box<Notifier>),
    /// We watch the peer.
    Subscriber(Box<Subscriber>),
}

impl Subscription {
    pub(super) fn new(id: SubscriptionId, flow: Flow, tag: String, role: Role) -> Subscription {
        Subscription { base: Base { id, flow, tag, ended: false, gone: false }, role }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.base.gone
    }

    /// Whether a peer holds it with us.
    pub(super) fn is_notifier(&self) -> bool {
        matches!(self.role, Role::Notifier(_))
    }

    /// When [`handle_timeout`](Subscription::handle_timeout) is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.role {
            Role::Notifier(notifier) => notifier.deadline(),
            Role::Subscriber(subscriber) => subscriber.deadline(),
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, common: &mut Common) {
        let mut scope = Scope { now, common, base: &mut self.base };
        match &mut self.role {
            Role::Notifier(notifier) => notifier.handle_timeout(&mut scope),
            Role::Subscriber(subscriber) => subscriber.handle_timeout(&mut scope),
        }
    }

    /// A request with our tag in To.
    pub(super) fn handle_request(
        &mut self,
        now: Instant,
        common: &mut Common,
        id: ServerTransactionId,
        request: &Arc<Message>,
        flow: Flow,
    ) {
        let mut scope = Scope { now, common, base: &mut self.base };
        match &mut self.role {
            Role::Notifier(notifier) => notifier.handle_request(&mut scope, id, request, flow),
            Role::Subscriber(subscriber) => subscriber.handle_request(&mut scope, id, request, flow),
        }
    }

    /// A final response to a request of ours.
    pub(super) fn handle_response(
        &mut self,
        now: Instant,
        common: &mut Common,
        id: ClientTransactionId,
        response: &Arc<Message>,
    ) {
        let mut scope = Scope { now, common, base: &mut self.base };
        match &mut self.role {
            Role::Notifier(notifier) => notifier.handle_response(&mut scope, id, response),
            Role::Subscriber(subscriber) => subscriber.handle_response(&mut scope, id, response),
        }
    }

    /// A request of ours without a response.
    pub(super) fn handle_failure(
        &mut self,
        now: Instant,
        common: &mut Common,
        id: ClientTransactionId,
        _failure: RequestFailure,
    ) {
        let mut scope = Scope { now, common, base: &mut self.base };
        match &mut self.role {
            Role::Notifier(notifier) => notifier.handle_failure(&mut scope, id),
            Role::Subscriber(subscriber) => subscriber.handle_failure(&mut scope, id),
        }
    }

    pub(super) fn with_notifier(
        &mut self,
        now: Instant,
        common: &mut Common,
        step: impl FnOnce(&mut Notifier, &mut Scope<'_>),
    ) {
        let mut scope = Scope { now, common, base: &mut self.base };
        if let Role::Notifier(notifier) = &mut self.role {
            step(notifier, &mut scope);
        }
    }

    pub(super) fn with_subscriber(
        &mut self,
        now: Instant,
        common: &mut Common,
        step: impl FnOnce(&mut Subscriber, &mut Scope<'_>),
    ) {
        let mut scope = Scope { now, common, base: &mut self.base };
        if let Role::Subscriber(subscriber) = &mut self.role {
            step(subscriber, &mut scope);
        }
    }
}

/// What a subscription may reach while it handles one input.
pub(super) struct Scope<'a> {
    now: Instant,
    common: &'a mut Common,
    base: &'a mut Base,
}

impl Scope<'_> {
    fn emit(&mut self, event: SubscriptionEvent) {
        self.common.emit_subscription(self.base.id, event);
    }

    /// Tells the application that it is over, once.
    fn end(&mut self, reason: SubscriptionEnd, message: Option<&Arc<Message>>) {
        if !std::mem::replace(&mut self.base.ended, true) {
            self.emit(SubscriptionEvent::Ended { reason, message: message.cloned() });
        }
    }

    /// The same, and nothing is left to do.
    fn finish(&mut self, reason: SubscriptionEnd, message: Option<&Arc<Message>>) {
        self.end(reason, message);
        self.base.gone = true;
    }

    fn send(&mut self, request: WrittenRequest) -> ClientTransactionId {
        self.send_along(request, self.base.flow)
    }

    fn send_along(&mut self, request: WrittenRequest, flow: Flow) -> ClientTransactionId {
        self.common.send(self.now, request, flow, Client::Subscription(self.base.id))
    }

    /// Answers a request of the peer.
    fn reply(
        &mut self,
        id: ServerTransactionId,
        request: &Message,
        status: u16,
        headers: &[(String, String)],
    ) {
        let response = self.common.reply(request, status, &self.base.tag);
        if let Some(response) = finish_reply(response, headers, None) {
            self.common.respond(self.now, id, &response, &self.base.tag);
        }
    }

    /// 489, with what we know (RFC 6665 section 4.2.1.1).
    fn refuse_event(&mut self, id: ServerTransactionId, request: &Message) {
        let allow = self.common.allow_events();
        self.reply(id, request, 489, &[allow]);
    }
}

/// Statuses by which a peer says that the dialog, or this usage of it, is no more (RFC 5057 section 5.1).
fn is_the_end_of_it(status: u16) -> bool {
    matches!(status, 404 | 405 | 408 | 410 | 416 | 480..=485 | 489 | 501 | 604)
}

/// Value of Expires; `None` where there is none.
///
/// # Errors
/// 400 for one that is no number.
fn asked_expiry(request: &Message) -> Result<Option<u32>, u16> {
    match request.expires() {
        None => Ok(None),
        Some(Ok(seconds)) => Ok(Some(seconds)),
        Some(Err(_)) if request.raw(&HeaderName::Expires).is_some() => Err(400),
        Some(Err(_)) => Ok(None),
    }
}
