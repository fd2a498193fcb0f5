//! A subscription that a peer holds with us.
//!
//! ```text
//!   SUBSCRIBE --2xx--> Live --expiry, Expires: 0, our end--> Closing --last NOTIFY answered--> gone
//!                      |  ^                                     |
//!            refresh --+--+                                     +--it fails--> gone
//!                      +--a NOTIFY fails for good--> gone
//! ```
//!
//! NOTIFYs go one at a time: the next one waits for the answer to the last, and carries the newest state, whatever came
//! in between. So they arrive in order, and a slow watcher costs one document and no queue.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sip_parser::{HeaderName, Message, Method};

use super::event_id::EventId;
use super::notification::{Document, Standing, Termination, TerminationReason};
use super::record::SubscriptionRecord;
use super::terms::SubscriptionTerms;
use super::{Scope, SubscriptionEnd, SubscriptionEvent, asked_expiry, is_the_end_of_it};
use crate::dialog::Dialog;
use crate::transaction::{ClientTransactionId, ReplyRoute, ServerTransactionId};
use crate::transport::Flow;
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::command::Body;
use crate::user_agent::compose::{Content, Headers, OwnHeaders};

/// Longest wait that a Retry-After of a watcher may ask for.
const LONGEST_RETRY: u32 = 300;

/// A peer that watches us.
pub(in crate::user_agent) struct Notifier {
    dialog: Dialog,
    event: EventId,
    terms: SubscriptionTerms,
    expires_at: Instant,
    /// Number of the next document.
    version: u32,
    /// The next document must tell all: the watcher has asked, or has missed one.
    whole: bool,
    /// The NOTIFY that has no answer yet.
    in_flight: Option<InFlight>,
    /// Something has not been told yet.
    owed: bool,
    /// When a watcher that was too busy wants to be asked again.
    retry_at: Option<Instant>,
    /// Set once it is over: the last NOTIFY says so.
    closing: Option<Termination>,
    /// The SUBSCRIBE that began it, where it is to be recorded.
    began: Option<Message>,
    /// The peer cannot be reached until it comes back along a flow.
    unreachable: bool,
}

/// A NOTIFY on its way.
struct InFlight {
    transaction: ClientTransactionId,
    headers: Headers,
    body: Option<Body>,
    authenticator: Authenticator,
    /// It says `terminated`.
    last: bool,
}

impl Notifier {
    pub(in crate::user_agent) fn new(
        now: Instant,
        dialog: Dialog,
        event: EventId,
        terms: SubscriptionTerms,
    ) -> Notifier {
        Notifier {
            dialog,
            event,
            terms,
            expires_at: now,
            version: 0,
            whole: true,
            in_flight: None,
            owed: false,
            retry_at: None,
            closing: None,
            began: None,
            unreachable: false,
        }
    }

    /// One of an earlier process, which lasts for `left` yet. It tells the state soon, unless the peer cannot be reached.
    pub(in crate::user_agent) fn restored(
        now: Instant,
        dialog: Dialog,
        event: EventId,
        terms: SubscriptionTerms,
        record: &SubscriptionRecord,
    ) -> Notifier {
        let mut notifier = Notifier::new(now, dialog, event, terms);
        notifier.dialog.resume(&record.target, record.local_cseq, record.remote_cseq);
        notifier.version = record.version;
        notifier.began = Some(record.request.clone());
        notifier
    }

    /// Goes on with one that was restored.
    pub(in crate::user_agent) fn resume(
        &mut self,
        scope: &mut Scope<'_>,
        left: Duration,
        is_reachable: bool,
    ) {
        self.expires_at = scope.now + left;
        self.unreachable = !is_reachable;
        self.owed = true;
        self.send_next(scope);
    }

    /// Answers the request that began it, and sends the first NOTIFY. A 2xx says `on_success`, too.
    pub(in crate::user_agent) fn start(
        &mut self,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: &Arc<Message>,
        on_success: OwnHeaders,
    ) {
        self.dialog.confirm();
        let is_kept = scope.common.config.record_subscriptions && request.method() == Some(Method::Subscribe);
        self.began = is_kept.then(|| Message::clone(request));
        if let Err(status) = self.grant(scope, id, request, on_success) {
            scope.finish(SubscriptionEnd::Refused(status), Some(request));
        }
    }

    /// Answers a SUBSCRIBE that is in order.
    ///
    /// # Errors
    /// The status of the answer where it was no 2xx.
    fn grant(
        &mut self,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: &Arc<Message>,
        on_success: OwnHeaders,
    ) -> Result<(), u16> {
        let refused = match asked_expiry(request).map(|asked| self.terms.grant(asked)) {
            Ok(Ok(granted)) => {
                self.accept(scope, id, request, granted, on_success);
                return Ok(());
            }
            Ok(Err(least)) => (423, vec![("Min-Expires".to_owned(), least.to_string())]),
            Err(status) => (status, Vec::new()),
        };
        let (status, headers) = refused;
        scope.reply(id, request, status, &headers);
        Err(status)
    }

    /// Answers 2xx, and tells the state at once.
    fn accept(
        &mut self,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: &Message,
        granted: u32,
        on_success: OwnHeaders,
    ) {
        let mut headers = vec![
            ("Contact".to_owned(), self.terms.contact.clone()),
            ("Expires".to_owned(), granted.to_string()),
        ];
        headers.extend(self.terms.headers.iter().cloned());
        headers.extend(on_success.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())));
        // REFER is always accepted with 202 (RFC 3515 section 2.4.2).
        let status = if request.method() == Some(Method::Refer) { 202 } else { 200 };
        scope.reply(id, request, status, &headers);
        self.owed = true;
        self.whole = true;
        if granted == 0 {
            self.close(scope, Termination::new(TerminationReason::Timeout), SubscriptionEnd::Unsubscribed);
        } else {
            self.expires_at = scope.now + Duration::from_secs(granted.into());
            scope.emit(SubscriptionEvent::Granted { expires: granted });
            if let Some(record) = self.record(scope) {
                scope.emit(SubscriptionEvent::Recorded(Box::new(record)));
            }
            self.send_next(scope);
        }
    }

    fn record(&self, scope: &Scope<'_>) -> Option<SubscriptionRecord> {
        let (local_cseq, remote_cseq) = self.dialog.cseqs();
        Some(SubscriptionRecord {
            request: self.began.clone()?,
            tag: scope.base.tag.clone(),
            flow: scope.base.flow,
            target: self.dialog.target().to_owned(),
            remote_cseq,
            local_cseq,
            version: self.version,
        })
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let expires_at = self.closing.is_none().then_some(self.expires_at);
        [expires_at, self.retry_at].into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(&mut self, scope: &mut Scope<'_>) {
        self.retry_at.take_if(|at| *at <= scope.now);
        if self.closing.is_none() && self.expires_at <= scope.now {
            self.close(scope, Termination::new(TerminationReason::Timeout), SubscriptionEnd::Expired);
        }
        self.send_next(scope);
    }

    /// Takes a new state.
    pub(super) fn notify(&mut self, scope: &mut Scope<'_>, standing: Standing, document: Document) {
        if self.closing.is_none() {
            self.terms.standing = standing;
            self.terms.document = document;
            self.owed = true;
            self.send_next(scope);
        }
    }

    /// Ends it.
    pub(super) fn terminate(&mut self, scope: &mut Scope<'_>, termination: Termination) {
        let (reason, retry_after) = (termination.reason.clone(), termination.retry_after);
        self.close(scope, termination, SubscriptionEnd::Terminated { reason, retry_after });
    }

    fn close(&mut self, scope: &mut Scope<'_>, mut termination: Termination, why: SubscriptionEnd) {
        if self.closing.is_some() {
            return;
        }
        if let Some(document) = termination.document.take() {
            self.terms.document = document;
        }
        self.closing = Some(termination);
        self.retry_at = None;
        self.owed = true;
        scope.end(why, None);
        self.send_next(scope);
    }

    pub(super) fn handle_request(
        &mut self,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: &Arc<Message>,
        flow: Flow,
    ) {
        if self.terms.reply_route == ReplyRoute::Via {
            scope.common.layer.route_reply(id, ReplyRoute::Via);
        }
        if !self.dialog.is_of(request) || self.closing.is_some() {
            return scope.reply(id, request, 481, &[]);
        }
        if let Err(error) = self.dialog.receive(request) {
            return scope.reply(id, request, error.status(), &[]);
        }
        match request.method() {
            Some(Method::Subscribe) => {}
            // A dialog of a subscription alone has no call to end and no notifier at the other side.
            Some(Method::Bye | Method::Notify) => return scope.reply(id, request, 481, &[]),
            _ => return scope.reply(id, request, 405, &[]),
        }
        if !EventId::of(request).is_some_and(|event| event.is(&self.event)) {
            return scope.refuse_event(id, request);
        }
        self.dialog.refresh_target(request);
        self.unreachable = false;
        if flow != scope.base.flow {
            // What is on its way along a connection that the watcher has left would be waited for in vain.
            scope.base.flow = flow;
            self.in_flight = None;
            self.owed = true;
        }
        self.retry_at = None;
        if self.grant(scope, id, request, OwnHeaders::new()).is_err() {
            self.send_next(scope);
        }
    }

    pub(super) fn handle_response(
        &mut self,
        scope: &mut Scope<'_>,
        id: ClientTransactionId,
        response: &Arc<Message>,
    ) {
        let status = response.status().unwrap_or_default();
        if status < 200 {
            return;
        }
        let Some(mut done) = self.in_flight.take_if(|sent| sent.transaction == id) else { return };
        if matches!(status, 401 | 407) && done.authenticator.challenged(response) {
            self.send(scope, done.headers, done.body, done.authenticator, done.last);
            return;
        }
        if done.last {
            return scope.finish(SubscriptionEnd::Expired, Some(response));
        }
        match status {
            200..=299 => self.send_next(scope),
            _ if is_the_end_of_it(status) => scope.finish(SubscriptionEnd::Lost, Some(response)),
            _ => match retry_after(response) {
                Some(seconds) if self.closing.is_none() => {
                    self.owed = true;
                    self.whole = true;
                    self.retry_at = Some(scope.now + Duration::from_secs(seconds.into()));
                }
                Some(_) => self.send_next(scope),
                // A failure without a hint of when to try again ends it (RFC 6665 section 4.2.2).
                None => scope.finish(SubscriptionEnd::Lost, Some(response)),
            },
        }
    }

    /// Nobody answered a NOTIFY: nobody is there (RFC 6665 section 4.2.2).
    pub(super) fn handle_failure(&mut self, scope: &mut Scope<'_>, id: ClientTransactionId) {
        if self.in_flight.take_if(|sent| sent.transaction == id).is_some() {
            scope.finish(SubscriptionEnd::Lost, None);
        }
    }

    /// Sends what is owed, unless something is on its way already.
    fn send_next(&mut self, scope: &mut Scope<'_>) {
        if self.unreachable && self.closing.is_some() {
            // Nobody would hear that it is over.
            return scope.finish(SubscriptionEnd::Expired, None);
        }
        if !self.owed || self.unreachable || self.in_flight.is_some() || self.retry_at.is_some() {
            return;
        }
        self.owed = false;
        let whole = std::mem::replace(&mut self.whole, false);
        let body = self.terms.document.write(self.version, whole);
        self.version = self.version.wrapping_add(1);
        let mut headers = vec![
            ("Event".to_owned(), self.event.to_string()),
            ("Subscription-State".to_owned(), self.state(scope.now)),
        ];
        headers.extend(self.terms.headers.iter().cloned());
        let authenticator = Authenticator::new(self.terms.credentials.clone());
        self.send(scope, headers, body, authenticator, self.closing.is_some());
    }

    fn send(
        &mut self,
        scope: &mut Scope<'_>,
        headers: Headers,
        body: Option<Body>,
        mut authenticator: Authenticator,
        last: bool,
    ) {
        let uri = self.dialog.request_uri();
        let octets = body.as_ref().map(|body| &body.bytes[..]).unwrap_or_default();
        let authorization = authenticator.headers(&Method::Notify, &uri, octets, &mut scope.common.tokens);
        let cseq = self.dialog.next_cseq();
        let content = Content {
            contact: Some(&self.terms.contact),
            authorization: &authorization,
            headers: &headers,
            body: body.as_ref(),
            ..Content::default()
        };
        let flow = self.terms.peer_address.of(&self.dialog, scope.base.flow);
        match scope.common.compose_in(&self.dialog, &Method::Notify, cseq, &flow, &content) {
            Some(request) => {
                let transaction = scope.send_along(request, flow);
                self.in_flight = Some(InFlight { transaction, headers, body, authenticator, last });
            }
            None => scope.finish(SubscriptionEnd::Invalid, None),
        }
    }

    /// Value of Subscription-State.
    fn state(&self, now: Instant) -> String {
        if let Some(closing) = &self.closing {
            let retry = closing.retry_after.map(|seconds| format!(";retry-after={seconds}"));
            return format!("terminated;reason={}{}", closing.reason.as_str(), retry.unwrap_or_default());
        }
        let word = match self.terms.standing {
            Standing::Active => "active",
            Standing::Pending => "pending",
        };
        let left = self.expires_at.saturating_duration_since(now).as_secs_f64().ceil();
        format!("{word};expires={left}")
    }
}

/// When a busy watcher wants to be asked again.
fn retry_after(response: &Message) -> Option<u32> {
    let value = response.raw(&HeaderName::RetryAfter)?;
    let digits = value.trim().split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok().map(|seconds: u32| seconds.clamp(1, LONGEST_RETRY))
}
