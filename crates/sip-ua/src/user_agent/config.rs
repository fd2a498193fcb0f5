//! What a user agent is told once.

use std::time::Duration;

use sip_parser::Method;

use crate::transaction::{Limits, Timers};
use crate::transport::ConnectionLimits;

/// How a [`UserAgent`](super::UserAgent) presents itself, and its bounds.
///
/// # Defaults
/// `max_forwards` 70 (RFC 3261 section 8.1.1.6), the default timers and limits, `failover_after` 4 s, `avoid_failed` 60 s,
/// 50,000 sessions, 50,000 subscriptions and 5,000 of one address, no event packages, the methods INVITE, ACK, CANCEL,
/// BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY, MESSAGE and REGISTER, the extensions `timer`, `100rel`, `replaces` and
/// `norefersub`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UserAgentConfig {
    /// Value of User-Agent in requests and Server in responses; empty for none.
    pub user_agent: String,
    /// Max-Forwards of every request that we send.
    pub max_forwards: u8,
    /// T1, T2, T4 and what follows from them.
    pub timers: Timers,
    /// Whether our Via asks for responses to the port that a request came from (`rport`, RFC 3581).
    pub asks_rport: bool,
    /// How long a request that has an alternative waits for any response before it goes there. RFC 3263
    /// section 4.3 waits for the transaction to give up, 64 times T1, which no caller does; after 4 s four
    /// copies of an INVITE are lost, and not even 100 Trying has come. A slow server that answers later is
    /// told that the call went elsewhere.
    pub failover_after: Duration,
    /// How long a server that failed is tried after the others; zero to forget it at once.
    pub avoid_failed: Duration,
    /// Bounds of the transaction layer.
    pub limits: Limits,
    /// How many connections there may be, how long they live, and how they are kept alive.
    pub connections: ConnectionLimits,
    /// Whether requests of more than 1,300 octets leave over TCP where we listen for it (RFC 3261 section 18.1.1).
    pub tcp_for_large_requests: bool,
    /// Whether header names leave in their compact form (RFC 3261 section 7.3.3).
    pub compact_headers: bool,
    /// Sessions at a time. An INVITE above it is answered 503 with Retry-After. As many again that are over linger for up to
    /// 32 seconds, for answers of other branches that come late; above that the one that is over longest is forgotten.
    pub max_sessions: usize,
    /// Requests outside of dialogs that wait for the application's reply. One above it is answered
    /// 503 with Retry-After.
    pub max_pending_requests: usize,
    /// What Allow says. A request of another method is answered 405, of one that has no name here 501.
    /// Of the methods outside of dialogs each one listed here reaches the application.
    pub allow: Vec<Method>,
    /// Event packages that may be subscribed to or published (RFC 6665, RFC 3903). SUBSCRIBE and PUBLISH of another
    /// one are answered 489 with Allow-Events.
    pub event_packages: Vec<String>,
    /// Event packages that may be published, and not subscribed to: exchanges tell each other in them.
    pub published_packages: Vec<String>,
    /// Subscriptions at a time, both ways. A SUBSCRIBE above it is answered 503 with Retry-After.
    pub max_subscriptions: usize,
    /// Subscriptions that one address may hold with us; above it the same.
    pub max_subscriptions_per_peer: usize,
    /// Whether peers' subscriptions are told so that they can be kept over a restart
    /// ([`SubscriptionEvent::Recorded`](super::SubscriptionEvent::Recorded)).
    pub record_subscriptions: bool,
    /// Option tags that Require may ask for and Supported tells; another one is answered 420.
    pub supported: Vec<String>,
    /// Option tags that Require of a REGISTER may ask for too: those of the application's registrar.
    pub supported_by_registrar: Vec<String>,
}

impl UserAgentConfig {
    /// The defaults under a product name, `ipbx/1.2`.
    #[must_use]
    pub fn new(user_agent: impl Into<String>) -> UserAgentConfig {
        UserAgentConfig {
            user_agent: user_agent.into(),
            max_forwards: 70,
            timers: Timers::default(),
            asks_rport: true,
            failover_after: Duration::from_secs(4),
            avoid_failed: Duration::from_secs(60),
            limits: Limits::default(),
            connections: ConnectionLimits::DEFAULT,
            tcp_for_large_requests: true,
            compact_headers: false,
            max_sessions: 50_000,
            max_pending_requests: 20_000,
            allow: vec![
                Method::Invite,
                Method::Ack,
                Method::Cancel,
                Method::Bye,
                Method::Options,
                Method::Info,
                Method::Prack,
                Method::Update,
                Method::Refer,
                Method::Notify,
                Method::Message,
                Method::Register,
            ],
            event_packages: Vec::new(),
            published_packages: Vec::new(),
            max_subscriptions: 50_000,
            max_subscriptions_per_peer: 5_000,
            record_subscriptions: false,
            supported: ["timer", "100rel", "replaces", "norefersub"].map(str::to_owned).to_vec(),
            supported_by_registrar: Vec::new(),
        }
    }
}
