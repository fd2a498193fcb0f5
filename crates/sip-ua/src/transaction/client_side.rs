//! The layer as a client: requests that go out, responses that come in (RFC 3261 sections 17.1.3 and 18.1.2).

use std::time::Instant;

use sip_parser::{Message, Method};

use super::client::Client;
use super::event::Name;
use super::large;
use super::matching::{client_key, is_misrouted};
use super::{ClientTransactionId, TransactionEvent, TransactionLayer};
use crate::transport::Flow;

/// Why a request of ours cannot start a transaction.
#[derive(Debug, thiserror::Error)]
enum Unsendable {
    #[error("it has no Via with a branch")]
    NoBranch,
    #[error("an ACK starts no transaction; send it statelessly")]
    Ack,
    #[error("it is a response")]
    Response,
    #[error("its branch is in use")]
    BranchInUse,
    #[error("{0} client transactions are alive, which is the limit")]
    Full(usize),
}

impl TransactionLayer {
    /// Sends a request along `flow`, again and again if need be, and awaits its responses. Its top `Via` carries a
    /// branch of its own (see [`new_branch`](Self::new_branch)).
    ///
    /// A request that cannot be sent ends at once with [`TransactionEvent::TransportFailed`].
    pub fn send_request(&mut self, now: Instant, request: Message, flow: Flow) -> ClientTransactionId {
        match self.start_client(now, request, flow) {
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

    fn start_client(&mut self, now: Instant, request: Message, flow: Flow) -> Result<Name, Unsendable> {
        let method = request.method().ok_or(Unsendable::Response)?;
        if method == Method::Ack {
            return Err(Unsendable::Ack);
        }
        if self.clients.len() >= self.limits.client_transactions {
            return Err(Unsendable::Full(self.clients.len()));
        }
        let via = request.via().map_err(|_| Unsendable::NoBranch)?;
        let key = client_key(via.branch().ok_or(Unsendable::NoBranch)?, &method, &self.prints);
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

    pub(super) fn handle_response(&mut self, now: Instant, response: Message, flow: Flow) {
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
