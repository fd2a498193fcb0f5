//! One request for a stream, its redirections and playlists followed.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST, LOCATION, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::StreamAddress;
use super::playlist;
use crate::stir_shaken::WebAuthorities;

/// A server that does not answer is asked no longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Redirections that are followed.
const MOST_REDIRECTIONS: usize = 5;

/// Octets of the longest playlist.
const LONGEST_LIST: usize = 64 * 1_024;

/// What an address leads to.
pub(super) enum Fetched {
    /// Sound, and whether its server says how long it is.
    Sound {
        /// As it comes.
        body: Incoming,
        /// It has an end that is known.
        finite: bool,
    },
    /// Other addresses, one after the other.
    List(Vec<StreamAddress>),
}

/// Asks for what is at an address.
pub(super) async fn fetch(address: &StreamAddress, authorities: &WebAuthorities) -> Result<Fetched, String> {
    let mut address = address.clone();
    for _ in 0..=MOST_REDIRECTIONS {
        let asked = tokio::time::timeout(PATIENCE, ask(&address, authorities)).await;
        let response = asked.map_err(|_| format!("{address} does not answer"))??;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let to = to.and_then(|to| address.followed_by(to));
            address = to.ok_or_else(|| format!("{address} leads nowhere ({status} without a Location)"))?;
            continue;
        }
        if !status.is_success() {
            return Err(format!("{address} answers with {status}"));
        }
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if playlist::is_playlist(kind, &address.target) {
            return list(&address, response).await;
        }
        let finite = response.headers().contains_key(CONTENT_LENGTH);
        return Ok(Fetched::Sound { body: response.into_body(), finite });
    }
    Err(format!("{address} leads on too often"))
}

async fn list(address: &StreamAddress, response: Response<Incoming>) -> Result<Fetched, String> {
    let body =
        tokio::time::timeout(PATIENCE, Limited::new(response.into_body(), LONGEST_LIST).collect()).await;
    let body = body.map_err(|_| format!("{address} does not end"))?;
    let text = body.map_err(|error| format!("{address}: {error}"))?.to_bytes();
    let text = String::from_utf8_lossy(&text);
    if text.contains("#EXT-X-") {
        return Err(format!(
            "{address} is a stream in pieces (HLS), which is not played; give its MP3 or Ogg address"
        ));
    }
    let entries: Vec<StreamAddress> =
        playlist::entries(&text).iter().filter_map(|entry| address.followed_by(entry)).collect();
    match entries.is_empty() {
        true => Err(format!("{address} is a playlist without an address")),
        false => Ok(Fetched::List(entries)),
    }
}

async fn ask(address: &StreamAddress, authorities: &WebAuthorities) -> Result<Response<Incoming>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{address}: {error}");
    let stream = TcpStream::connect((address.host.as_str(), address.port)).await.map_err(|e| failed(&e))?;
    if !address.secure {
        return exchange(address, stream).await;
    }
    let name = ServerName::try_from(address.host.clone()).map_err(|e| failed(&e))?;
    let client = authorities.client().await.map_err(|e| failed(&e))?;
    let stream = TlsConnector::from(client).connect(name, stream).await.map_err(|e| failed(&e))?;
    exchange(address, stream).await
}

async fn exchange<S>(address: &StreamAddress, stream: S) -> Result<Response<Incoming>, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: &dyn std::fmt::Display| format!("{address}: {error}");
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|e| failed(&e))?;
    // It ends with the body.
    tokio::spawn(connection);
    let request = Request::get(&address.target)
        .header(HOST, address.host_header())
        .header(USER_AGENT, concat!("ipbx/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "audio/*, application/ogg, */*;q=0.5")
        .body(Empty::<Bytes>::new())
        .map_err(|e| failed(&e))?;
    sender.send_request(request).await.map_err(|e| failed(&e))
}
