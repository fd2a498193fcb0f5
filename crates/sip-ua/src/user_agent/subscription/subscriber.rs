//! A subscription that we hold with a peer.
//!
//! ```text
//!   subscribe --SUBSCRIBE--> Asking --2xx or NOTIFY--> Live --terminated, 481, silence--> gone
//!                              |                       |  ^
//!                              +--refused--> gone      +--+ SUBSCRIBE again before it expires
//! ```
//!
//! A NOTIFY may overtake the 2xx (RFC 6665 section 4.1.2.4); whichever comes first makes the dialog. NOTIFYs of other
//! branches of a forked SUBSCRIBE are answered 481, which ends them there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sip_parser::{HeaderName, Message, Method};

use super::event_id::EventId;
use super::state::State;
use super::terms::OutboundSubscribe;
use super::{Scope, SubscriptionEnd, SubscriptionEvent, is_the_end_of_it};
use crate::dialog::Dialog;
use crate::transaction::{ClientTransactionId, ServerTransactionId};
use crate::transport::Flow;
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::compose::{Content, Opening};

/// A refresh goes out this long before the end, or at half time of shorter ones: longer than its transaction can last.
const REFRESH_AHEAD: Duration = Duration::from_secs(35);

/// How often a notifier may raise the duration before we believe that it never will be pleased.
const TOO_BRIEF_LIMIT: u8 = 2;

/// We watch a peer.
pub(in crate::user_agent) struct Subscriber {
    subscribe: OutboundSubscribe,
    call_id: String,
    cseq: u32,
    authenticator: Authenticator,
    /// The SUBSCRIBE that was sent last.
    sent: Option<Message>,
    /// Its transaction, while it has no final response.
    transaction: Option<ClientTransactionId>,
    dialog: Option<Dialog>,
    expires_at: Option<Instant>,
    refresh_at: Option<Instant>,
    /// Timer N: until when a NOTIFY must have come.
    notify_by: Option<Instant>,
    /// A NOTIFY came since the last SUBSCRIBE was sent.
    heard: bool,
    too_brief: u8,
    leaving: bool,
}

impl Subscriber {
    pub(in crate::user_agent) fn new(subscribe: OutboundSubscribe, call_id: String) -> Subscriber {
        let authenticator = Authenticator::new(subscribe.credentials.clone());
        let leaving = subscribe.expires == 0;
        Subscriber {
            subscribe,
            call_id,
            cseq: 0,
            authenticator,
            sent: None,
            transaction: None,
            dialog: None,
            expires_at: None,
            refresh_at: None,
            notify_by: None,
            heard: false,
            too_brief: 0,
            leaving,
        }
    }

    /// Sends SUBSCRIBE, the first or another one.
    pub(in crate::user_agent) fn ask(&mut self, scope: &mut Scope<'_>) {
        let target = self
            .dialog
            .as_ref()
            .map_or_else(|| self.subscribe.target.clone(), |dialog| dialog.request_uri().into_owned());
        let authorization =
            self.authenticator.headers(&Method::Subscribe, &target, &[], &mut scope.common.tokens);
        let expires = if self.leaving { 0 } else { self.subscribe.expires };
        let mut headers = vec![
            ("Event".to_owned(), self.subscribe.event.to_string()),
            ("Expires".to_owned(), expires.to_string()),
        ];
        headers.extend(self.subscribe.headers.iter().cloned());
        let content = Content {
            contact: Some(&self.subscribe.contact),
            authorization: &authorization,
            headers: &headers,
            body: None,
            ..Content::default()
        };
        let flow = scope.base.flow;
        let request = match &mut self.dialog {
            Some(dialog) => {
                let cseq = dialog.next_cseq();
                scope.common.compose_in(dialog, &Method::Subscribe, cseq, &flow, &content)
            }
            None => {
                self.cseq += 1;
                let opening = Opening {
                    method: &Method::Subscribe,
                    target: &target,
                    flow: &flow,
                    routes: &self.subscribe.route,
                    from: &self.subscribe.from,
                    tag: &scope.base.tag,
                    to: &self.subscribe.to,
                    call_id: &self.call_id,
                    cseq: self.cseq,
                };
                scope.common.compose(&opening, &content)
            }
        };
        let Some(request) = request else { return scope.finish(SubscriptionEnd::Invalid, None) };
        self.refresh_at = None;
        self.heard = false;
        self.sent = Message::parse(request.bytes().clone()).ok();
        self.transaction = Some(scope.send(request));
    }

    /// Ends it: SUBSCRIBE with Expires 0, once no other one is under way.
    pub(super) fn leave(&mut self, scope: &mut Scope<'_>) {
        if !std::mem::replace(&mut self.leaving, true) && self.transaction.is_none() {
            self.ask_anew(scope);
        }
    }

    fn ask_anew(&mut self, scope: &mut Scope<'_>) {
        self.authenticator = self.authenticator.fresh();
        self.ask(scope);
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        [self.expires_at, self.refresh_at, self.notify_by].into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(&mut self, scope: &mut Scope<'_>) {
        let due = |at: &mut Instant| *at <= scope.now;
        let refresh = self.refresh_at.take_if(due).is_some();
        if self.notify_by.take_if(due).is_some() {
            let reason = if self.leaving { SubscriptionEnd::Unsubscribed } else { SubscriptionEnd::Lost };
            return scope.finish(reason, None);
        }
        if self.expires_at.take_if(due).is_some() {
            return scope.finish(SubscriptionEnd::Expired, None);
        }
        if refresh && self.transaction.is_none() {
            self.ask_anew(scope);
        }
    }

    /// Only NOTIFY is for a subscriber.
    pub(super) fn handle_request(
        &mut self,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: &Arc<Message>,
        flow: Flow,
    ) {
        if request.method() != Some(Method::Notify) {
            return scope.reply(id, request, 481, &[]);
        }
        if let Err(status) = self.place(request) {
            return scope.reply(id, request, status, &[]);
        }
        if !EventId::of(request).is_some_and(|event| event.is(&self.subscribe.event)) {
            return scope.refuse_event(id, request);
        }
        let Some(state) = State::of(request) else { return scope.reply(id, request, 400, &[]) };
        scope.base.flow = flow;
        scope.reply(id, request, 200, &[]);
        self.notify_by = None;
        self.heard = true;
        if state.word.eq_ignore_ascii_case("terminated") {
            let reason = match self.leaving {
                true => SubscriptionEnd::Unsubscribed,
                false => SubscriptionEnd::Terminated { reason: state.reason, retry_after: state.retry_after },
            };
            return scope.finish(reason, Some(request));
        }
        if let Some(expires) = state.expires.filter(|expires| self.is_shorter(scope.now, *expires)) {
            self.last(scope.now, expires);
        }
        let pending = state.word.eq_ignore_ascii_case("pending");
        scope.emit(SubscriptionEvent::Notified { message: request.clone(), pending });
    }

    /// Whether a NOTIFY is of our dialog; the first one may make it.
    fn place(&mut self, notify: &Message) -> Result<(), u16> {
        let dialog = match &mut self.dialog {
            Some(dialog) if dialog.is_of(notify) => dialog,
            Some(_) => return Err(481),
            None if notify.call_id() != Ok(self.call_id.as_str()) => return Err(481),
            None => {
                let made = Dialog::from_notify(notify, self.cseq).map_err(|error| error.status())?;
                self.dialog.insert(made)
            }
        };
        dialog.receive(notify).map_err(|error| error.status())?;
        dialog.refresh_target(notify);
        Ok(())
    }

    pub(super) fn handle_response(
        &mut self,
        scope: &mut Scope<'_>,
        id: ClientTransactionId,
        response: &Arc<Message>,
    ) {
        let status = response.status().unwrap_or_default();
        if status < 200 || self.transaction.take_if(|transaction| *transaction == id).is_none() {
            return;
        }
        match status {
            200..=299 => self.accepted(scope, response),
            401 | 407 if self.authenticator.challenged(response) => self.ask(scope),
            423 if self.too_brief < TOO_BRIEF_LIMIT && self.lengthen(response) => self.ask(scope),
            _ if self.dialog.is_none() => scope.finish(SubscriptionEnd::Refused(status), Some(response)),
            _ if self.leaving => scope.finish(SubscriptionEnd::Unsubscribed, Some(response)),
            _ if is_the_end_of_it(status) => scope.finish(SubscriptionEnd::Lost, Some(response)),
            // What was granted before still holds (RFC 6665 section 4.1.2.2).
            _ => {}
        }
    }

    fn accepted(&mut self, scope: &mut Scope<'_>, response: &Arc<Message>) {
        if self.dialog.is_none() {
            let made = self.sent.as_ref().map(|sent| Dialog::from_response(sent, response));
            let Some(Ok(dialog)) = made else {
                return scope.finish(SubscriptionEnd::Invalid, Some(response));
            };
            self.dialog = Some(dialog);
        } else if let Some(dialog) = self.dialog.as_mut().filter(|dialog| dialog.is_of_answer(response)) {
            dialog.refresh_target(response);
        }
        let sent = self.sent.as_ref().and_then(|sent| sent.expires()?.ok()).unwrap_or_default();
        let granted = response.expires().and_then(Result::ok).unwrap_or(sent).min(sent);
        if sent == 0 || granted == 0 {
            self.leaving = true;
            self.expires_at = None;
            self.notify_by = Some(scope.now + scope.common.config.timers.give_up());
            return;
        }
        if self.leaving {
            return self.ask_anew(scope);
        }
        // Timer N (RFC 6665 section 4.1.2.4).
        let timer_n = scope.now + scope.common.config.timers.give_up();
        self.notify_by = (!self.heard).then_some(timer_n);
        self.last(scope.now, granted);
        scope.emit(SubscriptionEvent::Granted { expires: granted });
    }

    /// Whether a NOTIFY leaves less time than we count on. Whole seconds and the way here make some difference, which
    /// must not move the refresh.
    fn is_shorter(&self, now: Instant, seconds: u32) -> bool {
        const ROUNDING: Duration = Duration::from_secs(2);
        let end = now + Duration::from_secs(seconds.into());
        self.expires_at.is_none_or(|known| end + ROUNDING < known)
    }

    /// It lasts this long from now.
    fn last(&mut self, now: Instant, seconds: u32) {
        let whole = Duration::from_secs(seconds.into());
        self.expires_at = Some(now + whole);
        let ahead = REFRESH_AHEAD.min(whole / 2);
        let free = self.transaction.is_none() && !self.leaving;
        self.refresh_at = free.then(|| now + whole - ahead);
    }

    /// Asks for as much as the peer wants at least.
    fn lengthen(&mut self, response: &Message) -> bool {
        let least = response.raw(&HeaderName::MinExpires).and_then(|value| value.trim().parse().ok());
        self.too_brief += 1;
        match least {
            Some(least) if least > self.subscribe.expires => {
                self.subscribe.expires = least;
                true
            }
            _ => false,
        }
    }

    /// Silence: the dialog is no more (RFC 5057 section 5.1).
    pub(super) fn handle_failure(&mut self, scope: &mut Scope<'_>, id: ClientTransactionId) {
        if self.transaction.take_if(|transaction| *transaction == id).is_some() {
            let reason = if self.leaving { SubscriptionEnd::Unsubscribed } else { SubscriptionEnd::Lost };
            scope.finish(reason, None);
        }
    }
}
