//! Sockets of our own, where no transport of SIP listens.

use std::io;
use std::net::SocketAddr;
use std::sync::Weak;
use std::time::Duration;

use sip_ua::guard::Decision;
use sip_ua::transport::{BoxedStream, Tls};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::server::HttpServer;

/// Connections that wait for the listener to come round.
const ACCEPT_QUEUE: u32 = 128;

/// How long the handshake of TLS may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// An address that is listened on. Dropping it closes the socket.
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    pub(super) tls: Option<Tls>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens for `server` at `address`. Must run inside a tokio runtime.
    pub(super) fn open(address: SocketAddr, tls: Option<Tls>, server: Weak<HttpServer>) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?; // else a restart waits for the old connections to be forgotten
        socket.bind(address)?;
        let listener = socket.listen(ACCEPT_QUEUE)?;
        let task = tokio::spawn(accept(listener, tls.clone(), server));
        Ok(Self { address, tls, task })
    }

    /// Closes the socket; when this returns, another one may have its port.
    pub(super) async fn close(mut self) {
        self.task.abort();
        // It was aborted, or has ended.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, tls: Option<Tls>, server: Weak<HttpServer>) {
    loop {
        let accepted = listener.accept().await;
        let Some(server) = server.upgrade() else { return };
        let (stream, remote) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection of HTTP; is the limit of open files too low?");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if !matches!(server.guard().admit(remote.ip()), Decision::Serve(_)) {
            continue;
        }
        let Some(place) = server.place() else {
            tracing::warn!(%remote, "HTTP connection closed: too many are open");
            continue;
        };
        let tls = tls.clone();
        tokio::spawn(async move {
            match opened(stream, tls).await {
                Ok(stream) => server.serve(stream).await,
                Err(error) => tracing::debug!(%remote, %error, "a connection of HTTP could not be opened"),
            }
            drop(place);
        });
    }
}

async fn opened(stream: TcpStream, tls: Option<Tls>) -> io::Result<BoxedStream> {
    stream.set_nodelay(true)?;
    let stream: BoxedStream = Box::new(stream);
    match tls {
        Some(tls) => timeout(HANDSHAKE, tls.accept(stream)).await?,
        None => Ok(stream),
    }
}

/// A listener that has the same address and speaks the same.
pub(super) fn is_at(listener: &Listener, address: SocketAddr, is_secure: bool) -> bool {
    listener.address == address && listener.tls.is_some() == is_secure
}
