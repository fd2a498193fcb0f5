//! The floor under a media thread: what only receives and sends, with the calls that a media thread makes. It is what the
//! bench of media measures beside the engine.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::config::Backend;
#[cfg(target_os = "linux")]
use crate::io::{Epoll, Uring};
use crate::io::{MAX_DATAGRAM, PacketIo, Portable, SocketId};

/// Moments of a turn of 20 ms at which packets are sent, as those of a media thread's wheel.
const SLOTS: usize = 20;

/// The time between two of them.
const SLOT: Duration = Duration::from_millis(1);

/// Octets of a packet of 20 ms in G.711.
const PACKET: usize = 172;

/// Sends what comes at one of two `sockets` from the other one, unread, to the one of `phones` that is that other's; for
/// as long as the process lives.
///
/// # Errors
/// What the system says when it refuses to wait.
pub fn forward(backend: Backend, sockets: Vec<UdpSocket>, phones: &[SocketAddr]) -> io::Result<()> {
    forward_and(backend, sockets, phones, |_, _| {})
}

/// The same, and something is done with each packet before it goes on: it is told the place of the socket that the packet came
/// at.
///
/// # Errors
/// What the system says when it refuses to wait.
pub fn forward_and(
    backend: Backend,
    sockets: Vec<UdpSocket>,
    phones: &[SocketAddr],
    work: impl FnMut(usize, &[u8]),
) -> io::Result<()> {
    match backend.chosen() {
        #[cfg(target_os = "linux")]
        Backend::Epoll => forward_with::<Epoll>(sockets, phones, work),
        #[cfg(target_os = "linux")]
        Backend::Uring => forward_with::<Uring>(sockets, phones, work),
        _ => forward_with::<Portable>(sockets, phones, work),
    }
}

/// Sends a packet from each of `sockets` to the one of `phones` that is its own, every 20 ms and spread evenly over them; for
/// as long as the process lives.
///
/// # Errors
/// What the system says when it refuses to wait.
pub fn play(backend: Backend, sockets: Vec<UdpSocket>, phones: &[SocketAddr]) -> io::Result<()> {
    match backend.chosen() {
        #[cfg(target_os = "linux")]
        Backend::Epoll => play_with::<Epoll>(sockets, phones),
        #[cfg(target_os = "linux")]
        Backend::Uring => play_with::<Uring>(sockets, phones),
        _ => play_with::<Portable>(sockets, phones),
    }
}

/// The sockets, and what they are in.
fn over<I: PacketIo>(sockets: Vec<UdpSocket>) -> io::Result<(I, Vec<SocketId>)> {
    let mut io = I::new()?;
    let tokens = 0..;
    let sockets = sockets.into_iter().zip(tokens).map(|(socket, token)| io.add(socket, token));
    let sockets = sockets.collect::<Result<_, _>>()?;
    Ok((io, sockets))
}

fn forward_with<I: PacketIo>(
    sockets: Vec<UdpSocket>,
    phones: &[SocketAddr],
    mut work: impl FnMut(usize, &[u8]),
) -> io::Result<()> {
    let (mut io, sockets) = over::<I>(sockets)?;
    let mut buffer = [0; MAX_DATAGRAM];
    loop {
        io.wait(None)?;
        while let Some(received) = io.receive(&mut buffer) {
            let other = received.token as usize ^ 1;
            let (Some(&socket), Some(&phone)) = (sockets.get(other), phones.get(other)) else { continue };
            let packet = &buffer[..received.length];
            work(received.token as usize, packet);
            // One that finds the socket full is lost, as on the way.
            let _ = io.send(socket, packet, phone);
        }
    }
}

fn play_with<I: PacketIo>(sockets: Vec<UdpSocket>, phones: &[SocketAddr]) -> io::Result<()> {
    let (mut io, sockets) = over::<I>(sockets)?;
    let mut buffer = [0; MAX_DATAGRAM];
    let mut due = Instant::now();
    loop {
        for slot in 0..SLOTS {
            due += SLOT;
            loop {
                io.wait(Some(due.saturating_duration_since(Instant::now())))?;
                while io.receive(&mut buffer).is_some() {}
                if Instant::now() >= due {
                    break;
                }
            }
            for (&socket, &phone) in sockets.iter().zip(phones).skip(slot).step_by(SLOTS) {
                let _ = io.send(socket, &[0xFF; PACKET], phone);
            }
        }
    }
}
