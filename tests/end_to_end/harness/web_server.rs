//! A web server over TLS that has one file, one that streams without it, or one that never says a word.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Authority, Outcome};

/// A running server; it ends with the tests.
pub(crate) struct WebServer {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl WebServer {
    /// Gives `body` to everybody, at this address and a port of its own; its certificate comes from `authority`.
    pub(crate) fn start(address: Ipv4Addr, authority: &Authority, body: &str) -> Outcome<Self> {
        let (certificate, key) = authority.web_server(address)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(certificate.as_bytes())?],
                PrivateKeyDer::from_pem_slice(key.as_bytes())?,
            )?;
        let (config, body) = (Arc::new(config), body.to_owned());
        Self::serve(address, move |stream| {
            // Whoever does not believe the certificate goes away.
            let _ = give(stream, &config, &body);
        })
    }

    /// Takes every connection and says nothing.
    pub(crate) fn silent(address: Ipv4Addr) -> Outcome<Self> {
        Self::serve(address, |mut stream| {
            let _ = stream.read_to_end(&mut Vec::new());
        })
    }

    /// Gives each connection the next of these streams, the last one to all that follow, without saying how long it is.
    pub(crate) fn streaming(address: Ipv4Addr, streams: Vec<Vec<u8>>) -> Outcome<Self> {
        let given = AtomicUsize::new(0);
        Self::serve(address, move |mut stream| {
            let nth = given.fetch_add(1, Ordering::Relaxed).min(streams.len() - 1);
            // A listener that goes away has heard enough.
            let _ = stream.read(&mut [0; 4_096]).and_then(|_| {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nConnection: close\r\n\r\n")?;
                stream.write_all(&streams[nth])
            });
        })
    }

    /// Tells everybody the same text, without TLS.
    pub(crate) fn telling(address: Ipv4Addr, text: &str) -> Outcome<Self> {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        );
        Self::serve(address, move |mut stream| {
            // Whoever goes away has heard enough.
            let _ = stream.read(&mut [0; 4_096]).and_then(|_| stream.write_all(answer.as_bytes()));
        })
    }

    /// Where it is without TLS.
    pub(crate) fn plain_url(&self) -> String {
        format!("http://{}/", self.address)
    }

    fn serve(address: Ipv4Addr, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Outcome<Self> {
        let listener = TcpListener::bind((address, 0))?;
        let server = Self { address: listener.local_addr()?, asked: Arc::default() };
        let (asked, serve) = (server.asked.clone(), Arc::new(serve));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                asked.fetch_add(1, Ordering::Relaxed);
                let serve = serve.clone();
                std::thread::spawn(move || serve(stream));
            }
        });
        Ok(server)
    }

    /// Where its file is.
    pub(crate) fn url(&self) -> String {
        format!("https://{}/certificate.pem", self.address)
    }

    /// How many connections it has taken.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn give(stream: TcpStream, config: &Arc<ServerConfig>, body: &str) -> Outcome {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut reader = BufReader::new(StreamOwned::new(ServerConnection::new(config.clone())?, stream));
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let stream = reader.get_mut();
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    stream.flush()?;
    Ok(())
}
