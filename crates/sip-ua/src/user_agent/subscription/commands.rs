//! What an application may ask for subscriptions. A command for one that is over is ignored.

use std::time::{Duration, Instant};

use sip_parser::Method;

use super::{
    Document, EventId, Notifier, OutboundSubscribe, Role, Standing, Subscriber, Subscription,
    SubscriptionEnd, SubscriptionEvent, SubscriptionRecord, SubscriptionTerms, Termination,
};
use crate::dialog::Dialog;
use crate::transport::Flow;
use crate::user_agent::UserAgent;
use crate::user_agent::command::Reply;
use crate::user_agent::common::Common;
use crate::user_agent::id::{RequestId, SubscriptionId};

/// Subscriptions (RFC 6665).
impl UserAgent {
    /// Takes a SUBSCRIBE under the name `id`: answers it 200, and sends the first NOTIFY at once. Refreshes, expiry and
    /// the subscriber's end are dealt with here; the application hears of them.
    ///
    /// A SUBSCRIBE that asks for too little time is answered 423, one without a usable Contact 400, and the subscription
    /// ends at once. A REFER can be taken too: its event is `refer`, its answer 202.
    pub fn accept_subscription(
        &mut self,
        now: Instant,
        request: RequestId,
        id: SubscriptionId,
        terms: SubscriptionTerms,
    ) {
        if self.subscriptions.contains_key(&id) {
            return;
        }
        let Some(pending) = self.pending.get(&request) else {
            return self.common.emit_subscription(id, invalid());
        };
        let message = &pending.arrival.request;
        let event = match message.method() {
            Some(Method::Subscribe) => EventId::of(message),
            Some(Method::Refer) => Some(EventId::new("refer")),
            _ => None,
        };
        let dialog = Dialog::from_request(message, &pending.tag);
        match (event, dialog) {
            (Some(event), Ok(dialog)) => {
                if let Some(pending) = self.take_pending(request) {
                    let notifier = Notifier::new(now, dialog, event, terms);
                    let role = Role::Notifier(Box::new(notifier));
                    self.open_subscription(id, pending.arrival.flow, pending.tag, role);
                    let (transaction, request) = (pending.arrival.id, pending.arrival.request);
                    let on_success = pending.on_success;
                    self.step_subscription(id, |subscription, common| {
                        subscription.with_notifier(now, common, |notifier, scope| {
                            notifier.start(scope, transaction, &request, on_success);
                        });
                    });
                }
            }
            (event, dialog) => {
                let status = match dialog {
                    Err(error) if event.is_some() => error.status(),
                    _ => 489,
                };
                self.reply(now, request, &Reply::status(status));
                let reason = SubscriptionEnd::Refused(status);
                self.common.emit_subscription(id, SubscriptionEvent::Ended { reason, message: None });
            }
        }
        self.settle(now);
    }

    /// Goes on with a subscription that a peer held with an earlier process, under the name `id`. It lasts for `left` yet.
    /// A peer that is reachable is told the state at once; the flow of another one, such as a connection that ended with
    /// the process, is not used until the peer has come back with a refresh.
    ///
    /// One that cannot be, for a limit is reached or the record makes no sense, ends at once.
    pub fn restore_subscription(
        &mut self,
        now: Instant,
        id: SubscriptionId,
        record: &SubscriptionRecord,
        terms: SubscriptionTerms,
        left: Duration,
        is_reachable: bool,
    ) {
        let is_there =
            self.subscriptions.contains_key(&id) || self.common.subscription_tags.contains_key(&record.tag);
        let is_full = self.subscriptions.len() >= self.common.config.max_subscriptions;
        let dialog = Dialog::from_request(&record.request, &record.tag);
        let (Some(event), Ok(dialog), false) = (EventId::of(&record.request), dialog, is_there || is_full)
        else {
            return self.common.emit_subscription(id, invalid());
        };
        let notifier = Notifier::restored(now, dialog, event, terms, record);
        self.open_subscription(id, record.flow, record.tag.clone(), Role::Notifier(Box::new(notifier)));
        self.step_subscription(id, |subscription, common| {
            subscription
                .with_notifier(now, common, |notifier, scope| notifier.resume(scope, left, is_reachable));
        });
        self.settle(now);
    }

    /// Tells a watcher a new state. While a NOTIFY is on its way the newest state waits, and those between are never
    /// sent.
    pub fn notify(&mut self, now: Instant, id: SubscriptionId, standing: Standing, document: Document) {
        self.step_subscription(id, |subscription, common| {
            subscription.with_notifier(now, common, |notifier, scope| {
                notifier.notify(scope, standing, document);
            });
        });
        self.settle(now);
    }

    /// Ends a subscription that a peer holds with us; its last NOTIFY says why.
    pub fn end_subscription(&mut self, now: Instant, id: SubscriptionId, termination: Termination) {
        self.step_subscription(id, |subscription, common| {
            subscription.with_notifier(now, common, |notifier, scope| {
                notifier.terminate(scope, termination);
            });
        });
        self.settle(now);
    }

    /// Subscribes at a peer under the name `id`, and keeps the subscription until [`unsubscribe`](Self::unsubscribe) or
    /// until the peer ends it. With an expiry of 0 the state is fetched once.
    pub fn subscribe(&mut self, now: Instant, id: SubscriptionId, subscribe: OutboundSubscribe) {
        if self.subscriptions.contains_key(&id) {
            return;
        }
        if self.subscriptions.len() >= self.common.config.max_subscriptions {
            return self.common.emit_subscription(id, invalid());
        }
        let (tag, call_id) = (self.common.tokens.tag(), self.common.tokens.call_id());
        let flow = subscribe.flow;
        let role = Role::Subscriber(Box::new(Subscriber::new(subscribe, call_id)));
        self.open_subscription(id, flow, tag, role);
        self.step_subscription(id, |subscription, common| {
            subscription.with_subscriber(now, common, |subscriber, scope| subscriber.ask(scope));
        });
        self.settle(now);
    }

    /// Ends a subscription of ours.
    pub fn unsubscribe(&mut self, now: Instant, id: SubscriptionId) {
        self.step_subscription(id, |subscription, common| {
            subscription.with_subscriber(now, common, |subscriber, scope| subscriber.leave(scope));
        });
        self.settle(now);
    }

    /// Subscriptions that are not over, both ways.
    #[must_use]
    pub fn subscriptions(&self) -> usize {
        self.subscriptions.len()
    }

    fn open_subscription(&mut self, id: SubscriptionId, flow: Flow, tag: String, role: Role) {
        self.common.subscription_tags.insert(tag.clone(), id);
        let subscription = Subscription::new(id, flow, tag, role);
        if subscription.is_notifier() {
            self.peers.add(flow.remote.ip());
        }
        self.subscriptions.insert(id, subscription);
    }

    /// Lets a subscription take one step, then files its next deadline or lets it go.
    pub(in crate::user_agent) fn step_subscription(
        &mut self,
        id: SubscriptionId,
        step: impl FnOnce(&mut Subscription, &mut Common),
    ) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        let peer = subscription.base.flow.remote.ip();
        step(subscription, &mut self.common);
        let watches = subscription.is_notifier();
        if watches && subscription.base.flow.remote.ip() != peer {
            self.peers.remove(peer);
            self.peers.add(subscription.base.flow.remote.ip());
        }
        if subscription.is_gone() {
            if watches {
                self.peers.remove(subscription.base.flow.remote.ip());
            }
            self.common.subscription_tags.remove(&subscription.base.tag);
            self.subscriptions.remove(&id);
            self.subscription_deadlines.set(id, None);
        } else {
            self.subscription_deadlines.set(id, subscription.deadline());
        }
    }
}

fn invalid() -> SubscriptionEvent {
    SubscriptionEvent::Ended { reason: SubscriptionEnd::Invalid, message: None }
}
