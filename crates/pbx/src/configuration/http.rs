//! `http.conf`: where browsers come to. Asterisk serves SIP over WebSockets there, whatever the transport's `bind` says.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use asterisk_conf::{Config, Diagnostic};

use super::values::Values;

/// Ports of Asterisk's own, without TLS and with it.
pub(super) const PORTS: [u16; 2] = [8088, 8089];

/// Where HTTP is spoken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpConfiguration {
    /// `bindaddr` and `bindport`, where `enabled`.
    pub plain: Option<SocketAddr>,
    /// `tlsbindaddr`, where `tlsenable`.
    pub secure: Option<SocketAddr>,
    /// `tlscertfile`.
    pub cert_file: Option<PathBuf>,
    /// `tlsprivatekey`.
    pub priv_key_file: Option<PathBuf>,
}

impl HttpConfiguration {
    /// Reads `[general]`; nothing is served where there is none.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let Some(section) = config.section("general") else { return Self::default() };
        let mut values = Values { section, found };
        if !values.flag("enabled", false) {
            return Self::default();
        }
        let any = IpAddr::from([0, 0, 0, 0]);
        let address = values.parsed("bindaddr", "IP address").unwrap_or(any);
        let port = values.number("bindport", PORTS[0]);
        let secure = values.flag("tlsenable", false).then(|| secure_address(&mut values, address));
        Self {
            plain: Some(SocketAddr::new(address, port)),
            secure,
            cert_file: values.text("tlscertfile").map(PathBuf::from),
            priv_key_file: values.text("tlsprivatekey").map(PathBuf::from),
        }
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
