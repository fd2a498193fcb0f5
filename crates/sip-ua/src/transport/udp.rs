//! Datagrams: the task of the core reads and writes them without waiting.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use socket2::{Domain, SockRef, Socket, Type};
use stun::Stun;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::datagram::DatagramSocket;
use super::local_address::LocalAddress;
use super::{Flow, Input, ListenConfig, Protocol};
use crate::guard::{Decision, SharedGuard, Standing};

/// What we ask the system to hold while the core is busy: some thousand messages. It may grant less.
const RECEIVE_BUFFER: usize = 4 << 20;

/// Messages kept while the socket's own buffer is full; more are dropped, as the network would.
const BACKLOG: usize = 256;

/// Inputs that wait at most.
const INPUTS: usize = 1024;

/// Inputs that wait while strangers are still read; the rest of the queue is for those whom the guard knows.
const INPUTS_OF_STRANGERS: usize = 256;

/// The largest datagram there is (RFC 768).
const MAX_DATAGRAM: usize = 65_535;

/// A bound UDP socket with its backlog. Dropping it closes the socket.
#[derive(Debug)]
pub(crate) struct UdpTransport {
    bound: SocketAddr,
    socket: Arc<DatagramSocket>,
    local: LocalAddress,
    guard: Option<SharedGuard>,
    /// What a datagram is read into before anybody knows how long it is.
    buffer: Vec<u8>,
    backlog: mpsc::Sender<(Bytes, Flow)>,
    writer: JoinHandle<()>,
}

impl UdpTransport {
    /// Binds the address. Of what comes, that is read which `guard` lets in; what cannot be sent is told to `inputs`. Must run
    /// inside a tokio runtime.
    pub(crate) fn bind(
        listen: &ListenConfig,
        inputs: mpsc::Sender<Input>,
        guard: Option<SharedGuard>,
    ) -> io::Result<Self> {
        let socket = Arc::new(bind_socket(listen)?);
        let bound = socket.local_addr()?;
        let (backlog, waiting) = mpsc::channel(BACKLOG);
        let writer = tokio::spawn(write(socket.clone(), waiting, inputs));
        let (local, buffer) = (LocalAddress::new(bound), vec![0; MAX_DATAGRAM]);
        Ok(Self { bound, socket, local, guard, buffer, backlog, writer })
    }

    /// The address it is bound to, with the port that the system chose if none was asked for.
    pub(crate) fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// Whether `flow` leaves from this socket.
    pub(crate) fn carries(&self, flow: &Flow) -> bool {
        let any = self.bound.ip().is_unspecified() && self.bound.is_ipv4() == flow.remote.is_ipv4();
        flow.protocol == Protocol::Udp
            && self.bound.port() == flow.local.port()
            && (any || self.bound.ip() == flow.local.ip())
    }

    /// Sends a datagram now, or as soon as the socket takes it.
    ///
    /// # Errors
    /// When the system knows no road to the peer, or the message is too large for a datagram.
    pub(crate) fn send(&self, bytes: Bytes, flow: Flow) -> io::Result<()> {
        let queued = self.backlog.capacity() < self.backlog.max_capacity();
        if !queued {
            match self.socket.try_send(&bytes, flow.remote) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => return outcome,
            }
        }
        if self.backlog.try_send((bytes, flow)).is_err() {
            tracing::debug!(%flow, "datagram dropped: {BACKLOG} are waiting for the socket already");
        }
        Ok(())
    }
}

impl UdpTransport {
    /// Closes the socket; when this returns, another one may have its port.
    pub(crate) async fn close(mut self) {
        self.writer.abort();
        let _ = (&mut self.writer).await;
    }
}

impl Drop for UdpTransport {
    fn drop(&mut self) {
        self.writer.abort();
    }
}

fn bind_socket(listen: &ListenConfig) -> io::Result<DatagramSocket> {
    let address = listen.address;
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    if let Err(error) = socket.set_recv_buffer_size(RECEIVE_BUFFER) {
        tracing::debug!(%address, %error, "the receive buffer keeps its default size");
    }
    listen.sockets.mark(&SockRef::from(&socket), address.is_ipv4());
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    DatagramSocket::new(socket.into())
}

impl UdpTransport {
    /// Takes in what has come, as long as not too much of it waits among `inputs`. Where it leaves nothing behind, the task of
    /// `context` is woken when more comes.
    pub(crate) fn poll_receive(&mut self, context: &mut Context<'_>, inputs: &mut VecDeque<Input>) {
        while inputs.len() < INPUTS {
            match self.socket.poll_receive(context, &mut self.buffer) {
                Poll::Ready(Ok((length, remote))) => {
                    inputs.extend(self.take_in(length, remote, inputs.len()))
                }
                Poll::Ready(Err(error)) => {
                    // An earlier datagram met an unreachable port; the socket itself is sound.
                    tracing::debug!(bound = %self.bound, %error, "receiving failed");
                    return context.waker().wake_by_ref();
                }
                Poll::Pending => return,
            }
        }
    }

    /// What becomes of a datagram while so many inputs are `waiting`.
    fn take_in(&mut self, length: usize, remote: SocketAddr, waiting: usize) -> Option<Input> {
        let datagram = &self.buffer[..length];
        if is_keep_alive(datagram)
            || !self.guard.as_ref().is_none_or(|guard| is_let_in(guard, remote, waiting))
        {
            return None;
        }
        match stun::read(datagram, remote) {
            Stun::Other => {
                let flow = Flow::new(Protocol::Udp, self.local.towards(remote, Instant::now), remote);
                Some(Input::from_bytes(Bytes::copy_from_slice(datagram), flow))
            }
            Stun::Silence => None,
            Stun::Response(response) => {
                // One that finds the socket full is lost, as on the way; phones ask again.
                let _ = self.socket.try_send(&response, remote);
                None
            }
        }
    }
}

/// Decides by the source alone, before anything of the message is read or copied.
fn is_let_in(guard: &SharedGuard, remote: SocketAddr, waiting: usize) -> bool {
    match guard.admit(remote.ip()) {
        Decision::Serve(Standing::Stranger) => waiting < INPUTS_OF_STRANGERS,
        Decision::Serve(_) => true,
        Decision::Shed | Decision::Refuse => false,
    }
}

/// Phones send blank lines, or a few zero octets, to keep their NAT's mapping open.
fn is_keep_alive(datagram: &[u8]) -> bool {
    datagram.iter().all(|octet| matches!(octet, b'\r' | b'\n' | b' ' | b'\t' | 0))
}

async fn write(
    socket: Arc<DatagramSocket>,
    mut waiting: mpsc::Receiver<(Bytes, Flow)>,
    inputs: mpsc::Sender<Input>,
) {
    while let Some((bytes, flow)) = waiting.recv().await {
        if socket.send(&bytes, flow.remote).await.is_err()
            && inputs.send(Input::Unsent { flow }).await.is_err()
        {
            return;
        }
    }
}
