//! What a dialplan changes of a session that runs: how keys travel, which codecs are named, and that it is offered anew.

use media_bridge::Codec;
use sip_ua::user_agent::SessionId;

use super::digits::DigitMode;
use super::session::Stage;
use super::steering::Method;
use super::worker::Worker;

/// What a dialplan changes of a session that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// Keys travel so from now on; a phone that has an answer is made a new offer by a re-INVITE.
    Digits(DigitMode),
    /// The codecs that offers and answers name from now on, the first one first.
    Codecs(Vec<Codec>),
    /// The session is offered anew, once it is answered.
    Refresh(RefreshMethod),
}

/// How a session is offered anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefreshMethod {
    /// By a re-INVITE (RFC 3261 section 14.1).
    #[default]
    Invite,
    /// By UPDATE (RFC 3311).
    Update,
}

impl Worker {
    /// A dialplan wants a session otherwise. Before the answer, what is to be answered changes.
    pub(super) fn change(&mut self, id: SessionId, change: SessionChange) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        match change {
            SessionChange::Digits(mode) if session.media.digit_mode() == mode => return,
            SessionChange::Digits(mode) => {
                session.media.set_digits(mode);
                session.steering.refresh(Method::Invite);
            }
            SessionChange::Codecs(codecs) => session.media.name_codecs(codecs),
            SessionChange::Refresh(RefreshMethod::Invite) => session.steering.refresh(Method::Invite),
            SessionChange::Refresh(RefreshMethod::Update) => session.steering.refresh(Method::Update),
        }
        match session.stage {
            Stage::AnswerReady(_) => {
                // It is all said in the answer.
                session.steering.forget_refresh();
                session.answer_anew();
            }
            Stage::Established => self.steer(id),
            // The answer that is still to come is one to another description.
            Stage::OfferOwed { .. } | Stage::EarlyOffer | Stage::Offered => session.steering.forget_refresh(),
        }
    }
}
