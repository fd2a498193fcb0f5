//! `pjsip_wizard.conf`: a section of `type=wizard` is a phone or a trunk with all that belongs to it.
//!
//! | object | name | made |
//! | --- | --- | --- |
//! | endpoint | the section's | always |
//! | aor | the section's | when it accepts registrations or has remote hosts |
//! | auth | `<name>-iauth`, `<name>-oauth` | by `accepts_auth`, `sends_auth` |
//! | identify | `<name>-identify` | with remote hosts that do not register |
//! | registration | `<name>-reg-0` and so on | by `sends_registrations`, one for each remote host |
//! | phoneprov | `<name>-phoneprov` | by `has_phoneprov` |

mod hint;
mod lines;

use asterisk_conf::{Config, Diagnostic, Entry, Section, Spanned, suggest};

use super::object::{Group, Object};
use crate::configuration::values::Values;
use lines::Lines;

/// Keys of their own, without a slash.
const KEYS: &[&str] = &[
    "accepts_auth",
    "accepts_registrations",
    "client_uri_pattern",
    "contact_pattern",
    "has_hint",
    "has_phoneprov",
    "hint_application",
    "hint_context",
    "hint_exten",
    "outbound_proxy",
    "remote_hosts",
    "sends_auth",
    "sends_line_with_registrations",
    "sends_registrations",
    "server_uri_pattern",
    "transport",
    "type",
];

/// The objects of all sections, and the extensions that they add to the dialplan.
pub(super) fn translate(config: &Config, found: &mut Vec<Diagnostic>) -> (Vec<Group>, Vec<Section>) {
    let (mut groups, mut extensions) = (Vec::new(), Vec::new());
    for section in config.objects() {
        if is_wizard(section, found) {
            let mut wizard = Wizard::read(section, found);
            groups.push(wizard.group());
            extensions.extend(wizard.hint());
        }
    }
    (groups, extensions)
}

/// Sections of other types are left out, as Asterisk leaves them out.
fn is_wizard(section: &Section, found: &mut Vec<Diagnostic>) -> bool {
    let name = &section.name;
    let Some(entry) = section.last("type") else {
        let message = format!("section [{}] has no type, so it means nothing", name.value);
        found.push(Diagnostic::error("no-type", message).at(name.span).help("begin it with type=wizard"));
        return false;
    };
    let kind = entry.value.value.trim();
    if kind.eq_ignore_ascii_case("wizard") {
        return true;
    }
    let message = format!("pjsip_wizard.conf has no type '{kind}'; section [{}] is left out", name.value);
    let finding = Diagnostic::error("unknown-type", message).at(entry.value.span);
    found.push(match suggest::nearest(kind, ["wizard"]) {
        None => finding.help("write type=wizard, or move the section to pjsip.conf"),
        nearest => finding.suggest(nearest),
    });
    false
}

/// One section.
struct Wizard<'w> {
    name: &'w Spanned<String>,
    lines: Lines,
    /// `remote_hosts`.
    hosts: Vec<String>,
    accepts_registrations: bool,
    accepts_auth: bool,
    sends_auth: bool,
    sends_registrations: bool,
    sends_line: bool,
    has_phoneprov: bool,
    has_hint: bool,
    found: &'w mut Vec<Diagnostic>,
}

impl<'w> Wizard<'w> {
    fn read(section: &'w Section, found: &'w mut Vec<Diagnostic>) -> Self {
        let lines = Lines::of(section, found);
        let mut values = Values { section: &lines.own, found };
        let mut flag = |key| values.flag(key, false);
        let mut wizard = Self {
            name: &section.name,
            hosts: Vec::new(),
            accepts_registrations: flag("accepts_registrations"),
            accepts_auth: flag("accepts_auth"),
            sends_auth: flag("sends_auth"),
            sends_registrations: flag("sends_registrations"),
            sends_line: flag("sends_line_with_registrations"),
            has_phoneprov: flag("has_phoneprov"),
            has_hint: flag("has_hint"),
            lines,
            found,
        };
        wizard.read_hosts();
        wizard.miss_switches();
        wizard
    }

    /// Hosts without a scheme: the patterns have one.
    fn read_hosts(&mut self) {
        let Some(entry) = self.lines.own.last("remote_hosts") else { return };
        let text = self.lines.own.value("remote_hosts").unwrap_or_default();
        for host in text.split(',').map(str::trim).filter(|host| !host.is_empty()) {
            let bare = host.strip_prefix("sip:").unwrap_or(host);
            if bare != host {
                let message = format!("remote_hosts: '{host}' is read as '{bare}'");
                let finding = Diagnostic::warning("bad-value", message).at(entry.value.span);
                self.found.push(finding.help("write hosts without sip:, which the patterns begin with"));
            }
            self.hosts.push(bare.to_owned());
        }
    }

    /// Lines that mean something only when something else is switched on.
    fn miss_switches(&mut self) {
        let switches = [
            ("inbound_auth", "accepts_auth", self.accepts_auth),
            ("outbound_auth", "sends_auth", self.sends_auth),
            ("registration", "sends_registrations", self.sends_registrations),
        ];
        for (part, switch, _) in switches.into_iter().filter(|(_, _, is_on)| !is_on) {
            if let Some((_, line)) = self.lines.of_part(part).next() {
                let message = format!("{} has no effect without {switch}=yes", line.key.value);
                let finding = Diagnostic::warning("no-effect", message).at(line.key.span);
                self.found.push(finding.help(format!("add {switch}=yes")));
            }
        }
        if self.sends_registrations && self.hosts.is_empty() {
            let place = self.lines.own.last("sends_registrations").map_or(self.name.span, |e| e.key.span);
            let message = format!("[{}] registers nowhere: it has no remote_hosts", self.name.value);
            let finding = Diagnostic::warning("no-remote-host", message).at(place);
            self.found.push(finding.help("add remote_hosts=HOST"));
        }
        if !self.accepts_registrations && self.hosts.is_empty() && !self.lines.has("aor", "contact") {
            let message = format!("[{}] can be called nowhere", self.name.value);
            let finding = Diagnostic::warning("unreachable-aor", message).at(self.name.span);
            self.found.push(finding.help(
                "add accepts_registrations=yes for a phone that registers, or remote_hosts=HOST for one that does not",
            ));
        }
    }

    fn group(&mut self) -> Group {
        let mut objects = vec![self.endpoint()];
        objects.extend(self.aor());
        objects.extend(self.accepts_auth.then(|| self.auth("inbound_auth", "iauth")));
        objects.extend(self.sends_auth.then(|| self.auth("outbound_auth", "oauth")));
        objects.extend(self.identify());
        objects.extend(self.registrations());
        objects.extend(self.has_phoneprov.then(|| self.phoneprov()));
        Group::new(self.name.clone(), objects)
    }

    /// An object with the lines of its part.
    fn object(&self, kind: &str, name: String, part: &str) -> Object {
        let mut object = Object::new(kind, name, self.name.span);
        self.lines.of_part(part).for_each(|(key, line)| object.take(key, line));
        object
    }

    /// The name of one of its objects.
    fn name_of(&self, suffix: &str) -> String {
        format!("{}-{suffix}", self.name.value)
    }

    fn own(&self, key: &str) -> Option<&Entry> {
        self.lines.own.last(key).filter(|entry| !entry.value.value.trim().is_empty())
    }

    /// Takes shortcuts over that stand for a key of several objects.
    fn share(&self, object: &mut Object, keys: &[&str]) {
        for key in keys.iter().filter(|key| !object.has(key)).collect::<Vec<_>>() {
            if let Some(entry) = self.own(key) {
                object.take(key, entry);
            }
        }
    }

    fn endpoint(&self) -> Object {
        let name = &self.name.value;
        let mut endpoint = self.object("endpoint", name.clone(), "endpoint");
        if self.has_aor() && !endpoint.has("aors") {
            endpoint.imply("aors", name.clone());
        }
        if self.accepts_auth && !endpoint.has("auth") {
            endpoint.imply("auth", self.name_of("iauth"));
        }
        if self.sends_auth && !endpoint.has("outbound_auth") {
            endpoint.imply("outbound_auth", self.name_of("oauth"));
        }
        self.share(&mut endpoint, &["transport", "outbound_proxy"]);
        endpoint
    }

    fn has_aor(&self) -> bool {
        self.accepts_registrations || !self.hosts.is_empty() || self.lines.of_part("aor").next().is_some()
    }

    fn aor(&self) -> Option<Object> {
        let mut aor = self.has_aor().then(|| self.object("aor", self.name.value.clone(), "aor"))?;
        if self.accepts_registrations
            && !aor.has("max_contacts")
            && let Some(entry) = self.own("accepts_registrations")
        {
            aor.take_as("max_contacts", "1", entry);
        }
        if let Some(entry) = self.own("remote_hosts") {
            let pattern = self.pattern("contact_pattern", "sip:${REMOTE_HOST}");
            for host in &self.hosts {
                aor.take_as("contact", filled(&pattern, host, ""), entry);
            }
        }
        self.share(&mut aor, &["outbound_proxy"]);
        Some(aor)
    }

    /// Credentials; the user is the section's name where none is given.
    fn auth(&self, part: &str, suffix: &str) -> Object {
        let mut auth = self.object("auth", self.name_of(suffix), part);
        if !auth.has("username") {
            auth.imply("username", self.name.value.clone());
        }
        auth
    }

    /// Calls from hosts that do not register come from their addresses.
    fn identify(&self) -> Option<Object> {
        let by_host = !self.hosts.is_empty() && !self.accepts_registrations;
        let is_given = self.lines.of_part("identify").next().is_some();
        let mut identify =
            (by_host || is_given).then(|| self.object("identify", self.name_of("identify"), "identify"))?;
        identify.imply("endpoint", self.name.value.clone());
        if let Some(entry) = self.own("remote_hosts").filter(|_| by_host) {
            for host in &self.hosts {
                identify.take_as("match", without_port(host), entry);
            }
        }
        Some(identify)
    }

    fn registrations(&mut self) -> Vec<Object> {
        let hosts = if self.sends_registrations { self.hosts.clone() } else { Vec::new() };
        let (Some(entry), Some(user)) = (self.own("remote_hosts").cloned(), self.registered_user()) else {
            return Vec::new();
        };
        let server = self.pattern("server_uri_pattern", "sip:${REMOTE_HOST}");
        let client = self.pattern("client_uri_pattern", "sip:${USERNAME}@${REMOTE_HOST}");
        let register = |(n, host): (usize, &String)| {
            let mut object = self.object("registration", self.name_of(&format!("reg-{n}")), "registration");
            object.take_as("server_uri", filled(&server, host, &user), &entry);
            object.take_as("client_uri", filled(&client, host, &user), &entry);
            if self.sends_auth && !object.has("outbound_auth") {
                object.imply("outbound_auth", self.name_of("oauth"));
            }
            if self.sends_line
                && let Some(line) = self.own("sends_line_with_registrations")
            {
                object.take_as("line", "yes", line);
                object.take_as("endpoint", self.name.value.clone(), line);
            }
            self.share(&mut object, &["transport", "outbound_proxy"]);
            object
        };
        hosts.iter().enumerate().map(register).collect()
    }

    /// Whom it registers as. `None`, with a finding, where the pattern wants a user and there is none.
    fn registered_user(&mut self) -> Option<String> {
        let named = self.lines.value("outbound_auth", "username");
        let pattern = self.pattern("client_uri_pattern", "sip:${USERNAME}@${REMOTE_HOST}");
        if named.is_some() || !pattern.contains("${USERNAME}") || !self.sends_registrations {
            return Some(named.unwrap_or_default());
        }
        let place = self.own("sends_registrations").map_or(self.name.span, |entry| entry.key.span);
        let message =
            format!("[{}] has no name to register: outbound_auth/username is missing", self.name.value);
        let finding = Diagnostic::warning("no-user", message).at(place);
        self.found.push(
            finding.help("add outbound_auth/username=NAME, or a client_uri_pattern without ${USERNAME}"),
        );
        None
    }

    fn phoneprov(&self) -> Object {
        let mut object = Object::new("phoneprov", self.name_of("phoneprov"), self.name.span);
        object.imply("endpoint", self.name.value.clone());
        object
    }

    fn pattern(&self, key: &str, default: &str) -> String {
        self.own(key).map_or_else(|| default.to_owned(), |entry| entry.value.value.trim().to_owned())
    }
}

/// A pattern with what it asks for.
fn filled(pattern: &str, host: &str, user: &str) -> String {
    pattern.replace("${REMOTE_HOST}", host).replace("${USERNAME}", user)
}

/// `192.0.2.1:5070` without its port; `[2001:db8::1]:5070` without port and brackets.
fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn ports_are_no_part_of_an_address() {
        assert_eq!(without_port("192.0.2.1:5070"), "192.0.2.1");
        assert_eq!(without_port("gw.example.com"), "gw.example.com");
        assert_eq!(without_port("[2001:db8::1]:5070"), "2001:db8::1");
        assert_eq!(without_port("2001:db8::1"), "2001:db8::1");
    }
}
