//! What a stage of a session may reach while it handles one input.

use std::time::{Duration, Instant};

use sip_parser::{Message, Method, ResponseBuilder};

use super::Base;
use crate::dialog::Dialog;
use crate::transaction::{ClientTransactionId, ServerTransactionId, WrittenRequest, WrittenResponse};
use crate::transport::Flow;
use crate::user_agent::command::Reply;
use crate::user_agent::common::{Client, Common};
use crate::user_agent::compose::{Content, finish_reply};
use crate::user_agent::event::SessionEvent;

/// The surroundings of a stage.
pub(in crate::user_agent) struct Scope<'a> {
    pub(in crate::user_agent) now: Instant,
    pub(in crate::user_agent) common: &'a mut Common,
    pub(in crate::user_agent) base: &'a mut Base,
}

impl Scope<'_> {
    /// Tells the application.
    pub(in crate::user_agent) fn emit(&mut self, event: SessionEvent) {
        self.common.emit(self.base.id, event);
    }

    /// 64 times T1, after which a peer counts as gone.
    pub(super) fn give_up(&self) -> Duration {
        self.common.config.timers.give_up()
    }

    /// Sends an INVITE that begins a dialog.
    pub(super) fn send(&mut self, request: WrittenRequest) -> ClientTransactionId {
        self.common.send(self.now, request, self.base.flow, Client::Session(self.base.id))
    }

    /// Sends a request of `dialog`.
    pub(super) fn send_in(&mut self, dialog: &Dialog, request: WrittenRequest) -> ClientTransactionId {
        let flow = self.flow_of(dialog);
        self.common.send(self.now, request, flow, Client::Session(self.base.id))
    }

    /// The way of the requests of `dialog`.
    pub(super) fn flow_of(&self, dialog: &Dialog) -> Flow {
        self.base.options.peer_address.of(dialog, self.base.flow)
    }

    /// Cancels an INVITE that nobody waits for any more.
    pub(super) fn take_back(&mut self, invite: ClientTransactionId) {
        self.common.take_back(self.now, invite);
    }

    /// Writes a request of `dialog`; `None` when it cannot be written.
    pub(super) fn compose(
        &mut self,
        dialog: &Dialog,
        method: &Method,
        cseq: u32,
        content: &Content<'_>,
    ) -> Option<WrittenRequest> {
        let content = Content { options: self.base.options, ..*content };
        let flow = self.flow_of(dialog);
        self.common.compose_in(dialog, method, cseq, &flow, &content)
    }

    /// Sends a response.
    pub(super) fn respond(&mut self, id: ServerTransactionId, response: &WrittenResponse) {
        self.common.respond(self.now, id, response, &self.base.tag);
    }

    /// Begins a response of this session.
    pub(super) fn begin_reply<'m>(&self, request: &'m Message, status: u16) -> ResponseBuilder<'m> {
        self.common.reply_as(request, status, &self.base.tag, self.base.options)
    }

    /// Sends a refusal with the headers that explain it.
    pub(super) fn refuse(&mut self, id: ServerTransactionId, request: &Message, refusal: &Reply) {
        let response = self.begin_reply(request, refusal.status);
        if let Some(response) = finish_reply(response, &refusal.headers, None) {
            self.respond(id, &response);
        }
    }

    /// Sends a response that says nothing but its status.
    pub(super) fn reply(&mut self, id: ServerTransactionId, request: &Message, status: u16) {
        if let Some(response) = self.common.plain_reply(request, status, &self.base.tag) {
            self.respond(id, &response);
        }
    }

    /// Whether a response is a 2xx to an INVITE.
    pub(super) fn is_invite_answer(&self, response: &Message) -> bool {
        response.status().is_some_and(|status| matches!(status, 200..=299))
            && response.cseq().is_ok_and(|cseq| cseq.method == Method::Invite)
    }
}
