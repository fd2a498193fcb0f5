//! A channel walks through the dialplan.

mod after_bridge;
mod channel;
mod ending;
mod frames;
mod hangup_handlers;
mod host;
mod log_group;
mod overlap;
mod routine;
mod runner;
mod step;
mod substitution;
mod transfer;
mod waiting;

pub(crate) use after_bridge::AfterBridge;
pub use channel::DialplanChannel;
pub use frames::{Frame, FrameKind, Frames, TooDeep};
pub(crate) use hangup_handlers::{
    HangupHandlers, run_after as run_hangup_handlers_after, run_hangup_handlers,
};
pub(crate) use host::ChannelHost;
pub(crate) use log_group::LogGroup;
pub use routine::RoutineEnd;
pub use runner::run_call;
pub(crate) use runner::run_moved;
pub(crate) use substitution::Substitution;
pub(crate) use transfer::HangUpOnDrop;
pub(crate) use waiting::substitute_waiting;
