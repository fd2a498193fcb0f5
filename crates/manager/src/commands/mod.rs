//! The commands of the console: a file for each family, a row of the table for each command.

mod channel;
mod core;
mod dialplan;
mod layout;
mod matching;
mod module;
mod pjsip;
mod sip;

use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use call_control::BoxFuture;
use pbx::Exchange;
use tokio::sync::mpsc;

use crate::console::StopRequest;

/// What a command works on.
pub(crate) struct Context {
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) stop: mpsc::Sender<StopRequest>,
    /// Of the console that asks.
    pub(crate) verbosity: Arc<AtomicU8>,
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
        Self { words, arguments: "", summary, handler: Handler::Now(handler), values: None }
    }

    const fn later(
        words: &'static str,
        summary: &'static str,
        handler: for<'a> fn(&'a Context, &'a [String]) -> BoxFuture<'a, Answer>,
    ) -> Self {
        Self { words, arguments: "", summary, handler: Handler::Later(handler), values: None }
    }

    /// The same command with arguments.
    const fn taking(mut self, arguments: &'static str) -> Self {
        self.arguments = arguments;
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
        core::COMMANDS,
        channel::COMMANDS,
        dialplan::COMMANDS,
        module::COMMANDS,
        pjsip::COMMANDS,
        sip::COMMANDS,
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
