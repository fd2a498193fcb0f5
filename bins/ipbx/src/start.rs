//! Runs an exchange, from its configuration to its last call.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use call_control::{Observer, Prompts};
use manager::console::{ConsoleError, Server, StopRequest};
use manager::{ErrorLog, Narration, SecurityLog};
use pbx::configuration::{Configuration, Folders, Part};
use pbx::{Exchange, StartError};
use sip_ua::transport::Protocol;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::command_line::CommandLine;
use crate::output::{say, warn};
use crate::{descriptors, quickstart, sounds};

/// Why the exchange did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error("the configuration has errors; nothing was started")]
    Configuration,
    #[error(
        "cannot make the folder {path}: {source}; make it, or name another one in [directories] of asterisk.conf"
    )]
    Folder { path: PathBuf, source: io::Error },
    #[error("cannot write {path}: {source}; free the disk or make the folder writable")]
    Write { path: PathBuf, source: io::Error },
    #[error("{source}; the address is a bind= in {file}")]
    Transport { source: StartError, file: PathBuf },
    #[error(transparent)]
    Start(StartError),
    #[error(transparent)]
    Console(#[from] ConsoleError),
    #[error("cannot start the runtime: {0}")]
    Runtime(io::Error),
}

impl RunError {
    /// A transport that could not be opened is named with the file that asks for it.
    fn of_start(error: StartError, file: PathBuf) -> Self {
        match error {
            StartError::Transport(_) => Self::Transport { source: error, file },
            other => Self::Start(other),
        }
    }
}

/// Country of the tones, until `indications.conf` is read.
const TONE_ZONE: &str = "us";

/// Runs it until it is told to stop.
pub(crate) fn run(
    line: &CommandLine,
    folders: &Folders,
    is_quickstart: bool,
    errors: &ErrorLog,
) -> Result<ExitCode, RunError> {
    descriptors::take_all();
    // Calls live on one thread, media on threads of its own. What a message of SIP sets off is a chain of short steps of
    // several tasks: to pass them from thread to thread costs more than the steps.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(RunError::Runtime)?;
    runtime.block_on(serve(line, folders, is_quickstart, errors))
}

async fn serve(
    line: &CommandLine,
    folders: &Folders,
    is_quickstart: bool,
    errors: &ErrorLog,
) -> Result<ExitCode, RunError> {
    let configuration = load(line, folders)?;
    for folder in folders.written() {
        make_folder(folder.into())?;
    }
    let socket = line.socket.clone().unwrap_or_else(|| manager::console::socket_path(&folders.run));
    manager::console::refuse_second(&socket)?;
    let verbosity = line.verbosity.max(configuration.options.verbose);
    let page = is_quickstart.then(|| (quickstart::accounts(&configuration), folders.clone()));
    let narration = Arc::new(Narration::new());
    errors.tell(&narration, line.console);
    let prompts = Prompts::new(sounds::library(folders), TONE_ZONE);
    if !line.console {
        // Before the first phone can knock, so that no line is missed.
        manager::log::to_stdout(&narration, verbosity, io::stdout().is_terminal() && !line.no_color);
    }
    let first = configuration.sip.transports.first().map(|transport| transport.span.file);
    let bind_at = first.and_then(|file| configuration.sources.path(file)).map(PathBuf::from);
    let bind_at = bind_at.unwrap_or_else(|| folders.configuration.join("pjsip.conf"));
    let mut observers: Vec<Arc<dyn Observer>> = vec![narration.clone()];
    if configuration.security.log {
        observers.push(Arc::new(security_log(folders)?));
    }
    let exchange = Exchange::start(configuration, prompts, observers)
        .await
        .map_err(|error| RunError::of_start(error, bind_at))?;
    let (stop, mut stops) = mpsc::channel(4);
    let server = Server::start(exchange.clone(), narration.clone(), &socket, stop.clone())?;
    let pid_file = write_pid(folders)?;
    match page {
        Some((accounts, folders)) if !line.quiet => print_page(&exchange, &accounts, &folders),
        _ if !line.quiet => warn(listening(&exchange)),
        _ => {}
    }
    if line.console {
        manager::console::local(&socket, verbosity, stop);
    }
    stop_when_told(&exchange, &mut stops).await;
    server.close().await;
    let _ = fs::remove_file(pid_file);
    Ok(ExitCode::SUCCESS)
}

/// Reads and checks the configuration, and shows what is wrong with it.
fn load(line: &CommandLine, folders: &Folders) -> Result<Configuration, RunError> {
    let (configuration, report) = Configuration::load(folders);
    if !report.is_clean() {
        warn(report.render(io::stderr().is_terminal() && !line.no_color).trim_end());
    }
    let mut configuration = configuration.ok_or(RunError::Configuration)?;
    if let Some(calls) = line.max_calls {
        configuration.options.max_calls = Some(calls).filter(|calls| *calls > 0);
    }
    Ok(configuration)
}

fn make_folder(path: PathBuf) -> Result<(), RunError> {
    fs::create_dir_all(&path).map_err(|source| RunError::Folder { path, source })
}

fn security_log(folders: &Folders) -> Result<SecurityLog, RunError> {
    let path = folders.log.clone();
    SecurityLog::open(&path).map_err(|source| RunError::Write { path: path.join("security.log"), source })
}

/// The process number, where scripts look for it.
fn write_pid(folders: &Folders) -> Result<PathBuf, RunError> {
    let path = folders.run.join("asterisk.pid");
    match fs::write(&path, format!("{}\n", std::process::id())) {
        Ok(()) => Ok(path),
        Err(source) => Err(RunError::Write { path, source }),
    }
}

fn print_page(exchange: &Exchange, accounts: &[(String, String)], folders: &Folders) {
    let protocols = [Protocol::Udp, Protocol::Tcp];
    let server = protocols.into_iter().find_map(|protocol| exchange.local_address(protocol));
    say(quickstart::page(&folders.configuration, server, accounts, &crate::program_name()));
}

/// Where it listens, in one line.
fn listening(exchange: &Exchange) -> String {
    let protocols = [Protocol::Udp, Protocol::Tcp, Protocol::Tls, Protocol::Ws, Protocol::Wss];
    let served = exchange.listening();
    let of = |protocol: Protocol| served.iter().filter(move |(served, _)| *served == protocol);
    let places: Vec<String> =
        protocols.into_iter().flat_map(of).map(|(protocol, place)| format!("{protocol} {place}")).collect();
    match places.is_empty() {
        true => "ipbx runs, and listens nowhere: pjsip.conf has no transport".to_owned(),
        false => format!("ipbx runs: listening on {}", places.join(", ")),
    }
}

/// Waits for a signal or a console command that ends the exchange, and ends it in that way. SIGHUP reloads.
async fn stop_when_told(exchange: &Arc<Exchange>, stops: &mut mpsc::Receiver<StopRequest>) {
    let listen = |kind| signal(kind).ok();
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate()), listen(SignalKind::interrupt()));
    let mut hangup = listen(SignalKind::hangup());
    loop {
        let request = tokio::select! {
            Some(request) = stops.recv() => request,
            () = next(&mut terminate) => StopRequest::Now,
            () = next(&mut interrupt) => StopRequest::Now,
            () = next(&mut hangup) => {
                reload(exchange).await;
                continue;
            }
        };
        if request == StopRequest::Gracefully {
            tokio::select! {
                () = exchange.drain() => {}
                () = next(&mut terminate) => {}
                () = next(&mut interrupt) => {}
                Some(_) = stops.recv() => {}
            }
        }
        return exchange.stop().await;
    }
}

/// Reads everything again. With errors, what runs goes on as it is.
async fn reload(exchange: &Arc<Exchange>) {
    let report = exchange.reload(Part::All).await;
    if !report.is_clean() {
        warn(report.render(false).trim_end());
    }
    let outcome = if report.has_errors() { "not reloaded, what runs goes on" } else { "reloaded" };
    warn(format_args!("{outcome}: {}", report.summary()));
}

/// The next signal; never, where the system gives none.
async fn next(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}
