//! Every system: readiness through `mio`. It is edge-triggered, so a socket is read until it is empty.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use mio::{Events, Interest, Poll, Token, Waker};

use super::sockets::Sockets;
use super::{BATCH, MAX_DATAGRAM, PacketIo, Received, SocketId, Wake};

/// Marks the bell among the sockets' keys.
const BELL: Token = Token(usize::MAX);

/// Packets that one socket may have in a row while others wait.
const TURN: usize = 8;

pub(crate) struct Portable {
    poll: Poll,
    events: Events,
    bell: Arc<Bell>,
    sockets: Sockets<mio::net::UdpSocket>,
    /// Packets that the current socket had in its turn.
    taken: usize,
    /// Sockets whose turn ended before they were empty: the system will not name them again.
    unfinished: Vec<usize>,
}

struct Bell(Waker);

impl Wake for Bell {
    fn wake(&self) {
        let _ = self.0.wake();
    }
}

impl PacketIo for Portable {
    fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let bell = Arc::new(Bell(Waker::new(poll.registry(), BELL)?));
        Ok(Self {
            poll,
            events: Events::with_capacity(BATCH),
            bell,
            sockets: Sockets::new(2 * BATCH),
            taken: 0,
            unfinished: Vec::with_capacity(2 * BATCH),
        })
    }

    fn bell(&self) -> Arc<dyn Wake> {
        self.bell.clone()
    }

    fn add(&mut self, socket: UdpSocket, token: u32) -> io::Result<SocketId> {
        let socket = mio::net::UdpSocket::from_std(socket);
        self.sockets.add(socket, token, |socket, key| {
            self.poll.registry().register(socket, Token(key), Interest::READABLE)
        })
    }

    fn rename(&mut self, id: SocketId, token: u32) {
        self.sockets.rename(id, token);
    }

    fn remove(&mut self, id: SocketId) -> Option<UdpSocket> {
        let mut socket = self.sockets.remove(id)?;
        let _ = self.poll.registry().deregister(&mut socket);
        Some(socket.into())
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = if self.unfinished.is_empty() { timeout } else { Some(Duration::ZERO) };
        if let Err(error) = self.poll.poll(&mut self.events, timeout) {
            return if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error) };
        }
        let found = self.events.iter().map(|event| event.token()).filter(|&token| token != BELL);
        self.sockets.set_ready(found.map(|token| token.0).chain(self.unfinished.drain(..)));
        self.taken = 0;
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Option<Received> {
        while let Some(key) = self.sockets.current() {
            if let Some(entry) = self.sockets.entry(key) {
                if self.taken == TURN {
                    self.unfinished.push(key);
                } else if let Ok((length, from)) = entry.socket.recv_from(buffer) {
                    self.taken += 1;
                    return Some(Received { token: entry.token, length, from });
                }
            }
            self.sockets.advance();
            self.taken = 0;
        }
        None
    }

    fn send(&mut self, id: SocketId, packet: &[u8], to: SocketAddr) -> io::Result<()> {
        self.sockets.get(id)?.send_to(packet, to).map(|_| ())
    }
}
