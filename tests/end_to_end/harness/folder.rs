//! A folder of configuration, as an integrator writes it.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::{Outcome, Scene};

/// Where each exchange and each scripted phone listens on its own address. Not 5060: an exchange that somebody runs on
/// all addresses has that one.
pub(crate) const SIP_PORT: u16 = 7060;

/// Where an exchange listens for TLS.
pub(crate) const TLS_PORT: u16 = 7061;

/// `pjsip.conf` or what stands for it, `extensions.conf` and `rtp.conf` of one exchange, with an address of its own.
pub(crate) struct Folder {
    path: PathBuf,
    address: Ipv4Addr,
    pjsip: String,
    /// Files that say in another dialect what `pjsip.conf` would.
    instead: Vec<(&'static str, String)>,
    dialplan: String,
    rtp: String,
}

impl Folder {
    pub(crate) fn new(scene: &Scene) -> Outcome<Self> {
        let address = scene.address()?;
        let path = scene.subfolder(&format!("exchange-{address}"))?;
        let pjsip = format!(
            "[global]\ntype=global\nuser_agent=exchange-under-test\n\n\
             [udp]\ntype=transport\nprotocol=udp\nbind={address}:{SIP_PORT}\n\n\
             [tcp]\ntype=transport\nprotocol=tcp\nbind={address}:{SIP_PORT}\n\n\
             [phone](!)\ntype=endpoint\ncontext=phones\ndisallow=all\nallow=ulaw,alaw\ndirect_media=no\n\
             rtp_symmetric=yes\nforce_rport=yes\n"
        );
        let rtp = "[general]\nrtpstart=10000\nrtpend=20000\n".to_owned();
        Ok(Self { path, address, pjsip, instead: Vec::new(), dialplan: String::new(), rtp })
    }

    /// A transport over TLS with the certificates `sip.crt` and `sip.key` of the folder, and further lines.
    pub(crate) fn tls(mut self, lines: &str) -> Self {
        let (folder, address) = (self.path.display(), self.address);
        let _ = write!(
            self.pjsip,
            "\n[tls]\ntype=transport\nprotocol=tls\nbind={address}:{TLS_PORT}\n\
             cert_file={folder}/sip.crt\npriv_key_file={folder}/sip.key\n{lines}\n"
        );
        self
    }

    /// One more transport over UDP, at this address.
    pub(crate) fn second_udp(mut self, at: SocketAddr) -> Self {
        let _ = write!(self.pjsip, "\n[udp2]\ntype=transport\nprotocol=udp\nbind={at}\n");
        self
    }

    /// Transports for browsers, without TLS and with it, with the certificates `sip.crt` and `sip.key` of the folder.
    pub(crate) fn web(mut self) -> Self {
        let (folder, address) = (self.path.display(), self.address);
        let _ = write!(
            self.pjsip,
            "\n[ws]\ntype=transport\nprotocol=ws\nbind={address}\n\n\
             [wss]\ntype=transport\nprotocol=wss\nbind={address}\n\
             cert_file={folder}/sip.crt\npriv_key_file={folder}/sip.key\n"
        );
        self
    }

    /// A phone that registers, with the secret of [`secret_of`].
    pub(crate) fn phone(self, name: &str) -> Self {
        self.phone_with(name, "")
    }

    /// [`phone`](Self::phone), with further lines for its endpoint.
    pub(crate) fn phone_with(mut self, name: &str, lines: &str) -> Self {
        let _ = write!(
            self.pjsip,
            "\n[{name}](phone)\nauth={name}\naors={name}\ncallerid=\"{name}\" <{name}>\n{lines}\n\
             [{name}]\ntype=auth\nauth_type=userpass\nusername={name}\npassword={}\n\n\
             [{name}]\ntype=aor\nmax_contacts=2\nremove_existing=yes\n",
            secret_of(name)
        );
        self
    }

    /// A phone at a fixed place, as a gateway is: it does not register.
    pub(crate) fn desk(self, name: &str, at: SocketAddr) -> Self {
        self.desk_with(name, at, "")
    }

    /// [`desk`](Self::desk), with further lines for its endpoint.
    pub(crate) fn desk_with(mut self, name: &str, at: SocketAddr, lines: &str) -> Self {
        let _ = write!(
            self.pjsip,
            "\n[{name}](phone)\naors={name}\n{lines}\n\n[{name}]\ntype=aor\ncontact=sip:{name}@{at}\n"
        );
        self
    }

    /// Whoever comes from this address is `name`, and calls to `name` go to that URI.
    pub(crate) fn peer(mut self, name: &str, from: Ipv4Addr, uri: &str) -> Self {
        let _ = write!(
            self.pjsip,
            "\n[{name}](phone)\naors={name}\n\n[{name}]\ntype=aor\ncontact={uri}\n\n\
             [{name}]\ntype=identify\nendpoint={name}\nmatch={from}\n"
        );
        self
    }

    /// Adds sections to `pjsip.conf`. They may use the template `phone`.
    pub(crate) fn pjsip(mut self, lines: &str) -> Self {
        self.pjsip.push('\n');
        self.pjsip.push_str(lines);
        self.pjsip.push('\n');
        self
    }

    /// Adds lines to the context `[phones]`, or whole contexts.
    pub(crate) fn dialplan(mut self, lines: &str) -> Self {
        if self.dialplan.is_empty() {
            self.dialplan.push_str("[general]\nstatic=yes\nwriteprotect=no\n\n[phones]\n");
        }
        self.dialplan.push_str(lines);
        self.dialplan.push('\n');
        self
    }

    /// The range of media ports.
    pub(crate) fn media_ports(mut self, first: u16, last: u16) -> Self {
        self.rtp = format!("[general]\nrtpstart={first}\nrtpend={last}\n");
        self
    }

    /// Writes this file in place of `pjsip.conf`; `BIND` in it is the exchange's address, `PORT` its port.
    pub(crate) fn in_place_of_pjsip(mut self, name: &'static str, text: &str) -> Self {
        let text = text.replace("BIND", &self.address.to_string()).replace("PORT", &SIP_PORT.to_string());
        self.instead.push((name, text));
        self
    }

    /// Writes the files.
    pub(crate) fn write(&self) -> Outcome {
        if self.instead.is_empty() {
            self.write_file("pjsip.conf", &self.pjsip)?;
        }
        for (name, text) in &self.instead {
            self.write_file(name, text)?;
        }
        self.write_file("extensions.conf", &self.dialplan)?;
        self.write_file("rtp.conf", &self.rtp)
    }

    /// Writes one file of the folder.
    pub(crate) fn write_file(&self, name: &str, text: &str) -> Outcome {
        Ok(std::fs::write(self.path.join(name), text)?)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn address(&self) -> Ipv4Addr {
        self.address
    }
}

/// The secret of the phone of that name.
pub(crate) fn secret_of(name: &str) -> String {
    format!("{name}-4x9Kq-secret")
}
