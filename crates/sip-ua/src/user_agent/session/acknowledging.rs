//! ACKs for 2xx responses: they belong to the session, which sends each again when its 2xx comes
//! again (RFC 3261 section 13.2.2.4).

use bytes::Bytes;
use sip_parser::{HeaderName, Message, Method};

use super::Scope;
use crate::dialog::Dialog;
use crate::transport::Flow;
use crate::user_agent::command::Body;
use crate::user_agent::compose::Content;

/// ACKs kept. Only those of the last 32 seconds can be asked for again.
const KEPT: usize = 8;

/// The latest ACKs that a session sent.
#[derive(Default)]
pub(in crate::user_agent) struct Acks(Vec<Sent>);

struct Sent {
    cseq: u32,
    ack: Bytes,
    flow: Flow,
}

impl Acks {
    fn find(&self, response: &Message) -> Option<(Bytes, Flow)> {
        let cseq = response.cseq().ok()?.number;
        let tag = response.to_tag().unwrap_or_default();
        let is_to = |sent: &&Sent| {
            Message::parse(sent.ack.clone()).is_ok_and(|ack| ack.to_tag().unwrap_or_default() == tag)
        };
        let sent = self.0.iter().filter(|sent| sent.cseq == cseq).find(is_to)?;
        Some((sent.ack.clone(), sent.flow))
    }

    fn keep(&mut self, sent: Sent) {
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        // Nearly every call has one for ever.
        self.0.reserve_exact(1);
        self.0.push(sent);
    }
}

impl Scope<'_> {
    /// Acknowledges a 2xx to `invite`, with our answer if the offer was the peer's. The ACK carries
    /// the same credentials as the INVITE (section 22.1). Gives the ACK back as it went out.
    pub(super) fn acknowledge(
        &mut self,
        dialog: &Dialog,
        invite: &Message,
        body: Option<&Body>,
    ) -> Option<Bytes> {
        let cseq = invite.cseq().ok()?.number;
        let names = [HeaderName::Authorization, HeaderName::ProxyAuthorization];
        let authorization: Vec<_> = names
            .iter()
            .flat_map(|name| invite.raw_all(name).map(|value| (name.clone(), value.to_owned())))
            .collect();
        let content = Content { authorization: &authorization, body, ..Content::default() };
        self.send_ack(dialog, cseq, &content)
    }

    /// Acknowledges a 2xx that nobody waits for any more.
    pub(super) fn acknowledge_plainly(&mut self, dialog: &Dialog, response: &Message) {
        if let Ok(cseq) = response.cseq() {
            self.send_ack(dialog, cseq.number, &Content::default());
        }
    }

    /// Sends the ACK that a 2xx had when it came first; `false` when it had none.
    pub(super) fn acknowledge_again(&mut self, response: &Message) -> bool {
        let Some((ack, flow)) = self.base.acks.find(response) else { return false };
        self.common.layer.send_octets(ack, flow);
        true
    }

    fn send_ack(&mut self, dialog: &Dialog, cseq: u32, content: &Content<'_>) -> Option<Bytes> {
        let ack = self.compose(dialog, &Method::Ack, cseq, content)?.bytes().clone();
        let flow = self.flow_of(dialog);
        self.common.layer.send_octets(ack.clone(), flow);
        self.base.acks.keep(Sent { cseq, ack: ack.clone(), flow });
        Some(ack)
    }
}
