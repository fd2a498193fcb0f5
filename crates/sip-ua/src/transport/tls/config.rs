//! What TLS is told.

use std::fmt;
use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::{CipherSuite, TlsError};

/// What TLS shows to peers, and what it asks of them.
///
/// # Defaults
/// No certificate of our own, no authority; peers that connect to us show no certificate, those that we connect to
/// must show one that bears their name, no wildcard. TLS 1.2 and 1.3, every cipher suite that is not broken.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsConfig {
    /// Our certificate, then those that lead to its authority, in PEM form. Empty for none: peers cannot connect to
    /// us then. It is shown as a client too, to servers that ask for one.
    pub certificates: Vec<u8>,
    /// The key of our certificate in PEM form: PKCS #8, PKCS #1 or SEC 1; of these PKCS #8 may be encrypted.
    pub private_key: Vec<u8>,
    /// What it is encrypted with.
    pub key_password: Option<String>,
    /// Certificates of the authorities that are believed, in PEM form.
    pub authorities: Vec<u8>,
    /// Whether those who connect to us must prove who they are.
    pub client_certificate: ClientCertificate,
    /// Whether those that we connect to must prove who they are (RFC 5922 section 7.3).
    pub verify_servers: bool,
    /// Whether their certificates must bear the name that we meant; without it any name of an authority that is believed will do.
    pub verify_names: bool,
    /// Whether a certificate for `*.example.com` proves to be `sip.example.com`; RFC 5922 section 7.2 says no.
    pub allow_wildcards: bool,
    /// The versions of TLS.
    pub versions: TlsVersions,
    /// The cipher suites, the preferred one first; empty for all.
    pub cipher_suites: Vec<CipherSuite>,
}

/// Whether those who connect to us show a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCertificate {
    /// They are not asked.
    #[default]
    Ignored,
    /// A certificate that is shown must be good; none is good too.
    Verified,
    /// Without a good one there is no connection.
    Required,
}

/// The versions of TLS that are spoken. Older ones are broken (RFC 8996).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersions {
    /// 1.2 and 1.3.
    #[default]
    All,
    /// 1.3 alone.
    OnlyTls13,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            certificates: Vec::new(),
            private_key: Vec::new(),
            key_password: None,
            authorities: Vec::new(),
            client_certificate: ClientCertificate::Ignored,
            verify_servers: true,
            verify_names: true,
            allow_wildcards: false,
            versions: TlsVersions::All,
            cipher_suites: Vec::new(),
        }
    }
}

impl TlsConfig {
    /// A server's: its certificate and its key, both in PEM form.
    pub fn server(certificates: impl Into<Vec<u8>>, private_key: impl Into<Vec<u8>>) -> Self {
        Self { certificates: certificates.into(), private_key: private_key.into(), ..Self::default() }
    }

    /// From when to when our certificate counts; `None` where there is none.
    ///
    /// # Errors
    /// [`TlsError::BadCertificate`] when it cannot be read.
    pub fn validity(&self) -> Result<Option<[SystemTime; 2]>, TlsError> {
        let bad = |error: &dyn fmt::Display| TlsError::BadCertificate(error.to_string());
        let Some(first) = CertificateDer::pem_slice_iter(&self.certificates).next() else { return Ok(None) };
        let first = first.map_err(|error| bad(&error))?;
        let (_, certificate) = x509_parser::parse_x509_certificate(&first).map_err(|error| bad(&error))?;
        let validity = certificate.validity();
        Ok(Some([validity.not_before, validity.not_after].map(|time| system_time(time.timestamp()))))
    }
}

/// Seconds since 1970; times before are those of 1970.
fn system_time(timestamp: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(timestamp).unwrap_or_default())
}

impl fmt::Debug for TlsConfig {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig")
            .field("certificates", &self.certificates.len())
            .field("authorities", &self.authorities.len())
            .field("client_certificate", &self.client_certificate)
            .field("verify_servers", &self.verify_servers)
            .field("versions", &self.versions)
            .finish_non_exhaustive()
    }
}
