//! A call that the peer has ended while it waits for news of its REFER: the dialog lives on for them (RFC 5057 section 4).

use std::sync::Arc;
use std::time::Instant;

use sip_parser::{Message, Method};

use super::{Confirmed, Scope, Stage};
use crate::dialog::Dialog;
use crate::transaction::{ClientTransactionId, ServerTransactionId};

/// What is left of a call: its dialog, and the news that are owed in it.
pub(in crate::user_agent) struct Telling(Box<Confirmed>);

impl Telling {
    /// What becomes of a call that has ended.
    pub(super) fn after(call: Box<Confirmed>) -> Stage {
        match call.refers.owe_news() || call.tells_news() {
            true => Stage::Telling(Telling(call)),
            false => Stage::Over,
        }
    }

    pub(super) fn dialog_mut(&mut self) -> &mut Dialog {
        self.0.dialog_mut()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.0.refers.deadline()
    }

    pub(super) fn handle_timeout(mut self, scope: &mut Scope<'_>) -> Stage {
        self.0.expire_news(scope);
        Self::after(self.0)
    }

    pub(in crate::user_agent) fn notify_refer(
        mut self,
        scope: &mut Scope<'_>,
        id: u32,
        status: u16,
        last: bool,
    ) -> Stage {
        self.0.tell_refer(scope, id, status, last);
        Self::after(self.0)
    }

    pub(super) fn handle_response(
        mut self,
        scope: &mut Scope<'_>,
        id: ClientTransactionId,
        response: Arc<Message>,
    ) -> Stage {
        self.0.handle_answer_to_news(scope, id, &response);
        Self::after(self.0)
    }

    pub(super) fn handle_failure(mut self, id: ClientTransactionId) -> Stage {
        self.0.news_unheard(id);
        Self::after(self.0)
    }

    /// Only subscriptions have a meaning yet.
    pub(super) fn handle_request(
        mut self,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: &Message,
    ) -> Stage {
        match request.method() {
            Some(Method::Subscribe) => self.0.handle_subscribe(scope, id, request),
            _ => scope.reply(id, request, 481),
        }
        Self::after(self.0)
    }
}
