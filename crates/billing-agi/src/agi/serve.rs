//! The exchange's end of a script, over any pair of streams.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout};

use super::{Command, CommandError, Environment, LineError, Lines, Reply};

/// Replies that wait for a script which does not read them, in octets. Beyond it no command is taken until it reads.
const MOST_UNREAD: usize = 1 << 20;

/// How long a script may say nothing once its caller has hung up. Then the call goes on without it.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a script that has ended its work may take to read its last replies.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What a script is told before a command that takes its time.
const TRYING: &str = "100 result=0 Trying...";

/// What is read at once, in octets.
const PIECE: usize = 4_096;

/// Whoever runs the commands of a script: an exchange.
pub trait Host {
    /// Runs a command. Commands that make no sense after a hang-up do not reach it then; one that runs as the caller hangs up
    /// comes back soon.
    fn run(&mut self, command: Command) -> impl Future<Output = Reply> + Send;

    /// Whether a script is told by a line `100` that this command takes its time, before it runs.
    fn announces(&mut self, _command: &Command) -> bool {
        false
    }

    /// Whether the caller has hung up.
    fn has_hung_up(&self) -> bool;

    /// Waits until the caller hangs up.
    fn hang_up(&self) -> impl Future<Output = ()> + Send;

    /// The caller has hung up, which is told once. Answers how the script hears of it.
    fn tell_hang_up(&mut self) -> HangUpNews {
        HangUpNews::Otherwise
    }

    /// Sees each line before it is read, and each reply before it is sent: for consoles.
    fn trace(&self, _line: Line<'_>) {}
}

/// How a script hears that its caller has hung up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HangUpNews {
    /// By a line `HANGUP`, as FastAGI has it.
    Line,
    /// By other means, such as a signal, or not at all.
    Otherwise,
    /// By the end of its streams.
    End,
}

/// A line on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// From the script.
    Command(&'a str),
    /// To the script.
    Reply(&'a str),
}

/// How a script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It closed its stream.
    Done,
    /// `ASYNCAGI BREAK`.
    Broken,
    /// Its streams were closed as the caller hung up.
    HungUp,
    /// The caller has hung up, and the script has said nothing for a minute.
    Abandoned,
}

/// Why a script was given up.
#[derive(Debug, Error)]
pub enum ServeError {
    /// It wrote too long a line.
    #[error(transparent)]
    Line(#[from] LineError),
    /// Its stream broke.
    #[error("the script cannot be read: {0}")]
    Read(#[source] io::Error),
}

/// Tells a script of its call, and runs what it asks for until it ends.
///
/// A script that never reads its replies is served like any other. One that closes its input hears nothing more, and its
/// commands are still run. What it wrote before it ended is run to the end.
///
/// # Errors
/// [`ServeError`] when the script wrote what is no line, or its stream broke.
pub async fn serve<R, W, H>(
    input: R,
    output: W,
    environment: &Environment,
    host: &mut H,
) -> Result<Ended, ServeError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
    H: Host,
{
    let mut outgoing = Outgoing { output, unsent: environment.to_string().into_bytes(), is_closed: false };
    let mut incoming = Incoming { input, lines: Lines::default(), piece: vec![0; PIECE] };
    // A script that begins after the hang-up knows of it.
    let mut left_at = host.has_hung_up().then(Instant::now);
    loop {
        if left_at.is_none() && host.has_hung_up() {
            left_at = Some(Instant::now());
            match host.tell_hang_up() {
                HangUpNews::Line => outgoing.say("HANGUP"),
                HangUpNews::Otherwise => {}
                HangUpNews::End => return Ok(Ended::HungUp),
            }
        }
        let abandoned_at = left_at.map(|left| left + PATIENCE);
        let line = tokio::select! {
            biased;
            () = host.hang_up(), if left_at.is_none() => continue,
            () = outgoing.send(), if !outgoing.unsent.is_empty() => continue,
            () = at(abandoned_at), if abandoned_at.is_some() => return Ok(Ended::Abandoned),
            line = incoming.next(), if outgoing.unsent.len() < MOST_UNREAD => line?,
        };
        let Some(line) = line else { return Ok(Ended::Done) };
        left_at = left_at.map(|_| Instant::now());
        host.trace(Line::Command(&line));
        let (reply, is_last) = match accepted(&line, host) {
            Err(reply) => (reply, false),
            Ok(command) => {
                let is_last = command == Command::AsyncBreak;
                if host.announces(&command) {
                    host.trace(Line::Reply(TRYING));
                    outgoing.say(TRYING);
                }
                (outgoing.send_while(host.run(command)).await, is_last)
            }
        };
        let reply = reply.to_string();
        host.trace(Line::Reply(&reply));
        outgoing.say(&reply);
        if is_last {
            // One that never reads is not waited for.
            let _ = timeout(LAST_WORDS, outgoing.send()).await;
            return Ok(Ended::Broken);
        }
    }
}

/// The command of a line, or what is replied at once.
pub(super) fn accepted(line: &str, host: &impl Host) -> Result<Command, Reply> {
    match Command::parse(line) {
        Err(CommandError::Unknown) => Err(Reply::Unknown),
        Err(CommandError::Usage(syntax)) => {
            Err(Reply::Usage(format!("Usage: {}\n {}", syntax.usage, syntax.synopsis)))
        }
        Ok(command) if host.has_hung_up() && !command.works_after_hangup() => Err(Reply::Dead),
        Ok(command) => Ok(command),
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// What the script says.
struct Incoming<R> {
    input: R,
    lines: Lines,
    piece: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Incoming<R> {
    /// The next line, or `None` at the end. Nothing is lost when it is dropped half-way.
    async fn next(&mut self) -> Result<Option<String>, ServeError> {
        loop {
            if let Some(line) = self.lines.next_line()? {
                return Ok(Some(line));
            }
            let count = self.input.read(&mut self.piece).await.map_err(ServeError::Read)?;
            if count == 0 {
                return Ok(None);
            }
            self.lines.push(&self.piece[..count]);
        }
    }
}

/// What the script has not taken yet.
struct Outgoing<W> {
    output: W,
    unsent: Vec<u8>,
    is_closed: bool,
}

impl<W: AsyncWrite + Unpin> Outgoing<W> {
    fn say(&mut self, line: &str) {
        if !self.is_closed {
            self.unsent.extend_from_slice(line.as_bytes());
            self.unsent.push(b'\n');
        }
    }

    /// Sends what waits, in as many turns as it takes. Nothing is lost when it is dropped half-way.
    async fn send(&mut self) {
        while !self.unsent.is_empty() {
            match self.output.write(&self.unsent).await {
                Ok(count) if count > 0 => {
                    self.unsent.drain(..count);
                }
                // It has closed its input; what it says still counts.
                _ => {
                    self.is_closed = true;
                    self.unsent.clear();
                }
            }
        }
        if self.output.flush().await.is_err() {
            self.is_closed = true;
        }
    }

    /// Sends what waits while a command runs.
    async fn send_while(&mut self, command: impl Future<Output = Reply>) -> Reply {
        let mut command = pin!(command);
        loop {
            tokio::select! {
                reply = &mut command => return reply,
                () = self.send(), if !self.unsent.is_empty() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
