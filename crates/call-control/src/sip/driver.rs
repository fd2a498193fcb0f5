//! The channel's side of a session: commands to the worker.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use media_bridge::Codec;
use sip_ua::charge_advice::ChargeAdvice;
use sip_ua::user_agent::{OutboundInvite, SessionId};
use tokio::sync::mpsc;

use super::media_names::MediaAddresses;
use super::session::Session;
use super::session_change::SessionChange;
use super::verification::{CallerVerdict, ProvenInvite};
use crate::cause::HangupCause;
use crate::direct_media::MediaRoute;
use crate::message::{CallText, Notification};
use crate::streams::PartyStream;
use crate::technology::Driver;

/// What a channel asks of the worker.
pub(super) enum Command {
    /// Send 180.
    Ring(SessionId),
    /// Send 183 with our answer.
    Progress(SessionId),
    /// Send 200 with our answer.
    Answer(SessionId),
    /// The far end speaks these codecs.
    Suit(SessionId, Vec<Codec>),
    /// The far end has these streams beside its audio.
    Streams(SessionId, Vec<PartyStream>),
    /// Tell the phone with whom it is connected now.
    Connected(SessionId),
    /// The phone's media goes there.
    Route(SessionId, MediaRoute),
    /// The far end holds, or does so no more; nothing where the phone is to be told once more.
    PassHold(SessionId, Option<bool>),
    /// Tell the party what its call costs.
    Charges(SessionId, ChargeAdvice),
    /// Send a key, held for so many ms.
    Digit(SessionId, char, u32),
    /// Change what is agreed on.
    Change(SessionId, SessionChange),
    /// Send a text in the dialog.
    Text(SessionId, CallText),
    /// Tell the phone something in the dialog.
    Notify(SessionId, Notification),
    /// Refuse an INVITE with a status.
    Refuse(SessionId, u16),
    /// Ask the phone to call somebody else.
    Transfer(SessionId, String),
    /// End the session.
    Hangup(SessionId, HangupCause),
    /// Say goodbye to all and close the transports.
    Stop,
    /// Send an INVITE and follow what becomes of it.
    Start(SessionId, Box<(Session, OutboundInvite)>),
    /// The names in a description are looked up.
    Named(SessionId, MediaAddresses),
    /// The same of an INVITE: begin the call.
    Admit(Box<(ProvenInvite, CallerVerdict)>),
    /// Begin the call, or refuse it, now that its caller was judged.
    Judged(Box<(ProvenInvite, CallerVerdict)>),
}

/// Commands of one channel.
#[derive(Clone, Debug)]
pub(super) struct SessionDriver {
    pub(super) id: SessionId,
    pub(super) commands: mpsc::UnboundedSender<Command>,
    /// The phone is told when the far end holds.
    pub(super) passes_hold: Arc<AtomicBool>,
}

impl SessionDriver {
    /// A worker that is gone has ended every session already.
    pub(super) fn tell(&self, command: Command) {
        let _ = self.commands.send(command);
    }
}

impl Driver for SessionDriver {
    fn ring(&self) {
        self.tell(Command::Ring(self.id));
    }

    fn progress(&self) {
        self.tell(Command::Progress(self.id));
    }

    fn answer(&self) {
        self.tell(Command::Answer(self.id));
    }

    fn suit(&self, codecs: &[Codec]) {
        self.tell(Command::Suit(self.id, codecs.to_vec()));
    }

    fn match_streams(&self, streams: &[PartyStream]) {
        self.tell(Command::Streams(self.id, streams.to_vec()));
    }

    fn connected(&self) {
        self.tell(Command::Connected(self.id));
    }

    fn pass_hold(&self, held: bool) -> bool {
        let passes = self.passes_hold.load(Ordering::Relaxed);
        // A phone that was told before this was changed hears of the end all the same.
        if passes || !held {
            self.tell(Command::PassHold(self.id, Some(held)));
        }
        passes
    }

    fn route_media(&self, route: MediaRoute) {
        self.tell(Command::Route(self.id, route));
    }

    fn advise_charges(&self, advice: ChargeAdvice) {
        self.tell(Command::Charges(self.id, advice));
    }

    fn send_digit(&self, digit: char, duration_ms: u32) {
        self.tell(Command::Digit(self.id, digit, duration_ms));
    }

    fn send_text(&self, text: &CallText) -> bool {
        self.tell(Command::Text(self.id, text.clone()));
        true
    }

    fn notify(&self, notification: Notification) -> bool {
        self.tell(Command::Notify(self.id, notification));
        true
    }

    fn refuse(&self, status: u16) -> bool {
        self.tell(Command::Refuse(self.id, status));
        true
    }

    fn transfer(&self, to: &str) -> bool {
        self.tell(Command::Transfer(self.id, to.to_owned()));
        true
    }

    fn hangup(&self, cause: HangupCause) {
        self.tell(Command::Hangup(self.id, cause));
    }
}
