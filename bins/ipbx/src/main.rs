//! The exchange: reads its command line, and does what it says.

mod background;
mod check;
mod command_line;
mod descriptors;
mod privileges;
mod quickstart;
mod sounds;
mod start;

use std::error::Error;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use command_line::{CommandLine, HELP, Task};
use manager::console;
use pbx::configuration::{Configuration, Folders};

/// Where Asterisk's configuration is unless somebody says otherwise.
const ASTERISK_CONF: &str = "/etc/asterisk/asterisk.conf";

fn main() -> ExitCode {
    let line = match CommandLine::parse(std::env::args_os().skip(1)) {
        Ok(line) => line,
        Err(error) => {
            eprintln!("ipbx: {error}");
            return ExitCode::from(2);
        }
    };
    follow_log(line.debug);
    obey(&line).unwrap_or_else(|error| {
        eprintln!("ipbx: {error}");
        ExitCode::FAILURE
    })
}

fn obey(line: &CommandLine) -> Result<ExitCode, Box<dyn Error>> {
    match &line.task {
        Task::Help => print!("{HELP}"),
        Task::Version => println!("ipbx {}", env!("CARGO_PKG_VERSION")),
        Task::Check(path) => {
            let path = path.clone().or_else(|| line.configuration.clone());
            return Ok(check::check(&path.map_or_else(default_configuration, Ok)?, line.no_color));
        }
        Task::ShowQuickstart => return show_quickstart(),
        Task::Remote => return Ok(console::remote(&socket(line)?, line.verbosity, !line.no_color)?),
        Task::Execute(command) => return Ok(console::execute(&socket(line)?, command)?),
        Task::Run => return run(line),
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts an exchange: the one of `-C`, or the quickstart.
fn run(line: &CommandLine) -> Result<ExitCode, Box<dyn Error>> {
    privileges::become_user(line.user.as_deref(), line.group.as_deref())?;
    match &line.configuration {
        Some(path) => {
            let folders = Folders::from_argument(path)?;
            if line.foreground || line.console {
                Ok(start::run(line, &folders, false)?)
            } else {
                Ok(background::start(&folders)?)
            }
        }
        None => {
            let folders = quickstart::prepare(&quickstart::root()?)?;
            Ok(start::run(line, &folders, true)?)
        }
    }
}

/// The quickstart's page, from the files as they are.
fn show_quickstart() -> Result<ExitCode, Box<dyn Error>> {
    let root = quickstart::root()?;
    if !root.join("etc/pjsip.conf").is_file() {
        return Err(format!(
            "there is no quickstart in {} yet; start it with {}",
            root.display(),
            program_name()
        )
        .into());
    }
    let (configuration, report) = Configuration::load(&Folders::below(&root));
    let configuration = configuration.ok_or_else(|| report.render(stdout().is_terminal()))?;
    let port = configuration.sip.transports.first().map_or(5060, |transport| transport.bind.port());
    println!("{}", quickstart::page(&root, port, &quickstart::accounts(&configuration), &program_name()));
    Ok(ExitCode::SUCCESS)
}

/// The console's socket: that of `-s`, of `-C`, or of the exchange that a new user has.
fn socket(line: &CommandLine) -> Result<PathBuf, Box<dyn Error>> {
    if let Some(socket) = &line.socket {
        return Ok(socket.clone());
    }
    let path = line.configuration.clone().map_or_else(default_configuration, Ok)?;
    Ok(console::socket_path(&Folders::from_argument(&path)?.run))
}

/// The configuration that is meant where none is named: the quickstart's, if there is one, else Asterisk's.
fn default_configuration() -> Result<PathBuf, Box<dyn Error>> {
    let quickstart = quickstart::root().map(|root| root.join("etc"));
    match quickstart {
        Ok(etc) if etc.join("pjsip.conf").is_file() => Ok(etc),
        _ if Path::new(ASTERISK_CONF).is_file() => Ok(ASTERISK_CONF.into()),
        Ok(etc) => {
            let quickstart = etc.display();
            Err(format!("neither {quickstart} nor {ASTERISK_CONF} is there; name the configuration with -C")
                .into())
        }
        Err(error) => Err(error.into()),
    }
}

/// How the program was called, for the pages that say how to call it again.
fn program_name() -> String {
    // `cargo run` sets it; its users have no `ipbx` on their path.
    let by_cargo = std::env::var_os("CARGO").is_some() && std::env::var_os("CARGO_PKG_NAME").is_some();
    if by_cargo { "cargo run --release --".to_owned() } else { "ipbx".to_owned() }
}

/// What the parts of the exchange note for those who mend it: warnings always, more with each `-d`, to stderr.
fn follow_log(debug: u8) {
    let level = match debug {
        0 => "error",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = std::env::var("IPBX_LOG").unwrap_or_else(|_| level.to_owned());
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}
