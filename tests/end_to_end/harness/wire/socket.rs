//! What carries the messages of a scripted phone: datagrams, or the WebSocket of a browser.

use std::cell::RefCell;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client};

use crate::harness::{Authority, Outcome};

/// A socket of a scripted phone.
pub(super) enum Socket {
    Udp(UdpSocket),
    Web { socket: Box<RefCell<WebSocket<Box<dyn Stream>>>>, connection: TcpStream, secure: bool },
}

pub(super) trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

impl Socket {
    /// Opens a WebSocket as a browser does; over TLS, believing this authority, if there is one.
    pub(super) fn browse(exchange: SocketAddr, authority: Option<&Authority>) -> Outcome<Self> {
        let connection = TcpStream::connect(exchange)?;
        connection.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match authority {
            Some(authority) => {
                Box::new(StreamOwned::new(trust(authority, exchange)?, connection.try_clone()?))
            }
            None => Box::new(connection.try_clone()?),
        };
        let mut request = format!("ws://{exchange}/ws").into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("sip"));
        let (socket, _) = client(request, stream).map_err(|error| error.to_string())?;
        Ok(Self::Web { socket: Box::new(RefCell::new(socket)), connection, secure: authority.is_some() })
    }

    pub(super) fn local_address(&self) -> Outcome<SocketAddr> {
        Ok(match self {
            Self::Udp(socket) => socket.local_addr()?,
            Self::Web { connection, .. } => connection.local_addr()?,
        })
    }

    /// The name of the protocol in Via.
    pub(super) fn via(&self) -> &'static str {
        match self {
            Self::Udp(_) => "UDP",
            Self::Web { secure: false, .. } => "WS",
            Self::Web { secure: true, .. } => "WSS",
        }
    }

    pub(super) fn send(&self, message: &[u8], exchange: SocketAddr) -> Outcome {
        match self {
            Self::Udp(socket) => drop(socket.send_to(message, exchange)?),
            Self::Web { socket, .. } => {
                let text = String::from_utf8_lossy(message).into_owned();
                socket.borrow_mut().send(Message::text(text))?;
            }
        }
        Ok(())
    }

    /// The next message, if one comes in time.
    pub(super) fn receive(&self, bound: Duration) -> Outcome<Option<Vec<u8>>> {
        match self {
            Self::Udp(socket) => {
                let mut buffer = vec![0; 65_536];
                socket.set_read_timeout(Some(bound))?;
                let Ok((length, _)) = socket.recv_from(&mut buffer) else { return Ok(None) };
                buffer.truncate(length);
                Ok(Some(buffer))
            }
            Self::Web { socket, connection, .. } => {
                connection.set_read_timeout(Some(bound))?;
                match socket.borrow_mut().read() {
                    Ok(message) if message.is_text() || message.is_binary() => {
                        Ok(Some(message.into_data().to_vec()))
                    }
                    Ok(_) => Ok(None),
                    Err(Error::Io(e)) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                        Ok(None)
                    }
                    Err(error) => Err(error.into()),
                }
            }
        }
    }
}

fn trust(authority: &Authority, exchange: SocketAddr) -> Outcome<ClientConnection> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(ClientConnection::new(Arc::new(config), ServerName::from(exchange.ip()))?)
}
