//! TCP, and what runs over it: listening, and opening connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::input::Accepted;
use super::{Door, Flow, Input, Protocol, SocketOptions};
use crate::guard::{Decision, SharedGuard};

/// Connections that wait for the listener to come round.
const ACCEPT_QUEUE: i32 = 1024;

/// How long the system repeats unacknowledged octets before it calls the connection dead.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(32);

/// A listening socket and its task. Dropping it closes the socket.
#[derive(Debug)]
pub(crate) struct TcpListening {
    bound: SocketAddr,
    door: Door,
    task: JoinHandle<()>,
}

impl TcpListening {
    /// Listens on `address`; connections that `guard` lets in go to `inputs` while `places` has room. Must run inside a
    /// tokio runtime.
    pub(crate) fn bind(
        address: SocketAddr,
        door: Door,
        inputs: mpsc::Sender<Input>,
        places: Arc<Semaphore>,
        guard: Option<SharedGuard>,
    ) -> io::Result<Self> {
        let listener = listen(address)?;
        let bound = listener.local_addr()?;
        let task = tokio::spawn(accept(listener, door.clone(), inputs, places, guard));
        Ok(Self { bound, door, task })
    }

    /// The address it is bound to, with the port that the system chose if none was asked for.
    pub(crate) fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// Whether it serves `protocol` at `bound`.
    pub(crate) fn is_at(&self, protocol: Protocol, bound: SocketAddr) -> bool {
        self.door.protocol() == protocol && self.bound == bound
    }

    /// Closes the socket; when this returns, another one may have its port.
    pub(crate) async fn close(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }

    /// How connections along `flow` open; `None` when they are not this address's.
    pub(crate) fn door_of(&self, flow: &Flow) -> Option<&Door> {
        let any = self.bound.ip().is_unspecified() && self.bound.is_ipv4() == flow.remote.is_ipv4();
        let is_ours = self.door.protocol() == flow.protocol
            && self.bound.port() == flow.local.port()
            && (any || self.bound.ip() == flow.local.ip());
        is_ours.then_some(&self.door)
    }
}

impl Drop for TcpListening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?; // else a restart waits for the old connections to be forgotten
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(ACCEPT_QUEUE)?;
    TcpListener::from_std(socket.into())
}

async fn accept(
    listener: TcpListener,
    door: Door,
    inputs: mpsc::Sender<Input>,
    places: Arc<Semaphore>,
    guard: Option<SharedGuard>,
) {
    loop {
        let (stream, remote) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a TCP connection; is the limit of open files too low?");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // A connection counts as a message: whoever opens one after the other is above the rate, too.
        if guard.as_ref().is_some_and(|guard| !matches!(guard.admit(remote.ip()), Decision::Serve(_))) {
            continue;
        }
        let Ok(place) = places.clone().try_acquire_owned() else {
            tracing::warn!(%remote, "TCP connection closed: too many are open");
            continue;
        };
        let Ok(local) = stream.local_addr() else { continue };
        watch(&stream, door.sockets());
        let flow = Flow::new(door.protocol(), local, remote);
        let opening = door.accepted(stream);
        if inputs.send(Input::Accepted(Box::new(Accepted { opening, flow, place }))).await.is_err() {
            return;
        }
    }
}

/// Opens a connection along `flow`: from its local address, from a port of the system's choice.
pub(super) async fn connect(flow: Flow, options: &SocketOptions) -> io::Result<TcpStream> {
    let socket = if flow.remote.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if !flow.local.ip().is_unspecified() {
        socket.bind(SocketAddr::new(flow.local.ip(), 0))?;
    }
    let stream = socket.connect(flow.remote).await?;
    watch(&stream, options);
    Ok(stream)
}

/// Lets the system notice peers that vanished, and send small messages without delay.
fn watch(stream: &TcpStream, options: &SocketOptions) {
    let socket = SockRef::from(stream);
    options.mark(&socket, stream.peer_addr().is_ok_and(|peer| peer.is_ipv4()));
    let set = socket.set_tcp_keepalive(&options.keep_alive()).and_then(|()| stream.set_nodelay(true));
    #[cfg(target_os = "linux")]
    let set = set.and_then(|()| socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED)));
    if let Err(error) = set {
        tracing::debug!(%error, "a TCP connection keeps the system's default time limits");
    }
}
