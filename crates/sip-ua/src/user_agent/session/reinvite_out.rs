//! We change the session: our re-INVITE (RFC 3261 section 14.1).

use std::sync::Arc;
use std::time::{Duration, Instant};

use sip_parser::{Message, Method};

use super::{Confirmed, Scope, Stage};
use crate::transaction::ClientTransactionId;
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::command::Body;
use crate::user_agent::compose::{Content, Headers};
use crate::user_agent::event::{EndReason, SessionEvent};

/// What we want to change, and how far that is.
pub(super) struct OurReinvite {
    body: Option<Body>,
    headers: Headers,
    authenticator: Authenticator,
    progress: Progress,
    /// A re-INVITE of the peer came while we waited, so our offer may be out of date.
    crossed: bool,
}

enum Progress {
    /// An INVITE transaction is unfinished in this dialog; ours begins when its ACK is here.
    Queued,
    /// Sent; no final response yet.
    Flying { transaction: ClientTransactionId, message: Arc<Message> },
    /// Both sides asked at once (491); we ask again then.
    Retrying { at: Instant },
}

impl OurReinvite {
    /// Whether `id` is its INVITE.
    pub(super) fn sent(&self, id: ClientTransactionId) -> bool {
        matches!(self.progress, Progress::Flying { transaction, .. } if transaction == id)
    }

    pub(super) fn is_flying(&self) -> bool {
        matches!(self.progress, Progress::Flying { .. })
    }

    /// Notes that the peer came first.
    pub(super) fn cross(&mut self) {
        self.crossed = true;
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.progress {
            Progress::Retrying { at } => Some(at),
            Progress::Queued | Progress::Flying { .. } => None,
        }
    }

    /// Takes it back, so that no transaction waits for a peer that has forgotten the call.
    pub(super) fn abandon(self, scope: &mut Scope<'_>) {
        if let Progress::Flying { transaction, .. } = self.progress {
            scope.take_back(transaction);
        }
    }
}

impl Confirmed {
    /// Offers a change. Only one INVITE may be under way in a dialog.
    pub(in crate::user_agent) fn reinvite(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        body: Option<Body>,
        headers: Headers,
    ) -> Stage {
        if self.ours.is_some() || self.theirs.is_some() || self.owed.is_some() || self.is_leaving() {
            scope.emit(SessionEvent::ReinviteFailed { status: 491 });
            return Stage::Confirmed(self);
        }
        let authenticator = self.credentials.fresh();
        self.ours =
            Some(OurReinvite { body, headers, authenticator, progress: Progress::Queued, crossed: false });
        self.start_waiting_reinvite(scope);
        Stage::Confirmed(self)
    }

    /// Sends the re-INVITE that waited for the end of another INVITE.
    pub(super) fn start_waiting_reinvite(&mut self, scope: &mut Scope<'_>) {
        if self.wait.is_some() || self.theirs.is_some() {
            return;
        }
        let Some(ours) = self.ours.take_if(|ours| matches!(ours.progress, Progress::Queued)) else { return };
        self.send_reinvite(scope, ours);
    }

    /// Sends the re-INVITE that waited after a 491.
    pub(super) fn retry_reinvite(&mut self, scope: &mut Scope<'_>) {
        let due = |ours: &mut OurReinvite| ours.deadline().is_some_and(|at| at <= scope.now);
        let Some(mut ours) = self.ours.take_if(due) else { return };
        if self.wait.is_some() || self.theirs.is_some() {
            ours.progress = Progress::Queued;
            self.ours = Some(ours);
        } else {
            self.send_reinvite(scope, ours);
        }
    }

    fn send_reinvite(&mut self, scope: &mut Scope<'_>, mut ours: OurReinvite) {
        if ours.crossed {
            return scope.emit(SessionEvent::ReinviteFailed { status: 491 });
        }
        let uri = self.dialog.request_uri();
        let octets = ours.body.as_ref().map(|body| &body.bytes[..]).unwrap_or_default();
        let tokens = &mut scope.common.tokens;
        let authorization = ours.authenticator.headers(&Method::Invite, &uri, octets, tokens);
        let cseq = self.dialog.next_cseq();
        let further = scope.base.timer.request_headers(&Method::Invite);
        let content = Content {
            contact: Some(&self.contact),
            authorization: &authorization,
            headers: &ours.headers,
            further: &further,
            body: ours.body.as_ref(),
            ..Content::default()
        };
        let written = scope.compose(&self.dialog, &Method::Invite, cseq, &content);
        let Some((written, message)) = written.and_then(|it| it.invite().cloned().map(|invite| (it, invite)))
        else {
            return scope.emit(SessionEvent::ReinviteFailed { status: 500 });
        };
        let transaction = scope.send_in(&self.dialog, written);
        ours.progress = Progress::Flying { transaction, message };
        self.ours = Some(ours);
    }

    /// A response to it.
    pub(super) fn handle_reinvite_response(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        response: Arc<Message>,
    ) -> Stage {
        let status = response.status().unwrap_or_default();
        if status < 200 {
            return Stage::Confirmed(self);
        }
        let Some(mut ours) = self.ours.take() else { return Stage::Confirmed(self) };
        match status {
            200..=299 => self.reinvite_accepted(scope, ours, response),
            401 | 407 | 494 if ours.authenticator.challenged(&response) => self.send_reinvite(scope, ours),
            408 | 481 => return self.close(scope, Headers::new(), EndReason::Lost, Some(response)),
            422 if scope.base.timer.is_too_short(&response) => self.send_reinvite(scope, ours),
            491 => {
                let at = scope.now + self.glare_wait(scope);
                ours.progress = Progress::Retrying { at };
                self.ours = Some(ours);
            }
            _ => scope.emit(SessionEvent::ReinviteFailed { status }),
        }
        Stage::Confirmed(self)
    }

    fn reinvite_accepted(&mut self, scope: &mut Scope<'_>, ours: OurReinvite, response: Arc<Message>) {
        self.dialog.refresh_target(&response);
        scope.base.timer.settle_as_caller(scope.now, &response);
        if let Progress::Flying { message, .. } = ours.progress {
            if ours.body.is_some() {
                scope.acknowledge(&self.dialog, &message, None);
            } else {
                self.owed = Some(message);
            }
        }
        scope.emit(SessionEvent::ReinviteAnswered { message: response });
    }

    /// How long to wait after a 491: the side that owns the Call-ID waits longer, so that the two do
    /// not meet again.
    fn glare_wait(&self, scope: &mut Scope<'_>) -> Duration {
        let (least, most) = if self.dialog.is_initiator() { (2100, 4000) } else { (0, 2000) };
        scope.common.tokens.wait(Duration::from_millis(least), Duration::from_millis(most))
    }
}
