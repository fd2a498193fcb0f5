//! The section of a device: a phone or a trunk.

use std::sync::Arc;

use asterisk_conf::{Diagnostic, Entry, Section, Span, suggest};

use super::general::General;
use super::keys::{self, Meaning, Place};
use super::register::host_and_port;
use super::{Group, Object, device_keys, last_of, odd, realm_credentials, registration, uri};
use crate::configuration::values::Values;
use crate::configuration::{Access, DeviceRules, DirectMediaRules, Recognition, Registrant};

/// What a device may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Calls, known by its name or address, and is called.
    Friend,
    /// The same, known by its address where that is fixed.
    Peer,
    /// Calls.
    User,
    /// Calls, and nobody knows who it is.
    Guest,
}

/// Where a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    /// Where it registers from.
    Dynamic,
    /// Always there.
    Fixed { host: String, port: Option<u16> },
    /// Nobody knows.
    Nowhere,
}

/// A device.
pub(super) struct Device {
    kind: Kind,
    /// Its lines behind those of `[general]` that hold for all devices.
    section: Section,
    general: Arc<Section>,
    host: Host,
    /// Its fixed address is believed without a challenge (`insecure=invite`).
    trusts_address: bool,
    /// Any port of its address is its own (`insecure=port`).
    any_port: bool,
    /// Where it registered from is believed.
    registrant: Option<Registrant>,
    matches_auth_user: bool,
    transport: Option<&'static str>,
}

impl Device {
    pub(super) fn read(kind: Kind, own: Section, general: &General, found: &mut Vec<Diagnostic>) -> Self {
        let shared = |line: &&Entry| keys::find(&line.key.value).is_some_and(|key| key.1 == Place::Shared);
        let mut entries: Vec<Entry> = general.section.entries.iter().filter(shared).cloned().collect();
        entries.extend(own.entries);
        let section = Section { name: own.name, is_template: false, entries };
        let mut device = Self {
            kind,
            host: Host::Nowhere,
            trusts_address: false,
            any_port: false,
            registrant: None,
            matches_auth_user: general.matches_auth_user,
            transport: device_keys::transport(&section, &general.section, found),
            general: Arc::clone(&general.section),
            section,
        };
        device.host = device.read_host(found);
        device.read_insecure(found);
        device
    }

    pub(super) fn name(&self) -> &str {
        &self.section.name.value
    }

    /// Whether it is always at this host.
    pub(super) fn is_at(&self, host: &str) -> bool {
        matches!(&self.host, Host::Fixed { host: own, .. } if own.eq_ignore_ascii_case(host))
    }

    /// Who we are to it: `defaultuser`, or its own name.
    pub(super) fn user(&self) -> &str {
        self.line(&["defaultuser", "username"]).map_or(self.name(), |line| line.value.value.trim())
    }

    /// How it is reached, when not by UDP.
    pub(super) fn transport(&self) -> Option<&'static str> {
        self.transport
    }

    /// `outboundproxy` as a URI, with its line.
    pub(super) fn outbound_proxy(&self, found: &mut Vec<Diagnostic>) -> Option<(String, Entry)> {
        device_keys::outbound_proxy(&self.section, found)
    }

    fn line(&self, names: &[&str]) -> Option<&Entry> {
        last_of(&self.section, names)
    }

    fn span(&self) -> Span {
        self.section.name.span
    }

    fn read_host(&self, found: &mut Vec<Diagnostic>) -> Host {
        if matches!(self.kind, Kind::User | Kind::Guest) {
            return Host::Nowhere;
        }
        let Some(line) = self.line(&["host"]) else {
            let message = format!("[{}] has no host: it can neither register nor be called", self.name());
            let finding = Diagnostic::warning("no-host", message).at(self.span());
            found.push(
                finding.help(
                    "write host=dynamic for a phone that registers, or the address of one that does not",
                ),
            );
            return Host::Nowhere;
        };
        let text = line.value.value.trim();
        if text.eq_ignore_ascii_case("dynamic") {
            return Host::Dynamic;
        }
        let is_name = !text.contains('.') && !text.contains(':');
        if let Some(nearest) = suggest::nearest(text, ["dynamic"]).filter(|_| is_name) {
            found.push(
                odd(line, format!("'{text}' is taken for the name of a machine"), "").suggest(Some(nearest)),
            );
        }
        let (host, mut port) = match host_and_port(text) {
            Ok(place) => place,
            Err(error) => {
                found.push(odd(line, error, "write a name or an address, or dynamic"));
                return Host::Nowhere;
            }
        };
        if self.line(&["port"]).is_some() {
            let written: u16 = Values { section: &self.section, found }.number("port", 0);
            port = Some(written).filter(|port| *port > 0).or(port);
        }
        Host::Fixed { host, port }
    }

    /// `insecure`: its address is proof enough for calls.
    fn read_insecure(&mut self, found: &mut Vec<Diagnostic>) {
        let Some(line) = self.line(&["insecure"]) else { return };
        let (mut any_port, mut trusts) = (false, false);
        for word in line.value.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word.to_ascii_lowercase().as_str() {
                "no" => {}
                "port" | "yes" => any_port = true,
                "invite" => trusts = true,
                "very" => (any_port, trusts) = (true, true),
                _ => {
                    found.push(odd(line, format!("'{word}' is left out"), "write port, invite, both, or no"))
                }
            }
        }
        // A device that registers is challenged then, and believed where it came from.
        let registers = self.host == Host::Dynamic && self.secret().is_some();
        self.registrant = (trusts && registers).then_some(Registrant { any_port });
        self.trusts_address = trusts && !registers;
        self.any_port = any_port;
    }

    /// What it proves who it is with, or we when there is no `remotesecret`.
    fn secret(&self) -> Option<&Entry> {
        self.line(&["md5secret"]).or_else(|| self.line(&["secret"]))
    }

    /// All objects that it comes to.
    pub(super) fn group(&self, realms: &[Group], found: &mut Vec<Diagnostic>) -> Group {
        let mut endpoint = Object::new("endpoint", self.name(), self.span());
        let mut aor = Object::new("aor", self.name(), self.span());
        for line in &self.section.entries {
            match keys::find(&line.key.value).map(|key| key.2) {
                Some(Meaning::Endpoint(key)) => endpoint.take(key, line),
                Some(Meaning::Aor(key)) => aor.take(key, line),
                _ => {}
            }
        }
        device_keys::translate(&self.section, &mut endpoint, found);
        self.identify_by(&mut endpoint);
        let mut objects = self.credentials(&mut endpoint, found);
        realms.iter().for_each(|realm| endpoint.imply("outbound_auth", realm.name.value.clone()));
        objects.extend(self.place(aor, &mut endpoint, found));
        objects.extend(self.identify());
        objects.extend(self.registration(found));
        objects.insert(0, endpoint);
        let rules = DeviceRules {
            recognition: Some(self.recognition()),
            registrant: self.registrant,
            direct_media: self.direct_media(found),
            registered_extensions: self.line(&["regexten"]).map(|line| line.value.value.trim().to_owned()),
            call_limit: device_keys::call_limit(&self.section, found),
            ama_flags: device_keys::ama_flags(&self.section, found),
        };
        Group { rules, ..Group::new(self.section.name.clone(), objects) }
    }

    /// What is said of direct media and no key of an endpoint says.
    fn direct_media(&self, found: &mut Vec<Diagnostic>) -> Option<DirectMediaRules> {
        let early = Values { section: &self.general, found }.flag("directrtpsetup", false);
        let peers = Access::read(&mut Values { section: &self.section, found }, "directmedia");
        let rules = DirectMediaRules { early, peers };
        let says = rules.early || !rules.peers.own.is_empty() || !rules.peers.named.is_empty();
        says.then_some(rules)
    }

    /// How its requests are told from those of others.
    fn recognition(&self) -> Recognition {
        let port = match self.host {
            Host::Fixed { port: Some(port), .. } => port,
            _ if self.transport == Some("tls") => 5061,
            _ => 5060,
        };
        let by_name_first = matches!(self.kind, Kind::Friend | Kind::User);
        Recognition { by_name_first, registers: self.host == Host::Dynamic, port, any_port: self.any_port }
    }

    /// A name that anybody may claim is no proof: a device whose address is believed is known by nothing else.
    fn identify_by(&self, endpoint: &mut Object) {
        let is_fixed = matches!(self.host, Host::Fixed { .. });
        let mut ways = match self.kind {
            Kind::Peer if is_fixed => "ip",
            Kind::Friend if is_fixed && self.trusts_address => "ip",
            Kind::Friend | Kind::Peer => "username,ip",
            Kind::User | Kind::Guest => "username",
        }
        .to_owned();
        if self.matches_auth_user {
            ways.push_str(",auth_username");
        }
        endpoint.imply("identify_by", ways);
    }

    /// Its secret, and ours where it is another one or of another name.
    fn credentials(&self, endpoint: &mut Object, found: &mut Vec<Diagnostic>) -> Vec<Object> {
        let mut objects = Vec::new();
        let theirs = self.secret().filter(|_| !self.trusts_address && self.kind != Kind::Guest);
        if let Some(line) = theirs {
            let name = format!("{}-iauth", self.name());
            endpoint.imply("auth", name.clone());
            objects.push(self.auth(name, self.name(), line));
        }
        let is_called = matches!(self.kind, Kind::Friend | Kind::Peer);
        let remote = self.line(&["remotesecret"]);
        if let Some(line) = remote.or_else(|| self.secret()).filter(|_| is_called) {
            let is_same = theirs.is_some() && remote.is_none() && self.user() == self.name();
            let name = format!("{}-{}", self.name(), if is_same { "iauth" } else { "oauth" });
            endpoint.imply("outbound_auth", name.clone());
            if !is_same {
                objects.push(self.auth(name, self.user(), line));
            }
        }
        for (n, line) in self.section.all("auth").enumerate() {
            let name = format!("{}-auth-{}", self.name(), n + 1);
            if let Some(auth) = realm_credentials(&name, line, found) {
                endpoint.imply("outbound_auth", name);
                objects.push(auth);
            }
        }
        objects
    }

    fn auth(&self, name: String, user: &str, line: &Entry) -> Object {
        let mut auth = Object::new("auth", name, self.span());
        match self.line(&["defaultuser", "username"]).filter(|_| user != self.name()) {
            Some(named) => auth.take_as("username", user, named),
            None => auth.imply("username", user),
        }
        if line.is("md5secret") {
            auth.take_as("auth_type", "md5", line);
            auth.take("md5_cred", line);
        } else {
            auth.take("password", line);
        }
        auth
    }

    /// Where it can be called.
    fn place(&self, mut aor: Object, endpoint: &mut Object, found: &mut Vec<Diagnostic>) -> Option<Object> {
        match &self.host {
            Host::Nowhere => return None,
            Host::Fixed { host, port } => {
                let user = self.line(&["defaultuser", "username"]).map_or("", |line| line.value.value.trim());
                let line = self.line(&["host"])?;
                aor.take_as("contact", uri(user, host, *port, self.transport), line);
            }
            Host::Dynamic => {
                aor.imply("max_contacts", "1");
                aor.imply("remove_existing", "yes");
                self.expiration(&mut aor);
                if let Some(line) = self.line(&["defaultip"]) {
                    match host_and_port(line.value.value.trim()) {
                        Ok((host, port)) => {
                            aor.take_as("contact", uri("", &host, port, self.transport), line)
                        }
                        Err(error) => found.push(odd(line, error, "write an address")),
                    }
                }
            }
        }
        device_keys::qualify(&self.section, &mut aor, found);
        endpoint.imply("aors", self.name());
        Some(aor)
    }

    /// How long registrations last: an hour at most, two minutes where a phone does not say.
    fn expiration(&self, aor: &mut Object) {
        let keys: [(&[&str], &str, &str); 3] = [
            (&["minexpiry"], "minimum_expiration", "60"),
            (&["maxexpiry", "maxexpirey"], "maximum_expiration", "3600"),
            (&["defaultexpiry", "defaultexpirey"], "default_expiration", "120"),
        ];
        for (written, key, default) in keys {
            match last_of(&self.general, written) {
                Some(line) => aor.take(key, line),
                None => aor.imply(key, default),
            }
        }
    }

    /// A device with a fixed host is known by it.
    fn identify(&self) -> Option<Object> {
        let Host::Fixed { host, .. } = &self.host else { return None };
        let line = self.line(&["host"])?;
        let mut identify = Object::new("identify", format!("{}-identify", self.name()), self.span());
        identify.imply("endpoint", self.name());
        identify.take_as("match", host.trim_start_matches('[').trim_end_matches(']'), line);
        if let Some(line) = last_of(&self.general, &["srvlookup"]) {
            identify.take("srv_lookups", line);
        }
        Some(identify)
    }

    /// `callbackextension`: we register at it, and its calls arrive at that extension.
    fn registration(&self, found: &mut Vec<Diagnostic>) -> Option<Object> {
        let line = self.line(&["callbackextension"])?;
        let Host::Fixed { host, port } = &self.host else {
            found.push(odd(
                line,
                "there is no host to register at",
                "give the device the host of the registrar",
            ));
            return None;
        };
        let mut object = Object::new("registration", format!("{}-reg-0", self.name()), self.span());
        let domain = self.line(&["fromdomain"]).map_or(host.as_str(), |line| line.value.value.trim());
        object.take_as("server_uri", uri("", host, *port, self.transport), line);
        object.take_as("client_uri", uri(self.user(), domain, None, None), line);
        object.take("contact_user", line);
        if self.line(&["remotesecret"]).is_some() || self.secret().is_some() {
            let is_same =
                !self.trusts_address && self.line(&["remotesecret"]).is_none() && self.user() == self.name();
            let suffix = if is_same { "iauth" } else { "oauth" };
            object.imply("outbound_auth", format!("{}-{suffix}", self.name()));
        }
        object.imply("line", "yes");
        object.imply("endpoint", self.name());
        if let Some((proxy, line)) = self.outbound_proxy(found) {
            object.take_as("outbound_proxy", proxy, &line);
        }
        registration::pace(&self.general, &mut object, found);
        Some(object)
    }
}
