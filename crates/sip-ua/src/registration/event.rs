//! What a registration tells.

use std::time::Duration;

use sip_parser::Message;

use crate::digest::{self, Challenge, Credentials};
use crate::user_agent::RequestFailure;

/// A step in the life of a registration, from [`Registration::poll_event`](super::Registration::poll_event).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistrationEvent {
    /// The registrar took it.
    Registered {
        /// Seconds until it ends.
        seconds: u32,
        /// Whether it was registered before, so that nothing has changed but the time.
        refreshed: bool,
    },
    /// An attempt failed.
    Failed {
        /// Why.
        problem: Problem,
        /// When it is tried again; `None` for never, until somebody asks for it.
        again_in: Option<Duration>,
    },
    /// It was taken back, or what could not be taken back is left to end by itself.
    Unregistered,
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The registrar refused.
    #[error("the registrar refused with {status} {reason}{}", advice(*.status))]
    Refused {
        /// Status code, 300 to 699.
        status: u16,
        /// Reason phrase.
        reason: String,
    },
    /// The registrar asks who we are, and there is nothing to say to that.
    #[error(
        "the registrar refused with {status} {reason}, and we have no answer to it: a user name and a password are needed, \
         and a Digest challenge by MD5, SHA-256 or SHA-512-256"
    )]
    Unanswerable {
        /// Status code, 401 or 407.
        status: u16,
        /// Reason phrase.
        reason: String,
    },
    /// There was no answer.
    #[error(transparent)]
    Silent(#[from] RequestFailure),
    /// The registrar could not even be asked.
    #[error("{0}")]
    Unreachable(String),
    /// The answer was a 2xx that registers nothing.
    #[error("the registrar said yes, and granted no time; is the address of record full there?")]
    NothingGranted,
}

impl Problem {
    pub(super) fn of(response: &Message, credentials: &[Credentials]) -> Problem {
        let (status, reason) = (response.status().unwrap_or_default(), response.reason().to_owned());
        let may_answer = || !digest::best_of(&Challenge::of_response(response), credentials).is_empty();
        match status {
            401 | 407 if !may_answer() => Problem::Unanswerable { status, reason },
            _ => Problem::Refused { status, reason },
        }
    }
}

/// What usually helps against a refusal.
fn advice(status: u16) -> &'static str {
    match status {
        401 | 407 => "; check the user name, the password and the realm",
        403 => "; the account may be locked, or registered elsewhere as often as it may be",
        404 => "; the registrar does not know the address of record",
        405 | 501 => "; the server takes no registrations",
        423 => "; ask for a longer expiration",
        _ => "",
    }
}
