//! How packets reach the kernel and come from it: one trait, and a file for each way.
//!
//! A media thread asks for packets one by one ([`PacketIo::receive`]) and sends one by one ([`PacketIo::send`]), so a
//! way that takes many in one call (`recvmmsg`, `io_uring`) keeps the others back itself, and puts off sends until
//! [`PacketIo::flush`].

#[cfg(target_os = "linux")]
mod bell;
#[cfg(target_os = "linux")]
mod epoll;
mod portable;
mod sockets;
#[cfg(target_os = "linux")]
mod uring;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

#[cfg(target_os = "linux")]
use bell::Bell;
#[cfg(target_os = "linux")]
pub(crate) use epoll::Epoll;
pub(crate) use portable::Portable;
#[cfg(target_os = "linux")]
pub(crate) use uring::Uring;

/// Octets of the largest datagram that is looked at. Longer ones are no telephony.
pub(crate) const MAX_DATAGRAM: usize = 2_048;

/// Sockets looked at for each wait.
const BATCH: usize = 256;

/// So long a thread sleeps at least where packets follow each other closely. It is a delay for them, so it is far below
/// what anybody hears, and far above what a wake-up takes.
#[cfg(target_os = "linux")]
const LINGER: Duration = Duration::from_micros(20);

/// The sockets of one media thread.
pub(crate) trait PacketIo: Send + Sized + 'static {
    /// Empty, with the means to be woken.
    fn new() -> io::Result<Self>;

    /// Ends a [`PacketIo::wait`] from another thread, the one under way or the next.
    fn bell(&self) -> Arc<dyn Wake>;

    /// Takes a bound, non-blocking socket in. `token` comes back with each of its packets.
    fn add(&mut self, socket: UdpSocket, token: u32) -> io::Result<SocketId>;

    /// From now on another `token` comes with the packets of a socket, those that wait in it included.
    fn rename(&mut self, socket: SocketId, token: u32);

    /// Gives a socket back, with the packets that wait in it. Those that the last wait has found and nobody has asked for
    /// may be lost.
    fn remove(&mut self, socket: SocketId) -> Option<UdpSocket>;

    /// Closes a socket.
    fn close(&mut self, socket: SocketId) {
        drop(self.remove(socket));
    }

    /// Sleeps until a packet is there, the bell rings or `timeout` has passed. It may come back with nothing.
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()>;

    /// The next packet that the last wait found. `None`: wait again.
    fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Option<Received>;

    /// Sends a packet now, or by the next [`PacketIo::wait`] or [`PacketIo::flush`].
    fn send(&mut self, socket: SocketId, packet: &[u8], to: SocketAddr) -> io::Result<()>;

    /// Everything sent so far leaves now.
    fn flush(&mut self) {}

    /// The token of a socket, one of whose packets the kernel refused after [`PacketIo::send`] had returned. Call until
    /// `None`.
    fn refused(&mut self) -> Option<u32> {
        None
    }
}

/// Names a socket of one [`PacketIo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SocketId(pub(crate) usize);

/// A packet in the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// Given with the socket.
    pub(crate) token: u32,
    /// Octets in the buffer. The whole buffer means that the datagram was longer.
    pub(crate) length: usize,
    /// The sender.
    pub(crate) from: SocketAddr,
}

/// Ends the sleep of a media thread. Callable from anywhere, never blocks.
pub(crate) trait Wake: Send + Sync {
    /// Rings.
    fn wake(&self);
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Instant;

    use super::*;

    fn socket() -> UdpSocket {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        socket
    }

    fn next<I: PacketIo>(io: &mut I, buffer: &mut [u8; MAX_DATAGRAM]) -> Received {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            if let Some(received) = io.receive(buffer) {
                return received;
            }
            assert!(Instant::now() < deadline, "no packet");
            io.wait(Some(Duration::from_secs(1))).unwrap();
        }
    }

    fn packets_come_with_token_and_sender<I: PacketIo>() {
        let mut io = I::new().unwrap();
        let (a, b) = (socket(), socket());
        let (a_address, b_address) = (a.local_addr().unwrap(), b.local_addr().unwrap());
        let a = io.add(a, 7).unwrap();
        let b = io.add(b, 9).unwrap();
        let mut buffer = [0; MAX_DATAGRAM];
        io.send(a, b"one", b_address).unwrap();
        io.send(a, b"two!", b_address).unwrap();
        io.flush();
        for text in [&b"one"[..], b"two!"] {
            let received = next(&mut io, &mut buffer);
            assert_eq!((received.token, received.from), (9, a_address));
            assert_eq!(&buffer[..received.length], text);
        }
        io.send(b, b"back", a_address).unwrap();
        assert_eq!(next(&mut io, &mut buffer), Received { token: 7, length: 4, from: b_address });
        assert!(io.receive(&mut buffer).is_none());
    }

    fn a_removed_socket_is_silent_and_works_elsewhere<I: PacketIo>() {
        let (mut io, mut other) = (I::new().unwrap(), I::new().unwrap());
        let peer = socket();
        let moved = socket();
        let address = moved.local_addr().unwrap();
        let id = io.add(moved, 1).unwrap();
        io.wait(Some(Duration::ZERO)).unwrap();
        peer.send_to(b"early", address).unwrap();
        let moved = io.remove(id).unwrap();
        assert!(io.remove(id).is_none());
        let mut buffer = [0; MAX_DATAGRAM];
        assert!(io.receive(&mut buffer).is_none());
        assert!(io.send(id, b"x", address).is_err());
        other.add(moved, 2).unwrap();
        assert_eq!(next(&mut other, &mut buffer).token, 2, "a packet that waited is not lost");
    }

    fn a_renamed_socket_comes_with_its_new_token<I: PacketIo>() {
        let mut io = I::new().unwrap();
        let (own, peer) = (socket(), socket());
        let address = own.local_addr().unwrap();
        let id = io.add(own, 1).unwrap();
        peer.send_to(b"x", address).unwrap();
        io.rename(id, 2);
        let mut buffer = [0; MAX_DATAGRAM];
        assert_eq!(next(&mut io, &mut buffer).token, 2);
        drop(io.remove(id));
        io.rename(id, 3);
    }

    fn the_bell_ends_a_wait<I: PacketIo>() {
        let mut io = I::new().unwrap();
        let bell = io.bell();
        let ringer = std::thread::spawn(move || bell.wake());
        let start = Instant::now();
        io.wait(Some(Duration::from_secs(10))).unwrap();
        assert!(start.elapsed() < Duration::from_secs(5));
        ringer.join().unwrap();
    }

    fn a_flood_on_one_socket_does_not_starve_another<I: PacketIo>() {
        let mut io = I::new().unwrap();
        let (loud, quiet, sender) = (socket(), socket(), socket());
        let (loud_address, quiet_address) = (loud.local_addr().unwrap(), quiet.local_addr().unwrap());
        io.add(loud, 1).unwrap();
        io.add(quiet, 2).unwrap();
        for _ in 0..100 {
            sender.send_to(&[0; 172], loud_address).unwrap();
        }
        sender.send_to(b"hello", quiet_address).unwrap();
        let mut buffer = [0; MAX_DATAGRAM];
        let before = (0..).take_while(|_| next(&mut io, &mut buffer).token == 1).count();
        assert!(before <= 40, "{before} packets of the flood came first");
        for _ in before..100 {
            assert_eq!(next(&mut io, &mut buffer).token, 1);
        }
    }

    fn all<I: PacketIo>() {
        packets_come_with_token_and_sender::<I>();
        a_removed_socket_is_silent_and_works_elsewhere::<I>();
        a_renamed_socket_comes_with_its_new_token::<I>();
        the_bell_ends_a_wait::<I>();
        a_flood_on_one_socket_does_not_starve_another::<I>();
        a_socket_that_closes_in_a_flood_sends_what_it_has_sent::<I>();
        what_was_refused_is_not_said_of_the_next_socket::<I>();
    }

    /// More packets than a wait finds room for end what the kernel does for a socket: it has to be asked anew.
    fn a_socket_that_closes_in_a_flood_sends_what_it_has_sent<I: PacketIo>() {
        let mut io = I::new().unwrap();
        let (own, sender, peer) = (socket(), socket(), socket());
        let address = own.local_addr().unwrap();
        let id = io.add(own, 1).unwrap();
        io.wait(Some(Duration::ZERO)).unwrap();
        for _ in 0..200 {
            sender.send_to(b"flood", address).unwrap();
        }
        io.wait(Some(Duration::from_secs(1))).unwrap();
        io.send(id, b"farewell", peer.local_addr().unwrap()).unwrap();
        io.close(id);
        let mut buffer = [0; 16];
        peer.set_nonblocking(false).unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        assert_eq!(peer.recv(&mut buffer).unwrap(), 8);
        // The next one with its key is none of its.
        let (next_one, other) = (socket(), socket());
        let next_address = next_one.local_addr().unwrap();
        io.add(next_one, 2).unwrap();
        other.send_to(b"new", next_address).unwrap();
        let mut buffer = [0; MAX_DATAGRAM];
        assert_eq!(next(&mut io, &mut buffer).token, 2);
    }

    fn what_was_refused_is_not_said_of_the_next_socket<I: PacketIo>() {
        let mut io = I::new().unwrap();
        let id = io.add(socket(), 1).unwrap();
        // Port 0 is nobody's: the kernel refuses it.
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let _ = io.send(id, b"x", nowhere);
        io.close(id);
        io.add(socket(), 2).unwrap();
        io.wait(Some(Duration::ZERO)).unwrap();
        assert!(std::iter::from_fn(|| io.refused()).all(|token| token == 1));
    }

    #[test]
    fn portable_keeps_the_contract() {
        all::<Portable>();
    }

    /// Where the kernel has none of it, or forbids it, no program of ours uses it.
    #[cfg(target_os = "linux")]
    #[test]
    fn io_uring_keeps_the_contract() {
        if Uring::is_available() {
            all::<Uring>();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn epoll_keeps_the_contract() {
        all::<Epoll>();
    }
}
