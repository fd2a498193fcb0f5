//! Requests, and who answers them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use call_control::BoxFuture;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderValue, SERVER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use sip_ua::guard::SharedGuard;
use sip_ua::transport::{BoxedStream, Tls, WebGuests};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::listener::{Listener, is_at};
use crate::configuration::{HttpConfiguration, SipConfiguration};

/// Connections that may be open together at addresses of our own.
const MOST_CONNECTIONS: usize = 1_024;

/// How long the head of a request may take, and how long a connection may wait for its next one.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// The longest head of a request, in octets and headers.
const LONGEST_HEAD: usize = 16 * 1_024;
const MOST_HEADERS: usize = 64;

/// An answer.
pub(crate) type Reply = Response<Full<Bytes>>;

/// An answer of one line.
pub(crate) fn reply(status: StatusCode, text: &str) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(format!("{text}\n"))));
    *reply.status_mut() = status;
    reply
}

/// What is served below a path.
pub(crate) trait Page: Send + Sync {
    /// What its paths begin with, behind the `prefix` of `http.conf`, as in `/media/`.
    fn path(&self) -> &'static str;

    /// What it is for, in a few words.
    fn title(&self) -> &'static str;

    /// Answers a request for the path that ends in `rest`.
    fn answer<'a>(&'a self, request: Request<Incoming>, rest: &'a str) -> BoxFuture<'a, Reply>;
}

/// The HTTP server of an exchange.
pub(crate) struct HttpServer {
    pages: Vec<Arc<dyn Page>>,
    configuration: ArcSwap<HttpConfiguration>,
    listeners: Mutex<Vec<Listener>>,
    guard: SharedGuard,
    places: Arc<Semaphore>,
    guests: WebGuests,
}

impl std::fmt::Debug for HttpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpServer").finish_non_exhaustive()
    }
}

impl HttpServer {
    /// A server of these pages, which does not listen yet.
    pub(crate) fn new(
        configuration: HttpConfiguration,
        guard: SharedGuard,
        pages: Vec<Arc<dyn Page>>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|server: &Weak<Self>| {
            let server = server.clone();
            let guests = WebGuests::new(move |stream, _| {
                let server = server.upgrade();
                Box::pin(async move {
                    if let Some(server) = server {
                        server.serve(stream).await;
                    }
                })
            });
            Self {
                pages,
                configuration: ArcSwap::from_pointee(configuration),
                listeners: Mutex::default(),
                guard,
                places: Arc::new(Semaphore::new(MOST_CONNECTIONS)),
                guests,
            }
        })
    }

    /// Who takes those who come to a transport of SIP at this address for something else.
    pub(crate) fn guests_at(&self, address: SocketAddr) -> Option<WebGuests> {
        let http = self.configuration.load();
        [http.plain, http.secure].contains(&Some(address)).then(|| self.guests.clone())
    }

    /// Takes another configuration, and closes what is not served by us any more under it: a transport of SIP may be about to have
    /// the address.
    pub(crate) async fn leave(&self, http: &HttpConfiguration, sip: &SipConfiguration) {
        let wanted = wanted(http, sip);
        let certificate_is_new = self.configuration.load().certificates != http.certificates;
        self.configuration.store(Arc::new(http.clone()));
        let stays = |listener: &Listener| {
            let is_wanted = wanted.iter().any(|(address, secure)| is_at(listener, *address, *secure));
            is_wanted && !(certificate_is_new && listener.tls.is_some())
        };
        let (kept, gone): (Vec<_>, Vec<_>) =
            std::mem::take(&mut *self.listeners()).into_iter().partition(stays);
        *self.listeners() = kept;
        for listener in gone {
            listener.close().await;
        }
    }

    /// Listens where the configuration says and no transport of SIP does. What did not come about is returned, in sentences.
    pub(crate) fn listen(self: &Arc<Self>, sip: &SipConfiguration) -> Vec<String> {
        let http = self.configuration.load_full();
        let mut told = Vec::new();
        for (address, is_secure) in wanted(&http, sip) {
            if self.listeners().iter().any(|listener| is_at(listener, address, is_secure)) {
                continue;
            }
            let tls = http.certificates.as_ref().filter(|_| is_secure).map(Tls::new).transpose();
            let opened = tls.map_err(|error| error.to_string()).and_then(|tls| {
                Listener::open(address, tls, Arc::downgrade(self)).map_err(|error| error.to_string())
            });
            match opened {
                Ok(listener) => self.listeners().push(listener),
                Err(error) => told.push(format!("HTTP is not served at {address} (http.conf): {error}")),
            }
        }
        told
    }

    /// Closes the addresses that are ours.
    pub(crate) async fn close(&self) {
        let all = std::mem::take(&mut *self.listeners());
        for listener in all {
            listener.close().await;
        }
    }

    /// Serves one connection, until it ends or becomes something else.
    pub(crate) async fn serve(self: Arc<Self>, stream: BoxedStream) {
        let service = service_fn(move |request| {
            let server = self.clone();
            async move { Ok::<_, Infallible>(server.answer(request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_WITHIN)
            .max_buf_size(LONGEST_HEAD)
            .max_headers(MOST_HEADERS)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection of HTTP ended");
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Reply {
        let http = self.configuration.load_full();
        let path = request.uri().path().to_owned();
        let below = path.strip_prefix(http.prefix.as_str()).unwrap_or_default();
        let page = self.pages.iter().find_map(|page| Some((page, below.strip_prefix(page.path())?)));
        let mut answer = match page {
            Some((page, rest)) => page.answer(request, rest).await,
            None => reply(StatusCode::NOT_FOUND, "there is nothing here"),
        };
        // What cannot stand in a header is left out.
        if let Ok(name) = HeaderValue::from_str(&http.server_name) {
            answer.headers_mut().insert(SERVER, name);
        }
        answer
    }

    pub(super) fn configuration(&self) -> Arc<HttpConfiguration> {
        self.configuration.load_full()
    }

    pub(super) fn pages(&self) -> &[Arc<dyn Page>] {
        &self.pages
    }

    /// Whether an address is open that is ours.
    pub(super) fn listens_at(&self, address: SocketAddr) -> bool {
        self.listeners().iter().any(|listener| listener.address == address)
    }

    pub(super) fn guard(&self) -> &SharedGuard {
        &self.guard
    }

    /// A place among the connections that may be open.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().try_acquire_owned().ok()
    }

    fn listeners(&self) -> MutexGuard<'_, Vec<Listener>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Addresses that no transport of SIP serves, and whether TLS is spoken there.
fn wanted(http: &HttpConfiguration, sip: &SipConfiguration) -> Vec<(SocketAddr, bool)> {
    let plain = http.plain.map(|address| (address, false));
    let secure = http.secure.map(|address| (address, true)).filter(|_| http.certificates.is_some());
    plain.into_iter().chain(secure).filter(|(address, _)| !sip.serves_web(*address)).collect()
}

#[cfg(test)]
mod tests {
    use sip_ua::guard::GuardPolicy;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Says what is asked of it.
    struct Mirror;

    impl Page for Mirror {
        fn path(&self) -> &'static str {
            "/mirror/"
        }

        fn title(&self) -> &'static str {
            "what was asked"
        }

        fn answer<'a>(&'a self, _: Request<Incoming>, rest: &'a str) -> BoxFuture<'a, Reply> {
            Box::pin(async move { reply(StatusCode::OK, rest) })
        }
    }

    fn server(prefix: &str) -> Arc<HttpServer> {
        let (prefix, server_name) = (prefix.to_owned(), "Desk".to_owned());
        let configuration = HttpConfiguration { prefix, server_name, ..HttpConfiguration::default() };
        let guard = SharedGuard::new(GuardPolicy::new(), |_| {});
        HttpServer::new(configuration, guard, vec![Arc::new(Mirror)])
    }

    /// What is answered to these octets, until the connection is closed.
    async fn answered(server: Arc<HttpServer>, octets: &[u8]) -> String {
        let (mut theirs, ours) = tokio::io::duplex(64 * 1024);
        let serving = tokio::spawn(server.serve(Box::new(ours)));
        theirs.write_all(octets).await.unwrap();
        let mut answer = Vec::new();
        theirs.read_to_end(&mut answer).await.unwrap();
        serving.await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    fn get(path: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes()
    }

    #[tokio::test]
    async fn pages_are_found_behind_the_prefix() {
        for (prefix, path, status) in [
            ("", "/mirror/a?b=c", "200 OK"),
            ("", "/elsewhere", "404 Not Found"),
            ("/pbx", "/pbx/mirror/a", "200 OK"),
            ("/pbx", "/mirror/a", "404 Not Found"),
        ] {
            let answer = answered(server(prefix), &get(path)).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
            assert!(answer.contains("\r\nserver: Desk\r\n"), "{answer}");
            assert!(!status.starts_with("200") || answer.ends_with("\r\n\r\na\n"), "{answer}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_nothing_is_given_up() {
        let start = tokio::time::Instant::now();
        assert_eq!(answered(server(""), b"GET /mir").await, "");
        assert_eq!(start.elapsed(), HEAD_WITHIN);
    }

    #[tokio::test]
    async fn heads_have_a_bound() {
        let long = [&b"GET /mirror/a HTTP/1.1\r\nX: "[..], &[b'x'; 32 * 1024], b"\r\n\r\n"].concat();
        let answer = answered(server(""), &long).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}
