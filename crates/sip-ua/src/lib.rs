//! A SIP user agent (RFC 3261): transactions, dialogs, digest, a registrar, and the transports below.
//!
//! All protocol logic is free of input and output: it is told the time and what has come, and asked for what must
//! go out, so that tests run on a clock of their own. A thin tokio shell, [`driver`], gives it sockets.
//!
//! Meet first:
//! - [`bind`], [`UserAgentHandle`] and [`UaEvents`]: a user agent that runs in a task of its own. Commands go in
//!   by the handle, [`UaEvent`](user_agent::UaEvent)s come out of the channel.
//! - [`UserAgent`](user_agent::UserAgent): the same without tokio, driven by whoever holds it.
//! - [`TransactionLayer`]: the floor below, for a proxy or a load generator, which any [`driver::Core`] can use.
//! - [`Locator`](location::Locator): the servers of a URI, by DNS.
//! - [`Registrar`](registrar::Registrar) and [`Verifier`](digest::Verifier): who is where, and who is who.
//! - [`Registration`](registration::Registration): where we are, told to another registrar and kept alive.
//!
//! A listening address is a protocol and an address; over TLS and secure WebSockets it has certificates beside them:
//! `ListenConfig::new(Protocol::Tls, address).with_tls(Tls::new(&TlsConfig::server(certificate, key))?)`. See
//! [`Tls`](transport::Tls), which also takes up renewed ones.
//!
//! A phone that answers whoever asks for its health, and one that asks:
//!
//! ```
//! use sip_parser::Method;
//! use sip_ua::transport::{ListenConfig, Protocol};
//! use sip_ua::user_agent::{OutboundRequest, Reply, UaEvent, UserAgentConfig};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listen = || vec![ListenConfig::new(Protocol::Udp, ([127, 0, 0, 1], 0).into())];
//! let (bob, mut bobs_events) = sip_ua::bind(UserAgentConfig::new("bob/1"), listen()).await?;
//! let (alice, _alices_events) = sip_ua::bind(UserAgentConfig::new("alice/1"), listen()).await?;
//!
//! let address = bob.local_address(Protocol::Udp).ok_or("bob listens")?;
//! tokio::spawn(async move {
//!     while let Some(event) = bobs_events.recv().await {
//!         if let UaEvent::Request { id, .. } = event {
//!             bob.respond(id, Reply::status(200));
//!         }
//!     }
//! });
//!
//! let flow = alice.flow_to(Protocol::Udp, address).ok_or("loopback is there")?;
//! let target = format!("sip:bob@{address}");
//! let ask = OutboundRequest::new(Method::Options, &target, flow, "<sip:alice@localhost>", "<sip:bob@localhost>");
//! let response = alice.send_request(ask).await?;
//! assert_eq!(response.status(), Some(200));
//! # Ok(())
//! # }
//! ```
//!
//! # Standards
//!
//! | what | where | not yet |
//! | --- | --- | --- |
//! | RFC 3261 §17, RFC 6026, RFC 4320 §4: transactions | [`transaction`] | |
//! | RFC 3261 §18, RFC 3581 (`rport`): UDP, TCP, large requests over TCP | [`transport`], [`driver`] | |
//! | RFC 3261 §26.3.1, RFC 5922, RFC 5923 (`alias`): TLS | [`transport::Tls`] | revocation |
//! | RFC 7118: WebSockets | [`transport`] | |
//! | RFC 5626 §4.4 (keep-alive by CRLF and STUN) | [`transport`] | |
//! | RFC 3263, RFC 2782: location of servers by DNS, failover | [`location`], [`user_agent`] | |
//! | RFC 3261 §12, §13, §14, §15, RFC 3262, RFC 3311, RFC 3515, RFC 3891, RFC 4028: calls | [`dialog`], [`user_agent`] | |
//! | RFC 6665: subscriptions, both ways | [`user_agent`] | several in one dialog |
//! | RFC 3863, 4235, 3842, 3680: what they tell | [`event_package`] | partial documents |
//! | RFC 3261 §22, RFC 7616, RFC 8760: digest | [`digest`] | `auth-int` |
//! | RFC 3261 §10, RFC 3327, RFC 5626 §6, RFC 5627: registrar | [`registrar`] | |
//! | RFC 3261 §10.2, RFC 3327, RFC 3608, RFC 5626 §4.2: registering elsewhere | [`registration`] | |
//! | RFC 3903 §4: publishing elsewhere | [`publication`] | |
//!
//! # Limits
//!
//! Whatever a peer can make grow has a bound and a defined answer: [`Limits`] (transactions: 503 with
//! `Retry-After`), [`ConnectionLimits`](transport::ConnectionLimits) (connections are closed, handshakes of TLS and
//! WebSockets too when they take too long), the parser's limits (400, or the connection is closed), and the driver's
//! queues (readers wait, then the network does). A [`Guard`](guard::Guard) at the door ([`bind_guarded`]) counts what
//! attackers do, and keeps out who does too much of it before anything of theirs is parsed.
#![forbid(unsafe_code)]

// What all tables are made of.
mod hashing;
mod lingering;

// Who is let in. Uses nothing of the others.
pub mod guard;

// Flows, sockets, connections: the lowest floor of the crate. Each uses only those above it here.
pub mod transport;
pub use transport::{Flow, Protocol, Transmit};

// The four machines and the layer around them.
pub mod transaction;
pub use transaction::{
    ClientTransactionId, Limits, ServerTransactionId, Timers, TransactionEvent, TransactionLayer,
};

// What two user agents share.
pub mod dialog;

// Who is who.
pub mod digest;

// Who is where.
pub mod registrar;

// Where servers are.
pub mod location;
// Where we are, and what we know, told to others.
pub mod publication;
pub mod registration;
mod spread;

// Calls, and requests outside of them.
pub mod user_agent;

// What subscriptions tell.
pub mod event_package;

// What calls cost, as networks tell it.
pub mod charge_advice;

// Where a caller is (RFC 4119, RFC 5491, RFC 6442).
pub mod geopriv;

#[doc(hidden)]
pub mod fuzzing;

// Who watches messages go by.
mod observer;
pub use observer::{MessageDirection, MessageObserver};

// The shell with the sockets.
pub mod driver;
pub use driver::{UaEvents, UserAgentHandle, bind, bind_guarded};
