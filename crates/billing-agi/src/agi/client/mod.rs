//! For those who write AGI programs.
//!
//! ```no_run
//! use billing_agi::agi::client::{Agi, AgiError, Keys};
//!
//! # async fn script() -> Result<(), AgiError> {
//! // Started by the exchange: `exten => 100,1,AGI(/usr/local/bin/greeting)`.
//! let mut agi = Agi::of_process().await?;
//! let caller = agi.environment().get("callerid").unwrap_or("unknown").to_owned();
//! agi.verbose(&format!("greeting {caller}"), 1).await?;
//! agi.answer().await?;
//! if agi.stream_file("hello", Keys("#")).await?.is_none() {
//!     agi.exec("Playback", "goodbye").await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Behind a port (FastAGI), for `AGI(agi://host/greeting)`:
//!
//! ```no_run
//! use billing_agi::agi::{FAST_AGI_PORT, client::listen};
//! use tokio::net::TcpListener;
//!
//! # async fn server() -> std::io::Result<()> {
//! let listener = TcpListener::bind(("127.0.0.1", FAST_AGI_PORT)).await?;
//! listen(listener, |mut agi| async move {
//!     // A caller who hangs up ends the script by an error; there is nothing to clean up.
//!     let _ = agi.answer().await;
//! })
//! .await
//! # }
//! ```

mod commands;
mod connection;
mod error;

use std::future::Future;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite, Stdin, Stdout};
use tokio::net::TcpListener;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

pub use commands::{Entry, Keys, Pressed};
pub use error::AgiError;

use super::{Command, Environment, Reply};
use connection::Connection;

/// A script's end of AGI, over a pair of streams.
#[derive(Debug)]
pub struct Agi<R, W> {
    connection: Connection<R, W>,
    environment: Environment,
}

/// A script behind a port.
pub type FastAgi = Agi<OwnedReadHalf, OwnedWriteHalf>;

impl Agi<Stdin, Stdout> {
    /// A script that the exchange has started. Nothing else may write to its standard output.
    ///
    /// # Errors
    /// [`AgiError`] when the streams end before the facts of the call are told.
    pub async fn of_process() -> Result<Self, AgiError> {
        Self::begin(tokio::io::stdin(), tokio::io::stdout()).await
    }
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Agi<R, W> {
    /// Reads the facts of the call.
    ///
    /// # Errors
    /// [`AgiError`] when the stream ends before they are told.
    pub async fn begin(input: R, output: W) -> Result<Self, AgiError> {
        let mut connection = Connection::new(input, output);
        let mut environment = Environment::new();
        while environment.read_line(&connection.line().await?) {}
        Ok(Self { connection, environment })
    }

    /// The facts of the call.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Whether the caller has hung up, as far as the exchange has said so.
    pub fn has_hung_up(&self) -> bool {
        self.connection.has_hung_up
    }

    /// Runs any command.
    ///
    /// # Errors
    /// [`AgiError`] when the exchange is gone, or says what is no reply. Whatever it replies is no error here.
    pub async fn run(&mut self, command: &Command) -> Result<Reply, AgiError> {
        self.connection.ask(&command.to_string()).await
    }

    /// Runs a command as it is written, for those that this crate does not know.
    ///
    /// # Errors
    /// As [`Agi::run`].
    pub async fn run_line(&mut self, line: &str) -> Result<Reply, AgiError> {
        self.connection.ask(line).await
    }
}

/// Takes calls of exchanges, each with a task of its own, until the listener fails.
///
/// # Errors
/// When no connection can be taken any more.
pub async fn listen<S, F>(listener: TcpListener, script: S) -> io::Result<()>
where
    S: Fn(FastAgi) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let (stream, _) = listener.accept().await?;
        let script = script.clone();
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let (input, output) = stream.into_split();
            // One that says nothing, or something else, is no exchange.
            if let Ok(agi) = Agi::begin(input, output).await {
                script(agi).await;
            }
        });
    }
}
