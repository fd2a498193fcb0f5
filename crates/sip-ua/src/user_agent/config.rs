//! What a user agent is told once.

use sip_parser::Method;

use crate::transaction::{Limits, Timers};

/// How a [`UserAgent`](super::UserAgent) presents itself, and its bounds.
///
/// # Defaults
/// `max_forwards` 70 (RFC 3261 section 8.1.1.6), the transaction layer's default timers and limits,
/// 50,000 sessions, 50,000 subscriptions and 5,000 of one address, no event packages, the methods INVITE, ACK, CANCEL, BYE, OPTIONS, INFO and REGISTER.
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
    /// What Allow says. A request of another method is answered 405. Of the methods outside of
    /// dialogs each one listed here reaches the application.
    pub allow: Vec<Method>,
    /// Event packages that may be subscribed to or published (RFC 6665, RFC 3903). SUBSCRIBE and PUBLISH of another
    /// one are answered 489 with Allow-Events.
    pub event_packages: Vec<String>,
    /// Subscriptions at a time, both ways. A SUBSCRIBE above it is answered 503 with Retry-After.
    pub max_subscriptions: usize,
    /// Subscriptions that one address may hold with us; above it the same.
    pub max_subscriptions_per_peer: usize,
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
            event_packages: Vec::new(),
            max_subscriptions: 50_000,
            max_subscriptions_per_peer: 5_000,
            supported: Vec::new(),
        }
    }
}
