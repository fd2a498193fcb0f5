//! The people's side of an exchange: its console, its commands, and what it tells of calls.
//!
//! - [`Narration`] watches the calls and turns what happens into the lines that `-rvvv` shows.
//! - [`console::Server`] serves consoles on a Unix socket; [`console::remote`] and [`console::execute`] are their other
//!   end, for `-r` and `-rx`.
//! - [`SecurityLog`] writes what happens at the door, for programs that watch it.
//! - [`log`] prints the narration of an exchange that runs in the foreground.
//! - [`ErrorLog`] brings what its parts log as errors there, and to the consoles.
//!
//! ```no_run
//! use std::path::Path;
//! use std::sync::Arc;
//! use manager::{Narration, console};
//!
//! # async fn run(configuration: pbx::configuration::Configuration) -> Result<(), Box<dyn std::error::Error>> {
//! let narration = Arc::new(Narration::new());
//! let observers: Vec<Arc<dyn call_control::Observer>> = vec![narration.clone()];
//! let exchange = pbx::Exchange::start(configuration, call_control::Prompts::default(), observers).await?;
//! let (stop, mut stops) = tokio::sync::mpsc::channel(1);
//! let socket = console::socket_path(Path::new("/run/ipbx"));
//! let _server = console::Server::start(exchange, narration, &socket, stop)?;
//! stops.recv().await;
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod commands;
pub mod console;
mod error_log;
pub mod log;
mod narration;
mod security_log;
#[cfg(test)]
mod testing;
mod visible;

pub use error_log::ErrorLog;
pub use narration::{Line, LineKind, Narration, Verbosity};
pub use security_log::SecurityLog;
