//! One server transaction of the layer: its machine, and what is needed around it.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sip_parser::{HeaderName, Message, Method, ResponseBuilder};

use super::road::Road;
use super::written::WrittenResponse;
use super::{AckDestination, InviteServer, InviteServerEvent, NonInviteServer, Timers};
use crate::hashing::Fingerprint;

/// One server transaction of the layer.
#[derive(Debug)]
pub(super) struct Server {
    machine: Machine,
    pub(super) road: Road,
    /// What its request is known by, whatever its branch.
    print: Fingerprint,
    /// The key under which the same request by another path would be found.
    pub(super) merge_key: Option<Fingerprint>,
    /// Whether the layer counts it among those that are served.
    pub(super) lingers: bool,
}

#[derive(Debug)]
enum Machine {
    Invite {
        machine: InviteServer,
        /// Kept until the first response: 100 Trying is made from it.
        invite: Option<Arc<Message>>,
        /// Our tag in the responses; a CANCEL is answered with the same (RFC 3261 section 9.2).
        to_tag: Option<Box<str>>,
    },
    Other(NonInviteServer),
}

impl Server {
    pub(super) fn new(
        now: Instant,
        request: &Arc<Message>,
        print: Fingerprint,
        road: Road,
        merge_key: Option<Fingerprint>,
        timers: Arc<Timers>,
    ) -> Self {
        let reliable = road.flow().is_reliable();
        let machine = if request.method() == Some(Method::Invite) {
            let machine = InviteServer::new(now, reliable, timers);
            Machine::Invite { machine, invite: Some(request.clone()), to_tag: None }
        } else {
            Machine::Other(NonInviteServer::new(now, reliable, timers))
        };
        Self { machine, road, print, merge_key, lingers: false }
    }

    /// Whether a request with this Call-ID, From tag and CSeq repeats the one that is served.
    pub(super) fn is_repeated_by(&self, print: Fingerprint) -> bool {
        self.print == print
    }

    /// Sends a response of the user agent; false when its time is over.
    pub(super) fn respond(&mut self, now: Instant, response: &WrittenResponse, tag: Option<&str>) -> bool {
        let WrittenResponse { status, bytes } = response.clone();
        match &mut self.machine {
            Machine::Invite { machine, invite, to_tag } => {
                if to_tag.is_none() {
                    *to_tag = tag.map(Into::into);
                }
                *invite = None;
                machine.respond(now, status, bytes)
            }
            Machine::Other(machine) => machine.respond(now, status, bytes),
        }
    }

    pub(super) fn handle_repeated_request(&mut self) {
        match &mut self.machine {
            Machine::Invite { machine, .. } => machine.handle_repeated_invite(),
            Machine::Other(machine) => machine.handle_repeated_request(),
        }
    }

    pub(super) fn handle_ack(&mut self, now: Instant) -> AckDestination {
        match &mut self.machine {
            Machine::Invite { machine, .. } => machine.handle_ack(now),
            Machine::Other(_) => AckDestination::Transaction,
        }
    }

    /// The final response that still awaits its ACK, to be sent along another road. (A 2xx is repeated by the
    /// user agent anyway.)
    pub(super) fn unacknowledged(&self) -> Option<Bytes> {
        match &self.machine {
            Machine::Invite { machine, .. } => machine.unacknowledged().cloned(),
            Machine::Other(_) => None,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        match &mut self.machine {
            Machine::Invite { machine, .. } => machine.handle_timeout(now),
            Machine::Other(machine) => machine.handle_timeout(now),
        }
    }

    pub(super) fn poll_transmit(&mut self) -> Option<Bytes> {
        match &mut self.machine {
            Machine::Invite { machine, .. } => machine.poll_transmit(),
            Machine::Other(machine) => machine.poll_transmit(),
        }
    }

    /// Answers 100 Trying if that is due; true if the transaction ended without its ACK.
    pub(super) fn poll_ack_missing(&mut self, now: Instant) -> bool {
        let Machine::Invite { machine, invite, .. } = &mut self.machine else { return false };
        match machine.poll_event() {
            Some(InviteServerEvent::AckMissing) => true,
            Some(InviteServerEvent::TryingDue) => {
                if let Some(invite) = invite.take() {
                    machine.respond(now, 100, trying(&invite));
                }
                false
            }
            None => false,
        }
    }

    /// None when the transaction is over, or an INVITE waits for its user agent.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match &self.machine {
            Machine::Invite { machine, .. } => machine.poll_timeout(),
            Machine::Other(machine) => machine.poll_timeout(),
        }
    }

    /// Whether its final response is out, and acknowledged if it is a refusal of an INVITE: it is there for repetitions
    /// alone. Of the ACK for a 2xx it knows nothing.
    pub(super) fn is_answered(&self) -> bool {
        match &self.machine {
            Machine::Invite { machine, .. } => machine.is_confirmed(),
            Machine::Other(machine) => machine.is_answered(),
        }
    }

    pub(super) fn is_terminated(&self) -> bool {
        match &self.machine {
            Machine::Invite { machine, .. } => machine.is_terminated(),
            Machine::Other(machine) => machine.is_terminated(),
        }
    }

    /// Whether a CANCEL has an effect.
    pub(super) fn is_proceeding(&self) -> bool {
        matches!(&self.machine, Machine::Invite { machine, .. } if machine.is_proceeding())
    }

    pub(super) fn to_tag(&self) -> Option<&str> {
        match &self.machine {
            Machine::Invite { to_tag, .. } => to_tag.as_deref(),
            Machine::Other(_) => None,
        }
    }
}

/// 100 Trying, with the request's `Timestamp` (RFC 3261 section 8.2.6.1).
fn trying(invite: &Message) -> Bytes {
    let builder = ResponseBuilder::reply(invite, 100);
    match invite.raw(&HeaderName::Timestamp) {
        Some(timestamp) => builder.header(&HeaderName::Timestamp, timestamp).build(),
        None => builder.build(),
    }
}
