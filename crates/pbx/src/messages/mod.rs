//! Text messages: those that come in run a dialplan, those that go out wait for receivers that are away.

mod incoming;
mod outgoing;
mod turns;
mod waiting;

pub(crate) use incoming::take;
pub(crate) use outgoing::{Sent, deliver_waiting, send};
pub use waiting::WaitingError;
pub(crate) use waiting::WaitingMessages;
