//! What a user agent is told once.

use sip_parser::Method;

use crate::transaction::{Limits, Timers};

/// How a [`UserAgent`](super::UserAgent) presents itself, and its bounds.
///
/// # Defaults
/// `max_forwards` 70 (RFC 3261 section 8.1.1.6), the transaction layer's default timers and limits,
/// 50,000 sessions, the methods INVITE, ACK, CANCEL, BYE, OPTIONS, INFO and REGISTER.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UserAgentConfig {
    /// Value of User-Agent in requests and Server in responses; empty for none.
    pub user_agent: String,
    /// Max-Forwards of every request that we send.
    pub max_forwards: u8,
    /// T1, T2, T4 and what follows from them.
    pub timers: Timers,
    /// Bounds of the transaction layer.
    pub limits: Limits,
    /// Sessions at a time. An INVITE above it is answered 503 with Retry-After.
    pub max_sessions: usize,
    /// Requests outside of dialogs that wait for the application's reply. One above it is answered
    /// 503 with Retry-After.
    pub max_pending_requests: usize,
    /// What Allow says. A request of another method is answered 405, of one that has no name here 501.
    /// Of the methods outside of dialogs each one listed here reaches the application.
    pub allow: Vec<Method>,
    /// Option tags that Require may ask for and Supported tells; another one is answered 420.
    pub supported: Vec<String>,
}

impl UserAgentConfig {
    /// The defaults under a product name, `ipbx/1.2`.
    #[must_use]
    pub fn new(user_agent: impl Into<String>) -> UserAgentConfig {
        UserAgentConfig {
            user_agent: user_agent.into(),
            max_forwards: 70,
            timers: Timers::default(),
            limits: Limits::default(),
            max_sessions: 50_000,
            max_pending_requests: 20_000,
            allow: vec![
                Method::Invite,
                Method::Ack,
                Method::Cancel,
                Method::Bye,
                Method::Options,
                Method::Info,
                Method::Register,
            ],
            supported: Vec::new(),
        }
    }
}
