//! Names in `pjsip.conf` that name nothing, and sections that nobody can use.

use std::collections::BTreeSet;

use asterisk_conf::{Diagnostic, Span, suggest};
use dialplan_vm::Dialplan;
use sip_ua::transport::Protocol;

use crate::configuration::{Aor, Endpoint, Registration, SipConfiguration, Transport, codec_of};

pub(super) fn check(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let names = Names::of(sip);
    for endpoint in sip.endpoints.values() {
        check_endpoint(endpoint, &names, found);
    }
    let lost = |name: &str| !sip.endpoints.contains_key(name) && !sip.is_left_out("endpoint", name);
    for identify in sip.identifies.iter().filter(|identify| lost(&identify.endpoint)) {
        let message = format!("there is no endpoint '{}'", identify.endpoint);
        let finding = Diagnostic::warning("unknown-endpoint", message);
        let finding = finding.at(identify.endpoint_span.unwrap_or(identify.span));
        found.push(
            finding.suggest(suggest::nearest(&identify.endpoint, sip.endpoints.keys().map(String::as_str))),
        );
    }
    for registration in sip.registrations.values() {
        check_registration(registration, &names, found);
    }
    check_transports(sip, found);
    check_aors(sip, found);
}

/// The names of sections, by what they are. Collected once: a folder may hold ten thousand phones.
struct Names<'s> {
    sip: &'s SipConfiguration,
    auths: BTreeSet<&'s str>,
    aors: BTreeSet<&'s str>,
    endpoints: BTreeSet<&'s str>,
    transports: BTreeSet<&'s str>,
}

/// A section that names others, as it is told to a person.
struct Naming<'n> {
    section: String,
    span_of: &'n dyn Fn(&str) -> Span,
}

impl<'s> Names<'s> {
    fn of(sip: &'s SipConfiguration) -> Self {
        Self {
            sip,
            auths: sip.auths.keys().map(String::as_str).collect(),
            aors: sip.aors.keys().map(String::as_str).collect(),
            endpoints: sip.endpoints.keys().map(String::as_str).collect(),
            transports: sip.transports.iter().map(|transport| transport.name.as_str()).collect(),
        }
    }

    /// Tells of each of `names`, which stand under `key`, that no section of this `kind` has.
    fn check(
        &self,
        naming: &Naming<'_>,
        key: &str,
        kind: &str,
        names: &[String],
        found: &mut Vec<Diagnostic>,
    ) {
        let (known, what) = match kind {
            "auth" => (&self.auths, "type=auth section"),
            "aor" => (&self.aors, "type=aor section"),
            "endpoint" => (&self.endpoints, "endpoint"),
            _ => (&self.transports, "transport"),
        };
        let lost = |name: &&String| !known.contains(name.as_str()) && !self.sip.is_left_out(kind, name);
        for missing in names.iter().filter(lost) {
            let message = format!("{}: there is no {what} '{missing}'", naming.section);
            let finding = Diagnostic::warning("unknown-name", message).at((naming.span_of)(key));
            found.push(finding.suggest(suggest::nearest(missing, known.iter().copied())));
        }
    }
}

/// What a registration names, and whether it can be sent.
fn check_registration(registration: &Registration, names: &Names<'_>, found: &mut Vec<Diagnostic>) {
    let section = format!("registration [{}]", registration.name);
    let naming = Naming { section, span_of: &|key| registration.span_of(key) };
    names.check(&naming, "outbound_auth", "auth", &registration.outbound_auth, found);
    names.check(&naming, "endpoint", "endpoint", registration.endpoint.as_slice(), found);
    names.check(&naming, "transport", "transport", registration.transport.as_slice(), found);
}

fn check_endpoint(endpoint: &Endpoint, names: &Names<'_>, found: &mut Vec<Diagnostic>) {
    let section = format!("endpoint [{}]", endpoint.name);
    let naming = Naming { section, span_of: &|key| endpoint.span_of(key) };
    names.check(&naming, "auth", "auth", &endpoint.auth, found);
    names.check(&naming, "outbound_auth", "auth", &endpoint.outbound_auth, found);
    names.check(&naming, "aors", "aor", &endpoint.aors, found);
    names.check(&naming, "transport", "transport", endpoint.transport.as_slice(), found);
    check_codecs(endpoint, found);
    check_names_to_register(endpoint, names.sip, found);
}

/// Calls of an endpoint start in a context that must be there.
pub(super) fn check_contexts(plan: &Dialplan, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    for endpoint in sip.endpoints.values().filter(|e| plan.context(&e.context).is_none()) {
        let message = format!(
            "endpoint [{}]: there is no context '{}' in extensions.conf, so every number it dials is unknown",
            endpoint.name, endpoint.context
        );
        let finding = Diagnostic::warning("unknown-context", message).at(endpoint.span_of("context"));
        let contexts = plan.contexts().map(dialplan_vm::Context::name);
        found.push(finding.suggest(suggest::nearest(&endpoint.context, contexts)));
    }
    for endpoint in sip.endpoints.values() {
        let named = [
            ("subscribe_context", &endpoint.subscribe_context, "it finds no hint to watch"),
            ("message_context", &endpoint.message_context, "its texts are refused"),
            ("overlap_context", &endpoint.overlap_context, "it is never asked for more digits"),
        ];
        for (key, context, so) in named {
            let missing = context.as_deref().filter(|context| plan.context(context).is_none());
            found.extend(missing.map(|missing| no_such_context(plan, endpoint, key, missing, so)));
        }
    }
}

fn no_such_context(plan: &Dialplan, endpoint: &Endpoint, key: &str, missing: &str, so: &str) -> Diagnostic {
    let message =
        format!("endpoint [{}]: there is no context '{missing}' in extensions.conf, so {so}", endpoint.name);
    let finding = Diagnostic::warning("unknown-context", message).at(endpoint.span_of(key));
    let contexts = plan.contexts().map(dialplan_vm::Context::name);
    finding.suggest(suggest::nearest(missing, contexts))
}

fn check_codecs(endpoint: &Endpoint, found: &mut Vec<Diagnostic>) {
    let mut codecs = endpoint.codecs.iter().filter_map(|name| codec_of(name)).peekable();
    let (any, list) = (codecs.peek().is_some(), endpoint.codecs.join(", "));
    if codecs.any(|codec| codec.is_translatable()) {
        return;
    }
    let name = &endpoint.name;
    let message = match (any, endpoint.codecs.is_empty()) {
        (true, _) => format!(
            "endpoint [{name}] allows only codecs that are passed on ({list}): it hears nobody who speaks another one, and no prompts"
        ),
        (_, true) => format!("endpoint [{name}] allows no codec: its calls are refused with 488"),
        _ => format!(
            "endpoint [{name}] allows no codec of audio that is here yet ({list}): its calls are refused with 488"
        ),
    };
    let finding = Diagnostic::warning("no-codec", message).at(endpoint.span_of("allow"));
    found.push(finding.help("add allow=ulaw or allow=alaw"));
}

/// A phone registers the name that it was given, and that is usually its user name: an address of record of another name
/// answers it 404.
fn check_names_to_register(endpoint: &Endpoint, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let users: BTreeSet<&str> = endpoint
        .auth
        .iter()
        .filter_map(|name| sip.auths.get(name))
        .map(|auth| auth.username.as_str())
        .collect();
    let aors: Vec<&Aor> = endpoint.aors.iter().filter_map(|name| sip.aors.get(name)).collect();
    let fits = |aor: &&Aor| users.contains(aor.name.as_str()) || aor.name == endpoint.name;
    if users.is_empty() || aors.iter().any(fits) {
        return;
    }
    if let Some(aor) = aors.iter().find(|aor| aor.max_contacts > 0) {
        let message = format!(
            "phones of [{}] must register as '{}': another name in their To is answered with 404",
            endpoint.name, aor.name
        );
        let finding = Diagnostic::note("name-to-register", message).at(endpoint.span_of("aors"));
        found.push(finding.help("let the aor have the user name of the phone, and name that in aors="));
    }
}

fn check_transports(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    if sip.transports.is_empty() && !sip.endpoints.is_empty() {
        let help = "add a section with type=transport, protocol=udp and bind=0.0.0.0";
        found.push(
            Diagnostic::warning("no-transport", "there is no transport: nobody can be reached").help(help),
        );
    }
    for (n, transport) in sip.transports.iter().enumerate() {
        if let Some(other) = sip.transports.iter().take(n).find(|other| collide(other, transport)) {
            let message = match other.bind == transport.bind {
                true => format!("{} {} is opened twice", transport.protocol, transport.bind),
                false => format!("{} {} is taken by {}", transport.protocol, transport.bind, other.bind),
            };
            let finding = Diagnostic::error("same-bind", message).at(transport.span);
            found.push(finding.related(other.span, "the first one").help("take one of the two away"));
        }
    }
}

/// Whether two transports want one port: at the same address, or one of them at all addresses.
fn collide(a: &Transport, b: &Transport) -> bool {
    let (one, other) = (a.bind, b.bind);
    let everywhere = one.ip().is_unspecified() || other.ip().is_unspecified();
    let datagrams = |transport: &Transport| transport.protocol == Protocol::Udp;
    datagrams(a) == datagrams(b)
        && one.port() == other.port()
        && one.port() != 0
        && (one.ip() == other.ip() || one.is_ipv4() == other.is_ipv4() && everywhere)
}

/// Addresses of record that nobody uses, and those that take no registration and have no contact.
fn check_aors(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let used: BTreeSet<&String> = sip.endpoints.values().flat_map(|endpoint| &endpoint.aors).collect();
    for aor in sip.aors.values() {
        if !used.contains(&aor.name) {
            let message = format!("no endpoint names aor [{}] in its aors", aor.name);
            found.push(Diagnostic::note("unused-aor", message).at(aor.span));
        } else if aor.max_contacts == 0 && aor.contacts.is_empty() {
            let message = format!("nobody can register to aor [{}], and it has no contact", aor.name);
            let finding = Diagnostic::warning("unreachable-aor", message).at(aor.span);
            found.push(finding.help("max_contacts is 0 unless it is set: add max_contacts=1"));
        }
    }
}
