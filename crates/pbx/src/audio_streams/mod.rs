//! Calls whose audio goes to a server and comes back from it: speech programs, robots, other exchanges.
//!
//! What the party says is taken by a tap; what the server sends is a broadcast with one listener (`playout.rs`), so that it is heard at its
//! own pace however it comes. `web_socket/` does the same for programs on WebSockets, which may send further ahead. The server is served by the task of the call alone: a server that stalls or floods holds up nobody, and
//! what waits in either direction has a bound.

mod audio_socket;
mod channels;
mod connecting;
mod playout;
mod web_socket;

pub(crate) use audio_socket::{AudioSocket, StreamEnd};
pub(crate) use channels::AudioSocketTechnology;
pub(crate) use web_socket::{INCOMING, MediaPage, WebSocketTechnology};
