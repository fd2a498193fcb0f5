//! UPDATE: changing or refreshing a session without an INVITE (RFC 3311).

use std::sync::Arc;

use sip_parser::{HeaderName, Message, Method};

use super::indialog::{OwnRequest, Purpose};
use super::reinvite_in::{ask_to_wait, tell_crossed};
use super::timer::screen;
use super::{Confirmed, Scope, Stage};
use crate::dialog::Dialog;
use crate::transaction::ServerTransactionId;
use crate::user_agent::command::Body;
use crate::user_agent::compose::{Headers, OwnHeaders, finish_reply_with};
use crate::user_agent::event::SessionEvent;

/// An offer of the peer in an UPDATE or a PRACK that the application has not answered.
pub(in crate::user_agent) struct TheirOffer {
    transaction: ServerTransactionId,
    message: Arc<Message>,
    contact: String,
}

/// How an UPDATE of the peer meets the offers that are under way (section 5.2).
pub(super) enum Glare {
    /// None is.
    Clear,
    /// One of ours waits for its answer.
    Ours,
    /// One of theirs waits for ours.
    Theirs,
}

/// Deals with an UPDATE of the peer.
pub(super) fn handle(
    scope: &mut Scope<'_>,
    dialog: &mut Dialog,
    contact: &str,
    id: ServerTransactionId,
    update: Arc<Message>,
    glare: &Glare,
) {
    if let Err(refusal) = screen(&scope.base.options.timer, &update) {
        scope.refuse(id, &update, &refusal);
        return;
    }
    if update.session_description().is_none() {
        dialog.refresh_target(&update);
        accept(scope, id, &update, contact, None);
        return scope.emit(SessionEvent::Refreshed { message: update });
    }
    match glare {
        Glare::Ours => {
            scope.reply(id, &update, 491);
            tell_crossed(scope, update);
        }
        Glare::Theirs => ask_to_wait(scope, id, &update),
        Glare::Clear if scope.base.their_offer.is_some() => ask_to_wait(scope, id, &update),
        Glare::Clear => {
            dialog.refresh_target(&update);
            expect_answer(scope, id, update, contact);
        }
    }
}

/// Files an offer, and asks the application for the answer.
pub(super) fn expect_answer(
    scope: &mut Scope<'_>,
    id: ServerTransactionId,
    message: Arc<Message>,
    contact: &str,
) {
    scope.base.their_offer =
        Some(Box::new(TheirOffer { transaction: id, message: message.clone(), contact: contact.to_owned() }));
    scope.emit(SessionEvent::Update { message });
}

/// The application answers the offer: the body of a 200, or the status of a refusal.
pub(in crate::user_agent) fn answer(scope: &mut Scope<'_>, answer: Result<Body, u16>) {
    let Some(offer) = scope.base.their_offer.take() else { return };
    let TheirOffer { transaction, message, contact } = *offer;
    match answer {
        Ok(body) => accept(scope, transaction, &message, &contact, Some(&body)),
        Err(status) => {
            let status = if matches!(status, 300..=699) { status } else { 488 };
            scope.reply(transaction, &message, status);
        }
    }
}

/// The session is over: what the peer asked is answered all the same.
pub(super) fn abandon(scope: &mut Scope<'_>) {
    answer(scope, Err(487));
}

/// Sends the 2xx, with what it says of the session's timer.
fn accept(
    scope: &mut Scope<'_>,
    id: ServerTransactionId,
    request: &Message,
    contact: &str,
    body: Option<&Body>,
) {
    let response = scope.begin_reply(request, 200);
    let is_update = request.method() == Some(Method::Update);
    let (response, headers) = if is_update {
        let headers = scope.base.timer.settle_as_callee(scope.now, request);
        (response.header(&HeaderName::Contact, contact), headers)
    } else {
        (response, OwnHeaders::new())
    };
    if let Some(response) = finish_reply_with(response, &[], &headers, body) {
        scope.respond(id, &response);
    }
}

impl Confirmed {
    pub(super) fn handle_update(
        &mut self,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        update: Arc<Message>,
    ) {
        let glare = self.glare();
        handle(scope, &mut self.dialog, &self.contact, id, update, &glare);
    }

    fn glare(&self) -> Glare {
        let offers = |own: &OwnRequest| own.purpose == Purpose::Update { offers: true };
        let ours = self.ours.as_ref().is_some_and(super::reinvite_out::OurReinvite::is_flying);
        if ours || self.owed.is_some() || self.requests.iter().any(offers) {
            Glare::Ours
        } else if self.theirs.is_some() {
            Glare::Theirs
        } else {
            Glare::Clear
        }
    }

    /// Sends UPDATE. One with an offer fails with 491 while another offer is under way.
    pub(in crate::user_agent) fn update(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        body: Option<Body>,
        headers: Headers,
    ) -> Stage {
        let offers = body.is_some();
        let busy = scope.base.their_offer.is_some() || !matches!(self.glare(), Glare::Clear);
        if !scope.base.timer.peer_updates() {
            scope.emit(SessionEvent::UpdateFailed { status: 405, offered: offers });
            return Stage::Confirmed(self);
        }
        let sent = !(offers && busy)
            && self.send_in_dialog(scope, Method::Update, headers, body, Purpose::Update { offers });
        if !sent {
            scope.emit(SessionEvent::UpdateFailed { status: 491, offered: offers });
        }
        Stage::Confirmed(self)
    }
}
