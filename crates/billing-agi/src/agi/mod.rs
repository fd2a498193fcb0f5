//! The Asterisk Gateway Interface.
//!
//! A script is told of its call in lines `name: value` and an empty line. From then on it writes a command in a line, and reads
//! what came of it. That is the whole protocol; it runs over the standard streams of a process, over TCP (FastAGI), or in
//! events and actions of a manager (asynchronous AGI).

mod asynchronous;
pub mod client;
mod command;
mod environment;
#[doc(hidden)]
pub mod fuzzing;
mod lines;
mod reply;
mod serve;
#[cfg(test)]
mod testing;
mod words;

pub use asynchronous::{
    AsyncAgi, AsyncAgiError, AsyncCommand, AsyncCommands, asynchronous, serve_asynchronous,
};
pub use command::{Command, CommandError, Playing, Recording, Spoken, Syntax, commands};
pub use environment::Environment;
pub use lines::{LineError, Lines, MAX_LINE};
pub use reply::{Reply, ReplyError};
pub use serve::{Ended, HangUpNews, Host, Line, ServeError, serve};
pub use words::{quote, words};

/// The port of FastAGI, where none is named.
pub const FAST_AGI_PORT: u16 = 4573;
