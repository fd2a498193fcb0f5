//! One request to a web server, and its answer, bounded in size; the caller bounds its time.

use std::path::PathBuf;
use std::sync::Arc;

use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderName, LOCATION, REFERER, USER_AGENT};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::curl_options::CurlOptions;
use crate::functions::encodings::base64;
use crate::functions::strings::LONGEST;

/// Where Debian and its kin keep the authorities of servers; the environment may name another file.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";
const AUTHORITIES_VARIABLE: &str = "SSL_CERT_FILE";

/// What is asked for, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    secure: bool,
    /// With the port, as the address has it.
    authority: String,
    /// Path and query.
    target: String,
    /// User and password that stand in the address.
    user: Option<String>,
}

impl Address {
    /// Reads `http://` or `https://`, with or without the scheme.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (place, target) = rest.split_at(end);
        let (user, authority) = match place.rsplit_once('@') {
            Some((user, authority)) => (Some(user.to_owned()), authority),
            None => (None, place),
        };
        let target = target.split('#').next().unwrap_or_default();
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        let is_clean =
            |text: &str| !text.is_empty() && text.bytes().all(|octet| octet > b' ' && octet != 0x7f);
        let found =
            Self { secure, authority: authority.to_owned(), target: target.replace(' ', "%20"), user };
        (is_clean(&found.authority) && is_clean(&found.target) && found.host().is_some()).then_some(found)
    }

    /// Where a server sends those who asked for this.
    pub(super) fn joined(&self, location: &str) -> Option<Self> {
        if location.contains("://") {
            return Self::parse(location);
        }
        let scheme = if self.secure { "https" } else { "http" };
        let target = match location.strip_prefix("//") {
            Some(elsewhere) => return Self::parse(&format!("{scheme}://{elsewhere}")),
            None if location.starts_with('/') => location.to_owned(),
            None => {
                let folder = self.target.split('?').next().unwrap_or_default();
                let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
                format!("{folder}/{location}")
            }
        };
        Self::parse(&format!("{scheme}://{}{target}", self.authority))
    }

    /// Host and port.
    fn host(&self) -> Option<(String, u16)> {
        let usual = if self.secure { 443 } else { 80 };
        let (host, port) = match self.authority.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                (host, port.strip_prefix(':').unwrap_or(""))
            }
            None => self.authority.split_once(':').unwrap_or((&self.authority, "")),
        };
        let port = if port.is_empty() { usual } else { port.parse().ok()? };
        (!host.is_empty()).then(|| (host.to_owned(), port))
    }
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Status line and headers, where they were asked for.
    pub(super) head: String,
    pub(super) text: String,
    /// Where it sends those who ask.
    pub(super) location: Option<String>,
}

/// Asks once. With a body it is a POST.
pub(super) async fn ask(
    address: &Address,
    body: Option<&str>,
    options: &CurlOptions,
) -> Result<Answer, String> {
    let (host, port) = address.host().ok_or("the address has no host")?;
    let connect = TcpStream::connect((host.as_str(), port));
    let stream = tokio::time::timeout(options.connect, connect).await;
    let stream = stream.map_err(|_| format!("{host} does not take the connection"))?;
    let stream = stream.map_err(|error| format!("{host}: {error}"))?;
    if !address.secure {
        return exchange(address, body, options, stream).await;
    }
    let file = options.authorities.clone();
    let config = tokio::task::spawn_blocking(move || client_config(&file))
        .await
        .map_err(|error| error.to_string())??;
    let name = ServerName::try_from(host.clone()).map_err(|error| format!("{host}: {error}"))?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    exchange(address, body, options, stream.map_err(|error| format!("{host}: {error}"))?).await
}

/// What servers must prove. Blocks.
fn client_config(file: &str) -> Result<ClientConfig, String> {
    let usual =
        || std::env::var_os(AUTHORITIES_VARIABLE).map_or_else(|| PathBuf::from(AUTHORITIES), PathBuf::from);
    let path = if file.is_empty() { usual() } else { PathBuf::from(file) };
    let pem = std::fs::read(&path)
        .map_err(|error| format!("the authorities of web servers ({}): {error}", path.display()))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&pem).flatten());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// The request and its answer, over a connection of their own.
async fn exchange<S>(
    address: &Address,
    body: Option<&str>,
    options: &CurlOptions,
    stream: S,
) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let said = |error: hyper::Error| error.to_string();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(said)?;
    // It ends with the sender, whatever becomes of the answer.
    tokio::spawn(connection);
    let response = sender.send_request(request(address, body, options)?).await.map_err(said)?;
    let status = response.status();
    let location = response.headers().get(LOCATION).filter(|_| status.is_redirection());
    let location = location.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut head = String::new();
    if options.show_head {
        head = format!("HTTP/1.1 {status}\r\n");
        for (name, value) in response.headers() {
            head += &format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
        }
        head += "\r\n";
    }
    let body = Limited::new(response.into_body(), LONGEST).collect().await.map_err(|error| {
        match error.is::<http_body_util::LengthLimitError>() {
            true => "the answer has more than 64 KiB".to_owned(),
            false => error.to_string(),
        }
    })?;
    let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Ok(Answer { status: status.as_u16(), head, text, location })
}

fn request(
    address: &Address,
    body: Option<&str>,
    options: &CurlOptions,
) -> Result<Request<Full<Bytes>>, String> {
    let mut request = match body {
        Some(_) => Request::post(&address.target).header(CONTENT_TYPE, "application/x-www-form-urlencoded"),
        None => Request::get(&address.target),
    };
    request = request.header(HOST, &address.authority).header("accept", "*/*");
    let user = Some(&options.user).filter(|user| !user.is_empty()).or(address.user.as_ref());
    let user = user.map(|user| format!("Basic {}", base64::of_octets(user.as_bytes())));
    let own = [
        (USER_AGENT, options.agent.as_str()),
        (REFERER, options.referer.as_str()),
        (COOKIE, options.cookie.as_str()),
        (AUTHORIZATION, user.as_deref().unwrap_or_default()),
    ];
    for (name, value) in own.into_iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(name, value);
    }
    let body = Bytes::from(body.unwrap_or_default().to_owned());
    let mut request = request.body(Full::new(body)).map_err(|error| error.to_string())?;
    // Those that the dialplan names take the place of others.
    for (name, value) in &options.headers {
        let name = name.parse::<HeaderName>().map_err(|error| format!("{name}: {error}"))?;
        let value = value.parse().map_err(|error| format!("{name}: {error}"))?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_joined() {
        let plain = Address::parse("example.com/a/b?c#d").unwrap();
        assert_eq!((plain.secure, plain.target.as_str()), (false, "/a/b?c"));
        assert_eq!(plain.host(), Some(("example.com".to_owned(), 80)));
        let other = Address::parse("https://u:p@[::1]:8443").unwrap();
        assert_eq!((other.host(), other.target.as_str()), (Some(("::1".to_owned(), 8443)), "/"));
        assert_eq!(other.user.as_deref(), Some("u:p"));
        for bad in ["", "ftp://x/", "http:///x", "http://a b/", "http://a:99999/", "http://a/\r\nX: y"] {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
        let to = |location| {
            plain.joined(location).map(|address| format!("{}{}", address.authority, address.target))
        };
        assert_eq!(to("/x").as_deref(), Some("example.com/x"));
        assert_eq!(to("x?y").as_deref(), Some("example.com/a/x?y"));
        assert_eq!(to("https://b/").as_deref(), Some("b/"));
        assert_eq!(to("//c/d").as_deref(), Some("c/d"));
        assert_eq!(to("ftp://b/"), None);
    }
}
