//! Linux: level-triggered `epoll`. A packet that is forwarded as soon as it came costs one `recvfrom` and one
//! `sendto`; no second read asks whether the socket is empty, because the kernel tells again if it is not.

use std::io;
use std::mem::MaybeUninit;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{Timespec, epoll};
use rustix::net::{RecvFlags, SendFlags};

use super::sockets::Sockets;
use super::{BATCH, Bell, MAX_DATAGRAM, PacketIo, Received, SocketId, Wake};

/// Marks the bell among the sockets' keys.
const BELL: u64 = u64::MAX;

pub(crate) struct Epoll {
    epoll: OwnedFd,
    bell: Arc<Bell>,
    sockets: Sockets<UdpSocket>,
}

impl PacketIo for Epoll {
    fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let bell = Bell::new()?;
        let flags = epoll::EventFlags::IN | epoll::EventFlags::ET;
        epoll::add(&epoll, &bell, epoll::EventData::new_u64(BELL), flags)?;
        Ok(Self { epoll, bell: Arc::new(bell), sockets: Sockets::new(BATCH) })
    }

    fn bell(&self) -> Arc<dyn Wake> {
        self.bell.clone()
    }

    fn add(&mut self, socket: UdpSocket, token: u32) -> io::Result<SocketId> {
        self.sockets.add(socket, token, |socket, key| {
            let data = epoll::EventData::new_u64(key as u64);
            Ok(epoll::add(&self.epoll, socket, data, epoll::EventFlags::IN)?)
        })
    }

    fn rename(&mut self, id: SocketId, token: u32) {
        self.sockets.rename(id, token);
    }

    fn remove(&mut self, id: SocketId) -> Option<UdpSocket> {
        let socket = self.sockets.remove(id)?;
        let _ = epoll::delete(&self.epoll, &socket);
        Some(socket)
    }

    fn close(&mut self, id: SocketId) {
        // The kernel forgets a socket that is closed, and nobody else holds a descriptor of it.
        drop(self.sockets.remove(id));
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let mut found = [MaybeUninit::uninit(); BATCH];
        let (events, _) = match epoll::wait(&self.epoll, &mut found[..], timeout.as_ref()) {
            Ok(found) => found,
            Err(rustix::io::Errno::INTR) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let keys = events.iter().map(|event| event.data.u64()).filter(|&key| key != BELL);
        self.sockets.set_ready(keys.map(|key| key as usize));
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Option<Received> {
        while let Some(key) = self.sockets.current() {
            self.sockets.advance();
            let Some(entry) = self.sockets.entry(key) else { continue };
            let Ok((length, _, Some(from))) =
                rustix::net::recvfrom(&entry.socket, &mut buffer[..], RecvFlags::DONTWAIT)
            else {
                continue;
            };
            if let Ok(from) = SocketAddr::try_from(from) {
                return Some(Received { token: entry.token, length, from });
            }
        }
        None
    }

    fn send(&mut self, id: SocketId, packet: &[u8], to: SocketAddr) -> io::Result<()> {
        rustix::net::sendto(self.sockets.get(id)?, packet, SendFlags::DONTWAIT, &to)?;
        Ok(())
    }
}
