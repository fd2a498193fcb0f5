//! Calls that are handed on: REFER, and INVITEs that take the place of another call.

use sip_parser::{HeaderName, Message, NameAddr};
use sip_ua::user_agent::SessionId;
use tracing::info;

use super::directory::Referral;
use super::worker::Worker;
use crate::call::{Call, ChannelState, Move};

impl Worker {
    /// A phone hands its call on, to a number or to the party of its other call.
    pub(super) fn on_refer(&mut self, id: SessionId, refer: &Message, replaces: Option<SessionId>) {
        let Some(session) = self.sessions.get(&id) else { return };
        let call = session.call.clone();
        let replaces = replaces.and_then(|other| self.sessions.get(&other)).map(|other| other.call.clone());
        let referred = match referral(refer, replaces) {
            Some(referral) if session.allows_transfer() => {
                info!(call = %call.call_id(), channel = call.name(), to = %referral.refer_to, "the call is handed on");
                // The news goes out before the BYE that follows once the other party has left.
                self.user_agent.answer_refer(id, Ok(()));
                let referred = self.directory.refer(&call, &referral);
                self.user_agent.notify_refer(id, referred.err().unwrap_or(200), true);
                return;
            }
            Some(_) => 603,
            None => 400,
        };
        self.user_agent.answer_refer(id, Err(referred));
    }
}

/// What a REFER asks for; `None` when its Refer-To cannot be read.
fn referral(refer: &Message, replaces: Option<Call>) -> Option<Referral> {
    let refer_to = refer.raw(&HeaderName::ReferTo)?;
    let address = NameAddr::parse(refer_to).ok()?;
    let number = address.uri().user_unescaped().map(|user| user.into_owned()).unwrap_or_default();
    Some(Referral {
        number,
        refer_to: refer_to.to_owned(),
        referred_by: refer.raw(&HeaderName::ReferredBy).map(str::to_owned),
        replaces,
    })
}

/// Lets `call`, which has just come in, take the place of `replaced` (RFC 3891 section 3): in its conversation, or as the
/// one who picks its ringing up. `replaced` ends by what sees to it.
pub(super) fn take_over(call: &Call, replaced: &Call) {
    match (replaced.partner(), replaced.state()) {
        (Some(partner), _) => {
            partner.send_to(Move::Follow);
            call.send_to(Move::Bridge(partner));
        }
        (None, ChannelState::Ringing | ChannelState::Dialing) => {
            call.send_to(Move::Follow);
            replaced.pick_up_by(call);
        }
        // It talks to an application, which nobody can take over: the caller hears the number that it dialled.
        (None, _) => {}
    }
}
