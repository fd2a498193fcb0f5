//! The transports of `[general]`: UDP always, TCP and TLS where they are switched on.

use asterisk_conf::{Config, Diagnostic, Entry, Section, Spanned};

use super::general::General;
use super::register::host_and_port;
use super::{Group, Object, last_of};
use crate::configuration::values::Values;

/// One that is wanted.
struct Wanted<'g> {
    protocol: &'static str,
    /// Its own keys for an address, the one that counts first.
    keys: &'static [&'static str],
    default_port: u16,
    /// The line that switches it on.
    switch: Option<&'g Entry>,
}

/// The transports that this file opens. Those of `pjsip.conf` that want the same port are opened instead; UDP on the
/// usual port, which nobody asked for, is opened only where no other file has a transport.
pub(super) fn groups(general: &General, others: &Config, found: &mut Vec<Diagnostic>) -> Vec<Group> {
    let section = &general.section;
    let mut is_on = |key: &'static str| {
        let on = Values { section, found: &mut *found }.flag(key, false);
        last_of(section, &[key]).filter(|_| on)
    };
    let (tcp, tls) = (is_on("tcpenable"), is_on("tlsenable"));
    let udp =
        Wanted { protocol: "udp", keys: &["udpbindaddr", "bindaddr"], default_port: 5060, switch: None };
    let mut wanted = vec![udp];
    wanted.extend(tcp.map(|line| Wanted {
        protocol: "tcp",
        keys: &["tcpbindaddr", "bindaddr"],
        default_port: 5060,
        switch: Some(line),
    }));
    wanted.extend(tls.map(|line| Wanted {
        protocol: "tls",
        keys: &["tlsbindaddr", "bindaddr"],
        default_port: 5061,
        switch: Some(line),
    }));
    wanted.iter().filter_map(|wanted| wanted.group(section, others, found)).collect()
}

impl Wanted<'_> {
    fn group(&self, section: &Section, others: &Config, found: &mut Vec<Diagnostic>) -> Option<Group> {
        let address = last_of(section, &self.keys[..1]).or_else(|| last_of(section, self.keys));
        let own_port = last_of(section, &["bindport", "port"]).filter(|_| self.protocol != "tls");
        let because = address.or(own_port).or(self.switch);
        let mut opened = transports(others).peekable();
        if because.is_none() && opened.peek().is_some() {
            return None;
        }
        let bind = self.bind(address, own_port);
        if let Some(other) = opened.find(|other| self.collides(other, &bind)) {
            let place = because.map_or(section.name.span, |line| line.key.span);
            let message = format!("{} {bind} is not opened a second time", self.protocol);
            let finding = Diagnostic::note("defined-twice", message).at(place);
            found.push(finding.related(other.name.span, "the one that counts"));
            return None;
        }
        let taken = transports(others).any(|other| other.name.value == self.protocol);
        let name = if taken { format!("sip.conf-{}", self.protocol) } else { self.protocol.to_owned() };
        let place = because.map_or(section.name.span, |line| line.key.span);
        let mut transport = Object::new("transport", name.clone(), place);
        transport.imply("protocol", self.protocol);
        match address.or(own_port) {
            Some(line) => transport.take_as("bind", bind, line),
            None => transport.imply("bind", bind),
        }
        // As `sip reload` always did.
        transport.imply("allow_reload", "yes");
        outside(section, self.protocol, &mut transport);
        if self.protocol == "tls" {
            certificates(section, &mut transport, found);
        }
        Some(Group::new(Spanned::new(name, place), vec![transport]))
    }

    /// The address with its port. What is no address stays as it is, to be told by the reader.
    fn bind(&self, address: Option<&Entry>, own_port: Option<&Entry>) -> String {
        let port =
            own_port.map_or_else(|| self.default_port.to_string(), |line| line.value.value.trim().to_owned());
        let Some(text) = address.map(|line| line.value.value.trim()) else {
            return format!("0.0.0.0:{port}");
        };
        // The port of an address for all transports is that of UDP.
        let is_shared = address.is_some_and(|line| line.is("bindaddr")) && self.protocol == "tls";
        match host_and_port(text) {
            Ok((host, None)) => format!("{host}:{port}"),
            Ok((host, Some(_))) if is_shared => format!("{host}:{port}"),
            _ => text.to_owned(),
        }
    }

    /// Whether a transport of another file has the port.
    fn collides(&self, other: &Section, bind: &str) -> bool {
        let text = |key: &str| other.value(key).map(|value| value.trim().to_ascii_lowercase());
        let protocol = text("protocol").unwrap_or_else(|| "udp".to_owned());
        let port =
            |bind: &str| host_and_port(bind).ok().and_then(|(_, port)| port).unwrap_or(self.default_port);
        protocol == self.protocol && text("bind").is_some_and(|theirs| port(&theirs) == port(bind))
    }
}

fn transports(others: &Config) -> impl Iterator<Item = &Section> {
    let is_transport = |section: &&Section| {
        section.value("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("transport"))
    };
    others.objects().filter(is_transport)
}

/// What phones elsewhere are told, and which phones are not elsewhere.
fn outside(section: &Section, protocol: &str, transport: &mut Object) {
    if let Some(line) = last_of(section, &["externaddr", "externip", "externhost"]) {
        let text = line.value.value.trim();
        let (host, port) = host_and_port(text).unwrap_or_else(|_| (text.to_owned(), None));
        let host = host.trim_start_matches('[').trim_end_matches(']');
        transport.take_as("external_media_address", host, line);
        transport.take_as("external_signaling_address", host, line);
        let own_port = match protocol {
            "tcp" => last_of(section, &["externtcpport"]),
            "tls" => last_of(section, &["externtlsport"]),
            _ => None,
        };
        if let Some(line) = own_port {
            transport.take("external_signaling_port", line);
        } else if let Some(port) = port {
            transport.take_as("external_signaling_port", port.to_string(), line);
        }
    }
    section.all("localnet").for_each(|line| transport.take("local_net", line));
    let marks = [("tos_sip", "tos"), ("cos_sip", "cos")];
    for (written, key) in marks {
        last_of(section, &[written]).into_iter().for_each(|line| transport.take(key, line));
    }
}

/// Keys of TLS. A private key without a file of its own is in that of the certificate.
fn certificates(section: &Section, transport: &mut Object, found: &mut Vec<Diagnostic>) {
    let keys: [(&[&str], &str); 6] = [
        (&["tlscertfile"], "cert_file"),
        (&["tlsprivatekey"], "priv_key_file"),
        (&["tlscafile"], "ca_list_file"),
        (&["tlscadir", "tlscapath"], "ca_list_path"),
        (&["tlscipher"], "cipher"),
        (&["tlsclientmethod"], "method"),
    ];
    for (written, key) in keys {
        last_of(section, written).into_iter().for_each(|line| transport.take(key, line));
    }
    if !transport.has("priv_key_file")
        && let Some(line) = last_of(section, &["tlscertfile"])
    {
        transport.take("priv_key_file", line);
    }
    if let Some(line) = last_of(section, &["tlsdontverifyserver"]) {
        let trusts = Values { section, found }.flag("tlsdontverifyserver", false);
        transport.take_as("verify_server", if trusts { "no" } else { "yes" }, line);
    }
}
