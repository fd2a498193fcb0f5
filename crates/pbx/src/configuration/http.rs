//! `http.conf`: where browsers and programs come to. Asterisk serves SIP over WebSockets there, whatever the transport's `bind` says.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use asterisk_conf::{Config, Diagnostic, Files};
use sip_ua::transport::{Tls, TlsConfig};

use super::pjsip::SipConfiguration;
use super::values::{Values, at};

/// Ports of Asterisk's own, without TLS and with it.
pub(super) const PORTS: [u16; 2] = [8088, 8089];

/// Keys of `[general]`, those that mean nothing here among them.
const KEYS: &[&str] = &[
    "bindaddr",
    "bindport",
    "enable_static",
    "enable_status",
    "enabled",
    "enablestatic",
    "prefix",
    "redirect",
    "servername",
    "session_inactivity",
    "session_keep_alive",
    "sessionlimit",
    "tlsbindaddr",
    "tlsbindport",
    "tlscafile",
    "tlscapath",
    "tlscadir",
    "tlscertfile",
    "tlscipher",
    "tlsdisablev1",
    "tlsdisablev11",
    "tlsdisablev12",
    "tlsenable",
    "tlsprivatekey",
    "tlsservercipherorder",
];

/// Where HTTP is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpConfiguration {
    /// `bindaddr` and `bindport`, where `enabled`.
    pub plain: Option<SocketAddr>,
    /// `tlsbindaddr`, where `tlsenable`.
    pub secure: Option<SocketAddr>,
    /// `prefix`: what paths begin with, as in `/asterisk`; empty for nothing.
    pub prefix: String,
    /// `servername`: what the server calls itself.
    pub server_name: String,
    /// `tlscertfile`.
    pub cert_file: Option<PathBuf>,
    /// `tlsprivatekey`; the key may stand beside the certificate, too.
    pub priv_key_file: Option<PathBuf>,
    /// What these hold, where no transport of SIP serves the address with TLS.
    pub certificates: Option<TlsConfig>,
}

impl Default for HttpConfiguration {
    /// Serves nothing.
    fn default() -> Self {
        Self {
            plain: None,
            secure: None,
            prefix: String::new(),
            server_name: concat!("ipbx/", env!("CARGO_PKG_VERSION")).to_owned(),
            cert_file: None,
            priv_key_file: None,
            certificates: None,
        }
    }
}

impl HttpConfiguration {
    /// Reads `[general]`; nothing is served where there is none.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let Some(section) = config.section("general") else { return Self::default() };
        let mut values = Values { section, found };
        values.check_keys("[general] of http.conf", KEYS, |_| None);
        if !values.flag("enabled", false) {
            return Self::default();
        }
        let any = IpAddr::from([0, 0, 0, 0]);
        let address = values.parsed("bindaddr", "IP address").unwrap_or(any);
        let port = values.number("bindport", PORTS[0]);
        let secure = values.flag("tlsenable", false).then(|| secure_address(&mut values, address));
        let prefix = values.text("prefix").unwrap_or_default();
        let prefix = prefix.trim_matches('/');
        Self {
            plain: Some(SocketAddr::new(address, port)),
            secure,
            prefix: if prefix.is_empty() { String::new() } else { format!("/{prefix}") },
            server_name: values.text("servername").unwrap_or_else(|| Self::default().server_name),
            cert_file: values.text("tlscertfile").map(PathBuf::from),
            priv_key_file: values.text("tlsprivatekey").map(PathBuf::from),
            certificates: None,
        }
    }

    /// Reads the certificate where no transport of SIP has one for the address with TLS. Without one that can be used nothing is
    /// served there.
    pub(super) fn read_certificates(
        &mut self,
        config: &Config,
        sip: &SipConfiguration,
        folder: &Path,
        files: &dyn Files,
        found: &mut Vec<Diagnostic>,
    ) {
        let Some(secure) = self.secure.filter(|secure| !sip.serves_web(*secure)) else { return };
        let place = config.section("general").and_then(|section| section.last("tlscertfile"));
        match self.load(folder, files) {
            Ok(certificates) => self.certificates = Some(certificates),
            Err(problem) => {
                let message = format!("{secure} of http.conf is not served: {problem}");
                let finding = Diagnostic::warning("bad-certificate", message)
                    .help("name a certificate and its key: tlscertfile=…, tlsprivatekey=…");
                found.push(at(finding, place.map(|entry| entry.value.span)));
                self.secure = None;
            }
        }
    }

    fn load(&self, folder: &Path, files: &dyn Files) -> Result<TlsConfig, String> {
        let read = |path: &Path| {
            files.read(&folder.join(path)).map_err(|error| format!("{}: {error}", path.display()))
        };
        let file = self.cert_file.as_deref().ok_or("there is no tlscertfile")?;
        let certificate = read(file)?;
        let key = match &self.priv_key_file {
            Some(file) => read(file)?,
            None => certificate.clone(),
        };
        let config = TlsConfig::server(certificate, key);
        Tls::new(&config).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(config)
    }
}

/// `tlsbindaddr`: an address with or without a port.
fn secure_address(values: &mut Values<'_>, address: IpAddr) -> SocketAddr {
    let usual = SocketAddr::new(address, PORTS[1]);
    let Some(text) = values.text("tlsbindaddr") else { return usual };
    let bare = || text.parse().map(|ip| SocketAddr::new(ip, PORTS[1]));
    text.parse().or_else(|_| bare()).unwrap_or_else(|_| {
        let message = format!("'{text}' is no address; {usual} is taken");
        values.odd("tlsbindaddr", message, "write an address and a port, as in 0.0.0.0:8089");
        usual
    })
}
