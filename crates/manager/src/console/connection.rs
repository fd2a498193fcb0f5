//! A console's connection with the exchange.

use std::io::{BufRead, BufReader, Error, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::ConsoleError;
use super::protocol::{Reply, Request};

/// Longest wait for the ways in which words may go on; a key of the editor waits for it.
const COMPLETION: Duration = Duration::from_secs(1);

/// What the exchange says unasked.
pub(super) enum Told {
    /// A line of the narration.
    Line(String),
    /// The exchange has ended, or has shown the console out.
    Gone,
}

/// Requests go in, answers come out of a channel; what is told unasked goes to who opened it.
pub(super) struct Connection {
    stream: UnixStream,
    answers: Receiver<Reply>,
    completions: Sender<Sender<String>>,
}

/// Connects with the exchange that serves the socket.
pub(super) fn connect(socket: &Path) -> Result<UnixStream, ConsoleError> {
    UnixStream::connect(socket).map_err(|source| ConsoleError::NotRunning { path: socket.to_owned(), source })
}

impl Connection {
    /// Connects, and says what the exchange greets with.
    pub(super) fn open(
        socket: &Path,
        verbosity: u8,
        tell: impl FnMut(Told) + Send + 'static,
    ) -> Result<(Self, String), ConsoleError> {
        let mut stream = connect(socket)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut greeting = String::new();
        reader.read_line(&mut greeting)?;
        let greeting = match Reply::parse(greeting.trim_end_matches('\n')) {
            Some(Reply::Hello(text)) => text,
            Some(Reply::Refused(why)) => return Err(ConsoleError::Refused(why)),
            _ => return Err(Error::from(ErrorKind::UnexpectedEof).into()),
        };
        stream.write_all(Request::Verbosity(verbosity).to_line().as_bytes())?;
        let (answer, answers) = channel();
        let (completions, wanted) = channel();
        std::thread::spawn(move || distribute(reader, &answer, &wanted, tell));
        Ok((Self { stream, answers, completions }, greeting))
    }

    /// Runs a command, and passes on each line of its answer.
    pub(super) fn run(&self, command: &str, mut line: impl FnMut(&str)) -> Result<(), ConsoleError> {
        (&self.stream).write_all(Request::Execute(command.to_owned()).to_line().as_bytes())?;
        loop {
            match self.answers.recv() {
                Ok(Reply::Output(text)) => line(&text),
                Ok(Reply::End(_)) => return Ok(()),
                Ok(_) => {}
                Err(_) => return Err(Error::from(ErrorKind::ConnectionReset).into()),
            }
        }
    }

    /// Asks how words may go on.
    pub(super) fn asker(&self) -> impl Fn(&str) -> Vec<String> + Send + use<> {
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

/// Reads what the exchange says and hands it on: ways to go on to who asked for them, answers to who waits for one.
fn distribute(
    reader: impl BufRead,
    answers: &Sender<Reply>,
    wanted: &Receiver<Sender<String>>,
    mut tell: impl FnMut(Told),
) {
    let mut asking: Option<Sender<String>> = None;
    for line in reader.lines() {
        let Ok(line) = line else { break };
        if asking.is_none() {
            asking = wanted.try_recv().ok();
        }
        match Reply::parse(&line) {
            Some(Reply::Narration(_, text)) => tell(Told::Line(text)),
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
    tell(Told::Gone);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_completions_and_narration_find_their_way() {
        let said = "N 3 calls\nK channel\nK channels\nE 0\nO text\nE 1\nnonsense\nN 0 more\n";
        let (answer, answers) = channel();
        let (want, wanted) = channel();
        let (way, ways) = channel();
        want.send(way).unwrap();
        let mut told = Vec::new();
        distribute(said.as_bytes(), &answer, &wanted, |what| {
            told.push(match what {
                Told::Line(text) => text,
                Told::Gone => "gone".to_owned(),
            });
        });
        drop(answer);
        assert_eq!(told, ["calls", "more", "gone"]);
        assert_eq!(ways.iter().collect::<Vec<_>>(), ["channel", "channels"]);
        assert_eq!(answers.iter().collect::<Vec<_>>(), [Reply::Output("text".to_owned()), Reply::End(1)]);
    }
}
