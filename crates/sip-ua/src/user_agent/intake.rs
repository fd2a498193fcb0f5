//! Requests that arrive: what is refused at the door, and whose it is otherwise (RFC 3261 section 8.2).

use std::sync::Arc;
use std::time::Instant;

use sip_parser::typed::{Replaces, TypedHeader};
use sip_parser::{HeaderName, Message, Method, NameAddr};

use super::UserAgent;
use super::bodies;
use super::common::Server;
use super::compose::finish_reply;
use super::id::SessionId;
use super::requests::Pending;
use super::subscription::EventId;
use crate::dialog::Dialog;
use crate::transaction::ServerTransactionId;
use crate::transport::Flow;

/// A request and its transaction, on the way to whoever answers it.
pub(super) struct Arrival {
    pub(super) id: ServerTransactionId,
    pub(super) request: Arc<Message>,
    pub(super) flow: Flow,
}

/// Why a request is refused at the door: a status, and a header that explains it.
pub(super) struct Refusal {
    status: u16,
    header: Option<(String, String)>,
}

impl From<u16> for Refusal {
    fn from(status: u16) -> Refusal {
        Refusal { status, header: None }
    }
}

impl Refusal {
    pub(super) fn explained(status: u16, header: &str, value: String) -> Refusal {
        Refusal { status, header: Some((header.to_owned(), value)) }
    }
}

impl UserAgent {
    /// A new request, neither ACK nor CANCEL.
    pub(super) fn take_in(&mut self, now: Instant, arrival: Arrival, merged: bool) {
        let Some(method) = arrival.request.method() else { return };
        if let Err(refusal) = self.screen(&method, &arrival.request) {
            return self.refuse(now, &arrival, refusal);
        }
        let has_tag = arrival.request.to_tag().is_some();
        match has_tag {
            true if method != Method::Register => self.take_in_dialog(now, arrival),
            _ => match self.screen_new(&method, &arrival, merged) {
                Err(refusal) => self.refuse(now, &arrival, refusal),
                Ok(()) => self.take_new(now, &method, arrival),
            },
        }
    }

    /// What every request must pass (sections 8.2.1 to 8.2.3).
    fn screen(&self, method: &Method, request: &Message) -> Result<(), Refusal> {
        let config = &self.common.config;
        let uri = request.request_uri().map_err(|_| 400)?;
        if !config.allow.contains(method) {
            let known = !matches!(method, Method::Other(_));
            return Err(if known { 405.into() } else { 501.into() });
        }
        if !is_known_scheme(uri.scheme()) {
            return Err(416.into());
        }
        let of_registrar = match method {
            Method::Register => config.supported_by_registrar.as_slice(),
            _ => &[],
        };
        let knows = |tag: &&str| {
            config.supported.iter().chain(of_registrar).any(|known| known.eq_ignore_ascii_case(tag))
        };
        let unknown: Vec<&str> = request.values(&HeaderName::Require).filter(|tag| !knows(tag)).collect();
        if unknown.is_empty() {
            return bodies::screen(method, request);
        }
        Err(Refusal::explained(420, "Unsupported", unknown.join(", ")))
    }

    /// What a request outside of dialogs must pass too.
    fn screen_new(&self, method: &Method, arrival: &Arrival, merged: bool) -> Result<(), Refusal> {
        let request = &arrival.request;
        if merged {
            return Err(482.into());
        }
        // An address of record is a SIP URI (section 10.3).
        if *method == Method::Register && !request.to().is_ok_and(|to| to.uri().is_sip()) {
            return Err(400.into());
        }
        if matches!(method, Method::Bye | Method::Info | Method::Prack | Method::Update) {
            return Err(481.into());
        }
        // A request that ends here needs no hops; but a call does, for we send it on.
        if *method == Method::Invite && matches!(request.max_forwards(), Some(Ok(0))) {
            return Err(483.into());
        }
        if *method == Method::Invite && !Dialog::has_target(request) {
            return Err(400.into());
        }
        if matches!(method, Method::Subscribe | Method::Publish) {
            self.screen_event(method, request)?;
        }
        if matches!(method, Method::Subscribe | Method::Refer) && self.is_full_of_subscriptions(&arrival.flow)
        {
            return Err(self.later());
        }
        let full = self.pending.len() >= self.common.config.max_pending_requests
            || (*method == Method::Invite && self.is_full_of_sessions());
        if full {
            return Err(self.later());
        }
        Ok(())
    }

    /// A package that nobody here knows is refused with those that somebody does (RFC 6665 section 4.2.1.1).
    fn screen_event(&self, method: &Method, request: &Message) -> Result<(), Refusal> {
        let config = &self.common.config;
        let published: &[String] = match method {
            Method::Publish => &config.published_packages,
            _ => &[],
        };
        let mut known = config.event_packages.iter().chain(published);
        let event = EventId::of(request);
        if event.is_some_and(|event| known.any(|package| package.eq_ignore_ascii_case(&event.package))) {
            return Ok(());
        }
        Err(Refusal { status: 489, header: Some(self.common.allow_events()) })
    }

    fn is_full_of_subscriptions(&self, flow: &Flow) -> bool {
        let config = &self.common.config;
        self.subscriptions.len() >= config.max_subscriptions
            || self.peers.of(flow.remote.ip()) >= config.max_subscriptions_per_peer
    }

    /// A limit is reached.
    fn later(&self) -> Refusal {
        let wait = self.common.config.limits.retry_after.as_secs().max(1).to_string();
        Refusal { status: 503, header: Some(("Retry-After".to_owned(), wait)) }
    }

    fn refuse(&mut self, now: Instant, arrival: &Arrival, refusal: Refusal) {
        let tag = self.common.tokens.tag();
        let response = self.common.reply(&arrival.request, refusal.status, &tag);
        let headers: Vec<_> = refusal.header.into_iter().collect();
        if let Some(response) = finish_reply(response, &headers, None) {
            self.common.respond(now, arrival.id, &response, &tag);
        }
    }

    /// A request with a To tag: it is for a session, or for nobody (section 12.2.2).
    fn take_in_dialog(&mut self, now: Instant, arrival: Arrival) {
        let tag = arrival.request.to_tag().unwrap_or_default();
        match self.common.tags.get(tag).copied() {
            Some(session) => {
                let Arrival { id, request, flow } = arrival;
                let replaces = replaced_by_refer(&request, |wanted| self.find_replaced(wanted));
                let replaces = replaces.map(|(session, _)| session);
                self.step(session, |session, common| {
                    session.handle_request(now, common, id, request, flow, replaces);
                });
            }
            None => match self.common.subscription_tags.get(tag).copied() {
                Some(subscription) => self.step_subscription(subscription, |subscription, common| {
                    subscription.handle_request(now, common, arrival.id, &arrival.request, arrival.flow);
                }),
                None => self.refuse(now, &arrival, 481.into()),
            },
        }
    }

    fn take_new(&mut self, now: Instant, method: &Method, arrival: Arrival) {
        let replaced = match self.replaced(method, &arrival.request) {
            Ok(replaced) => replaced,
            Err(status) => return self.refuse(now, &arrival, status.into()),
        };
        let (transaction, tag) = (arrival.id, self.common.tokens.tag());
        let id = self.pend(now, Pending { arrival, tag, cancelled: None, on_success: Vec::new() }, replaced);
        if *method == Method::Invite {
            self.common.invites.insert(transaction, Server::Pending(id));
        }
    }
}

impl UserAgent {
    /// The call that an INVITE replaces, if it says so (RFC 3891 section 3).
    fn replaced(&self, method: &Method, invite: &Message) -> Result<Option<SessionId>, u16> {
        let wanted = match invite.header::<Replaces>() {
            Ok(Some(wanted)) if *method == Method::Invite => wanted,
            Err(_) if *method == Method::Invite => return Err(400),
            _ => return Ok(None),
        };
        if invite.values(&HeaderName::Replaces).count() > 1 {
            return Err(400);
        }
        match self.find_replaced(&wanted) {
            None => Err(481),
            Some((_, answered)) if answered && wanted.early_only => Err(486),
            Some((session, _)) => Ok(Some(session)),
        }
    }

    /// The call that a Replaces names, and whether it has been answered.
    fn find_replaced(&self, wanted: &Replaces<'_>) -> Option<(SessionId, bool)> {
        let id = *self.common.tags.get(wanted.to_tag)?;
        let answered = self.sessions.get(&id)?.replaced_by(wanted.call_id, wanted.from_tag)?;
        Some((id, answered))
    }
}

/// Schemes of a Request-URI that an exchange understands; others are answered 416.
fn is_known_scheme(scheme: &str) -> bool {
    ["sip", "sips", "tel"].iter().any(|known| known.eq_ignore_ascii_case(scheme))
}

/// The Replaces in the URI of a REFER's Refer-To, escapes resolved.
fn replaced_by_refer<T>(refer: &Message, read: impl FnOnce(&Replaces<'_>) -> Option<T>) -> Option<T> {
    if refer.method() != Some(Method::Refer) {
        return None;
    }
    let refer_to = NameAddr::parse(refer.raw(&HeaderName::ReferTo)?).ok()?;
    let escaped = refer_to.uri().header("Replaces")?;
    read(&Replaces::parse(&escaped).ok()?)
}
