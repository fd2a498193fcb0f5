//! The floor under a media thread: what only receives and sends, with the calls that a media thread makes. It is what the
//! bench of media measures beside the engine.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use crate::config::Backend;
#[cfg(target_os = "linux")]
use crate::io::{Epoll, Uring};
use crate::io::{MAX_DATAGRAM, PacketIo, Portable, SocketId};

/// Sends what comes at one of two `sockets` from the other one, unread, to the one of `phones` that is that other's; for
/// as long as the process lives.
///
/// # Errors
/// What the system says when it refuses to wait.
pub fn forward(backend: Backend, sockets: Vec<UdpSocket>, phones: &[SocketAddr]) -> io::Result<()> {
    match backend.chosen() {
        #[cfg(target_os = "linux")]
        Backend::Epoll => forward_with::<Epoll>(sockets, phones),
        #[cfg(target_os = "linux")]
        Backend::Uring => forward_with::<Uring>(sockets, phones),
        _ => forward_with::<Portable>(sockets, phones),
    }
}

fn forward_with<I: PacketIo>(sockets: Vec<UdpSocket>, phones: &[SocketAddr]) -> io::Result<()> {
    let mut io = I::new()?;
    let tokens = 0..;
    let sockets: Vec<SocketId> = sockets
        .into_iter()
        .zip(tokens)
        .map(|(socket, token)| io.add(socket, token))
        .collect::<Result<_, _>>()?;
    let mut buffer = [0; MAX_DATAGRAM];
    loop {
        io.wait(None)?;
        while let Some(received) = io.receive(&mut buffer) {
            let other = received.token as usize ^ 1;
            let (Some(&socket), Some(&phone)) = (sockets.get(other), phones.get(other)) else { continue };
            // One that finds the socket full is lost, as on the way.
            let _ = io.send(socket, &buffer[..received.length], phone);
        }
    }
}
