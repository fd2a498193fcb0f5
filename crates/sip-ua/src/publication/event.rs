//! What a publication tells.

use std::time::Duration;

use sip_parser::Message;

use crate::user_agent::RequestFailure;

/// A step in the life of a publication, from [`Publication::poll_event`](super::Publication::poll_event).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicationEvent {
    /// The compositor took it.
    Published {
        /// Seconds until it ends.
        seconds: u32,
    },
    /// The compositor knows nothing of it any more, so it begins anew. Where each document tells a part of the state,
    /// all of them have to be told again.
    Lost,
    /// An attempt failed.
    Failed {
        /// Why.
        problem: PublicationProblem,
        /// When it is tried again; `None` for never.
        again_in: Option<Duration>,
    },
    /// It was removed, or what could not be removed is left to end by itself.
    Removed,
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicationProblem {
    /// The compositor refused.
    #[error("the other side refused with {status} {reason}{}", advice(*.status))]
    Refused {
        /// Status code, 300 to 699.
        status: u16,
        /// Reason phrase.
        reason: String,
    },
    /// There was no answer.
    #[error(transparent)]
    Silent(#[from] RequestFailure),
    /// The compositor could not even be asked.
    #[error("{0}")]
    Unreachable(String),
    /// The answer was a 2xx that keeps nothing.
    #[error("the other side said yes, and keeps it for no time at all")]
    NothingGranted,
}

impl PublicationProblem {
    pub(super) fn of(response: &Message) -> PublicationProblem {
        let status = response.status().unwrap_or_default();
        PublicationProblem::Refused { status, reason: response.reason().to_owned() }
    }
}

/// What usually helps against a refusal.
fn advice(status: u16) -> &'static str {
    match status {
        401 | 407 => "; check outbound_auth: user name, password and realm",
        403 => "; it does not let us publish there",
        404 => "; it has no resource of the name in server_uri",
        405 | 501 => "; it takes no publications",
        415 => "; it does not read such documents",
        489 => "; it does not know the event",
        _ => "",
    }
}
