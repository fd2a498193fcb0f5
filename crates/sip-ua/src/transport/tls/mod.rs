//! TLS: what certificates and keys make of a connection (RFC 3261 section 26.3.1, RFC 5922).

mod cipher_suite;
mod config;
mod error;
mod private_key;
mod verify;

use std::fmt;
use std::io;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio_rustls::{TlsAcceptor, TlsConnector};

pub use cipher_suite::CipherSuite;
pub use config::{ClientCertificate, TlsConfig, TlsVersions};
pub use error::TlsError;
use verify::{AnyServer, Bearer, KnownAuthority};

use super::BoxedStream;

/// Certificates and keys, ready for use. Clones share them: [`replace`](Self::replace) changes all.
///
/// ```no_run
/// use sip_ua::transport::{ListenConfig, Protocol, Tls, TlsConfig};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let read = || std::io::Result::Ok(TlsConfig::server(std::fs::read("sip.crt")?, std::fs::read("sip.key")?));
/// let tls = Tls::new(&read()?)?;
/// let listen = ListenConfig::new(Protocol::Tls, "[::]:5061".parse()?).with_tls(tls.clone());
/// // When the certificate has been renewed:
/// tls.replace(&read()?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tls(Arc<ArcSwap<Sides>>);

/// What we are to those who connect to us, and to those that we connect to.
struct Sides {
    server: Option<Arc<ServerConfig>>,
    proves_clients: bool,
    client: Arc<ClientConfig>,
}

impl Tls {
    /// Reads certificates and keys, and sees whether they belong together.
    ///
    /// # Errors
    /// [`TlsError`] tells what cannot be used and what to do. A certificate that has expired is none: see
    /// [`TlsConfig::validity`].
    pub fn new(config: &TlsConfig) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(Sides::new(config)?))))
    }

    /// Uses other certificates from the next handshake on. Connections that stand are not touched.
    ///
    /// # Errors
    /// As [`new`](Self::new); nothing changes then.
    pub fn replace(&self, config: &TlsConfig) -> Result<(), TlsError> {
        self.0.store(Arc::new(Sides::new(config)?));
        Ok(())
    }

    /// Whether all who connect to us have proven who they are.
    pub(super) fn proves_clients(&self) -> bool {
        self.0.load().proves_clients
    }

    /// The handshake with a peer that connected to us.
    ///
    /// # Errors
    /// What went wrong with it, and where we have no certificate to show.
    pub async fn accept(&self, stream: BoxedStream) -> io::Result<BoxedStream> {
        let server = self.0.load().server.clone();
        let server =
            server.ok_or_else(|| io::Error::other("there is no certificate of ours to show to the peer"))?;
        Ok(Box::new(TlsAcceptor::from(server).accept(stream).await?))
    }

    /// The handshake with a peer that we connected to, which must prove to be `name`.
    ///
    /// # Errors
    /// What went wrong with it: a certificate that proves nothing, or a name that is none.
    pub async fn connect(&self, stream: BoxedStream, name: &str) -> io::Result<BoxedStream> {
        let name = ServerName::try_from(name.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let client = self.0.load().client.clone();
        Ok(Box::new(TlsConnector::from(client).connect(name, stream).await?))
    }
}

/// Two are the same when they share their certificates.
impl PartialEq for Tls {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Tls {}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl Sides {
    fn new(config: &TlsConfig) -> Result<Self, TlsError> {
        let provider = Arc::new(CryptoProvider {
            cipher_suites: CipherSuite::offered(&config.cipher_suites),
            ..rustls::crypto::ring::default_provider()
        });
        let identity = identity(config)?;
        let authorities = authorities(&config.authorities)?;
        let client = client(config, &provider, &authorities, identity.as_ref())?;
        let server = identity.map(|identity| server(config, &provider, authorities, identity)).transpose()?;
        let proves_clients = config.client_certificate == ClientCertificate::Required;
        Ok(Self { server, proves_clients, client })
    }
}

/// Our certificates and their key.
fn identity(config: &TlsConfig) -> Result<Option<Identity>, TlsError> {
    if config.certificates.is_empty() {
        return Ok(None);
    }
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&config.certificates).collect();
    let chain = chain.map_err(|error| TlsError::BadCertificate(error.to_string()))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    Ok(Some((chain, private_key::read(config)?)))
}

fn authorities(pem: &[u8]) -> Result<Arc<RootCertStore>, TlsError> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| TlsError::BadAuthority(error.to_string()))?;
        store.add(certificate).map_err(|error| TlsError::BadAuthority(error.to_string()))?;
    }
    Ok(Arc::new(store))
}

static ONLY_TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

fn versions(config: &TlsConfig) -> &'static [&'static SupportedProtocolVersion] {
    match config.versions {
        TlsVersions::All => rustls::ALL_VERSIONS,
        TlsVersions::OnlyTls13 => ONLY_TLS13,
    }
}

fn server(
    config: &TlsConfig,
    provider: &Arc<CryptoProvider>,
    authorities: Arc<RootCertStore>,
    (chain, key): Identity,
) -> Result<Arc<ServerConfig>, TlsError> {
    let clients = || match authorities.is_empty() {
        true => Err(TlsError::NoAuthority),
        false => Ok(WebPkiClientVerifier::builder_with_provider(authorities.clone(), provider.clone())),
    };
    let verifier = match config.client_certificate {
        ClientCertificate::Ignored => WebPkiClientVerifier::no_client_auth(),
        ClientCertificate::Verified => clients()?.allow_unauthenticated().build().map_err(other)?,
        ClientCertificate::Required => clients()?.build().map_err(other)?,
    };
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions(config))
        .map_err(|_| TlsError::NoCipherSuite)?;
    let mut server =
        builder.with_client_cert_verifier(verifier).with_single_cert(chain, key).map_err(of_identity)?;
    server.ignore_client_order = !config.cipher_suites.is_empty();
    Ok(Arc::new(server))
}

fn client(
    config: &TlsConfig,
    provider: &Arc<CryptoProvider>,
    authorities: &Arc<RootCertStore>,
    identity: Option<&Identity>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions(config))
        .map_err(|_| TlsError::NoCipherSuite)?;
    let builder = if !config.verify_servers {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyServer(provider.clone())))
    } else if authorities.is_empty() || (config.verify_names && config.allow_wildcards) {
        builder.with_root_certificates(authorities.clone()) // without an authority, no server is good enough
    } else {
        let chain = WebPkiServerVerifier::builder_with_provider(authorities.clone(), provider.clone());
        let bearer = if config.verify_names { Bearer::Meant } else { Bearer::Anybody };
        let known = KnownAuthority { verifier: chain.build().map_err(other)?, bearer };
        builder.dangerous().with_custom_certificate_verifier(Arc::new(known))
    };
    let client = match identity {
        Some((chain, key)) => {
            builder.with_client_auth_cert(chain.clone(), key.clone_key()).map_err(of_identity)?
        }
        None => builder.with_no_client_auth(),
    };
    Ok(Arc::new(client))
}

/// Why certificate and key cannot be used together.
fn of_identity(error: rustls::Error) -> TlsError {
    match error {
        rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch) => TlsError::KeyDoesNotFit,
        rustls::Error::InvalidCertificate(error) => TlsError::BadCertificate(error.to_string()),
        rustls::Error::General(text) => TlsError::BadKey(text),
        error => TlsError::Other(error.to_string()),
    }
}

fn other(error: impl fmt::Display) -> TlsError {
    TlsError::Other(error.to_string())
}

#[cfg(test)]
mod tests;
