//! Connections that programs make: `/media/ID` of the HTTP server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_control::BoxFuture;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderMap, HeaderValue, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use hyper::{Request, Response, StatusCode};
use media_websocket::SUBPROTOCOL;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::server::create_response;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{MediaSocket, media_socket};
use crate::http::{Page, Reply, reply};
use crate::random_uuid::random_uuid;

/// Calls that may wait for their program together.
const MOST_WAITING: usize = 1_000;

/// How long it takes at most until a connection becomes a WebSocket once that was agreed.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// The calls that wait for a program, and those that have one.
#[derive(Default)]
pub(crate) struct MediaPage(Mutex<HashMap<String, Place>>);

/// The place of a program in a call.
enum Place {
    Free(oneshot::Sender<MediaSocket>),
    Taken,
}

/// A call that waits for its program. The id means nothing any more once this is dropped.
pub(super) struct Expected {
    pub(super) id: String,
    page: Arc<MediaPage>,
    socket: oneshot::Receiver<MediaSocket>,
}

/// Why a call cannot wait for a program.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExpectError {
    #[error("{MOST_WAITING} calls wait for their programs already")]
    TooMany,
    #[error("no id can be drawn: {0}")]
    NoChance(getrandom::Error),
}

impl MediaPage {
    /// Lets a program come, which has to know the id.
    pub(super) fn expect(self: &Arc<Self>) -> Result<Expected, ExpectError> {
        let id = random_uuid().map_err(ExpectError::NoChance)?;
        let (sender, socket) = oneshot::channel();
        let mut places = self.places();
        if places.values().filter(|place| matches!(place, Place::Free(_))).count() >= MOST_WAITING {
            return Err(ExpectError::TooMany);
        }
        places.insert(id.clone(), Place::Free(sender));
        Ok(Expected { id, page: self.clone(), socket })
    }

    fn places(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the place of an id away.
    fn take(&self, id: &str) -> Result<oneshot::Sender<MediaSocket>, Refusal> {
        let mut places = self.places();
        let place = places.get_mut(id).ok_or(Refusal::NobodyWaits)?;
        match std::mem::replace(place, Place::Taken) {
            Place::Free(sender) => Ok(sender),
            Place::Taken => Err(Refusal::IsThere),
        }
    }

    fn open(&self, request: Request<Incoming>, id: &str) -> Reply {
        if !self.places().contains_key(id) {
            return Refusal::NobodyWaits.reply();
        }
        let agreed = agree(&request).and_then(|agreed| Ok((agreed, self.take(id)?)));
        let (agreed, sender) = match agreed {
            Ok(agreed) => agreed,
            Err(refusal) => return refusal.reply(),
        };
        tokio::spawn(async move {
            match timeout(HANDSHAKE, hyper::upgrade::on(request)).await {
                // A call that has ended meanwhile takes nothing, and the connection is closed.
                Ok(Ok(upgraded)) => drop(sender.send(media_socket(upgraded, Role::Server).await)),
                failed => tracing::debug!("a program on a WebSocket was lost in its handshake: {failed:?}"),
            }
        });
        agreed
    }
}

impl Page for MediaPage {
    fn path(&self) -> &'static str {
        "/media/"
    }

    fn title(&self) -> &'static str {
        "Media of calls over WebSockets"
    }

    fn answer<'a>(&'a self, request: Request<Incoming>, rest: &'a str) -> BoxFuture<'a, Reply> {
        let answer = self.open(request, rest);
        Box::pin(async move { answer })
    }
}

impl Expected {
    /// Waits until the program has come; `None` when it was lost on its way in.
    pub(super) async fn socket(&mut self) -> Option<MediaSocket> {
        (&mut self.socket).await.ok()
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        self.page.places().remove(&self.id);
    }
}

/// Why a program is turned away.
enum Refusal {
    /// No call has this id.
    NobodyWaits,
    /// The call has its program.
    IsThere,
    /// It is no handshake at all.
    NoWebSocket,
    /// It is a wrong one.
    Bad(String),
}

impl Refusal {
    fn reply(self) -> Reply {
        match self {
            Self::NobodyWaits => reply(StatusCode::NOT_FOUND, "no call waits for this id"),
            Self::IsThere => reply(StatusCode::CONFLICT, "this call has its program already"),
            Self::NoWebSocket => {
                let mut refusal = reply(StatusCode::UPGRADE_REQUIRED, "connect with a WebSocket");
                refusal.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
                refusal
            }
            Self::Bad(problem) => reply(StatusCode::BAD_REQUEST, &problem),
        }
    }
}

/// The answer to the handshake of RFC 6455, or why there is none. A program that names no subprotocol is taken.
fn agree(request: &Request<Incoming>) -> Result<Reply, Refusal> {
    if !request.headers().contains_key(UPGRADE) {
        return Err(Refusal::NoWebSocket);
    }
    let mut asked = Request::new(());
    *asked.method_mut() = request.method().clone();
    *asked.version_mut() = request.version();
    asked.headers_mut().clone_from(request.headers());
    let agreed = create_response(&asked).map_err(|error| Refusal::Bad(error.to_string()))?;
    let mut agreed: Response<Full<Bytes>> = agreed.map(|()| Full::default());
    match names_subprotocol(request.headers()) {
        Some(true) => {
            agreed.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        }
        Some(false) => return Err(Refusal::Bad("the subprotocol must be media".to_owned())),
        None => {}
    }
    Ok(agreed)
}

/// Whether ours is among the subprotocols that are named, if any are.
fn names_subprotocol(headers: &HeaderMap) -> Option<bool> {
    let named = headers.get_all(SEC_WEBSOCKET_PROTOCOL).into_iter().filter_map(|value| value.to_str().ok());
    let mut named = named.flat_map(|value| value.split(',')).map(str::trim).peekable();
    named.peek()?;
    Some(named.any(|name| name.eq_ignore_ascii_case(SUBPROTOCOL)))
}

#[cfg(test)]
mod tests {
    use sip_ua::guard::{GuardPolicy, SharedGuard};
    use tokio::io::DuplexStream;
    use tokio_tungstenite::tungstenite::Error;
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    use tokio_tungstenite::{WebSocketStream, client_async};

    use super::*;
    use crate::configuration::HttpConfiguration;
    use crate::http::HttpServer;

    fn server() -> (Arc<HttpServer>, Arc<MediaPage>) {
        let page = Arc::new(MediaPage::default());
        let guard = SharedGuard::new(GuardPolicy::new(), |_| {});
        (HttpServer::new(HttpConfiguration::default(), guard, vec![page.clone()]), page)
    }

    /// Connects as a program does; the status of a refusal.
    async fn connect(
        server: &Arc<HttpServer>,
        id: &str,
        protocol: Option<&'static str>,
    ) -> Result<WebSocketStream<DuplexStream>, u16> {
        let (theirs, ours) = tokio::io::duplex(64 * 1024);
        tokio::spawn(server.clone().serve(Box::new(ours)));
        let mut request = format!("ws://pbx/media/{id}").into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
        }
        match client_async(request, theirs).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    #[tokio::test]
    async fn a_program_that_knows_the_id_is_let_in_once() {
        let (server, page) = server();
        assert_eq!(connect(&server, "7", Some("media")).await.err(), Some(404));
        let mut expected = page.expect().unwrap();
        let id = expected.id.clone();
        assert_eq!(id.len(), 36);
        assert_eq!(connect(&server, &id, Some("sip")).await.err(), Some(400));
        let program = connect(&server, &id, Some("other, media")).await;
        assert!(program.is_ok() && expected.socket().await.is_some());
        assert_eq!(connect(&server, &id, Some("media")).await.err(), Some(409));
        drop(expected);
        assert_eq!(connect(&server, &id, Some("media")).await.err(), Some(404));
        assert!(page.places().is_empty());
    }

    #[tokio::test]
    async fn who_names_no_subprotocol_is_let_in() {
        let (server, page) = server();
        let mut expected = page.expect().unwrap();
        assert!(connect(&server, &expected.id, None).await.is_ok());
        assert!(expected.socket().await.is_some());
    }

    #[tokio::test]
    async fn so_many_calls_wait_and_no_more() {
        let (_server, page) = server();
        let mut all: Vec<_> = (0..MOST_WAITING).map(|_| page.expect().unwrap()).collect();
        assert!(matches!(page.expect(), Err(ExpectError::TooMany)));
        all.pop();
        assert!(page.expect().is_ok());
    }
}
