//! Registrations and calls through the real user agent, without sockets and on a virtual clock.

mod calls;
mod exchange;
mod phone;
mod registrations;
mod stored;

pub use calls::{Calls, Parties};
pub use exchange::{Exchange, POLICY};
pub use phone::Phone;
pub use registrations::Registrations;
pub use stored::StoredRegistrations;

use crate::operation::Operation;
use crate::parsing::OURS;

/// What the stack does most.
#[must_use]
pub fn stack() -> Vec<Operation> {
    vec![
        Operation::new("registration with digest", OURS, 100, Registrations::new),
        Operation::new("registration with digest, SQLite", OURS, 5, StoredRegistrations::new),
        Operation::new("call through a B2BUA", OURS, 100, Calls::new),
    ]
}
