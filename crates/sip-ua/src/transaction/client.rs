//! One client transaction of the layer: its machine, and what is needed around it.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sip_parser::Message;

use super::derived;
use super::written::WrittenRequest;
use super::{Failure, InviteClient, NonInviteClient, Timers};
use crate::transport::Flow;

/// One client transaction of the layer.
#[derive(Debug)]
pub(super) struct Client {
    machine: Machine,
    pub(super) flow: Flow,
    /// The way that a large request would have taken, until its other way has proven good.
    otherwise: Option<Box<(WrittenRequest, Flow)>>,
    /// Whether the layer counts it among those that are answered.
    pub(super) lingers: bool,
}

#[derive(Debug)]
enum Machine {
    Invite {
        machine: InviteClient,
        /// Kept until the final response: ACK and CANCEL are made from it.
        invite: Option<Arc<Message>>,
    },
    Other(NonInviteClient),
}

impl Client {
    pub(super) fn new(now: Instant, request: WrittenRequest, flow: Flow, timers: Arc<Timers>) -> Self {
        let WrittenRequest { bytes, invite, .. } = request;
        let reliable = flow.is_reliable();
        let machine = if invite.is_some() {
            let machine = InviteClient::new(now, bytes, reliable, timers);
            Machine::Invite { machine, invite }
        } else {
            Machine::Other(NonInviteClient::new(now, bytes, reliable, timers))
        };
        Self { machine, flow, otherwise: None, lingers: false }
    }

    /// With another way to try when this one does not lead to the peer.
    pub(super) fn or(self, request: WrittenRequest, flow: Flow) -> Self {
        Self { otherwise: Some(Box::new((request, flow))), ..self }
    }

    /// The other way, once.
    pub(super) fn take_otherwise(&mut self) -> Option<(WrittenRequest, Flow)> {
        self.otherwise.take().map(|otherwise| *otherwise)
    }

    /// Takes a response; true if the user agent must see it.
    pub(super) fn handle_response(&mut self, now: Instant, status: u16, response: &Message) -> bool {
        self.otherwise = None;
        match &mut self.machine {
            Machine::Invite { machine, invite } => {
                // It makes an ACK once, and before it is let go.
                let ack = || invite.as_ref().map_or_else(Bytes::new, |invite| derived::ack(invite, response));
                let is_news = machine.handle_response(now, status, ack);
                if status >= 200 {
                    *invite = None;
                }
                is_news
            }
            Machine::Other(machine) => machine.handle_response(now, status),
        }
    }

    /// The CANCEL of this transaction, if it is an INVITE that a peer is working on.
    pub(super) fn cancel(&mut self, now: Instant, headers: &[(String, String)]) -> Option<Bytes> {
        let Machine::Invite { machine, invite } = &mut self.machine else { return None };
        let invite = invite.as_ref().filter(|_| machine.is_proceeding())?;
        machine.handle_cancel_sent(now);
        Some(derived::cancel(invite, headers))
    }

    /// Nobody waits for it any more.
    pub(super) fn handle_abandoned(&mut self) {
        match &mut self.machine {
            Machine::Invite { machine, .. } => machine.handle_abandoned(),
            Machine::Other(machine) => machine.handle_abandoned(),
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        match &mut self.machine {
            Machine::Invite { machine, .. } => machine.handle_timeout(now),
            Machine::Other(machine) => machine.handle_timeout(now),
        }
    }

    pub(super) fn handle_transport_error(&mut self) {
        match &mut self.machine {
            Machine::Invite { machine, .. } => machine.handle_transport_error(),
            Machine::Other(machine) => machine.handle_transport_error(),
        }
    }

    pub(super) fn poll_transmit(&mut self) -> Option<Bytes> {
        match &mut self.machine {
            Machine::Invite { machine, .. } => machine.poll_transmit(),
            Machine::Other(machine) => machine.poll_transmit(),
        }
    }

    pub(super) fn poll_failure(&mut self) -> Option<Failure> {
        match &mut self.machine {
            Machine::Invite { machine, .. } => machine.poll_failure(),
            Machine::Other(machine) => machine.poll_failure(),
        }
    }

    /// None when the transaction is over.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match &self.machine {
            Machine::Invite { machine, .. } => machine.poll_timeout(),
            Machine::Other(machine) => machine.poll_timeout(),
        }
    }

    /// Whether its final response has come, and it is there for repetitions of that alone.
    pub(super) fn is_answered(&self) -> bool {
        match &self.machine {
            Machine::Invite { machine, .. } => machine.is_answered(),
            Machine::Other(machine) => machine.is_answered(),
        }
    }

    pub(super) fn is_terminated(&self) -> bool {
        match &self.machine {
            Machine::Invite { machine, .. } => machine.is_terminated(),
            Machine::Other(machine) => machine.is_terminated(),
        }
    }
}
