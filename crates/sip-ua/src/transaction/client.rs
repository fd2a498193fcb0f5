//! One client transaction of the layer: its machine, and what is needed around it.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sip_parser::{Message, Method};

use super::derived;
use super::{Failure, InviteClient, NonInviteClient, Timers};
use crate::transport::Flow;

/// One client transaction of the layer.
#[derive(Debug)]
pub(super) struct Client {
    machine: Machine,
    pub(super) flow: Flow,
    /// The way that a large request would have taken, until its other way has proven good.
    otherwise: Option<Box<(Message, Flow)>>,
}

#[derive(Debug)]
enum Machine {
    /// The request is kept: ACK and CANCEL are made from it.
    Invite {
        machine: InviteClient,
        invite: Box<Message>,
    },
    Other(NonInviteClient),
}

impl Client {
    pub(super) fn new(now: Instant, request: Message, flow: Flow, timers: Arc<Timers>) -> Self {
        let bytes = request.as_bytes().clone();
        let reliable = flow.is_reliable();
        let machine = if request.method() == Some(Method::Invite) {
            let machine = InviteClient::new(now, bytes, reliable, timers);
            Machine::Invite { machine, invite: Box::new(request) }
        } else {
            Machine::Other(NonInviteClient::new(now, bytes, reliable, timers))
        };
        Self { machine, flow, otherwise: None }
    }

    /// With another way to try when this one does not lead to the peer.
    pub(super) fn or(self, request: Message, flow: Flow) -> Self {
        Self { otherwise: Some(Box::new((request, flow))), ..self }
    }

    /// The other way, once.
    pub(super) fn take_otherwise(&mut self) -> Option<(Message, Flow)> {
        self.otherwise.take().map(|otherwise| *otherwise)
    }

    /// Takes a response; true if the user agent must see it.
    pub(super) fn handle_response(&mut self, now: Instant, status: u16, response: &Message) -> bool {
        self.otherwise = None;
        match &mut self.machine {
            Machine::Invite { machine, invite } => {
                machine.handle_response(now, status, || derived::ack(invite, response))
            }
            Machine::Other(machine) => machine.handle_response(now, status),
        }
    }

    /// The CANCEL of this transaction, if it is an INVITE that a peer is working on.
    pub(super) fn cancel(&mut self, now: Instant, headers: &[(String, String)]) -> Option<Bytes> {
        let Machine::Invite { machine, invite } = &mut self.machine else { return None };
        if !machine.is_proceeding() {
            return None;
        }
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

    pub(super) fn is_terminated(&self) -> bool {
        match &self.machine {
            Machine::Invite { machine, .. } => machine.is_terminated(),
            Machine::Other(machine) => machine.is_terminated(),
        }
    }
}
