//! Programs that hear and speak over a WebSocket, as Asterisk's `chan_websocket` has them: `Dial(WebSocket/connection/options)`.
//!
//! `channels.rs` makes the call; `outgoing.rs` connects with the server that `websocket_client.conf` names, `incoming.rs` lets a program
//! come to `/media/ID` of the exchange's HTTP server. From there on `session.rs` joins both: what the program sends waits in a
//! `media_websocket::MediaQueue` and goes to the caller a little ahead of its time (`speech.rs`), what the caller says goes to the
//! program as far as it takes it (`outbox.rs`).

mod channels;
mod coder;
mod destination;
mod incoming;
mod outbox;
mod outgoing;
mod session;
mod speech;

pub(crate) use channels::WebSocketTechnology;
pub(crate) use destination::INCOMING;
pub(crate) use incoming::MediaPage;

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// A WebSocket whose handshake is done.
type MediaSocket = WebSocketStream<TokioIo<Upgraded>>;

/// Octets of the longest message that is taken: a little more than Asterisk's documentation names. A longer one ends the call.
const LONGEST_MESSAGE: usize = 64 * 1_024;

/// What becomes of a connection of HTTP after the handshake.
async fn media_socket(upgraded: Upgraded, role: Role) -> MediaSocket {
    let longest = Some(LONGEST_MESSAGE);
    let config = WebSocketConfig::default()
        .read_buffer_size(16 * 1_024)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * LONGEST_MESSAGE)
        .max_message_size(longest)
        .max_frame_size(longest);
    WebSocketStream::from_raw_socket(TokioIo::new(upgraded), role, Some(config)).await
}
