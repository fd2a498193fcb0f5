//! The layer as a client: requests that go out, responses that come in (RFC 3261 sections 17.1.3 and 18.1.2).

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sip_parser::{Message, Method};

use super::client::Client;
use super::event::Name;
use super::large;
use super::matching::{client_key, is_misrouted};
use super::written::WrittenRequest;
use super::{ClientTransactionId, TransactionEvent, TransactionLayer};
use crate::transport::Flow;

/// Why a request of ours cannot start a transaction.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsendable {
    #[error("it has no Via with a branch")]
    NoBranch,
    #[error("an ACK starts no transaction; send it statelessly")]
    Ack,
    #[error("it is a response")]
    Response,
    #[error("its branch is in use")]
    BranchInUse,
    #[error("{0} client transactions are at work, which is the limit")]
    Full(usize),
}

impl TransactionLayer {
    /// Sends a request along `flow`, again and again if need be, and awaits its responses. Its top `Via` carries a
    /// branch of its own (see [`new_branch`](Self::new_branch)).
    ///
    /// A request that cannot be sent ends at once with [`TransactionEvent::TransportFailed`].
    pub fn send_request(
        &mut self,
        now: Instant,
        request: impl Into<Arc<Message>>,
        flow: Flow,
    ) -> ClientTransactionId {
        let request = WrittenRequest::of(request.into(), &self.prints);
        self.begin(now, request, flow)
    }

    /// The same for a request that has just been written.
    pub(crate) fn send_written(
        &mut self,
        now: Instant,
        request: WrittenRequest,
        flow: Flow,
    ) -> ClientTransactionId {
        self.begin(now, Ok(request), flow)
    }

    /// What `bytes` hold: a request of `method` whose top Via has `branch`. `None` where they are an INVITE that cannot be
    /// read.
    pub(crate) fn written(&self, bytes: Bytes, method: &Method, branch: &str) -> Option<WrittenRequest> {
        WrittenRequest::new(bytes, method, branch, &self.prints)
    }

    fn begin(
        &mut self,
        now: Instant,
        request: Result<WrittenRequest, Unsendable>,
        flow: Flow,
    ) -> ClientTransactionId {
        match request.and_then(|request| self.start_client(now, request, flow)) {
            Ok(id) => {
                self.settle_client(id);
                ClientTransactionId(id)
            }
            Err(reason) => {
                tracing::warn!(%flow, %reason, "a request was not sent");
                self.counters.unsent += 1;
                // It is filed nowhere.
                let id = ClientTransactionId(Name { serial: self.next_id(), slot: u32::MAX });
                self.events.push_back(TransactionEvent::TransportFailed { id });
                id
            }
        }
    }

    fn start_client(
        &mut self,
        now: Instant,
        request: WrittenRequest,
        flow: Flow,
    ) -> Result<Name, Unsendable> {
        if request.method == Method::Ack {
            return Err(Unsendable::Ack);
        }
        let (at_work, _) = self.at_work();
        if at_work >= self.limits.client_transactions {
            return Err(Unsendable::Full(at_work));
        }
        let key = request.key;
        if self.clients.find(key).is_some() {
            return Err(Unsendable::BranchInUse);
        }
        let timers = self.timers.clone();
        let (client, flow) = match large::over_tcp(&request, flow, &self.streams) {
            Some((other, over)) => (Client::new(now, other, over, timers).or(request, flow), over),
            None => (Client::new(now, request, flow, timers), flow),
        };
        let serial = self.next_id();
        Ok(self.clients.insert(serial, key, &flow, client))
    }

    /// Sends the CANCEL of `invite`, with further headers such as `Reason`. The INVITE then has 64 times T1 to end
    /// (RFC 3261 section 9.1), and the CANCEL's own transaction reports like any other.
    ///
    /// None, and nothing is sent, while no provisional response has come or when the final one has: a CANCEL must
    /// wait for the former, and is too late after the latter.
    pub fn cancel(
        &mut self,
        now: Instant,
        invite: ClientTransactionId,
        headers: &[(String, String)],
    ) -> Option<ClientTransactionId> {
        let client = self.clients.get_mut(invite.0)?;
        let flow = client.flow;
        let cancel = Message::parse(client.cancel(now, headers)?).ok()?;
        self.settle_client(invite.0);
        Some(self.send_request(now, cancel, flow))
    }

    /// Stops to repeat a request whose answer nobody waits for any more. What comes late is still matched
    /// and reported, so that an INVITE can be cancelled when it turns out that it was heard.
    pub fn abandon(&mut self, id: ClientTransactionId) {
        if let Some(client) = self.clients.get_mut(id.0) {
            client.handle_abandoned();
        }
        self.settle_client(id.0);
    }

    pub(super) fn handle_response(&mut self, now: Instant, response: Arc<Message>, flow: Flow) {
        let status = response.status().unwrap_or_default();
        let known = match (response.via(), response.cseq()) {
            (Ok(via), Ok(cseq)) => {
                let key = client_key(via.branch().unwrap_or_default(), &cseq.method, &self.prints);
                self.clients.find(key)
            }
            (Err(error), _) | (_, Err(error)) => {
                let reason = error.to_string();
                return self.refuse_malformed(response.as_bytes(), None, reason, flow);
            }
        };
        if is_misrouted(&response) {
            self.counters.misrouted += 1;
            return;
        }
        let Some((id, client)) = known.and_then(|id| Some((id, self.clients.get_mut(id)?))) else {
            self.counters.stray_responses += 1;
            self.events.push_back(TransactionEvent::StrayResponse { response, flow });
            return;
        };
        if client.handle_response(now, status, &response) {
            let id = ClientTransactionId(id);
            self.events.push_back(TransactionEvent::Response { id, response, flow });
        } else {
            self.counters.repeated += 1;
        }
        self.settle_client(id);
    }
}
