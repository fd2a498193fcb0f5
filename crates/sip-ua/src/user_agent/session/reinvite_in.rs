//! The peer changes the session: its re-INVITE (RFC 3261 section 14.2).

use std::sync::Arc;
use std::time::Duration;

use sip_parser::{HeaderName, Message};

use super::acknowledged::AckWait;
use super::confirmed::{Awaited, Wait};
use super::indialog::Purpose;
use super::timer::screen;
use super::{Confirmed, Scope, Stage};
use crate::transaction::ServerTransactionId;
use crate::transport::Flow;
use crate::user_agent::command::Body;
use crate::user_agent::compose::{finish_reply, finish_reply_with};
use crate::user_agent::event::SessionEvent;

/// Lets the application look at an offer that was refused because it crossed one of ours.
pub(super) fn tell_crossed(scope: &mut Scope<'_>, message: Arc<Message>) {
    if message.session_description().is_some() {
        scope.emit(SessionEvent::OfferCrossed { message });
    }
}

/// The longest that Retry-After asks a peer to wait that sent two INVITEs at once (section 14.2).
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// A re-INVITE that the application has not answered.
pub(super) struct TheirReinvite {
    transaction: ServerTransactionId,
    message: Arc<Message>,
    flow: Flow,
}

impl Confirmed {
    pub(super) fn handle_reinvite(
        &mut self,
        scope: &mut Scope<'_>,
        transaction: ServerTransactionId,
        message: Arc<Message>,
        flow: Flow,
    ) {
        if let Err(refusal) = screen(&scope.base.options.timer, &message) {
            scope.refuse(transaction, &message, &refusal);
            return;
        }
        if self.theirs.is_some() || scope.base.their_offer.is_some() {
            return ask_to_wait(scope, transaction, &message);
        }
        if self.is_in_our_way() {
            scope.reply(transaction, &message, 491);
            return tell_crossed(scope, message);
        }
        if self.wait.take().is_some_and(|wait| wait.of != Awaited::Reinvite) {
            // It can only have come after the ACK, which the network lost or delayed.
            scope.emit(SessionEvent::Established { ack: None });
        }
        if let Some(ours) = &mut self.ours {
            ours.cross();
        }
        scope.common.expect_cancel(transaction, scope.base.id);
        self.theirs = Some(TheirReinvite { transaction, message: message.clone(), flow });
        scope.emit(SessionEvent::Reinvite { message });
    }

    /// Whether an INVITE of the peer must wait for something of ours: our own re-INVITE or UPDATE, an answer
    /// that we owe or wait for, or a BYE.
    fn is_in_our_way(&self) -> bool {
        let flying = self.ours.as_ref().is_some_and(super::reinvite_out::OurReinvite::is_flying);
        let answer_awaited =
            self.wait.as_ref().is_some_and(|wait| wait.of == Awaited::Call { offered: false });
        let offers = Purpose::Update { offers: true };
        let update = self.requests.iter().any(|own| own.purpose == offers);
        flying || update || answer_awaited || self.owed.is_some() || self.is_leaving()
    }

    /// Answers it: the body of a 200, or the status of a refusal.
    pub(in crate::user_agent) fn answer_reinvite(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        answer: Result<Body, u16>,
    ) -> Stage {
        let Some(theirs) = self.theirs.take() else { return Stage::Confirmed(self) };
        let TheirReinvite { transaction, message, flow } = theirs;
        let status = match answer {
            Ok(body) => {
                let response = scope.begin_reply(&message, 200);
                let response = response.header_text(&HeaderName::Contact, &[&self.contact]);
                let said = scope.base.timer.settle_as_callee(scope.now, &message);
                match finish_reply_with(response, &[], &said, Some(&body)) {
                    Some(response) => {
                        self.dialog.refresh_target(&message);
                        scope.base.flow = flow;
                        let ack = AckWait::start(scope, transaction, &message, response);
                        self.wait = Some(Wait { ack, of: Awaited::Reinvite });
                        return Stage::Confirmed(self);
                    }
                    None => 500,
                }
            }
            Err(status) if matches!(status, 300..=699) => status,
            Err(_) => 488,
        };
        scope.reply(transaction, &message, status);
        self.start_waiting_reinvite(scope);
        Stage::Confirmed(self)
    }

    /// The peer takes it back.
    pub(super) fn handle_cancel(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        invite: ServerTransactionId,
    ) -> Stage {
        if let Some(theirs) = self.theirs.take_if(|theirs| theirs.transaction == invite) {
            scope.reply(theirs.transaction, &theirs.message, 487);
            scope.emit(SessionEvent::ReinviteCancelled);
        }
        Stage::Confirmed(self)
    }

    /// The call ends: what the peer asked is answered (section 15.1.2), what we asked is taken back.
    pub(super) fn drop_reinvites(&mut self, scope: &mut Scope<'_>) {
        if let Some(theirs) = self.theirs.take() {
            scope.reply(theirs.transaction, &theirs.message, 487);
        }
        if let Some(ours) = self.ours.take() {
            ours.abandon(scope);
        }
    }
}

/// Refuses an INVITE that came before the final response to an earlier one.
pub(super) fn ask_to_wait(scope: &mut Scope<'_>, transaction: ServerTransactionId, message: &Message) {
    let wait = scope.common.tokens.wait(Duration::ZERO, RETRY_AFTER).as_secs();
    let response = scope.begin_reply(message, 500);
    if let Some(response) = finish_reply(response.header(&HeaderName::RetryAfter, wait), &[], None) {
        scope.respond(transaction, &response);
    }
}
