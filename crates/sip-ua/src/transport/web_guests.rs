//! Who comes to a port of WebSockets for something else than SIP.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;

use super::BoxedStream;
use super::watched::Watched;
use super::websocket::is_path_of_sip;

/// Octets of the longest first line of a request.
const LONGEST_LINE: usize = 8 * 1024;

/// What becomes of a guest: ready when its connection may be closed.
pub type Visit = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Takes the connections of a WebSocket port that ask for another path than those of SIP, as an HTTP server does that shares the port.
///
/// Nothing of the request is lost: the stream begins with its first octet, and TLS is off it already.
#[derive(Clone)]
pub struct WebGuests(Arc<dyn Fn(BoxedStream, SocketAddr) -> Visit + Send + Sync>);

impl WebGuests {
    /// Guests go to `host`, each with the address that it comes from.
    pub fn new(host: impl Fn(BoxedStream, SocketAddr) -> Visit + Send + Sync + 'static) -> Self {
        Self(Arc::new(host))
    }

    pub(super) fn visit(&self, stream: BoxedStream, from: SocketAddr) -> Visit {
        self.0(stream, from)
    }
}

/// Two are the same when they lead to the same host.
impl PartialEq for WebGuests {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for WebGuests {}

impl fmt::Debug for WebGuests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebGuests").finish_non_exhaustive()
    }
}

/// Reads as far as the path of the request, and tells whether it is one of SIP. The stream that comes back begins anew.
pub(super) async fn asks_for_sip(mut stream: BoxedStream) -> io::Result<(bool, BoxedStream)> {
    let mut head = BytesMut::new();
    let is_sip = loop {
        if let Some(end) = head.iter().position(|octet| *octet == b'\n') {
            break path(head.get(..end).unwrap_or_default()).is_none_or(is_path_of_sip);
        }
        if head.len() >= LONGEST_LINE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the first line of a request has no end"));
        }
        if stream.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    Ok((is_sip, Box::new(Watched::beginning_with(head.freeze(), stream))))
}

/// The path of a request line, without its query. `None` for what is no request line.
fn path(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let target = line.split(' ').nth(1)?;
    target.split('?').next()
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    async fn asked(parts: &[&[u8]]) -> io::Result<(bool, Vec<u8>)> {
        let (mut theirs, ours) = tokio::io::duplex(64 * 1024);
        for part in parts {
            theirs.write_all(part).await?;
        }
        drop(theirs);
        let (is_sip, mut stream) = asks_for_sip(Box::new(ours)).await?;
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await?;
        Ok((is_sip, all))
    }

    #[tokio::test]
    async fn paths_of_sip_are_told_from_others_and_nothing_is_lost() {
        for (line, is_sip) in [
            ("GET /ws HTTP/1.1\r\n", true),
            ("GET /pbx/ws?x=/media HTTP/1.1\r\n", true),
            ("GET / HTTP/1.1\r\n", true),
            ("GET /media/7 HTTP/1.1\r\nHost: x\r\n\r\n", false),
            ("GET /media/7?to=/ws HTTP/1.1\r\n", false),
            ("rubbish\n", true),
        ] {
            let whole = asked(&[line.as_bytes()]).await.unwrap();
            assert_eq!(whole, (is_sip, line.as_bytes().to_vec()), "{line}");
            let (one, two) = line.as_bytes().split_at(5);
            assert_eq!(asked(&[one, two]).await.unwrap(), whole);
        }
    }

    #[tokio::test]
    async fn lines_have_an_end() {
        assert!(asked(&[&[b'x'; 20 * 1024]]).await.is_err());
        assert!(asked(&[b"GET /media"]).await.is_err());
    }
}
