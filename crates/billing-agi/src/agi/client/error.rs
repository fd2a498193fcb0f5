use std::io;

use thiserror::Error;

use super::super::{LineError, ReplyError};

/// Why a command of a script did not do what it is for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AgiError {
    /// The streams to the exchange broke.
    #[error("the exchange cannot be reached any more: {0}")]
    Stream(#[from] io::Error),
    /// The exchange has closed its stream: the call is over.
    #[error("the exchange has closed the connection")]
    Closed,
    /// The caller has hung up, or something failed in a way that AGI tells no better.
    #[error("the channel failed, which mostly means that the caller has hung up")]
    Failed,
    /// The channel is dead, and the command makes no sense on it.
    #[error("'{0}' is not possible after a hang-up")]
    Dead(String),
    /// The exchange does not know the command.
    #[error("the exchange knows no command '{0}'")]
    Unknown(String),
    /// The exchange takes the command in another form.
    #[error("the exchange does not take '{command}': {usage}")]
    Usage {
        /// The line.
        command: String,
        /// What the exchange says of it.
        usage: String,
    },
    /// The exchange has no such application.
    #[error("the exchange has no application '{0}'")]
    NoSuchApplication(String),
    /// The exchange said something else.
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// The exchange said too much at once.
    #[error(transparent)]
    Line(#[from] LineError),
}
