//! REFERs of the peer: what we owe it are an answer, and news of what becomes of the call that it asks for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sip_parser::{HeaderName, Message, Method};

use super::{PACKAGE, REFER_SUB};
use crate::transaction::ServerTransactionId;
use crate::user_agent::command::Body;
use crate::user_agent::common::lists;
use crate::user_agent::compose::finish_reply;
use crate::user_agent::event::SessionEvent;
use crate::user_agent::id::SessionId;
use crate::user_agent::session::indialog::Purpose;
use crate::user_agent::session::{Confirmed, Scope, Stage};
use crate::user_agent::subscription::EventId;

/// Seconds that the peer may wait for news of its REFER, unless it refreshes its subscription.
const NEWS_FOR: u32 = 180;

/// REFERs of one dialog that are dealt with at a time.
const MOST_REFERS: usize = 8;

/// A REFER of the peer.
struct TheirRefer {
    /// The `id` of its subscription: the CSeq of the REFER (RFC 3515 section 2.4.6).
    id: u32,
    state: State,
    /// Whether it wants news (RFC 4488).
    wants_news: bool,
}

/// ```text
///   Open --202--> Told --last news, or its time is up--> gone
///     +--refusal, no news wanted--> gone
/// ```
enum State {
    /// The application has not answered it yet.
    Open { transaction: ServerTransactionId, message: Arc<Message> },
    /// The peer hears what becomes of it.
    Told { status: u16, until: Instant },
}

/// The REFERs of the peer in one dialog.
#[derive(Default)]
pub(in crate::user_agent::session) struct TheirRefers(Vec<TheirRefer>);

impl TheirRefers {
    /// Whether news is owed to the peer.
    pub(in crate::user_agent::session) fn owe_news(&self) -> bool {
        self.0.iter().any(|refer| matches!(refer.state, State::Told { .. }))
    }

    /// When the first of them has waited long enough.
    pub(in crate::user_agent::session) fn deadline(&self) -> Option<Instant> {
        let until = |refer: &TheirRefer| match refer.state {
            State::Told { until, .. } => Some(until),
            State::Open { .. } => None,
        };
        self.0.iter().filter_map(until).min()
    }

    /// The peer does not want news of that REFER, or does not hear them.
    pub(in crate::user_agent::session) fn forget(&mut self, id: u32) {
        self.0.retain(|refer| refer.id != id);
    }

    /// The one that a SUBSCRIBE means; without an `id` the only one.
    fn named(&self, event: &EventId) -> Option<u32> {
        match (&event.id, &self.0[..]) {
            (None, [only]) => Some(only.id),
            (None, _) => None,
            (Some(id), all) => {
                let id = id.parse().ok()?;
                all.iter().any(|refer| refer.id == id).then_some(id)
            }
        }
    }
}

impl Confirmed {
    /// The peer asks us to call somebody. `replaces` is the call of ours that its Refer-To names.
    pub(in crate::user_agent::session) fn handle_refer(
        &mut self,
        scope: &mut Scope<'_>,
        transaction: ServerTransactionId,
        refer: Arc<Message>,
        replaces: Option<SessionId>,
    ) {
        if self.refers.0.len() >= MOST_REFERS || self.is_leaving() {
            return scope.reply(transaction, &refer, 491);
        }
        let one_target = refer.values(&HeaderName::ReferTo).count() == 1;
        if !one_target {
            return scope.reply(transaction, &refer, 400);
        }
        let unwanted = refer.raw(&REFER_SUB.into()).is_some_and(|value| value.trim() == "false");
        let wants_news = !unwanted && !lists(&refer, &HeaderName::Require, "norefersub");
        let id = refer.cseq().map(|cseq| cseq.number).unwrap_or_default();
        let state = State::Open { transaction, message: refer.clone() };
        self.refers.0.push(TheirRefer { id, state, wants_news });
        scope.emit(SessionEvent::Refer { id, message: refer, replaces });
    }

    /// Takes the peer's REFER with 202, or refuses it.
    pub(in crate::user_agent) fn answer_refer(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        id: u32,
        answer: Result<(), u16>,
    ) -> Stage {
        let open = |refer: &&mut TheirRefer| refer.id == id && matches!(refer.state, State::Open { .. });
        let Some(refer) = self.refers.0.iter_mut().find(open) else { return Stage::Confirmed(self) };
        let told = State::Told { status: 100, until: scope.now + Duration::from_secs(NEWS_FOR.into()) };
        let wants_news = refer.wants_news;
        if let State::Open { transaction, message } = std::mem::replace(&mut refer.state, told) {
            match answer {
                Ok(()) => {
                    let response = scope.begin_reply(&message, 202);
                    let mut response = response.header_text(&HeaderName::Contact, &[&self.contact]);
                    if !wants_news {
                        response = response.header(REFER_SUB, "false");
                    }
                    if let Some(response) = finish_reply(response, &[], None) {
                        scope.respond(transaction, &response);
                    }
                    self.notify(scope, id, 100, None);
                }
                Err(status) => {
                    let status = if matches!(status, 300..=699) { status } else { 603 };
                    scope.reply(transaction, &message, status);
                }
            }
        }
        if !wants_news || answer.is_err() {
            self.refers.forget(id);
        }
        Stage::Confirmed(self)
    }

    /// Tells the peer how far we are with its REFER; `last` ends the news.
    pub(in crate::user_agent::session) fn tell_refer(
        &mut self,
        scope: &mut Scope<'_>,
        id: u32,
        status: u16,
        last: bool,
    ) {
        self.notify(scope, id, status, last.then_some("noresource"));
    }

    /// Sends the news of one REFER; `end` is the reason why it is the last.
    fn notify(&mut self, scope: &mut Scope<'_>, id: u32, status: u16, end: Option<&str>) {
        let Some(refer) = self.refers.0.iter_mut().find(|refer| refer.id == id) else { return };
        let State::Told { status: told, until } = &mut refer.state else { return };
        *told = status;
        let left = until.saturating_duration_since(scope.now).as_millis().div_ceil(1_000);
        let wants_news = refer.wants_news;
        if end.is_some() {
            self.refers.forget(id);
        }
        if !wants_news {
            return;
        }
        let state = match end {
            Some(reason) => format!("terminated;reason={reason}"),
            None => format!("active;expires={left}"),
        };
        let headers = vec![
            ("Event".to_owned(), format!("{PACKAGE};id={id}")),
            ("Subscription-State".to_owned(), state),
        ];
        let body = Some(Body::sip_fragment(status));
        self.send_in_dialog(scope, Method::Notify, headers, body, Purpose::Notify { refer: id });
    }

    /// Ends the news that the peer has waited for long enough.
    pub(in crate::user_agent::session) fn expire_news(&mut self, scope: &mut Scope<'_>) {
        let now = scope.now;
        while let Some((id, status)) = self.refers.0.iter().find_map(|refer| match refer.state {
            State::Told { status, until } if until <= now => Some((refer.id, status)),
            _ => None,
        }) {
            self.notify(scope, id, status, Some("timeout"));
        }
    }

    /// The peer refreshes the subscription that its REFER began, or ends it (RFC 3515 section 2.4.4).
    pub(in crate::user_agent::session) fn handle_subscribe(
        &mut self,
        scope: &mut Scope<'_>,
        transaction: ServerTransactionId,
        subscribe: &Message,
    ) {
        let event = EventId::of(subscribe).filter(|event| event.package.eq_ignore_ascii_case(PACKAGE));
        let Some(event) = event else { return scope.reply(transaction, subscribe, 489) };
        let refer =
            self.refers.named(&event).and_then(|id| self.refers.0.iter_mut().find(|refer| refer.id == id));
        let Some(TheirRefer { id, state: State::Told { status, until }, .. }) = refer else {
            return scope.reply(transaction, subscribe, 481);
        };
        let asked = subscribe.raw(&HeaderName::Expires).map(|text| text.trim().parse::<u32>());
        let granted = match asked {
            Some(Err(_)) => return scope.reply(transaction, subscribe, 400),
            Some(Ok(asked)) => asked.min(NEWS_FOR),
            None => NEWS_FOR,
        };
        let (id, status) = (*id, *status);
        *until = scope.now + Duration::from_secs(granted.into());
        let response = scope.begin_reply(subscribe, 200).header(&HeaderName::Expires, granted);
        if let Some(response) =
            finish_reply(response.header_text(&HeaderName::Contact, &[&self.contact]), &[], None)
        {
            scope.respond(transaction, &response);
        }
        self.notify(scope, id, status, (granted == 0).then_some("timeout"));
    }

    /// The call is over: REFERs of the peer that are open are answered all the same (RFC 3261 section 15.1.2).
    pub(in crate::user_agent::session) fn drop_open_refers(&mut self, scope: &mut Scope<'_>) {
        for refer in self.refers.0.extract_if(.., |refer| matches!(refer.state, State::Open { .. })) {
            if let State::Open { transaction, message } = refer.state {
                scope.reply(transaction, &message, 487);
            }
        }
    }
}
