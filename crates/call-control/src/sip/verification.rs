//! Callers whose identity is judged before their call begins (RFC 8224).
//!
//! A verdict may take as long as a certificate takes to come. The INVITE waits for it without a task of the worker's; it has
//! got its 100, and a CANCEL ends it meanwhile.

use std::sync::Arc;

use sip_parser::Message;
use sip_ua::transport::Flow;
use sip_ua::user_agent::{Reply, RequestId, SessionId};
use tracing::warn;

use super::driver::Command;
use super::endpoint::SipEndpoint;
use super::parties;
use super::worker::Worker;
use crate::identity::IdentityVerification;

/// INVITEs that wait for their verdict at a time. Beyond it callers are refused with 503: an endpoint that sends so many
/// identities, each with another certificate, would keep this machine busy with fetching them.
pub(super) const WAITING_FOR_VERDICT: usize = 256;

/// What a directory thinks of an INVITE's identity.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CallerVerdict {
    /// What the dialplan is told, where the call goes on.
    pub verification: Option<IdentityVerification>,
    /// Refuses the call.
    pub refusal: Option<Reply>,
    /// A Reason (RFC 3326) for the next response to the caller.
    pub reason: Option<String>,
}

/// An INVITE whose sender is proven.
pub(super) struct ProvenInvite {
    pub(super) id: RequestId,
    pub(super) message: Arc<Message>,
    pub(super) flow: Flow,
    pub(super) endpoint: Arc<SipEndpoint>,
    /// The session that it wants to take the place of.
    pub(super) replaced: Option<SessionId>,
}

impl Worker {
    /// Has the caller's identity judged where its endpoint wants that, and lets the call begin.
    pub(super) fn on_proven_invite(&mut self, invite: ProvenInvite) {
        let judgement = match invite.endpoint.verifies_callers {
            true => {
                let caller = parties::far_end(&invite.message, &invite.endpoint);
                self.directory.verify_caller(&invite.endpoint, &invite.message, &caller)
            }
            false => None,
        };
        let Some(judgement) = judgement else { return self.on_invite(invite, CallerVerdict::default()) };
        let Ok(room) = self.verdicts.clone().try_acquire_owned() else {
            let name = &invite.endpoint.name;
            warn!(endpoint = %name, "a call is refused: too many wait for their identity to be verified");
            return self.user_agent.respond(invite.id, Reply::status(503).header("Retry-After", "5"));
        };
        self.user_agent.respond(invite.id, Reply::status(100));
        let commands = self.commands.clone();
        tokio::spawn(async move {
            let verdict = judgement.await;
            drop(room);
            // A worker that is gone has refused everybody.
            let _ = commands.send(Command::Judged(Box::new((invite, verdict))));
        });
    }

    /// The verdict is there.
    pub(super) fn on_verdict(&mut self, invite: ProvenInvite, verdict: CallerVerdict) {
        match verdict.refusal {
            Some(refusal) => self.user_agent.respond(invite.id, refusal),
            None => self.on_invite(invite, verdict),
        }
    }
}
