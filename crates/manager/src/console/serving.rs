//! One console, seen from the exchange: what it says, what it is told, and the narration, each on its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::protocol::{LONGEST, Reply, Request};
use crate::commands::{self, Context};
use crate::log::console_line;
use crate::narration::{Narration, missed_lines};

/// Lines that wait for a console that does not read. Its tasks wait with them: the narration passes it by meanwhile, and
/// is told as a count; nobody else waits.
const BACKLOG: usize = 256;

/// Longest wait until a console has got the answer to a command that ends the exchange.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// What the writer of a console is given.
enum Outgoing {
    Reply(Reply),
    /// To be told once all that came before has been written.
    Mark(oneshot::Sender<()>),
}

/// Serves a console until it leaves. A command that runs is carried out to its end, whoever waits for the answer.
pub(super) async fn serve(stream: UnixStream, context: Context, narration: Arc<Narration>) {
    let (read, write) = stream.into_split();
    let (replies, outbox) = mpsc::channel(BACKLOG);
    let console = Arc::new(Console { context, replies });
    let narrate = narrate(narration, console.clone());
    let converse = async move {
        tokio::select! {
            () = console.listen(BufReader::new(read)) => {}
            () = narrate => {}
        }
    };
    // The writer ends when the console has dropped its end of the queue, and all of it is written.
    tokio::join!(converse, write_replies(write, outbox));
}

/// The console's tasks share this.
struct Console {
    context: Context,
    replies: mpsc::Sender<Outgoing>,
}

impl Console {
    /// `None`: the console is gone.
    async fn reply(&self, reply: Reply) -> Option<()> {
        self.replies.send(Outgoing::Reply(reply)).await.ok()
    }

    /// Sends an answer and its end.
    async fn reply_all(&self, lines: Vec<Reply>, status: u8) -> Option<()> {
        for line in lines {
            self.reply(line).await?;
        }
        self.reply(Reply::End(status)).await
    }

    /// Greets, and answers one request after the other.
    async fn listen(&self, mut reader: impl AsyncBufRead + Unpin) {
        if self.reply(Reply::Hello(commands::greeting())).await.is_none() {
            return;
        }
        let mut line = Vec::new();
        while let Some(text) = next_line(&mut reader, &mut line).await {
            let done = match text.map(|text| Request::parse(&text)) {
                Ok(Some(Request::Verbosity(level))) => {
                    self.context.verbosity.set(level);
                    Some(())
                }
                Ok(Some(Request::Execute(command))) => self.execute(&command).await,
                Ok(Some(Request::Complete(words))) => {
                    let ways = commands::complete(&self.context, &words);
                    self.reply_all(ways.into_iter().map(Reply::Completion).collect(), 0).await
                }
                Ok(None) => self.complain("this is no request").await,
                Err(TooLong) => {
                    self.complain(&format!("a line is longer than {LONGEST} octets")).await;
                    None
                }
            };
            if done.is_none() {
                return;
            }
        }
    }

    async fn complain(&self, words: &str) -> Option<()> {
        self.reply_all(vec![Reply::Output(words.to_owned())], 1).await
    }

    async fn execute(&self, command: &str) -> Option<()> {
        let (text, status) = match commands::run(&self.context, command).await {
            Ok(text) => (text, 0),
            Err(error) => (error.to_string(), 1),
        };
        let lines = text.lines().map(|line| Reply::Output(line.to_owned())).collect();
        let done = self.reply_all(lines, status).await;
        if let Some(request) = self.context.stop_asked_for() {
            self.wait_until_written().await;
            self.context.stopping.carry_out(request).await;
        }
        done
    }

    /// So that the answer to `core stop now` gets out before the exchange ends; a console that does not read it cannot
    /// keep the exchange from ending.
    async fn wait_until_written(&self) {
        let (mark, written) = oneshot::channel();
        let wait = async {
            if self.replies.send(Outgoing::Mark(mark)).await.is_ok() {
                let _ = written.await;
            }
        };
        let _ = timeout(LAST_ANSWER, wait).await;
    }
}

/// A line that is longer than any request.
struct TooLong;

/// The next line, without its end; `None` when there is none any more.
async fn next_line(
    reader: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
) -> Option<Result<String, TooLong>> {
    line.clear();
    let read = reader.take(LONGEST as u64).read_until(b'\n', line).await;
    if !matches!(read, Ok(1..)) {
        return None;
    }
    if line.last() != Some(&b'\n') {
        return (line.len() == LONGEST).then_some(Err(TooLong));
    }
    let text = String::from_utf8_lossy(line);
    Some(Ok(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Tells a console what happens to calls, as much as it wants to know. While it does not read, the narration goes on
/// without it. Never ends by itself.
async fn narrate(narration: Arc<Narration>, console: Arc<Console>) {
    let mut lines = narration.listen();
    loop {
        let (level, text) = match lines.recv().await {
            Ok(line) if line.level <= console.context.verbosity.get() => (line.level, console_line(&line)),
            Ok(_) => continue,
            Err(RecvError::Lagged(missed)) => (0, missed_lines(missed)),
            Err(RecvError::Closed) => break,
        };
        for part in text.split('\n') {
            if console.reply(Reply::Narration(level, part.to_owned())).await.is_none() {
                return std::future::pending().await;
            }
        }
    }
    std::future::pending().await
}

/// Writes what is to be sent, many lines at a time.
async fn write_replies(mut write: impl AsyncWrite + Unpin, mut outbox: mpsc::Receiver<Outgoing>) {
    let mut batch = Vec::new();
    while outbox.recv_many(&mut batch, BACKLOG).await > 0 {
        let mut marks = Vec::new();
        let mut text = String::new();
        for outgoing in batch.drain(..) {
            match outgoing {
                Outgoing::Reply(reply) => text.push_str(&reply.to_line()),
                Outgoing::Mark(mark) => marks.push(mark),
            }
        }
        if write.write_all(text.as_bytes()).await.is_err() {
            return;
        }
        for mark in marks {
            // One who waits no longer has been patient enough.
            let _ = mark.send(());
        }
    }
}
