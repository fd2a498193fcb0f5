//! What happened at the door: who was challenged, who proved who he is, who was kept out.

use std::time::SystemTime;

use sip_ua::guard::GuardEvent;
use sip_ua::transport::Flow;

/// Something that the security log tells, as [`Event::Security`](crate::Event::Security).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecurityEvent {
    /// When it happened.
    pub time: SystemTime,
    /// What happened.
    pub kind: SecurityKind,
}

impl SecurityEvent {
    /// One that happened just now.
    pub fn now(kind: SecurityKind) -> Self {
        Self { time: SystemTime::now(), kind }
    }
}

/// What happened at the door.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SecurityKind {
    /// A request was judged.
    Request {
        /// What was thought of it.
        verdict: RequestVerdict,
        /// The endpoint, or what the sender calls himself where there is none of that name. Empty when unknown.
        account: String,
        /// The request's Call-ID; empty when it has none.
        call_id: String,
        /// Where it came from and to.
        flow: Flow,
    },
    /// The guard did something to a source.
    Guard(GuardEvent),
}

/// What was thought of a request. The sender is told no difference between an unknown account and a wrong password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestVerdict {
    /// It proved nothing yet, and was challenged.
    ChallengeSent,
    /// It proved who sent it.
    SuccessfulAuth,
    /// It named no account of ours.
    InvalidAccount,
    /// The answer to the challenge was wrong.
    InvalidPassword,
    /// An access list keeps the source out.
    FailedAcl {
        /// The list's name.
        list: String,
    },
    /// It was no SIP message.
    BadFormat {
        /// What is wrong with it.
        problem: String,
    },
}
