//! Connections with servers of sound.

use std::io::{Error, ErrorKind};

use tokio::net::{TcpSocket, TcpStream, lookup_host};

/// Octets that the system keeps for a server that is slow; it would keep minutes of sound otherwise.
const SYSTEM_BUFFER: u32 = 8_192;

/// Connects with the first address of `host:port` that answers, through a small buffer.
pub(super) async fn connect(server: &str) -> std::io::Result<TcpStream> {
    let mut problem = Error::new(ErrorKind::NotFound, "the name has no address");
    for address in lookup_host(server).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_send_buffer_size(SYSTEM_BUFFER)?;
        match socket.connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => problem = error,
        }
    }
    Err(problem)
}
