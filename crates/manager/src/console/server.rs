//! The exchange's side: a Unix socket, and a task for each console.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::time::Duration;

use pbx::Exchange;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::protocol::{LONGEST, Reply, Request};
use super::{ConsoleError, StopRequest};
use crate::commands::{self, Context};
use crate::narration::Narration;

/// Wait before letting consoles in again after the system refused one.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// Lines that wait for a console that does not read; then it is shown out.
const BACKLOG: usize = 8_192;

/// Serves consoles until it is dropped, which also takes the socket away.
pub struct Server {
    socket: PathBuf,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Serves consoles at `socket`. What they say about stopping goes to `stop`.
    ///
    /// # Errors
    /// [`ConsoleError::AlreadyRunning`] when an exchange answers there, [`ConsoleError::Socket`] when it cannot be made.
    pub fn start(
        exchange: Arc<Exchange>,
        narration: Arc<Narration>,
        socket: &Path,
        stop: mpsc::Sender<StopRequest>,
    ) -> Result<Self, ConsoleError> {
        let failed = |source| ConsoleError::Socket { path: socket.to_owned(), source };
        if socket.exists() {
            // One that nobody answers at was left by an exchange that was killed.
            refuse_second(socket)?;
            fs::remove_file(socket).map_err(failed)?;
        }
        let listener = UnixListener::bind(socket).map_err(failed)?;
        fs::set_permissions(socket, fs::Permissions::from_mode(0o660)).map_err(failed)?;
        let accepting = tokio::spawn(async move {
            loop {
                let stream = match listener.accept().await {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        // Descriptors ran out, most likely; when calls end there are some again.
                        tracing::warn!(%error, "a console could not be let in");
                        tokio::time::sleep(ACCEPT_AGAIN).await;
                        continue;
                    }
                };
                let context = Context {
                    exchange: exchange.clone(),
                    stop: stop.clone(),
                    verbosity: Arc::new(AtomicU8::new(0)),
                };
                tokio::spawn(serve(stream, context, narration.clone()));
            }
        });
        Ok(Self { socket: socket.to_owned(), accepting })
    }
}

/// Refuses to start beside an exchange that serves the same socket.
///
/// # Errors
/// [`ConsoleError::AlreadyRunning`].
pub fn refuse_second(socket: &Path) -> Result<(), ConsoleError> {
    match std::os::unix::net::UnixStream::connect(socket) {
        Ok(_) => Err(ConsoleError::AlreadyRunning(socket.to_owned())),
        Err(_) => Ok(()),
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        let _ = fs::remove_file(&self.socket);
    }
}

/// One console: what it says, what it is told, and the narration, each on its own.
async fn serve(stream: UnixStream, context: Context, narration: Arc<Narration>) {
    let (read, write) = stream.into_split();
    let (replies, outbox) = mpsc::channel(BACKLOG);
    let narrator = tokio::spawn(narrate(narration, context.verbosity.clone(), replies.clone()));
    let writer = tokio::spawn(write_replies(write, outbox));
    let greeting = Reply::Hello(commands::greeting());
    if replies.send(greeting).await.is_ok() {
        answer(read, &context, &replies).await;
    }
    narrator.abort();
    drop(replies);
    let _ = writer.await;
}

/// Answers one request after the other.
async fn answer(read: OwnedReadHalf, context: &Context, replies: &mpsc::Sender<Reply>) {
    let mut reader = BufReader::new(read);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut reader).take(LONGEST as u64).read_until(b'\n', &mut line).await;
        if !matches!(read, Ok(1..)) || line.last() != Some(&b'\n') {
            // The end, or a line without one.
            return;
        }
        let text = String::from_utf8_lossy(&line);
        let done = match Request::parse(text.trim_end_matches(['\r', '\n'])) {
            Some(Request::Verbosity(level)) => {
                context.verbosity.store(level, Relaxed);
                continue;
            }
            Some(Request::Execute(command)) => execute(context, &command, replies).await,
            Some(Request::Complete(words)) => {
                let ways = commands::complete(context, &words);
                send_all(replies, ways.into_iter().map(Reply::Completion), 0).await
            }
            None => send_all(replies, ["this is no request".to_owned()].map(Reply::Output), 1).await,
        };
        if done.is_none() {
            return;
        }
    }
}

async fn execute(context: &Context, command: &str, replies: &mpsc::Sender<Reply>) -> Option<()> {
    let (text, status) = match commands::run(context, command).await {
        Ok(text) => (text, 0),
        Err(error) => (error.to_string(), 1),
    };
    let lines: Vec<Reply> = text.lines().map(|line| Reply::Output(line.to_owned())).collect();
    send_all(replies, lines, status).await
}

/// Sends an answer and its end. `None`: the console is gone.
async fn send_all(
    replies: &mpsc::Sender<Reply>,
    lines: impl IntoIterator<Item = Reply>,
    status: u8,
) -> Option<()> {
    for line in lines {
        replies.send(line).await.ok()?;
    }
    replies.send(Reply::End(status)).await.ok()
}

/// Tells a console what happens to calls, as much as it wants to know.
async fn narrate(narration: Arc<Narration>, verbosity: Arc<AtomicU8>, replies: mpsc::Sender<Reply>) {
    let mut lines = narration.listen();
    loop {
        let reply = match lines.recv().await {
            Ok(line) if line.level <= verbosity.load(Relaxed) => {
                Reply::Narration(line.level, line.for_console())
            }
            Ok(_) => continue,
            Err(RecvError::Lagged(missed)) => {
                Reply::Narration(0, format!("{missed} lines came too fast and are left out"))
            }
            Err(RecvError::Closed) => return,
        };
        // Answers come first: a console that does not read loses the narration, not the exchange its memory.
        if let Err(mpsc::error::TrySendError::Closed(_)) = replies.try_send(reply) {
            return;
        }
    }
}

async fn write_replies(mut write: OwnedWriteHalf, mut outbox: mpsc::Receiver<Reply>) {
    let mut batch = Vec::new();
    while outbox.recv_many(&mut batch, 256).await > 0 {
        let text: String = batch.drain(..).map(|reply| reply.to_line()).collect();
        if write.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}
