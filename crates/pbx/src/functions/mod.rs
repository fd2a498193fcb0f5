//! Dialplan functions, read as `${NAME(arguments)}` and written by `Set(NAME(arguments)=value)`: one file each, one line
//! each in [`table`].

use std::sync::Arc;
use std::time::Duration;

use call_control::Call;
use dialplan_vm::FunctionCall;

use crate::dialplan::DialplanChannel;
use crate::exchange::Exchange;

/// What a function sees.
pub struct FunctionScope<'a> {
    /// The exchange.
    pub exchange: &'a Arc<Exchange>,
    /// The channel.
    pub call: &'a Call,
    /// `TIMEOUT(response)` of the channel.
    pub response_timeout: &'a mut Duration,
    /// `TIMEOUT(digit)` of the channel.
    pub digit_timeout: &'a mut Duration,
}

/// Why a function has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionError {
    /// The value takes time: the machine asks again through [`evaluate`].
    #[error("the value is still being fetched")]
    Later,
    /// The arguments mean nothing to it.
    #[error("{function}({arguments}): {problem}")]
    Arguments {
        /// The function.
        function: &'static str,
        /// What it was given.
        arguments: String,
        /// What would be right.
        problem: String,
    },
    /// It can only be read.
    #[error("{0} cannot be set")]
    ReadOnly(&'static str),
}

/// A dialplan function as the table lists it.
#[derive(Clone, Copy)]
pub struct Function {
    /// Its name, in capitals.
    pub name: &'static str,
    /// One line for `core show functions`.
    pub synopsis: &'static str,
    /// Reads it.
    pub read: fn(&mut FunctionScope<'_>, &str) -> Result<String, FunctionError>,
    /// Sets it.
    pub write: fn(&mut FunctionScope<'_>, &str, &str) -> Result<(), FunctionError>,
}

/// The function of that name. Names are written in capitals; Asterisk takes no others.
pub fn find(name: &str) -> Option<&'static Function> {
    table().iter().find(|f| f.name == name)
}

/// Fetches a value that takes time, away from the machine's step.
///
/// No function of the table asks for it today; those that wait for a network or a disk will answer here.
pub async fn evaluate(channel: &mut DialplanChannel, call: &FunctionCall) -> Result<String, String> {
    channel.warning(format!("{}({}) has no value that could be fetched", call.name, call.arguments));
    Err(format!("{} has no value that could be fetched", call.name))
}
