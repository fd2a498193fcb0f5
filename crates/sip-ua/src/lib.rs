//! SIP user agent: transactions, dialogs, digest, registrar, transports.
#![forbid(unsafe_code)]

// Floors of the crate, lowest first: each uses only those above it in this list.
pub mod transport;

pub mod transaction;
pub use transaction::{
    ClientTransactionId, Limits, ServerTransactionId, Timers, TransactionEvent, TransactionLayer,
};

pub mod dialog;

pub mod digest;

pub mod registrar;

pub mod user_agent;

pub mod driver;
pub use driver::{UaEvents, UserAgentHandle, bind};
pub use transport::{Flow, Protocol, Transmit};
