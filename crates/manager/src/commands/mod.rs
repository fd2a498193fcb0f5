//! The commands of the console: a file for each family, a row of the table for each command.

mod agi;
mod cdr;
mod channel;
mod codecs;
mod confbridge;
mod core;
mod database;
mod dialplan;
mod geoloc;
mod help;
mod hints;
mod http;
mod indication;
mod layout;
mod matching;
mod mixmonitor;
mod module;
mod moh;
mod odbc;
mod pjsip;
mod rtp;
mod security;
mod sip;
mod sip_log;
mod states;
mod stir_shaken;
mod stop;
mod translation;

use std::sync::{Arc, Mutex, PoisonError};

use call_control::BoxFuture;
use pbx::Exchange;

pub(crate) use stop::{Ending, Stopping};

use crate::narration::Verbosity;

/// What a command works on, and the console that it came from.
pub(crate) struct Context {
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) stopping: Arc<Stopping>,
    /// Of the console that asks.
    pub(crate) verbosity: Verbosity,
    /// What is to be done once the answer has been sent.
    asked_to_end: Mutex<Option<Ending>>,
}

impl Context {
    /// For a console that wants to be told this much.
    pub(crate) fn new(exchange: Arc<Exchange>, stopping: Arc<Stopping>, verbosity: Verbosity) -> Self {
        Self { exchange, stopping, verbosity, asked_to_end: Mutex::new(None) }
    }

    /// Asks for the end of the exchange, after the answer.
    fn ask_for_stop(&self, ending: Ending) {
        *self.asked_to_end.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
    }

    /// The end that the last command asked for, once.
    pub(crate) fn stop_asked_for(&self) -> Option<Ending> {
        self.asked_to_end.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Why a command has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("No such command '{typed}' (type 'core show help {first}' for other possible commands){nearest}")]
    Unknown { typed: String, first: String, nearest: String },
    #[error("'{typed}' is not clear; it may be {}", .may_be.join(", "))]
    Ambiguous { typed: String, may_be: Vec<String> },
    #[error("Usage: {0}")]
    Usage(&'static str),
    #[error("{0}")]
    Failed(String),
}

/// What a command comes to: the text to print.
type Answer = Result<String, CommandError>;

/// How a command is carried out.
#[derive(Clone, Copy)]
enum Handler {
    /// From what is known.
    Now(fn(&Context, &[String]) -> Answer),
    /// By doing something that takes time.
    Later(for<'a> fn(&'a Context, &'a [String]) -> BoxFuture<'a, Answer>),
}

/// A row of the table.
#[derive(Clone, Copy)]
struct Command {
    /// Its words, in lower case.
    words: &'static str,
    /// What may stand behind them; empty where nothing may.
    arguments: &'static str,
    /// One line about it.
    summary: &'static str,
    /// What else there is to know; empty where the line says it all.
    details: &'static str,
    handler: Handler,
    /// What its first argument may be.
    values: Option<fn(&Context) -> Vec<String>>,
}

impl Command {
    const fn now(
        words: &'static str,
        summary: &'static str,
        handler: fn(&Context, &[String]) -> Answer,
    ) -> Self {
        Self { words, arguments: "", summary, details: "", handler: Handler::Now(handler), values: None }
    }

    const fn later(
        words: &'static str,
        summary: &'static str,
        handler: for<'a> fn(&'a Context, &'a [String]) -> BoxFuture<'a, Answer>,
    ) -> Self {
        Self { words, arguments: "", summary, details: "", handler: Handler::Later(handler), values: None }
    }

    /// The same command with arguments.
    const fn taking(mut self, arguments: &'static str) -> Self {
        self.arguments = arguments;
        self
    }

    /// The same command with more to say about it.
    const fn explained(mut self, details: &'static str) -> Self {
        self.details = details;
        self
    }

    /// The same command, whose first argument is one of these.
    const fn among(mut self, values: fn(&Context) -> Vec<String>) -> Self {
        self.values = Some(values);
        self
    }
}

/// Every command, by family.
fn table() -> impl Iterator<Item = &'static Command> {
    let families = [
        agi::COMMANDS,
        core::COMMANDS,
        stop::COMMANDS,
        help::COMMANDS,
        hints::COMMANDS,
        http::COMMANDS,
        indication::COMMANDS,
        cdr::COMMANDS,
        channel::COMMANDS,
        confbridge::COMMANDS,
        database::COMMANDS,
        dialplan::COMMANDS,
        geoloc::COMMANDS,
        mixmonitor::COMMANDS,
        module::COMMANDS,
        moh::COMMANDS,
        odbc::COMMANDS,
        pjsip::COMMANDS,
        pjsip::CHANNEL_STATS,
        pjsip::CHANNELS,
        pjsip::IDENTIFIES,
        pjsip::NOTIFY,
        pjsip::ONE,
        pjsip::REGISTRATIONS,
        pjsip::SUBSCRIPTIONS,
        pjsip::PUBLICATIONS,
        security::COMMANDS,
        sip::COMMANDS,
        sip_log::COMMANDS,
        states::COMMANDS,
        stir_shaken::COMMANDS,
        translation::COMMANDS,
        codecs::COMMANDS,
        rtp::COMMANDS,
    ];
    families.into_iter().flatten()
}

/// What a console is greeted with.
pub(crate) fn greeting() -> String {
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    let (version, process) = (env!("CARGO_PKG_VERSION"), std::process::id());
    format!("Connected to ipbx {version} currently running on {host} (pid = {process})")
}

/// Runs a line that was typed.
pub(crate) async fn run(context: &Context, line: &str) -> Answer {
    let words = matching::words(line);
    if words.is_empty() {
        return Ok(String::new());
    }
    let (command, arguments) = matching::find(&words)?;
    if command.arguments.is_empty() && !arguments.is_empty() {
        return Err(CommandError::Usage(command.words));
    }
    match command.handler {
        Handler::Now(handler) => handler(context, arguments),
        Handler::Later(handler) => handler(context, arguments).await,
    }
}

/// How the last word of what was typed may go on.
pub(crate) fn complete(context: &Context, typed: &str) -> Vec<String> {
    matching::complete(context, typed)
}
