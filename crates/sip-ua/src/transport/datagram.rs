//! A socket for datagrams that wakes its reader for datagrams alone.
//!
//! The runtime's own sockets are told of room to write, too, which there is again after each datagram sent: the thread
//! would be woken once more for every message, to find nothing to do.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

#[cfg(not(unix))]
pub(super) use portable::DatagramSocket;
#[cfg(unix)]
pub(super) use unix::DatagramSocket;

#[cfg(unix)]
mod unix {
    use std::net::UdpSocket;

    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    use super::*;

    /// A bound socket that does not block.
    #[derive(Debug)]
    pub(in crate::transport) struct DatagramSocket(AsyncFd<UdpSocket>);

    impl DatagramSocket {
        /// Takes over a socket that does not block. Must run inside a tokio runtime.
        pub(in crate::transport) fn new(socket: UdpSocket) -> io::Result<Self> {
            watch(socket, Interest::READABLE).map(Self)
        }

        /// The address it is bound to.
        pub(in crate::transport) fn local_addr(&self) -> io::Result<SocketAddr> {
            self.0.get_ref().local_addr()
        }

        /// A datagram that has come: its length, and who sent it. Else the task is woken when there is one; only the last that
        /// asked is.
        pub(in crate::transport) fn poll_receive(
            &self,
            context: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<(usize, SocketAddr)>> {
            loop {
                let mut ready = ready!(self.0.poll_read_ready(context))?;
                if let Ok(received) = ready.try_io(|socket| socket.get_ref().recv_from(buffer)) {
                    return Poll::Ready(received);
                }
            }
        }

        /// Sends a datagram, or says that there is no room ([`io::ErrorKind::WouldBlock`]).
        pub(in crate::transport) fn try_send(&self, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
            self.0.get_ref().send_to(bytes, to).map(drop)
        }

        /// Sends a datagram as soon as there is room.
        pub(in crate::transport) async fn send(&self, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
            match self.try_send(bytes, to) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => return outcome,
            }
            // Rare enough to watch for room anew each time.
            let watched = watch(self.0.get_ref().try_clone()?, Interest::WRITABLE)?;
            watched.async_io(Interest::WRITABLE, |socket| socket.send_to(bytes, to)).await.map(drop)
        }
    }

    #[expect(
        deprecated,
        reason = "what takes its place is unsafe, for types that may change their descriptor: this does not"
    )]
    fn watch(socket: UdpSocket, interest: Interest) -> io::Result<AsyncFd<UdpSocket>> {
        AsyncFd::with_interest(socket, interest)
    }
}

#[cfg(not(unix))]
mod portable {
    use super::*;

    /// A bound socket that does not block.
    #[derive(Debug)]
    pub(in crate::transport) struct DatagramSocket(tokio::net::UdpSocket);

    impl DatagramSocket {
        /// Takes over a socket that does not block. Must run inside a tokio runtime.
        pub(in crate::transport) fn new(socket: std::net::UdpSocket) -> io::Result<Self> {
            tokio::net::UdpSocket::from_std(socket).map(Self)
        }

        /// The address it is bound to.
        pub(in crate::transport) fn local_addr(&self) -> io::Result<SocketAddr> {
            self.0.local_addr()
        }

        /// A datagram that has come: its length, and who sent it. Else the task is woken when there is one; only the last that
        /// asked is.
        pub(in crate::transport) fn poll_receive(
            &self,
            context: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<(usize, SocketAddr)>> {
            let mut buffer = tokio::io::ReadBuf::new(buffer);
            let sender = ready!(self.0.poll_recv_from(context, &mut buffer))?;
            Poll::Ready(Ok((buffer.filled().len(), sender)))
        }

        /// Sends a datagram, or says that there is no room ([`io::ErrorKind::WouldBlock`]).
        pub(in crate::transport) fn try_send(&self, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
            self.0.try_send_to(bytes, to).map(drop)
        }

        /// Sends a datagram as soon as there is room.
        pub(in crate::transport) async fn send(&self, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
            self.0.send_to(bytes, to).await.map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket() -> DatagramSocket {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        DatagramSocket::new(socket).unwrap()
    }

    #[tokio::test]
    async fn datagrams_arrive_whole_and_in_order_also_after_the_socket_was_full() {
        let (from, to) = (socket(), socket());
        let address = to.local_addr().unwrap();
        let mut buffer = [0; 2048];
        for round in 0..3_u8 {
            // More than one is read for each time that the reader is woken.
            for number in 0..5 {
                from.try_send(&[round, number], address).unwrap();
            }
            from.send(&[round, 5], address).await.unwrap();
            for number in 0..6 {
                let received = std::future::poll_fn(|context| to.poll_receive(context, &mut buffer)).await;
                let (length, sender) = received.unwrap();
                assert_eq!((&buffer[..length], sender), (&[round, number][..], from.local_addr().unwrap()));
            }
        }
    }
}
