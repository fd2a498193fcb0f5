//! The exchange's side: a Unix socket that lets consoles in.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pbx::Exchange;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinHandle, JoinSet};

use super::protocol::Reply;
use super::serving::serve;
use super::terminal;
use super::{ConsoleError, StopRequest};
use crate::commands::{Context, Stopping};
use crate::narration::Narration;

/// Wait before letting consoles in again after the system refused one.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// Consoles at one time; each holds a descriptor, and what waits for it to read.
const MOST_CONSOLES: usize = 128;

/// Longest wait at the end until a console of this very process has given its terminal back.
const TERMINAL_BACK: Duration = Duration::from_secs(1);

/// Serves consoles until it is dropped, which also takes the socket away.
pub struct Server {
    socket: PathBuf,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Serves consoles at `socket`. What they say about stopping goes to `stop`, once the answer to it has been sent.
    ///
    /// # Errors
    /// [`ConsoleError::AlreadyRunning`] when an exchange answers there, [`ConsoleError::NotASocket`] when something else
    /// lies there, [`ConsoleError::Socket`] when it cannot be made.
    pub fn start(
        exchange: Arc<Exchange>,
        narration: Arc<Narration>,
        socket: &Path,
        stop: mpsc::Sender<StopRequest>,
    ) -> Result<Self, ConsoleError> {
        let listener = listen(socket)?;
        let stopping = Arc::new(Stopping::new(exchange.switchboard().clone(), stop));
        let told = narration.clone();
        let console = move || Context::new(exchange.clone(), stopping.clone(), told.verbosity(0));
        let accepting = tokio::spawn(accept(listener, narration, console));
        Ok(Self { socket: socket.to_owned(), accepting })
    }

    /// Ends it, and waits until a console on the terminal of this process has given that back.
    pub async fn close(mut self) {
        // Those who are connected go with the task: their consoles read the end, and leave.
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
        let _ = tokio::task::spawn_blocking(|| terminal::wait_until_given_back(TERMINAL_BACK)).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        let _ = fs::remove_file(&self.socket);
    }
}

/// Refuses to start beside an exchange that serves the same socket.
///
/// # Errors
/// [`ConsoleError::AlreadyRunning`], or [`ConsoleError::Socket`] when the system does not let us find out.
pub fn refuse_second(socket: &Path) -> Result<(), ConsoleError> {
    match std::os::unix::net::UnixStream::connect(socket) {
        Ok(_) => Err(ConsoleError::AlreadyRunning(socket.to_owned())),
        Err(error) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound) => Ok(()),
        Err(source) => Err(ConsoleError::Socket { path: socket.to_owned(), source }),
    }
}

/// Opens the socket, in place of one that a dead exchange left.
fn listen(socket: &Path) -> Result<UnixListener, ConsoleError> {
    let failed = |source| ConsoleError::Socket { path: socket.to_owned(), source };
    if let Ok(there) = fs::symlink_metadata(socket) {
        if !there.file_type().is_socket() {
            return Err(ConsoleError::NotASocket(socket.to_owned()));
        }
        refuse_second(socket)?;
        fs::remove_file(socket).map_err(failed)?;
    }
    let listener = UnixListener::bind(socket).map_err(failed)?;
    fs::set_permissions(socket, fs::Permissions::from_mode(0o660)).map_err(failed)?;
    Ok(listener)
}

/// Lets consoles in, up to their number.
async fn accept(listener: UnixListener, narration: Arc<Narration>, console: impl Fn() -> Context) {
    let places = Arc::new(Semaphore::new(MOST_CONSOLES));
    let mut consoles = JoinSet::new();
    loop {
        while consoles.try_join_next().is_some() {}
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Descriptors ran out, most likely; when calls end there are some again.
                tracing::warn!(%error, "a console could not be let in");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        match places.clone().try_acquire_owned() {
            Ok(place) => {
                let (context, narration) = (console(), narration.clone());
                consoles.spawn(async move {
                    serve(stream, context, narration).await;
                    drop(place);
                });
            }
            Err(_) => turn_away(&stream),
        }
    }
}

/// A line fits into the buffer of a new connection; who does not read it learns as much from the end.
fn turn_away(stream: &UnixStream) {
    let why = format!("{MOST_CONSOLES} consoles are open already; close one");
    let _ = stream.try_write(Reply::Refused(why).to_line().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_that_nobody_serves_is_replaced_and_a_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("ipbx.ctl");
        let left = UnixListener::bind(&socket).unwrap();
        assert!(matches!(listen(&socket), Err(ConsoleError::AlreadyRunning(_))));
        drop(left);
        let listener = listen(&socket).unwrap();
        assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o660);
        drop(listener);

        let file = folder.path().join("notes.txt");
        fs::write(&file, "kept").unwrap();
        assert!(matches!(listen(&file), Err(ConsoleError::NotASocket(_))));
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    }
}
