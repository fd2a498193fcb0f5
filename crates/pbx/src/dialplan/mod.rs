//! A channel walks through the dialplan.

mod channel;
mod ending;
mod frames;
mod host;
mod overlap;
mod routine;
mod runner;
mod step;
mod substitution;
mod transfer;
mod waiting;

pub use channel::DialplanChannel;
pub use frames::{Frame, FrameKind, Frames, TooDeep};
pub(crate) use host::ChannelHost;
pub use routine::RoutineEnd;
pub use runner::run_call;
pub(crate) use runner::run_moved;
pub(crate) use substitution::Substitution;
pub(crate) use transfer::HangUpOnDrop;
pub(crate) use waiting::substitute_waiting;
