//! What the driver asks of a core without input or output of its own.

use std::sync::Arc;
use std::time::Instant;

use sip_parser::{Message, ParseError};

use crate::transport::{Flow, Transmit};

/// A protocol core that is told the time and the input, and asked for its output.
///
/// [`UserAgent`](crate::user_agent::UserAgent) is one; a proxy or a load generator can be another. The driver
/// hands in one or more inputs, then drains [`poll_transmit`](Self::poll_transmit) and
/// [`poll_event`](Self::poll_event), then sleeps until [`poll_timeout`](Self::poll_timeout).
pub trait Core: Send + 'static {
    /// What the application hears.
    type Event: Send + 'static;

    /// A message has come.
    fn handle_message(&mut self, now: Instant, message: Arc<Message>, flow: Flow);
    /// Bytes have come that are no message.
    fn handle_malformed(&mut self, now: Instant, bytes: &[u8], error: &ParseError, flow: Flow);
    /// What was to travel along `flow` did not arrive, or its connection has ended.
    fn handle_transport_error(&mut self, now: Instant, flow: &Flow);
    /// The time of [`poll_timeout`](Self::poll_timeout) has come.
    fn handle_timeout(&mut self, now: Instant);
    /// The next message to send.
    fn poll_transmit(&mut self) -> Option<Transmit>;
    /// The next thing that the application must hear.
    fn poll_event(&mut self) -> Option<Self::Event>;
    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest.
    fn poll_timeout(&mut self) -> Option<Instant>;
    /// Whether it is so full of what strangers asked for that their further requests must wait. Asked after each batch
    /// of inputs.
    fn is_crowded(&self) -> bool {
        false
    }
}
