//! What one session does of the extensions that its peer may know.

use std::time::Duration;

use sip_parser::{HeaderName, Message};

use super::command::Reply;
use super::common::lists;
use super::peer_address::PeerAddress;
use super::session::screen_timer;
use crate::transaction::ReplyRoute;

/// Extensions of one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionOptions {
    /// Whether the session ends by itself when its peer is gone (RFC 4028).
    pub timer: TimerPolicy,
    /// Whether provisional responses are acknowledged (RFC 3262).
    pub reliable: ReliablePolicy,
    /// Which address requests inside of the call go to.
    pub peer_address: PeerAddress,
    /// Where responses to requests inside of the call go.
    pub reply_route: ReplyRoute,
}

impl SessionOptions {
    /// These options with another timer.
    #[must_use]
    pub fn with_timer(self, timer: TimerPolicy) -> SessionOptions {
        SessionOptions { timer, ..self }
    }

    /// These options with another way of provisional responses.
    #[must_use]
    pub fn with_reliable(self, reliable: ReliablePolicy) -> SessionOptions {
        SessionOptions { reliable, ..self }
    }

    /// These options with another address for the requests inside of the call.
    #[must_use]
    pub fn with_peer_address(self, peer_address: PeerAddress) -> SessionOptions {
        SessionOptions { peer_address, ..self }
    }

    /// These options with another way for the responses inside of the call.
    #[must_use]
    pub fn with_reply_route(self, reply_route: ReplyRoute) -> SessionOptions {
        SessionOptions { reply_route, ..self }
    }

    /// Whether a call that comes in can be taken with these options. Ask before
    /// [`accept_with`](super::UserAgent::accept_with), which asks too.
    ///
    /// # Errors
    /// The refusal: 420, 421 or 422, with the header that says what is wanted (RFC 3262 section 3, RFC 4028 section 9).
    pub fn screen(&self, invite: &Message) -> Result<(), Reply> {
        let refused = self.unsupported().find(|tag| lists(invite, &HeaderName::Require, tag));
        match refused {
            Some(tag) => Err(Reply::status(420).header("Unsupported", tag)),
            None if self.reliable == ReliablePolicy::Required && !knows_reliable(invite) => {
                Err(Reply::status(421).header("Require", "100rel"))
            }
            None => screen_timer(&self.timer, invite),
        }
    }

    /// Whether provisional responses to this INVITE are sent reliably.
    pub fn is_reliable(&self, invite: &Message) -> bool {
        match self.reliable {
            ReliablePolicy::Never => false,
            ReliablePolicy::WhenRequired => lists(invite, &HeaderName::Require, "100rel"),
            ReliablePolicy::WhenSupported | ReliablePolicy::Required => knows_reliable(invite),
        }
    }

    /// Option tags that this session does not tell in Supported.
    pub(super) fn unsupported(self) -> impl Iterator<Item = &'static str> {
        let timer = (self.timer.mode == TimerMode::Never).then_some("timer");
        let reliable = (self.reliable == ReliablePolicy::Never).then_some("100rel");
        timer.into_iter().chain(reliable)
    }

    /// Option tags that the peer of a call that we make must know.
    pub(super) fn required(self) -> impl Iterator<Item = &'static str> {
        let timer = (self.timer.mode == TimerMode::Required).then_some("timer");
        let reliable = (self.reliable == ReliablePolicy::Required).then_some("100rel");
        timer.into_iter().chain(reliable)
    }
}

/// Whether a caller acknowledges provisional responses.
fn knows_reliable(invite: &Message) -> bool {
    [HeaderName::Require, HeaderName::Supported].iter().any(|header| lists(invite, header, "100rel"))
}

/// When a session has a timer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimerMode {
    /// Never; what the peer says of one is passed over.
    Never,
    /// When the peer knows them.
    #[default]
    Supported,
    /// Always, and a peer that does not know them is refused (421).
    Required,
    /// Always: a peer that does not know them is asked by us.
    Always,
}

/// The timer of a session (RFC 4028).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerPolicy {
    /// When there is one.
    pub mode: TimerMode,
    /// The interval that we ask for. 1800 s unless set.
    pub interval: Duration,
    /// The shortest interval that we take; a shorter one is refused with 422. 90 s unless set, which is the shortest
    /// that the RFC allows.
    pub shortest: Duration,
}

impl Default for TimerPolicy {
    fn default() -> Self {
        let (interval, shortest) = (Duration::from_secs(1800), Duration::from_secs(90));
        TimerPolicy { mode: TimerMode::default(), interval, shortest }
    }
}

/// When provisional responses are sent again until they are acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReliablePolicy {
    /// Never; a caller that requires it is refused with 420.
    Never,
    /// When the caller requires it.
    #[default]
    WhenRequired,
    /// When the caller knows it.
    WhenSupported,
    /// Always: a caller that does not know it is refused (421), and a peer that we call must know it.
    Required,
}
