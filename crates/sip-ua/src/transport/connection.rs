//! One connection of any stream protocol: framing, keep-alive, queues and time limits.
//!
//! The protocols only bring a way to open a [`Stream`]; what differs about WebSockets is in `websocket.rs`.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use sip_parser::{Frame, Framer, FramingError, ParseError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, timeout, timeout_at};

use super::websocket::{self, WebSocket};
use super::{Flow, Input, Visit};
use crate::guard::{Decision, SharedGuard, Standing};

/// What carries a connection's bytes.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Some stream.
pub type BoxedStream = Box<dyn Stream>;

/// A connection whose handshakes are done.
pub(crate) enum Opened {
    /// Messages follow each other in a stream.
    Stream(BoxedStream),
    /// Each message has a frame.
    WebSocket(Box<WebSocket>),
    /// Its peer came for something else than SIP.
    Guest(Visit),
}

/// A connection on its way: its handshakes, then what they led to.
pub(crate) type Opening = Pin<Box<dyn Future<Output = io::Result<Opened>> + Send>>;

/// How long connections live, and how many there may be.
///
/// # Defaults
/// 4,096 accepted connections, 1,024 of one address, 64 of one that is strange to the guard, 256 queued messages each;
/// 10 s to open, 32 s for a message to come whole, 10 s for the peer to take what we write, a sign of life after 90 s in
/// which we said nothing, closed after 2 h 10 min of silence, or after 3 min of it when the guard does not know the peer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionLimits {
    /// Connections that peers may have open together. Further ones are closed at once.
    pub accepted: usize,
    /// Connections that one address may have open, of IPv6 one network of 64 bits; an office behind one NAT has one for
    /// each phone.
    pub accepted_per_address: usize,
    /// The same for an address from which nobody has proven anything yet. Without a guard there are no strangers.
    pub accepted_per_stranger: usize,
    /// Messages that wait for a slow peer. When there are more, the connection is closed.
    pub queued_messages: usize,
    /// How long opening a connection may take.
    pub open_within: Duration,
    /// How long a message may take from its first octet to its last, and a new connection to its first message.
    pub message_within: Duration,
    /// How long the peer may leave what we write unread.
    pub write_within: Duration,
    /// How long a connection may be silent. Longer than registrations last, for a phone may have nothing to say
    /// until it renews its own; that the peer is still there is what TCP's keep-alive is for.
    pub idle: Duration,
    /// After how much time in which we said nothing we send a keep-alive (RFC 5626 section 4.4.1), so that no
    /// firewall or translator forgets the connection; `None` for never.
    pub keep_alive: Option<Duration>,
    /// How long the connection of a stranger may be silent.
    pub idle_stranger: Duration,
}

impl ConnectionLimits {
    /// The default values.
    pub const DEFAULT: Self = Self {
        accepted: 4096,
        accepted_per_address: 1024,
        accepted_per_stranger: 64,
        queued_messages: 256,
        open_within: Duration::from_secs(10),
        message_within: Duration::from_secs(32),
        write_within: Duration::from_secs(10),
        idle: Duration::from_secs(7800),
        keep_alive: Some(Duration::from_secs(90)),
        idle_stranger: Duration::from_secs(180),
    };
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Where a connection's messages go, and who lets them in.
#[derive(Clone)]
pub(crate) struct Intake {
    pub(crate) inputs: mpsc::Sender<Input>,
    pub(crate) guard: Option<SharedGuard>,
}

impl Intake {
    /// Waits until a message of `flow` may be read.
    ///
    /// # Errors
    /// When its source is banned.
    pub(super) async fn admit(&self, flow: &Flow) -> io::Result<()> {
        let Some(guard) = &self.guard else { return Ok(()) };
        loop {
            match guard.admit(flow.remote.ip()) {
                Decision::Serve(_) => return Ok(()),
                Decision::Refuse => return Err(io::ErrorKind::PermissionDenied.into()),
                // What the peer sends meanwhile waits in its own buffers.
                Decision::Shed => tokio::time::sleep(SLOWED).await,
            }
        }
    }

    /// Whether the guard knows nothing good of the peer.
    fn is_stranger(&self, flow: &Flow) -> bool {
        self.guard.as_ref().is_some_and(|guard| guard.standing(flow.remote.ip()) == Standing::Stranger)
    }

    pub(super) async fn send(&self, input: Input) -> io::Result<()> {
        self.inputs.send(input).await.map_err(|_| io::ErrorKind::ConnectionAborted.into())
    }
}

/// How long a message above the rate waits before it is tried again.
const SLOWED: Duration = Duration::from_secs(1);

/// Our end of a connection. Dropping it sends what is queued, then closes.
#[derive(Debug)]
pub(crate) struct Connection {
    serial: u64,
    outbox: mpsc::Sender<Bytes>,
}

impl Connection {
    /// Serves what `opening` yields until it ends, then reports [`Input::Closed`] under `serial`.
    /// Messages may be sent at once; they wait for it to open.
    pub(crate) fn spawn(
        opening: Opening,
        flow: Flow,
        serial: u64,
        intake: Intake,
        limits: ConnectionLimits,
        place: Option<OwnedSemaphorePermit>,
    ) -> Self {
        let (outbox, waiting) = mpsc::channel(limits.queued_messages);
        let pongs = outbox.downgrade();
        tokio::spawn(async move {
            let served = async {
                match open(opening, flow, limits.open_within).await? {
                    Opened::Stream(stream) => serve(stream, flow, &limits, &intake, pongs, waiting).await,
                    Opened::WebSocket(socket) => {
                        websocket::serve(*socket, flow, &limits, &intake, waiting).await
                    }
                    Opened::Guest(visit) => {
                        host(visit, waiting).await;
                        Ok(())
                    }
                }
            };
            if let Err(error) = served.await {
                tracing::debug!(%flow, %error, "connection ended");
            }
            drop(place);
            // The core's task may be gone; then nobody needs to know.
            let _ = intake.send(Input::Closed { flow, serial }).await;
        });
        Self { serial, outbox }
    }

    /// Which of the connections that had this flow it is.
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    /// Queues a message; false when the queue is full or the connection has ended.
    pub(crate) fn send(&self, bytes: Bytes) -> bool {
        self.outbox.try_send(bytes).is_ok()
    }
}

/// Lets a guest stay until its visit is over, or nobody holds the connection any more. It understands no message of SIP.
async fn host(visit: Visit, mut waiting: mpsc::Receiver<Bytes>) {
    tokio::select! {
        () = visit => {}
        () = async { while waiting.recv().await.is_some() {} } => {}
    }
}

/// Waits for the handshakes. That they failed is worth a line: somebody configured something wrong, or knocks.
async fn open(opening: Opening, flow: Flow, within: Duration) -> io::Result<Opened> {
    let opened = match timeout(within, opening).await {
        Ok(opened) => opened,
        Err(late) => Err(late.into()),
    };
    opened.inspect_err(|error| tracing::info!(%flow, %error, "a connection could not be opened"))
}

async fn serve(
    stream: BoxedStream,
    flow: Flow,
    limits: &ConnectionLimits,
    intake: &Intake,
    pongs: mpsc::WeakSender<Bytes>,
    waiting: mpsc::Receiver<Bytes>,
) -> io::Result<()> {
    let (mut read_half, write_half) = tokio::io::split(stream);
    let mut writing = std::pin::pin!(write(write_half, limits, waiting));
    let ended = tokio::select! {
        ended = read(&mut read_half, flow, limits, intake, pongs) => ended,
        ended = &mut writing => return ended,
    };
    if ended.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::InvalidData) {
        // Its sender is told what was wrong, and reads it: a connection that is closed over unread octets is reset.
        let last_word = async {
            let mut nowhere = tokio::io::sink();
            tokio::select! {
                _ = tokio::io::copy(&mut read_half, &mut nowhere) => {}
                _ = &mut writing => {}
            }
        };
        let _ = timeout(LAST_WORD, last_word).await;
    }
    ended
}

/// How long a connection on which no message can be found any more stays open for our answer.
const LAST_WORD: Duration = Duration::from_secs(1);

async fn read(
    stream: &mut ReadHalf<BoxedStream>,
    flow: Flow,
    limits: &ConnectionLimits,
    intake: &Intake,
    pongs: mpsc::WeakSender<Bytes>,
) -> io::Result<()> {
    let mut framer = Framer::new();
    let mut buffer = BytesMut::new();
    let mut deadline = Instant::now() + limits.message_within;
    // Set while the peer is silent between messages: when it was last heard.
    let mut silent_since = None;
    let mut was_partial = true; // a new connection owes its first message like one that is under way
    loop {
        buffer.reserve(8192);
        match timeout_at(deadline, stream.read_buf(&mut buffer)).await {
            Ok(read) => {
                if read? == 0 {
                    return Ok(());
                }
            }
            Err(_) if framer.take_pong() => {
                deadline = idle_deadline(Instant::now(), flow, limits, intake);
                silent_since = Some(Instant::now());
                was_partial = false;
                continue;
            }
            Err(late) => {
                // It may have become known since: what it said last may have been a registration.
                let later = silent_since.map(|since| idle_deadline(since, flow, limits, intake));
                match later.filter(|later| *later > deadline) {
                    Some(later) => deadline = later,
                    None => return Err(late.into()),
                }
                continue;
            }
        }
        framer.push(&buffer);
        buffer.clear();
        let framed = deliver(&mut framer, flow, intake, &pongs).await?;
        let partial = !framer.is_empty();
        deadline = match (partial, was_partial && !framed) {
            (true, true) => deadline, // octet by octet does not buy time
            (true, false) => Instant::now() + limits.message_within,
            (false, _) => idle_deadline(Instant::now(), flow, limits, intake),
        };
        silent_since = (!partial).then(Instant::now);
        was_partial = partial;
    }
}

/// Until when a peer that was heard at `since` may be silent.
pub(super) fn idle_deadline(
    since: Instant,
    flow: Flow,
    limits: &ConnectionLimits,
    intake: &Intake,
) -> Instant {
    let stranger = intake.is_stranger(&flow);
    since + if stranger { limits.idle.min(limits.idle_stranger) } else { limits.idle }
}

/// Hands every whole frame on; whether there was one.
async fn deliver(
    framer: &mut Framer,
    flow: Flow,
    intake: &Intake,
    pongs: &mpsc::WeakSender<Bytes>,
) -> io::Result<bool> {
    let mut framed = false;
    loop {
        match framer.next() {
            Ok(Some(Frame::Message(bytes))) => {
                intake.admit(&flow).await?;
                intake.send(Input::from_bytes(bytes, flow)).await?;
            }
            Ok(Some(Frame::Ping)) => pong(pongs),
            Ok(Some(Frame::Pong)) => {}
            Ok(None) => return Ok(framed),
            Err(error) => {
                let text = error.to_string();
                let bytes = Bytes::copy_from_slice(framer.leftover());
                let input = Input::Malformed { bytes, error: as_parse_error(error), flow };
                intake.send(input).await?;
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
        }
        framed = true;
    }
}

/// The same fault as the core knows it from datagrams, so that it is counted with them.
fn as_parse_error(error: FramingError) -> ParseError {
    match error {
        FramingError::TooLong(limit) => ParseError::TooLong(limit),
        _ => ParseError::ContentLength,
    }
}

/// Answers a keep-alive (RFC 5626 section 3.5.1); a peer that reads nothing gets none.
fn pong(pongs: &mpsc::WeakSender<Bytes>) {
    if let Some(outbox) = pongs.upgrade() {
        let _ = outbox.try_send(Bytes::from_static(PONG));
    }
}

async fn write(
    mut stream: WriteHalf<BoxedStream>,
    limits: &ConnectionLimits,
    mut waiting: mpsc::Receiver<Bytes>,
) -> io::Result<()> {
    while let Some(bytes) = next(&mut waiting, limits.keep_alive).await {
        timeout(limits.write_within, async {
            stream.write_all(&bytes).await?;
            stream.flush().await // TLS may hold back what the socket did not take
        })
        .await??;
    }
    timeout(limits.write_within, stream.shutdown()).await?
}

/// The next message to write, or a keep-alive when there is none for so long; `None` at the end.
async fn next(waiting: &mut mpsc::Receiver<Bytes>, keep_alive: Option<Duration>) -> Option<Bytes> {
    let Some(interval) = keep_alive else { return waiting.recv().await };
    timeout(interval, waiting.recv()).await.unwrap_or(Some(Bytes::from_static(PING)))
}

/// A keep-alive, which the peer may answer with a single CRLF (RFC 5626 section 4.4.1).
pub(super) const PING: &[u8] = b"\r\n\r\n";
/// The answer to one.
pub(super) const PONG: &[u8] = b"\r\n";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::GuardPolicy;
    use crate::transport::Protocol;
    use tokio::io::DuplexStream;

    fn unguarded(inputs: mpsc::Sender<Input>) -> Intake {
        Intake { inputs, guard: None }
    }

    /// The peer's end, what comes to the core, and our end.
    fn connected() -> (DuplexStream, mpsc::Receiver<Input>, Connection) {
        connected_with(None)
    }

    fn connected_with(guard: Option<SharedGuard>) -> (DuplexStream, mpsc::Receiver<Input>, Connection) {
        let (peer, ours) = tokio::io::duplex(1024);
        let stream = Opened::Stream(Box::new(ours));
        let address = |port| std::net::SocketAddr::from(([192, 0, 2, 1], port));
        let flow = Flow::new(Protocol::Tcp, address(1), address(2));
        let (sender, inputs) = mpsc::channel(8);
        let opening = Box::pin(std::future::ready(Ok(stream)));
        let limits = ConnectionLimits { queued_messages: 2, ..ConnectionLimits::DEFAULT };
        let intake = Intake { inputs: sender, guard };
        (peer, inputs, Connection::spawn(opening, flow, 7, intake, limits, None))
    }

    /// How many seconds pass until the connection is closed.
    async fn seconds_until_closed(inputs: &mut mpsc::Receiver<Input>) -> u64 {
        let start = Instant::now();
        while !matches!(inputs.recv().await, Some(Input::Closed { serial: 7, .. }) | None) {}
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_says_nothing_is_not_waited_for() {
        let (_peer, mut inputs, _connection) = connected();
        assert_eq!(seconds_until_closed(&mut inputs).await, 32);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_first_word_silence_is_borne() {
        let (mut peer, mut inputs, _connection) = connected();
        peer.write_all(b"\r\n\r\n").await.unwrap();
        assert_eq!(seconds_until_closed(&mut inputs).await, 7800);
    }

    fn guard() -> SharedGuard {
        SharedGuard::new(GuardPolicy::new(), |_| {})
    }

    #[tokio::test(start_paused = true)]
    async fn a_stranger_that_falls_silent_is_given_up_soon() {
        let (mut peer, mut inputs, _connection) = connected_with(Some(guard()));
        peer.write_all(b"\r\n\r\n").await.unwrap();
        assert_eq!(seconds_until_closed(&mut inputs).await, 180);
    }

    #[tokio::test(start_paused = true)]
    async fn a_phone_that_registered_meanwhile_is_not() {
        let guard = guard();
        let (mut peer, mut inputs, _connection) = connected_with(Some(guard.clone()));
        peer.write_all(b"\r\n\r\n").await.unwrap();
        tokio::task::yield_now().await;
        guard.welcome(([192, 0, 2, 1]).into(), Duration::from_secs(3600));
        assert_eq!(seconds_until_closed(&mut inputs).await, 7800);
    }

    #[tokio::test(start_paused = true)]
    async fn the_stream_of_a_banned_source_is_closed_unread() {
        let guard = guard();
        let (mut peer, mut inputs, _connection) = connected_with(Some(guard.clone()));
        guard.ban(([192, 0, 2, 1]).into(), None);
        peer.write_all(b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        assert!(matches!(inputs.recv().await, Some(Input::Closed { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lone_crlf_is_no_message_under_way() {
        let (mut peer, mut inputs, _connection) = connected();
        peer.write_all(b"\r\n").await.unwrap();
        assert_eq!(seconds_until_closed(&mut inputs).await, 32 + 7800);
    }

    #[tokio::test(start_paused = true)]
    async fn octet_by_octet_does_not_buy_time() {
        let (mut peer, mut inputs, _connection) = connected();
        peer.write_all(b"\r\n\r\n").await.unwrap();
        let dripping = async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            while peer.write_all(b"X").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        let (seconds, ()) = tokio::join!(seconds_until_closed(&mut inputs), dripping);
        assert_eq!(seconds, 132);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_reads_nothing_is_given_up() {
        let (_peer, mut inputs, connection) = connected();
        assert!(connection.send(Bytes::from(vec![b'x'; 4096])));
        tokio::task::yield_now().await;
        assert!(connection.send(Bytes::new()) && connection.send(Bytes::new()));
        assert!(!connection.send(Bytes::new()), "the queue is full");
        assert_eq!(seconds_until_closed(&mut inputs).await, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_we_say_nothing_is_kept_alive() {
        let (mut peer, _inputs, connection) = connected();
        let start = Instant::now();
        let mut octets = [0; 4];
        peer.write_all(b"\r\n\r\n").await.unwrap();
        peer.read_exact(&mut octets[..2]).await.unwrap();
        assert_eq!((&octets[..2], start.elapsed().as_secs()), (PONG, 0));
        peer.read_exact(&mut octets).await.unwrap();
        assert_eq!((&octets[..], start.elapsed().as_secs()), (PING, 90));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(connection.send(Bytes::from_static(b"BYE!")));
        peer.read_exact(&mut octets).await.unwrap();
        peer.read_exact(&mut octets).await.unwrap();
        assert_eq!((&octets[..], start.elapsed().as_secs()), (PING, 240));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_queued_is_sent_before_the_end() {
        let (mut peer, mut inputs, connection) = connected();
        assert!(connection.send(Bytes::from_static(b"BYE")));
        drop(connection);
        let mut text = vec![];
        peer.read_to_end(&mut text).await.unwrap();
        assert_eq!(text, b"BYE");
        assert_eq!(seconds_until_closed(&mut inputs).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_without_an_end_is_answered_before_the_end() {
        let (mut peer, mut inputs, connection) = connected();
        let head = b"OPTIONS sip:a SIP/2.0\r\nContent-Length: many\r\n\r\nand so on";
        peer.write_all(head).await.unwrap();
        let Some(Input::Malformed { bytes, error, .. }) = inputs.recv().await else { panic!("a fault") };
        assert_eq!((&bytes[..], error), (&head[..], ParseError::ContentLength));
        peer.write_all(b"more").await.unwrap();
        assert!(connection.send(Bytes::from_static(b"SIP/2.0 400")));
        let mut text = vec![0; 11];
        peer.read_exact(&mut text).await.unwrap();
        assert_eq!(text, b"SIP/2.0 400");
        assert_eq!(seconds_until_closed(&mut inputs).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_does_not_open_ends() {
        let (sender, mut inputs) = mpsc::channel(8);
        let address = |port| std::net::SocketAddr::from(([192, 0, 2, 1], port));
        let flow = Flow::new(Protocol::Tcp, address(1), address(2));
        let never = Box::pin(std::future::pending());
        let connection =
            Connection::spawn(never, flow, 7, unguarded(sender), ConnectionLimits::DEFAULT, None);
        assert!(connection.send(Bytes::from_static(b"BYE")), "messages may wait for it to open");
        assert_eq!(seconds_until_closed(&mut inputs).await, 10);
    }
}
