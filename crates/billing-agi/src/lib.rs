//! The Asterisk Gateway Interface: programs outside an exchange that steer a call, line by line.
//!
//! The module [`agi`] has the protocol from both ends. An exchange hands a script the facts of its call
//! ([`agi::Environment`]), reads [`agi::Command`]s, and answers with [`agi::Reply`]s; [`agi::serve`] is that loop over any pair
//! of streams, and [`agi::serve_asynchronous`] the same over a queue of commands. Whoever writes a script in Rust takes
//! [`agi::client::Agi`], which runs as a process of the exchange or behind a port (FastAGI), and never sees a line.
//!
//! ```
//! use billing_agi::agi::client::{Agi, AgiError, Keys};
//! use tokio::io::{AsyncRead, AsyncWrite};
//!
//! async fn ask_for_pin<R, W>(mut agi: Agi<R, W>) -> Result<(), AgiError>
//! where
//!     R: AsyncRead + Unpin,
//!     W: AsyncWrite + Unpin,
//! {
//!     agi.answer().await?;
//!     let pin = agi.get_data("enter-pin", None, Some(4)).await?;
//!     agi.set_variable("PIN", &pin.digits).await?;
//!     agi.stream_file("thank-you", Keys::NONE).await?;
//!     Ok(())
//! }
//! ```

#![forbid(unsafe_code)]

pub mod agi;
