//! Linux from 6.12 on: `io_uring`. One call sends everything that a batch of packets set off, sleeps, and brings the next
//! batch.
//!
//! Each socket is heard by one request for all its packets (multishot), which lie in buffers that the kernel was lent.
//! Wake-ups are what costs: where packets follow each other closely, a sleep takes [`LINGER`] at least, and what came
//! meanwhile is served together. Where nothing came in that time the next packet ends the sleep at once, so that a few
//! calls do not wait for anything.

mod shared;

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use super::sockets::Sockets;
use super::{Bell, LINGER, MAX_DATAGRAM, PacketIo, Received, SocketId, Wake};
use shared::{Completion, Ring};

/// Packets that are worth ending a sleep for before its time.
const FULL_BATCH: usize = 16;

/// Refused packets that are remembered until somebody asks.
const MOST_REFUSED: usize = 64;

pub(crate) struct Uring {
    // First, so that it is dropped before the sockets that it hears.
    ring: Ring,
    bell: Arc<Bell>,
    sockets: Sockets<UdpSocket>,
    /// Sockets that the kernel is to listen to from the next wait on.
    unheard: Vec<usize>,
    /// What the kernel has told and nobody has asked for yet.
    found: VecDeque<Completion>,
    /// Tokens of sockets that a packet was refused of.
    refused: Vec<u32>,
    bell_is_heard: bool,
}

impl Uring {
    /// Whether this kernel has all that is needed, and lets us.
    pub(crate) fn is_available() -> bool {
        Ring::new().is_ok()
    }

    /// Takes what the kernel tells, but for packets and their ends.
    fn reap(&mut self) {
        while let Some(completion) = self.ring.next_completion() {
            match completion {
                Completion::Refused { key } => {
                    if let Some(entry) = self.sockets.entry(key)
                        && self.refused.len() < MOST_REFUSED
                    {
                        self.refused.push(entry.token);
                    }
                }
                Completion::Bell { goes_on } => self.bell_is_heard &= goes_on,
                other => self.found.push_back(other),
            }
        }
    }

    /// The kernel listens to new sockets, and to those that it has given up.
    fn listen(&mut self) -> io::Result<()> {
        if !self.bell_is_heard {
            self.ring.watch(self.bell.as_fd())?;
            self.bell_is_heard = true;
        }
        while let Some(&key) = self.unheard.last() {
            if let Some(entry) = self.sockets.entry(key) {
                self.ring.hear(entry.socket.as_fd(), key)?;
            }
            // Not before: whoever removes a socket waits for the end of what it hears, if it hears.
            self.unheard.pop();
        }
        Ok(())
    }
}

impl PacketIo for Uring {
    fn new() -> io::Result<Self> {
        Ok(Self {
            ring: Ring::new()?,
            bell: Arc::new(Bell::new()?),
            sockets: Sockets::new(0),
            unheard: Vec::with_capacity(Ring::BUFFERS),
            found: VecDeque::with_capacity(2 * Ring::BUFFERS),
            refused: Vec::with_capacity(MOST_REFUSED),
            bell_is_heard: false,
        })
    }

    fn bell(&self) -> Arc<dyn Wake> {
        self.bell.clone()
    }

    fn add(&mut self, socket: UdpSocket, token: u32) -> io::Result<SocketId> {
        let id = self.sockets.add(socket, token, |_, _| Ok(()))?;
        self.unheard.push(id.0);
        Ok(id)
    }

    fn rename(&mut self, id: SocketId, token: u32) {
        self.sockets.rename(id, token);
    }

    fn remove(&mut self, id: SocketId) -> Option<UdpSocket> {
        self.sockets.entry(id.0)?;
        let unheard = self.unheard.iter().position(|&key| key == id.0);
        unheard.map(|at| self.unheard.swap_remove(at));
        if unheard.is_some() || self.forget(id.0) {
            // The kernel listens to it no more. What it has to send leaves while its number still means this socket.
            self.flush();
        } else if self.ring.stop_hearing(id.0).is_ok() {
            // The kernel holds on to the socket until it has said that it listens no more.
            while !self.forget(id.0) && self.ring.wait(1, None, None).is_ok() {
                self.reap();
            }
        }
        // What it says of packets that were refused is not said of the next socket with this key.
        self.reap();
        self.sockets.remove(id)
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.listen()?;
        if self.found.is_empty() {
            self.ring.wait(FULL_BATCH, timeout, Some(LINGER))?;
        } else {
            self.ring.submit()?;
        }
        self.reap();
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Option<Received> {
        while let Some(completion) = self.found.pop_front() {
            let Completion::Heard { key, goes_on, packet } = completion else { continue };
            let received = packet.and_then(|packet| self.ring.take(packet, buffer));
            let Some(entry) = self.sockets.entry(key) else { continue };
            if !goes_on {
                self.unheard.push(key);
            }
            if let Some((length, from)) = received {
                return Some(Received { token: entry.token, length, from });
            }
        }
        None
    }

    fn send(&mut self, id: SocketId, packet: &[u8], to: SocketAddr) -> io::Result<()> {
        let socket = self.sockets.get(id)?;
        self.ring.send(socket.as_fd(), id.0, packet, to)
    }

    fn flush(&mut self) {
        // What cannot leave now leaves with the next wait, which tells the error.
        let _ = self.ring.submit();
    }

    fn refused(&mut self) -> Option<u32> {
        self.refused.pop()
    }
}

impl Uring {
    /// Drops what was found of a socket that goes away. `true`: the kernel listens to it no more.
    fn forget(&mut self, gone: usize) -> bool {
        let mut is_over = false;
        for _ in 0..self.found.len() {
            let Some(completion) = self.found.pop_front() else { break };
            match completion {
                Completion::Heard { key, goes_on, packet } if key == gone => {
                    packet.into_iter().for_each(|packet| self.ring.give_back(packet));
                    is_over |= !goes_on;
                }
                other => self.found.push_back(other),
            }
        }
        is_over
    }
}
