//! The other end: a terminal, or one command of a script.

use std::io::{BufRead, BufReader, IsTerminal, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use rustyline::error::ReadlineError;

use super::connection::{Connection, Told, connect};
use super::editor::Editor;
use super::protocol::{Reply, Request};
use super::screen::Screen;
use super::terminal::{Lent, Terminal};
use super::{ConsoleError, StopRequest};

/// How long the editor may need to show its line, before its terminal can be taken from it.
const EDITOR_SETTLES: Duration = Duration::from_millis(50);

/// Runs one command and prints its answer. The status tells whether it succeeded.
///
/// # Errors
/// [`ConsoleError`] when no exchange serves the socket, or it ends meanwhile.
pub fn execute(socket: &Path, command: &str) -> Result<ExitCode, ConsoleError> {
    let mut stream = connect(socket)?;
    stream.write_all(Request::Execute(command.to_owned()).to_line().as_bytes())?;
    let mut out = stdout().lock();
    for line in BufReader::new(stream).lines() {
        match Reply::parse(&line?) {
            // A reader that has seen enough, as `head` has, is no fault.
            Some(Reply::Output(text)) if writeln!(out, "{text}").is_err() => return Ok(ExitCode::SUCCESS),
            Some(Reply::End(status)) => return Ok(ExitCode::from(status)),
            Some(Reply::Refused(why)) => return Err(ConsoleError::Refused(why)),
            _ => {}
        }
    }
    Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into())
}

/// A console in this terminal for an exchange that runs, until `exit` or until the exchange ends.
///
/// # Errors
/// [`ConsoleError`] when no exchange serves the socket, it ends in the middle of an answer, or the terminal cannot be
/// used.
pub fn remote(socket: &Path, verbosity: u8, color: bool) -> Result<ExitCode, ConsoleError> {
    let color = color && stdout().is_terminal();
    let terminal = Terminal::remember();
    let screen = Screen::new(color);
    let (happen, happened) = channel();
    let (lines, gone) = (screen.clone(), happen.clone());
    let (connection, greeting) = Connection::open(socket, verbosity, move |told| match told {
        Told::Line(text) => lines.print(text),
        Told::Gone => drop(gone.send(Happened::Gone)),
    })?;
    say(&greeting);
    let editor = Typing::start(connection.asker(), color, screen, happen);
    let left = converse(&connection, &editor, &happened);
    if let Ok(Left::Gone) = left {
        thread::sleep(EDITOR_SETTLES);
        terminal.give_back();
        say("Disconnected: the exchange has ended.");
    }
    left.map(|_| ExitCode::SUCCESS)
}

/// A console in the terminal of the exchange itself (`-c`), on a thread of its own. Leaving it ends the exchange.
pub fn local(socket: &Path, verbosity: u8, stop: tokio::sync::mpsc::Sender<StopRequest>) {
    let socket: PathBuf = socket.to_owned();
    let lent = Lent::new();
    thread::spawn(move || {
        if let Err(error) = remote(&socket, verbosity, true) {
            let _ = writeln!(std::io::stderr(), "{error}");
        }
        drop(lent);
        // Without a terminal, as under a service manager, the console ends at once and the exchange goes on.
        if stdin().is_terminal() {
            let _ = stop.blocking_send(StopRequest::Now);
        }
    });
}

/// What a console waits for.
enum Happened {
    Typed(Result<String, ReadlineError>),
    Gone,
}

/// How a console was left.
enum Left {
    /// By who typed at it.
    Farewell,
    /// The exchange is gone.
    Gone,
}

/// Runs what is typed, line after line.
fn converse(
    connection: &Connection,
    editor: &Typing,
    happened: &Receiver<Happened>,
) -> Result<Left, ConsoleError> {
    loop {
        match happened.try_recv() {
            Err(TryRecvError::Empty) => editor.ask(),
            _ => return Ok(Left::Gone),
        }
        match happened.recv() {
            Ok(Happened::Typed(Ok(line))) if is_farewell(&line) => return Ok(Left::Farewell),
            Ok(Happened::Typed(Ok(line))) if line.trim().is_empty() => {}
            Ok(Happened::Typed(Ok(line))) => connection.run(line.trim(), say)?,
            Ok(Happened::Typed(Err(ReadlineError::Interrupted))) => {}
            Ok(Happened::Typed(Err(ReadlineError::Eof))) => return Ok(Left::Farewell),
            Ok(Happened::Typed(Err(error))) => return Err(error.into()),
            Ok(Happened::Gone) | Err(_) => return Ok(Left::Gone),
        }
    }
}

fn is_farewell(line: &str) -> bool {
    matches!(line.trim(), "exit" | "quit")
}

/// Prints a line; who does not read any more misses nothing.
fn say(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

/// The editor on a thread of its own: it waits for keys, and the console meanwhile for the exchange too.
struct Typing {
    asked: Sender<()>,
}

impl Typing {
    fn start(
        ask: impl Fn(&str) -> Vec<String> + Send + 'static,
        color: bool,
        screen: Screen,
        happen: Sender<Happened>,
    ) -> Self {
        let (asked, asks) = channel();
        thread::spawn(move || {
            let mut editor = match Editor::open(ask, color) {
                Ok(editor) => editor,
                Err(error) => return drop(happen.send(Happened::Typed(Err(error)))),
            };
            if let Some(printer) = editor.printer() {
                screen.print_above(printer);
            }
            for () in asks {
                if happen.send(Happened::Typed(editor.read())).is_err() {
                    return;
                }
            }
        });
        Self { asked }
    }

    /// Asks for the next line.
    fn ask(&self) {
        // If the editor could not be opened, why comes instead of a line.
        let _ = self.asked.send(());
    }
}
