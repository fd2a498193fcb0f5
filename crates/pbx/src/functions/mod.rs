//! Dialplan functions, read as `${NAME(arguments)}` and written by `Set(NAME(arguments)=value)`: one file each, one line
//! each in [`table`].

mod caller_id;
mod channel;
mod condition;
mod device_state;
mod extension_state;
mod geoloc_profile;
mod global;
mod hint;
mod jitter_buffer;
mod length;
mod message;
mod presence_state;
mod stir_shaken;
mod timeout;

use std::sync::Arc;
use std::time::Duration;

use call_control::Call;
use dialplan_vm::{FunctionCall, FunctionReply};
use tokio::time::Instant;

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
    /// `TIMEOUT(absolute)` of the channel, as the moment when it strikes.
    pub ends_at: &'a mut Option<Instant>,
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

impl FunctionError {
    /// Arguments that mean nothing to `function`.
    fn arguments(function: &'static str, arguments: &str, problem: impl Into<String>) -> Self {
        Self::Arguments { function, arguments: arguments.to_owned(), problem: problem.into() }
    }
}

/// A value, or why there is none.
type Value = Result<String, FunctionError>;

/// A write that is done, or why it is not.
type Written = Result<(), FunctionError>;

/// A dialplan function as the table lists it.
#[derive(Clone, Copy)]
pub struct Function {
    /// Its name, in capitals.
    pub name: &'static str,
    /// How it is written.
    pub syntax: &'static str,
    /// One line for `core show functions`.
    pub synopsis: &'static str,
    /// Reads it.
    pub read: fn(&mut FunctionScope<'_>, &str) -> Value,
    /// Sets it; `None` for one that can only be read.
    pub write: Option<fn(&mut FunctionScope<'_>, &str, &str) -> Written>,
}

/// Every function, by name.
pub fn table() -> &'static [Function] {
    const TABLE: &[Function] = &[
        Function {
            name: "CALLERID",
            syntax: "CALLERID(datatype)",
            synopsis: "The caller's number and name.",
            read: caller_id::read,
            write: Some(caller_id::write),
        },
        Function {
            name: "CHANNEL",
            syntax: "CHANNEL(item)",
            synopsis: "Facts about the channel; its language can be set.",
            read: channel::read,
            write: Some(channel::write),
        },
        Function {
            name: "DEVICE_STATE",
            syntax: "DEVICE_STATE(device)",
            synopsis: "What a device does; Custom: devices can be set.",
            read: device_state::read,
            write: Some(device_state::write),
        },
        Function {
            name: "EXTENSION_STATE",
            syntax: "EXTENSION_STATE(extension[@context])",
            synopsis: "What the devices of a hint do together.",
            read: extension_state::read,
            write: None,
        },
        Function {
            name: "GEOLOC_PROFILE",
            syntax: "GEOLOC_PROFILE(parameter[,options])",
            synopsis: "Where the caller is, and what is told of it.",
            read: geoloc_profile::read,
            write: Some(geoloc_profile::write),
        },
        Function {
            name: "GLOBAL",
            syntax: "GLOBAL(variable)",
            synopsis: "A variable of the whole exchange.",
            read: global::read,
            write: Some(global::write),
        },
        Function {
            name: "HINT",
            syntax: "HINT(extension[@context][,n])",
            synopsis: "The devices of a hint.",
            read: hint::read,
            write: None,
        },
        Function {
            name: "IF",
            syntax: "IF(condition?[true][:false])",
            synopsis: "One of two texts, as a condition says.",
            read: condition::read,
            write: None,
        },
        Function {
            name: "JITTERBUFFER",
            syntax: "JITTERBUFFER(type)",
            synopsis: "Evens out the caller's sound; can only be set.",
            read: jitter_buffer::read,
            write: Some(jitter_buffer::write),
        },
        Function {
            name: "LEN",
            syntax: "LEN(text)",
            synopsis: "The length of a text.",
            read: length::read,
            write: None,
        },
        Function {
            name: "MESSAGE",
            syntax: "MESSAGE(to|from|body|content_type)",
            synopsis: "The text message that the channel carries or will send.",
            read: message::read,
            write: Some(message::write),
        },
        Function {
            name: "MESSAGE_DATA",
            syntax: "MESSAGE_DATA(name)",
            synopsis: "What is attached to a text message.",
            read: message::read_data,
            write: Some(message::write_data),
        },
        Function {
            name: "PRESENCE_STATE",
            syntax: "PRESENCE_STATE(provider,value|subtype|message[,e])",
            synopsis: "What somebody says about itself; CustomPresence: providers can be set.",
            read: presence_state::read,
            write: Some(presence_state::write),
        },
        Function {
            name: "STIR_SHAKEN",
            syntax: "STIR_SHAKEN(count|n,identity|attestation|verify_result)",
            synopsis: "What was thought of the caller's identity.",
            read: stir_shaken::read,
            write: None,
        },
        Function {
            name: "TIMEOUT",
            syntax: "TIMEOUT(absolute|digit|response)",
            synopsis: "Seconds that the call may last, and that the caller has to dial.",
            read: timeout::read,
            write: Some(timeout::write),
        },
    ];
    TABLE
}

/// The function of that name. Names are written in capitals; Asterisk takes no others.
pub fn find(name: &str) -> Option<&'static Function> {
    table().iter().find(|f| f.name == name)
}

/// Fetches a value that takes time, away from the machine's step.
///
/// No function of the table asks for it today; those that wait for a network or a disk will answer here.
pub async fn evaluate(_channel: &mut DialplanChannel, call: &FunctionCall) -> FunctionReply {
    FunctionReply::Error(format!("{}({}) has no value that could be fetched", call.name, call.arguments))
}
