//! One certificate fetched from a web server: one request, no redirection, bounded in size; the caller bounds its time.
//!
//! Whoever calls chooses the address. Its host is looked up here and nowhere else, so that what was let in by the lists is
//! what is connected to.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CACHE_CONTROL, HOST, HeaderMap, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sip_ua::guard::AccessList;
use stir_shaken::CertificateUrl;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Longest answer that is read: a certificate and those that lead to its authority have a few kilobytes.
const LONGEST: usize = 64 * 1_024;

/// Longest time that a server may ask to keep its answer for.
const LONGEST_AGE: Duration = Duration::from_secs(30 * 24 * 3_600);

/// What came.
pub(super) struct Fetched {
    pub(super) body: Bytes,
    /// How long its server wants it to be kept.
    pub(super) max_age: Option<Duration>,
}

/// Why nothing came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FetchProblem {
    #[error("{0} has no address that x5u_permit, x5u_deny and x5u_acl let in")]
    KeptOut(String),
    #[error("{0} is not found: {1}")]
    NotFound(String, String),
    #[error("{0}")]
    Failed(String),
    #[error("the server answered with {0}")]
    Status(u16),
    #[error("the answer has more than 64 kB")]
    TooLong,
}

impl FetchProblem {
    fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The authorities of web servers, read with the first certificate that is fetched.
#[derive(Default)]
pub(crate) struct WebAuthorities(Mutex<Option<Arc<ClientConfig>>>);

/// Where Debian and its kin keep them; the environment may name another file, as OpenSSL's programs let it.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";
const AUTHORITIES_VARIABLE: &str = "SSL_CERT_FILE";

impl WebAuthorities {
    /// Reads them again the next time.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What servers must prove, to whoever connects to one.
    pub(crate) async fn client(&self) -> Result<Arc<ClientConfig>, FetchProblem> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let read = tokio::task::spawn_blocking(client_config).await.map_err(FetchProblem::failed)?;
        let client = Arc::new(read.map_err(FetchProblem::Failed)?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(client.clone());
        Ok(client)
    }
}

/// What servers must prove. Blocks.
fn client_config() -> Result<ClientConfig, String> {
    let named = std::env::var_os(AUTHORITIES_VARIABLE).map(PathBuf::from);
    let path = named.unwrap_or_else(|| PathBuf::from(AUTHORITIES));
    let pem = std::fs::read(&path);
    let pem = pem.map_err(|error| format!("the authorities of web servers ({}): {error}", path.display()))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&pem).flatten());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Fetches what stands behind an address, from a host that every list lets in.
pub(super) async fn fetch(
    url: &CertificateUrl,
    access: &[AccessList],
    authorities: &WebAuthorities,
) -> Result<Fetched, FetchProblem> {
    let stream = connect(url, access).await?;
    if !url.secure {
        return exchange(url, stream).await;
    }
    let name = ServerName::try_from(url.host.clone()).map_err(FetchProblem::failed)?;
    let connector = TlsConnector::from(authorities.client().await?);
    exchange(url, connector.connect(name, stream).await.map_err(FetchProblem::failed)?).await
}

async fn connect(url: &CertificateUrl, access: &[AccessList]) -> Result<TcpStream, FetchProblem> {
    let addresses: Vec<SocketAddr> = match url.host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, url.port)],
        Err(_) => {
            let found = tokio::net::lookup_host((url.host.as_str(), url.port)).await;
            found.map_err(|error| FetchProblem::NotFound(url.host.clone(), error.to_string()))?.collect()
        }
    };
    let is_let_in = |address: &&SocketAddr| access.iter().all(|list| list.permits(address.ip()));
    let mut problem = FetchProblem::KeptOut(url.host.clone());
    for address in addresses.iter().filter(is_let_in) {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => problem = FetchProblem::Failed(format!("{address}: {error}")),
        }
    }
    Err(problem)
}

/// The request and its answer, over a connection of their own.
async fn exchange<S>(url: &CertificateUrl, stream: S) -> Result<Fetched, FetchProblem>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(FetchProblem::failed)?;
    // It ends with the sender, whatever becomes of the answer.
    tokio::spawn(connection);
    let request = Request::get(&url.target)
        .header(HOST, host_header(url))
        .header(USER_AGENT, concat!("ipbx/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "application/pem-certificate-chain, application/pkix-cert, */*")
        .body(Empty::<Bytes>::new())
        .map_err(FetchProblem::failed)?;
    let response = sender.send_request(request).await.map_err(FetchProblem::failed)?;
    if response.status() != StatusCode::OK {
        return Err(FetchProblem::Status(response.status().as_u16()));
    }
    let max_age = max_age(response.headers());
    let body = Limited::new(response.into_body(), LONGEST).collect().await.map_err(|error| {
        match error.is::<http_body_util::LengthLimitError>() {
            true => FetchProblem::TooLong,
            false => FetchProblem::failed(error),
        }
    })?;
    Ok(Fetched { body: body.to_bytes(), max_age })
}

/// `Host`: without the port where it is the usual one (RFC 9110 section 7.2).
fn host_header(url: &CertificateUrl) -> String {
    let host = if url.host.contains(':') { format!("[{}]", url.host) } else { url.host.clone() };
    match (url.secure, url.port) {
        (true, 443) | (false, 80) => host,
        (_, port) => format!("{host}:{port}"),
    }
}

/// `max-age` of Cache-Control (RFC 9111 section 5.2.2.1).
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = values.flat_map(|value| value.split(',')).map(str::trim);
    let seconds = directives.find_map(|directive| directive.strip_prefix("max-age=")?.parse().ok())?;
    Some(Duration::from_secs(seconds).min(LONGEST_AGE))
}

#[cfg(test)]
mod tests;
