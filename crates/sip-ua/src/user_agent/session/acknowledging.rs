//! ACKs for 2xx responses: they belong to the session, which sends each again when its 2xx comes
//! again (RFC 3261 section 13.2.2.4).

use std::collections::VecDeque;

use sip_parser::{HeaderName, Message, Method};

use super::Scope;
use crate::dialog::Dialog;
use crate::user_agent::command::Body;
use crate::user_agent::compose::Content;

/// ACKs kept. Only those of the last 32 seconds can be asked for again.
const KEPT: usize = 8;

/// The latest ACKs that a session sent.
#[derive(Default)]
pub(in crate::user_agent) struct Acks(VecDeque<Sent>);

struct Sent {
    cseq: u32,
    remote_tag: String,
    ack: Message,
}

impl Acks {
    fn find(&self, response: &Message) -> Option<&Message> {
        let cseq = response.cseq().ok()?.number;
        let to = response.to().ok()?;
        let tag = to.tag().unwrap_or_default();
        self.0.iter().find(|sent| sent.cseq == cseq && sent.remote_tag == tag).map(|sent| &sent.ack)
    }

    fn keep(&mut self, sent: Sent) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(sent);
    }
}

impl Scope<'_> {
    /// Acknowledges a 2xx to `invite`, with our answer if the offer was the peer's. The ACK carries
    /// the same credentials as the INVITE (section 22.1).
    pub(super) fn acknowledge(&mut self, dialog: &Dialog, invite: &Message, body: Option<&Body>) {
        let Ok(cseq) = invite.cseq().map(|cseq| cseq.number) else { return };
        let names = [HeaderName::Authorization, HeaderName::ProxyAuthorization];
        let authorization: Vec<_> = names
            .iter()
            .flat_map(|name| invite.raw_all(name).map(|value| (name.clone(), value.to_owned())))
            .collect();
        let content = Content { authorization: &authorization, body, ..Content::default() };
        self.send_ack(dialog, cseq, &content);
    }

    /// Acknowledges a 2xx that nobody waits for any more.
    pub(super) fn acknowledge_plainly(&mut self, dialog: &Dialog, response: &Message) {
        if let Ok(cseq) = response.cseq() {
            self.send_ack(dialog, cseq.number, &Content::default());
        }
    }

    /// Sends the ACK that a 2xx had when it came first; `false` when it had none.
    pub(super) fn acknowledge_again(&mut self, response: &Message) -> bool {
        let Some(ack) = self.base.acks.find(response) else { return false };
        self.common.layer.send_stateless(ack, self.base.flow);
        true
    }

    fn send_ack(&mut self, dialog: &Dialog, cseq: u32, content: &Content<'_>) {
        let Some(ack) = self.compose(dialog, &Method::Ack, cseq, content) else { return };
        self.common.layer.send_stateless(&ack, self.base.flow);
        self.base.acks.keep(Sent { cseq, remote_tag: dialog.id().remote_tag.clone(), ack });
    }
}
