//! The other end: a terminal, or one command of a script.

use std::io::{BufRead, BufReader, IsTerminal, Write, stdin, stdout};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rustyline::error::ReadlineError;

use super::editor::{Editor, Screen};
use super::protocol::{Reply, Request};
use super::{ConsoleError, StopRequest};

/// Longest wait for the ways in which words may go on; a key of the editor waits for it.
const COMPLETION: Duration = Duration::from_secs(1);

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
            _ => {}
        }
    }
    Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into())
}

/// A console in this terminal for an exchange that runs, until `exit`.
///
/// # Errors
/// [`ConsoleError`] when no exchange serves the socket, it ends, or the terminal cannot be used.
pub fn remote(socket: &Path, verbosity: u8, color: bool) -> Result<ExitCode, ConsoleError> {
    let session = Session::open(socket, verbosity)?;
    let mut editor = Editor::open(session.asker(), color && stdout().is_terminal())?;
    session.follow(editor.screen());
    loop {
        match editor.read() {
            Ok(line) if is_farewell(&line) => return Ok(ExitCode::SUCCESS),
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                session.run(line.trim())?;
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(ExitCode::SUCCESS),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A console in the terminal of the exchange itself (`-c`), on a thread of its own. Leaving it ends the exchange.
pub fn local(socket: &Path, verbosity: u8, stop: tokio::sync::mpsc::Sender<StopRequest>) {
    let socket: PathBuf = socket.to_owned();
    std::thread::spawn(move || {
        if let Err(error) = remote(&socket, verbosity, true) {
            eprintln!("{error}");
        }
        // Without a terminal, as under a service manager, the console ends at once and the exchange goes on.
        if stdin().is_terminal() {
            let _ = stop.blocking_send(StopRequest::Now);
        }
    });
}

fn is_farewell(line: &str) -> bool {
    matches!(line.trim(), "exit" | "quit")
}

fn connect(socket: &Path) -> Result<UnixStream, ConsoleError> {
    UnixStream::connect(socket).map_err(|source| ConsoleError::NotRunning { path: socket.to_owned(), source })
}

/// A connection with an exchange: requests go in, answers come out of a channel, the narration goes to the screen.
struct Session {
    stream: UnixStream,
    answers: Receiver<Reply>,
    screens: Sender<Screen>,
    completions: Sender<Sender<String>>,
}

impl Session {
    fn open(socket: &Path, verbosity: u8) -> Result<Self, ConsoleError> {
        let mut stream = connect(socket)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut greeting = String::new();
        reader.read_line(&mut greeting)?;
        if let Some(Reply::Hello(text)) = Reply::parse(greeting.trim_end()) {
            println!("{text}");
        }
        let (answer, answers) = channel();
        let (screens, screen) = channel();
        let (completions, wanted) = channel();
        std::thread::spawn(move || distribute(reader, &answer, &screen, &wanted));
        stream.write_all(Request::Verbosity(verbosity).to_line().as_bytes())?;
        Ok(Self { stream, answers, screens, completions })
    }

    /// From now on what is told goes to this screen.
    fn follow(&self, screen: Option<Screen>) {
        if let Some(screen) = screen {
            let _ = self.screens.send(screen);
        }
    }

    /// Runs a command and prints its answer.
    fn run(&self, command: &str) -> Result<(), ConsoleError> {
        (&self.stream).write_all(Request::Execute(command.to_owned()).to_line().as_bytes())?;
        loop {
            match self.answers.recv() {
                Ok(Reply::Output(text)) => println!("{text}"),
                Ok(Reply::End(_)) => return Ok(()),
                Ok(_) => {}
                Err(_) => return Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()),
            }
        }
    }

    /// Asks how words may go on.
    fn asker(&self) -> impl Fn(&str) -> Vec<String> + use<> {
        let stream = self.stream.try_clone();
        let completions = self.completions.clone();
        move |words| {
            let Ok(mut stream) = stream.as_ref() else { return Vec::new() };
            let (way, ways) = channel();
            let asked = Request::Complete(words.to_owned()).to_line();
            if completions.send(way).is_err() || stream.write_all(asked.as_bytes()).is_err() {
                return Vec::new();
            }
            let mut found = Vec::new();
            loop {
                match ways.recv_timeout(COMPLETION) {
                    Ok(way) => found.push(way),
                    Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => return found,
                }
            }
        }
    }
}

/// Reads what the exchange says and hands it on: the narration to the screen, ways to go on to who
/// asked for them, all else to who waits for an answer.
fn distribute(
    reader: impl BufRead,
    answers: &Sender<Reply>,
    screens: &Receiver<Screen>,
    wanted: &Receiver<Sender<String>>,
) {
    let mut screen: Option<Screen> = None;
    let mut asking: Option<Sender<String>> = None;
    for line in reader.lines() {
        let Ok(line) = line else { break };
        if let Some(newer) = screens.try_iter().last() {
            screen = Some(newer);
        }
        if asking.is_none() {
            asking = wanted.try_recv().ok();
        }
        match Reply::parse(&line) {
            Some(Reply::Narration(_, text)) => match &mut screen {
                Some(screen) => screen.print(text),
                None => println!("{text}"),
            },
            Some(Reply::Completion(way)) => {
                if let Some(asking) = &asking {
                    let _ = asking.send(way);
                }
            }
            // Dropping the sender says that there are no more.
            Some(Reply::End(_)) if asking.take().is_some() => {}
            Some(reply) => {
                let _ = answers.send(reply);
            }
            None => {}
        }
    }
}
