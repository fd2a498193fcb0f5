//! SIP over WebSockets (RFC 7118): the handshake, and one message a frame.

use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::task::Poll;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use sip_parser::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::machine::TryParse;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::{SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config, client_async_with_config};

use super::connection::{PING, PONG, idle_deadline};
use super::watched::Watched;
use super::{BoxedStream, ConnectionLimits, Flow, Input, Intake};

/// The subprotocol of SIP (RFC 7118 section 4.1).
const SUBPROTOCOL: &str = "sip";

/// Where Asterisk serves SIP, perhaps behind a prefix.
const PATH: &str = "/ws";

/// The version of the protocol (RFC 6455 section 4.1).
const VERSION: &str = "13";

/// The longest request of a handshake.
const LONGEST_REQUEST: usize = 16 * 1024;

/// Pieces that it may come in.
const MOST_PIECES: usize = 512;

/// The largest message, as on the other transports.
const MAX_MESSAGE: usize = Limits::DEFAULT.max_message;

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(8 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * MAX_MESSAGE)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
}

/// A WebSocket whose handshake is done.
pub(crate) type WebSocket = WebSocketStream<Watched>;

/// The handshake with a browser that connected to us.
pub(super) async fn accept(stream: BoxedStream) -> io::Result<WebSocket> {
    let stream = in_our_version(stream).await?;
    accept_hdr_async_with_config(stream, answer, Some(config())).await.map_err(io::Error::other)
}

/// Reads the request, and answers one that is not in our version with the version that is (RFC 6455 section 4.4); the library
/// would close without a word. The stream that comes back begins anew. What is no request at all is the library's to refuse.
async fn in_our_version(mut stream: BoxedStream) -> io::Result<Watched> {
    let mut head = BytesMut::with_capacity(2 * 1024);
    for _ in 0..MOST_PIECES {
        if stream.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match Request::try_parse(&head) {
            Ok(None) if head.len() < LONGEST_REQUEST => {}
            Ok(Some((_, request))) if !names_our_version(&request) => {
                stream.write_all(UPGRADE_REQUIRED.as_bytes()).await?;
                stream.shutdown().await?;
                return Err(io::Error::other("the handshake is not in version 13 of WebSockets"));
            }
            Ok(Some(_)) | Err(_) => return Ok(Watched::beginning_with(head.freeze(), stream)),
            Ok(None) => break,
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "the request of a handshake has no end"))
}

fn names_our_version(request: &Request) -> bool {
    request.headers().get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == VERSION)
}

/// To those who ask for another version, or for none.
const UPGRADE_REQUIRED: &str = "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\
                                Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n";

/// The handshake with a server that we connected to.
pub(super) async fn connect(stream: BoxedStream, host: &str, port: u16) -> io::Result<WebSocket> {
    let host = match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
        _ => host.to_owned(),
    };
    let mut request = format!("ws://{host}:{port}{PATH}").into_client_request().map_err(io::Error::other)?;
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    let (socket, _) = client_async_with_config(request, Watched::new(stream), Some(config()))
        .await
        .map_err(io::Error::other)?;
    Ok(socket)
}

/// Whether SIP is spoken there.
pub(super) fn is_path_of_sip(path: &str) -> bool {
    path == "/" || path.ends_with(PATH)
}

/// Takes those who ask for SIP at one of our paths.
#[expect(clippy::result_large_err, reason = "the signature is the library's")]
fn answer(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    if !is_path_of_sip(request.uri().path()) {
        return Err(refusal(StatusCode::NOT_FOUND, "SIP is spoken at /ws\n"));
    }
    let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).into_iter();
    let mut offered = offered.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    if !offered.any(|name| name.trim().eq_ignore_ascii_case(SUBPROTOCOL)) {
        return Err(refusal(StatusCode::BAD_REQUEST, "the subprotocol must be sip (RFC 7118)\n"));
    }
    response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    Ok(response)
}

fn refusal(status: StatusCode, text: &str) -> ErrorResponse {
    let mut response = ErrorResponse::new(Some(text.to_owned()));
    *response.status_mut() = status;
    response
}

/// Carries messages both ways until one side ends.
pub(super) async fn serve(
    mut socket: WebSocket,
    flow: Flow,
    limits: &ConnectionLimits,
    intake: &Intake,
    mut waiting: mpsc::Receiver<Bytes>,
) -> io::Result<()> {
    // A new connection owes its first message like one that is under way; later it may be silent.
    let mut deadline = Instant::now() + limits.message_within;
    let mut is_partial = true;
    // Set while the peer is silent between messages: when it was last heard.
    let mut silent_since = None;
    let mut keep_alive = limits.keep_alive.map(|interval| Instant::now() + interval);
    loop {
        let outgoing = tokio::select! {
            came = timeout_at(deadline, next(&mut socket)) => match came {
                Err(late) => {
                    // It may have become known since: what it said last may have been a registration.
                    let later = silent_since.map(|since| idle_deadline(since, flow, limits, intake));
                    deadline = later.filter(|later| *later > deadline).ok_or(late)?;
                    continue;
                }
                Ok(Came::End) => return Ok(()),
                Ok(Came::Part) => {
                    silent_since = None;
                    if !is_partial {
                        deadline = Instant::now() + limits.message_within; // octet by octet does not buy time
                    }
                    is_partial = true;
                    continue;
                }
                Ok(Came::Frame(frame)) => {
                    is_partial = false;
                    silent_since = Some(Instant::now());
                    deadline = idle_deadline(Instant::now(), flow, limits, intake);
                    match receive(frame.map_err(of_socket)?, flow, intake).await? {
                        Some(answer) => answer,
                        None => continue,
                    }
                }
            },
            queued = waiting.recv() => match queued {
                Some(bytes) => frame_of(bytes),
                None => return timeout(limits.write_within, socket.close(None)).await?.map_err(of_socket),
            },
            () = until(keep_alive) => Message::Ping(Bytes::new()),
        };
        timeout(limits.write_within, socket.send(outgoing)).await?.map_err(of_socket)?;
        keep_alive = limits.keep_alive.map(|interval| Instant::now() + interval);
    }
}

/// What came on a WebSocket.
enum Came {
    /// A whole frame, or a fault.
    Frame(Result<Message, Error>),
    /// Part of one.
    Part,
    /// Nothing will come any more.
    End,
}

/// Waits until something comes. May be dropped and called again at any time.
async fn next(socket: &mut WebSocket) -> Came {
    poll_fn(|cx| {
        let came = socket.poll_next_unpin(cx);
        let something = socket.get_mut().take_came();
        match came {
            Poll::Ready(Some(frame)) => Poll::Ready(Came::Frame(frame)),
            Poll::Ready(None) => Poll::Ready(Came::End),
            Poll::Pending if something => Poll::Ready(Came::Part),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Hands a message on; what must be answered at once is returned. Pings are answered below us.
async fn receive(frame: Message, flow: Flow, intake: &Intake) -> io::Result<Option<Message>> {
    let bytes = match frame {
        Message::Text(text) => Bytes::from(text),
        Message::Binary(bytes) => bytes,
        _ => return Ok(None),
    };
    if bytes == PING {
        return Ok(Some(frame_of(Bytes::from_static(PONG)))); // RFC 7118 section 6
    }
    if bytes.iter().all(|octet| matches!(octet, b'\r' | b'\n')) {
        return Ok(None);
    }
    let input = Input::from_bytes(bytes, flow);
    intake.admit(&flow).await?;
    intake.send(input).await?;
    Ok(None)
}

/// A frame with a message: text where it is such, which browsers like better.
fn frame_of(bytes: Bytes) -> Message {
    match Utf8Bytes::try_from(bytes.clone()) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(bytes),
    }
}

fn of_socket(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::DuplexStream;

    use super::*;
    use crate::guard::{GuardPolicy, SharedGuard};
    use crate::transport::Protocol;

    /// A browser's end, and our own, which is served with these limits.
    async fn served(
        guard: Option<SharedGuard>,
        limits: ConnectionLimits,
    ) -> (WebSocketStream<DuplexStream>, mpsc::Sender<Bytes>, tokio::task::JoinHandle<io::Result<()>>) {
        let (theirs, ours) = tokio::io::duplex(1024);
        let mut request = "ws://pbx/ws".into_client_request().unwrap();
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        let (browser, ours) =
            tokio::join!(tokio_tungstenite::client_async(request, theirs), accept(Box::new(ours)));
        let address = |port| std::net::SocketAddr::from(([192, 0, 2, 1], port));
        let flow = Flow::new(Protocol::Ws, address(1), address(2));
        let (inputs, _never) = mpsc::channel(8);
        let (outbox, waiting) = mpsc::channel(8);
        let (socket, intake) = (ours.unwrap(), Intake { inputs, guard });
        let task = tokio::spawn(async move { serve(socket, flow, &limits, &intake, waiting).await });
        (browser.unwrap().0, outbox, task)
    }

    /// How many seconds pass until the connection is closed, while the browser answers what it is asked.
    async fn seconds_until_closed(guard: Option<SharedGuard>, greets: bool) -> u64 {
        let start = Instant::now();
        let quiet = ConnectionLimits { keep_alive: None, ..ConnectionLimits::DEFAULT };
        let (mut browser, _outbox, task) = served(guard, quiet).await;
        if greets {
            browser.send(Message::text("\r\n")).await.unwrap();
        }
        assert!(task.await.unwrap().is_err());
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_stranger_that_falls_silent_is_given_up_soon() {
        let guard = || SharedGuard::new(GuardPolicy::new(), |_| {});
        assert_eq!(seconds_until_closed(None, false).await, 32);
        assert_eq!(seconds_until_closed(None, true).await, 7800);
        assert_eq!(seconds_until_closed(Some(guard()), true).await, 180);
        let known = guard();
        known.welcome([192, 0, 2, 1].into(), Duration::from_secs(3600));
        assert_eq!(seconds_until_closed(Some(known), true).await, 7800);
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_reads_nothing_is_given_up_in_its_time() {
        let limits =
            ConnectionLimits { write_within: Duration::from_millis(100), ..ConnectionLimits::DEFAULT };
        let (_browser, outbox, task) = served(None, limits).await;
        let start = Instant::now();
        outbox.send(Bytes::from(vec![b'x'; 4096])).await.unwrap();
        assert!(task.await.unwrap().is_err());
        assert_eq!(start.elapsed().as_millis(), 100);
    }
}
