//! `websocket_client.conf`: servers that the exchange connects with over WebSockets, and `chan_websocket.conf`: how it talks to programs
//! that hear and speak there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use asterisk_conf::{Config, Diagnostic, Files, Section};
use hyper::Uri;
use media_websocket::{ControlFormat, SUBPROTOCOL};
use sip_ua::transport::{Tls, TlsConfig};

use super::values::{Values, at};

/// The servers, and how programs are talked to.
#[derive(Clone, Debug, Default)]
pub struct WebSocketConfiguration {
    /// The sections of `type=websocket_client`, by name.
    pub clients: BTreeMap<String, WebSocketClient>,
    /// `control_message_format` of `chan_websocket.conf`.
    pub control_format: ControlFormat,
}

/// A server that the exchange connects with.
#[derive(Clone, Debug)]
pub struct WebSocketClient {
    /// `uri`: `ws://host:port/path` or `wss://…`.
    pub uri: Uri,
    /// `protocols`: the subprotocols that are asked for.
    pub protocols: Vec<String>,
    /// `username`.
    pub username: Option<String>,
    /// `password`.
    pub password: Password,
    /// `connection_type=persistent`: one connection for everything. Calls have one each, and cannot use it.
    pub is_persistent: bool,
    /// `connection_timeout`: how long an attempt may take.
    pub connect_within: Duration,
    /// `reconnect_interval`: how long it waits after an attempt that failed.
    pub retry_after: Duration,
    /// `reconnect_attempts`: attempts in a row, at least one.
    pub attempts: u32,
    /// What the server must prove, where TLS is spoken.
    pub tls: Option<Tls>,
}

/// A password, which is shown to nobody.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "…" })
    }
}

const KEYS: &[&str] = &[
    "type",
    "uri",
    "protocols",
    "username",
    "password",
    "connection_type",
    "connection_timeout",
    "reconnect_attempts",
    "reconnect_interval",
    "tls_enabled",
    "ca_list_file",
    "ca_list_path",
    "cert_file",
    "priv_key_file",
    "verify_server_cert",
    "verify_server_hostname",
];

const CONNECTION_TYPES: &[(&str, bool)] = &[("persistent", true), ("per_call_config", false)];

const FORMATS: &[(&str, ControlFormat)] =
    &[("plain-text", ControlFormat::PlainText), ("json", ControlFormat::Json)];

/// What is taken where the file says nothing.
const TIMEOUT: u64 = 500;
const INTERVAL: u64 = 500;
const ATTEMPTS: u32 = 4;

/// The most that may be asked for: a call waits for it.
const LONGEST: u64 = 60_000;
const MOST_ATTEMPTS: u32 = 100;

/// The authorities that the system believes, where Debian and its kin keep them.
const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

impl WebSocketConfiguration {
    /// Reads the sections of `websocket_client.conf`, and the certificates that they name, those without a root below `folder`.
    pub(super) fn read_clients(
        &mut self,
        config: &Config,
        folder: &Path,
        files: &dyn Files,
        found: &mut Vec<Diagnostic>,
    ) {
        for section in config.objects() {
            if let Some(client) = WebSocketClient::read(section, folder, files, found) {
                self.clients.insert(section.name.value.clone(), client);
            }
        }
    }

    /// Reads `chan_websocket.conf`.
    pub(super) fn read_channels(&mut self, config: &Config, found: &mut Vec<Diagnostic>) {
        let Some(section) = config.section("global") else { return };
        let mut values = Values { section, found };
        values.check_keys("[global] of chan_websocket.conf", &["control_message_format"], |_| None);
        self.control_format = values.choice("control_message_format", FORMATS, ControlFormat::default());
    }
}

impl WebSocketClient {
    /// `None` for one that cannot be used; why has been said.
    fn read(
        section: &Section,
        folder: &Path,
        files: &dyn Files,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let name = &section.name.value;
        let mut values = Values { section, found };
        let kind = values.text("type").unwrap_or_default();
        if kind != "websocket_client" {
            let message = format!("[{name}] is no websocket_client; it is left out");
            let finding = Diagnostic::warning("unknown-type", message).help("write type=websocket_client");
            found.push(at(
                finding,
                section.last("type").map(|entry| entry.value.span).or(Some(section.name.span)),
            ));
            return None;
        }
        values.check_keys("type=websocket_client", KEYS, |_| None);
        let uri = read_uri(name, &mut values)?;
        let mut protocols = values.names("protocols");
        protocols.retain(|protocol| protocol.bytes().all(|octet| octet.is_ascii_graphic()));
        if protocols.is_empty() {
            protocols.push(SUBPROTOCOL.to_owned());
        }
        let mut milliseconds =
            |key, usual: u64| Duration::from_millis(values.number(key, usual).clamp(1, LONGEST));
        let connect_within = milliseconds("connection_timeout", TIMEOUT);
        let retry_after = milliseconds("reconnect_interval", INTERVAL);
        let attempts = values.number("reconnect_attempts", ATTEMPTS).clamp(1, MOST_ATTEMPTS);
        let is_persistent = values.choice("connection_type", CONNECTION_TYPES, false);
        let username = values.text("username");
        let password = Password(values.text("password").unwrap_or_default());
        let is_secure = values.flag("tls_enabled", false) || uri.scheme_str() == Some("wss");
        let tls = match is_secure {
            true => Some(read_tls(name, &mut values, folder, files)?),
            false => None,
        };
        Some(Self {
            uri,
            protocols,
            username,
            password,
            is_persistent,
            connect_within,
            retry_after,
            attempts,
            tls,
        })
    }
}

/// `uri`, which must be one of WebSockets.
fn read_uri(name: &str, values: &mut Values<'_>) -> Option<Uri> {
    let help = "write where the server is, as in uri=ws://127.0.0.1:8765/media";
    let Some(text) = values.text("uri") else {
        let finding =
            Diagnostic::warning("bad-uri", format!("[{name}] has no uri; it is left out")).help(help);
        values.found.push(at(finding, Some(values.section.name.span)));
        return None;
    };
    let uri = text.parse::<Uri>().ok();
    let uri = uri.filter(|uri| matches!(uri.scheme_str(), Some("ws" | "wss")) && uri.host().is_some());
    if uri.is_none() {
        let message = format!("uri: '{text}' is no address of a WebSocket; [{name}] is left out");
        let finding = Diagnostic::warning("bad-uri", message).help(help);
        values.found.push(at(finding, values.span("uri")));
    }
    uri
}

/// What the server must prove, and what it is shown.
fn read_tls(name: &str, values: &mut Values<'_>, folder: &Path, files: &dyn Files) -> Option<Tls> {
    let mut config = TlsConfig::default();
    config.verify_servers = values.flag("verify_server_cert", true);
    config.verify_names = values.flag("verify_server_hostname", true);
    config.allow_wildcards = true;
    let loaded = load(&mut config, values, folder, files)
        .and_then(|()| Tls::new(&config).map_err(|error| ("ca_list_file", error.to_string())));
    match loaded {
        Ok(tls) => Some(tls),
        Err((key, problem)) => {
            let message = format!("[{name}] is left out: {problem}");
            let finding = Diagnostic::warning("bad-certificate", message);
            let place = values.span(key).or(values.span("cert_file")).or(Some(values.section.name.span));
            values.found.push(at(finding, place));
            None
        }
    }
}

fn load(
    config: &mut TlsConfig,
    values: &Values<'_>,
    folder: &Path,
    files: &dyn Files,
) -> Result<(), (&'static str, String)> {
    let read = |key, path: &Path| {
        files.read(&folder.join(path)).map_err(|error| (key, format!("{}: {error}", path.display())))
    };
    let named = |key| values.text(key).map(PathBuf::from);
    if let Some(file) = named("cert_file") {
        config.certificates = read("cert_file", &file)?;
        config.private_key = match named("priv_key_file") {
            Some(file) => read("priv_key_file", &file)?,
            None => config.certificates.clone(),
        };
    }
    if let Some(file) = named("ca_list_file") {
        config.authorities = read("ca_list_file", &file)?;
    }
    if let Some(path) = named("ca_list_path") {
        for file in files.glob(&folder.join(path).join("*")) {
            config.authorities.push(b'\n');
            config.authorities.extend(read("ca_list_path", &file)?);
        }
    }
    if config.verify_servers && config.authorities.is_empty() {
        config.authorities = read("verify_server_cert", Path::new(SYSTEM_AUTHORITIES))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::{Configuration, Folders};

    fn load(clients: &str, channels: &str, dialplan: &str) -> (WebSocketConfiguration, String) {
        let files = MemoryFiles::from([
            ("/pbx/etc/websocket_client.conf", clients),
            ("/pbx/etc/chan_websocket.conf", channels),
            ("/pbx/etc/pjsip.conf", "[udp]\ntype=transport\nbind=0.0.0.0\n"),
            ("/pbx/etc/extensions.conf", dialplan),
        ]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        let text = report.render(false);
        (configuration.unwrap_or_else(|| panic!("{text}")).web_sockets, text)
    }

    const PLAN: &str = "[default]\nexten => 1,1,Dial(WebSocket/agent/c(ulaw)nf(json))\n";

    #[test]
    fn connections_are_read() {
        let lines = "[agent]\ntype = websocket_client\nuri = ws://127.0.0.1:8765/media?x=1\nprotocols = media,more\n\
                     username = me\npassword = secret\nconnection_type = per_call_config\nconnection_timeout = 700\n\
                     reconnect_interval = 100\nreconnect_attempts = 2\ntls_enabled = no\n";
        let (sockets, text) = load(lines, "[global]\ncontrol_message_format=json\n", PLAN);
        assert!(!text.contains("websocket"), "{text}");
        assert_eq!(sockets.control_format, ControlFormat::Json);
        let agent = &sockets.clients["agent"];
        assert_eq!(agent.uri.to_string(), "ws://127.0.0.1:8765/media?x=1");
        assert_eq!(agent.protocols, ["media", "more"]);
        assert_eq!(
            (agent.connect_within.as_millis(), agent.retry_after.as_millis(), agent.attempts),
            (700, 100, 2)
        );
        assert!(!agent.is_persistent && agent.tls.is_none() && !format!("{agent:?}").contains("secret"));
    }

    #[test]
    fn what_cannot_be_meant_is_said_at_its_line() {
        for (lines, wanted) in [
            ("[agent]\nuri=ws://x\n", "is no websocket_client"),
            ("[agent]\ntype=websocket_client\n", "has no uri"),
            ("[agent]\ntype=websocket_client\nuri=http://x\n", "'http://x' is no address of a WebSocket"),
            ("[agent]\ntype=websocket_client\nuri=ws://x\nusrname=me\n", "'usrname' is no key"),
            (
                "[agent]\ntype=websocket_client\nuri=ws://x\nconnection_type=often\n",
                "'often' is no connection_type",
            ),
            ("[agent]\ntype=websocket_client\nuri=wss://x\nca_list_file=/none\n", "/none"),
        ] {
            let (_, text) = load(lines, "", PLAN);
            assert!(text.contains(wanted) && text.contains("websocket_client.conf:"), "{wanted}:\n{text}");
        }
        let (sockets, text) = load("", "[global]\ncontrol_message_format=xml\n", PLAN);
        assert!(text.contains("'xml' is no control_message_format"), "{text}");
        assert_eq!(sockets.control_format, ControlFormat::PlainText);
    }

    #[test]
    fn calls_of_connections_that_are_not_there_are_missed() {
        let lines = "[agent]\ntype=websocket_client\nuri=ws://x\n";
        assert!(!load(lines, "", PLAN).1.contains("there is no connection"));
        let (_, text) = load(lines, "", "[default]\nexten => 1,1,Dial(WebSocket/agnet/c(ulaw))\n");
        assert!(text.contains("there is no connection 'agnet'") && text.contains("agent"), "{text}");
        let (_, text) = load("", "", "[default]\nexten => 1,1,Dial(WebSocket/INCOMING/c(slin16))\n");
        assert!(text.contains("http.conf"), "somebody has to be able to come in: {text}");
    }
}
