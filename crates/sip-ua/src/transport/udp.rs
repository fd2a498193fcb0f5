//! Datagrams: one task reads each socket, the core's task writes to it without waiting.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
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

/// Inputs that wait while strangers are still read; the rest of the queue is for those whom the guard knows.
const INPUTS_OF_STRANGERS: usize = 256;

/// The largest datagram there is (RFC 768).
const MAX_DATAGRAM: usize = 65_535;

/// A bound UDP socket with its reader and its backlog. Dropping it closes the socket.
#[derive(Debug)]
pub(crate) struct UdpTransport {
    bound: SocketAddr,
    socket: Arc<DatagramSocket>,
    backlog: mpsc::Sender<(Bytes, Flow)>,
    tasks: [JoinHandle<()>; 2],
}

impl UdpTransport {
    /// Binds the address and starts to read; what `guard` lets in goes to `inputs`. Must run inside a tokio runtime.
    pub(crate) fn bind(
        listen: &ListenConfig,
        inputs: mpsc::Sender<Input>,
        guard: Option<SharedGuard>,
    ) -> io::Result<Self> {
        let socket = Arc::new(bind_socket(listen)?);
        let bound = socket.local_addr()?;
        let (backlog, waiting) = mpsc::channel(BACKLOG);
        let reader = tokio::spawn(read(socket.clone(), bound, inputs.clone(), guard));
        let writer = tokio::spawn(write(socket.clone(), waiting, inputs));
        Ok(Self { bound, socket, backlog, tasks: [reader, writer] })
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
        for task in &mut self.tasks {
            task.abort();
            let _ = task.await;
        }
    }
}

impl Drop for UdpTransport {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
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

async fn read(
    socket: Arc<DatagramSocket>,
    bound: SocketAddr,
    inputs: mpsc::Sender<Input>,
    guard: Option<SharedGuard>,
) {
    let mut local = LocalAddress::new(bound);
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        let (length, remote) = match socket.receive(&mut buffer).await {
            Ok(received) => received,
            Err(error) => {
                // An earlier datagram met an unreachable port; the socket itself is sound.
                tracing::debug!(%bound, %error, "receiving failed");
                tokio::task::yield_now().await;
                continue;
            }
        };
        let datagram = &buffer[..length];
        if is_keep_alive(datagram) || !guard.as_ref().is_none_or(|guard| is_let_in(guard, remote, &inputs)) {
            continue;
        }
        match stun::read(datagram, remote) {
            Stun::Other => {}
            Stun::Silence => continue,
            Stun::Response(response) => {
                // One that finds the socket full is lost, as on the way; phones ask again.
                let _ = socket.try_send(&response, remote);
                continue;
            }
        }
        let flow = Flow::new(Protocol::Udp, local.towards(remote, Instant::now()), remote);
        let input = Input::from_bytes(Bytes::copy_from_slice(datagram), flow);
        if inputs.send(input).await.is_err() {
            return;
        }
    }
}

/// Decides by the source alone, before anything of the message is read or copied.
fn is_let_in(guard: &SharedGuard, remote: SocketAddr, inputs: &mpsc::Sender<Input>) -> bool {
    match guard.admit(remote.ip()) {
        Decision::Serve(Standing::Stranger) => {
            inputs.max_capacity() - inputs.capacity() < INPUTS_OF_STRANGERS
        }
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
