//! An authority of the test's own, and the certificates that it gives.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair};

use super::Outcome;

/// An authority that nobody believes unless told to.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Outcome<Self> {
        let mut params = CertificateParams::new([])?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?))
    }

    /// Its own certificate.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Writes its own certificate; where.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> Outcome<PathBuf> {
        let path = folder.join(name);
        std::fs::write(&path, self.pem())?;
        Ok(path)
    }

    /// Writes `sip.crt` and `sip.key`, for an exchange at this address.
    pub(crate) fn give_exchange(&self, folder: &Path, address: Ipv4Addr) -> Outcome {
        let (certificate, key) = self.issue(&address.to_string())?;
        std::fs::write(folder.join("sip.key"), key)?;
        Ok(std::fs::write(folder.join("sip.crt"), certificate)?)
    }

    /// Writes a certificate and its key into one file, for the phone of this name; where.
    pub(crate) fn give_phone(&self, folder: &Path, name: &str) -> Outcome<PathBuf> {
        let (certificate, key) = self.issue(name)?;
        let path = folder.join(format!("{name}.pem"));
        std::fs::write(&path, format!("{certificate}{key}"))?;
        Ok(path)
    }

    /// The certificate of a carrier, which signs for callers (RFC 8226), and its key.
    pub(crate) fn carrier(&self) -> Outcome<(String, String)> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new([])?;
        params.distinguished_name.push(DnType::CommonName, "SHAKEN 709J");
        let list = b"\x30\x08\xa0\x06\x16\x04709J".to_vec();
        let mut list = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 26], list);
        list.set_criticality(true);
        params.custom_extensions.push(list);
        Ok((params.signed_by(&key, &self.0)?.pem(), key.serialize_pem()))
    }

    /// The certificate of a web server at this address, and its key.
    pub(crate) fn web_server(&self, address: Ipv4Addr) -> Outcome<(String, String)> {
        self.issue(&address.to_string())
    }

    /// A certificate and its key. Some phones look for an address in the common name alone.
    fn issue(&self, name: &str) -> Outcome<(String, String)> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new([name.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.0)?;
        Ok((certificate.pem(), key.serialize_pem()))
    }
}
