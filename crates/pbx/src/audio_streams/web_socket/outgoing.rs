//! Connections that the exchange makes.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::{
    AUTHORIZATION, CONNECTION, HOST, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use sip_ua::transport::BoxedStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{MediaSocket, media_socket};
use crate::audio_streams::connecting::connect as connect_tcp;
use crate::configuration::WebSocketClient;

/// Why a server cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("no answer of {place} within {milliseconds} ms")]
    Late { place: String, milliseconds: u128 },
    #[error("{place}: {problem}")]
    Failed { place: String, problem: String },
}

/// Connects with a server, in as many attempts as its section allows; `query` is put behind its URI.
pub(super) async fn connect(client: &WebSocketClient, query: &str) -> Result<MediaSocket, ConnectError> {
    let place = client.uri.authority().map_or("", |authority| authority.as_str()).to_owned();
    let mut attempts = client.attempts;
    loop {
        attempts = attempts.saturating_sub(1);
        let problem = match timeout(client.connect_within, attempt(client, query)).await {
            Ok(Ok(socket)) => return Ok(socket),
            Ok(Err(problem)) => ConnectError::Failed { place: place.clone(), problem },
            Err(_) => {
                let milliseconds = client.connect_within.as_millis();
                ConnectError::Late { place: place.clone(), milliseconds }
            }
        };
        if attempts == 0 {
            return Err(problem);
        }
        tracing::debug!("{problem}; {attempts} attempts are left");
        sleep(client.retry_after).await;
    }
}

async fn attempt(client: &WebSocketClient, query: &str) -> Result<MediaSocket, String> {
    let host = client.uri.host().unwrap_or_default();
    let port = client.uri.port_u16().unwrap_or(if client.tls.is_some() { 443 } else { 80 });
    let stream = connect_tcp(&format!("{host}:{port}")).await.map_err(|error| error.to_string())?;
    let mut stream: BoxedStream = Box::new(stream);
    if let Some(tls) = &client.tls {
        let name = host.trim_start_matches('[').trim_end_matches(']');
        stream = tls.connect(stream, name).await.map_err(|error| error.to_string())?;
    }
    let said = |error: hyper::Error| error.to_string();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(said)?;
    // It ends with the sender, or becomes the WebSocket.
    tokio::spawn(connection.with_upgrades());
    let key = generate_key();
    let response = sender.send_request(request(client, query, &key)?).await.map_err(said)?;
    check(&response, &key, &client.protocols)?;
    let upgraded = hyper::upgrade::on(response).await.map_err(said)?;
    Ok(media_socket(upgraded, Role::Client).await)
}

/// The request of RFC 6455 section 4.1.
fn request(client: &WebSocketClient, query: &str, key: &str) -> Result<Request<Empty<Bytes>>, String> {
    let target = client.uri.path_and_query().map_or("/", |target| target.as_str());
    let target = match (query.is_empty(), target.contains('?')) {
        (true, _) => target.to_owned(),
        (false, true) => format!("{target}&{query}"),
        (false, false) => format!("{target}?{query}"),
    };
    let authority = client.uri.authority().map_or("", |authority| authority.as_str());
    // A name and a password within the URI are none of the host.
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let mut request = Request::get(target)
        .header(HOST, authority)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, key)
        .header(SEC_WEBSOCKET_PROTOCOL, client.protocols.join(", "));
    if let Some(name) = &client.username {
        let words = BASE64_STANDARD.encode(format!("{name}:{}", client.password.0));
        let mut value = HeaderValue::try_from(format!("Basic {words}")).map_err(|error| error.to_string())?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    request.body(Empty::new()).map_err(|error| error.to_string())
}

/// Whether the server agrees. One that names no subprotocol is taken, as Asterisk does.
fn check<B>(response: &Response<B>, key: &str, protocols: &[String]) -> Result<(), String> {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(format!("it answers {}", response.status()));
    }
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    if header(SEC_WEBSOCKET_ACCEPT) != Some(derive_accept_key(key.as_bytes()).as_str()) {
        return Err("it is no server of WebSockets".to_owned());
    }
    match header(SEC_WEBSOCKET_PROTOCOL) {
        Some(chosen) if !protocols.iter().any(|known| known == chosen) => {
            Err(format!("it chooses the subprotocol '{chosen}', which was not offered"))
        }
        _ => Ok(()),
    }
}
