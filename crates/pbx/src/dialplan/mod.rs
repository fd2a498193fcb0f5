//! A channel walks through the dialplan.

mod channel;
mod clock;
mod host;
mod runner;

pub use channel::DialplanChannel;
pub use runner::run_call;
