//! The exchange: reads its command line, and does what it says.

mod background;
mod check;
mod command_line;
mod descriptors;
mod dialplan;
mod meant;
mod output;
mod privileges;
mod quickstart;
mod sounds;
mod start;

use std::error::Error;
use std::io::{IsTerminal, stderr};
use std::process::ExitCode;

use command_line::{CommandLine, HELP, Task};
use manager::{ErrorLog, console};
use output::{say, warn};
use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Calls and messages are many small blocks that come and go: with this one a call takes a tenth less work than with the
/// system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = match CommandLine::parse(std::env::args_os().skip(1)) {
        Ok(line) => line,
        Err(error) => {
            warn(format_args!("ipbx: {error}"));
            return ExitCode::from(2);
        }
    };
    let errors = follow_log(line.debug);
    obey(&line, &errors).unwrap_or_else(|error| {
        warn(format_args!("ipbx: {error}"));
        ExitCode::FAILURE
    })
}

fn obey(line: &CommandLine, errors: &ErrorLog) -> Result<ExitCode, Box<dyn Error>> {
    match &line.task {
        Task::Help => say(HELP),
        Task::Version => say(format_args!("ipbx {}\n", env!("CARGO_PKG_VERSION"))),
        Task::Check(path) => {
            return Ok(check::check(&meant::to_check(line, path.as_deref())?, line.no_color)?);
        }
        Task::Rehearse(file) => return Ok(dialplan::rehearse(line, file)?),
        Task::Trace(number) => return Ok(dialplan::trace(line, number)?),
        Task::ShowQuickstart => say(quickstart::show(&program_name())?),
        Task::Remote => {
            let (socket, note) = meant::to_ask(line)?;
            notes(line, note);
            return Ok(console::remote(&socket, line.verbosity, !line.no_color)?);
        }
        Task::Execute(command) => return Ok(console::execute(&meant::to_ask(line)?.0, command)?),
        Task::Run => return run(line, errors),
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts an exchange: the one that is meant, here or in the background.
fn run(line: &CommandLine, errors: &ErrorLog) -> Result<ExitCode, Box<dyn Error>> {
    privileges::become_user(line.user.as_deref(), line.group.as_deref())?;
    let meant::Start { folders, is_quickstart, note } = meant::to_start(line)?;
    notes(line, note);
    match is_quickstart || line.foreground || line.console {
        true => Ok(start::run(line, &folders, is_quickstart, errors)?),
        false => Ok(background::start(line, &folders)?),
    }
}

/// Says what was taken for granted, and what was taken without effect.
fn notes(line: &CommandLine, note: Option<String>) {
    if !line.quiet {
        note.into_iter().chain(command_line::without_effect(&line.without_effect)).for_each(warn);
    }
}

/// How the program was called, for the pages that say how to call it again.
fn program_name() -> String {
    // `cargo run` sets it; its users have no `ipbx` on their path.
    let by_cargo = std::env::var_os("CARGO").is_some() && std::env::var_os("CARGO_PKG_NAME").is_some();
    if by_cargo { "cargo run --release --".to_owned() } else { "ipbx".to_owned() }
}

/// What the parts of the exchange note for those who mend it: errors always, as the log has them, and more to stderr with each `-d`.
/// Callers and phones are told of by the narration, not here.
fn follow_log(debug: u8) -> ErrorLog {
    let level = match debug {
        0 => "off",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = std::env::var("IPBX_LOG").unwrap_or_else(|_| level.to_owned());
    let errors = ErrorLog::default();
    let notes = tracing_subscriber::fmt::layer().with_ansi(stderr().is_terminal()).with_writer(stderr);
    let notes = notes.with_filter(filter_fn(|note| *note.level() != Level::ERROR));
    let notes = notes.with_filter(EnvFilter::new(filter));
    // What no layer wants must not be put into words: each has a filter that says so beforehand.
    let of_errors = errors.clone().with_filter(LevelFilter::ERROR);
    let _ = tracing_subscriber::registry().with(of_errors).with(notes).try_init();
    errors
}
