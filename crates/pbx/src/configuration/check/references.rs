//! Names in `pjsip.conf` that name nothing.

use std::collections::BTreeSet;

use asterisk_conf::{Diagnostic, suggest};
use dialplan_vm::Dialplan;

use crate::configuration::{Endpoint, SipConfiguration};

/// Codecs that the media plane has.
const CODECS: &[&str] = &["ulaw", "alaw"];

pub(super) fn check(plan: &Dialplan, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    for endpoint in sip.endpoints.values() {
        check_endpoint(endpoint, plan, sip, found);
    }
    for identify in sip.identifies.iter().filter(|i| !sip.endpoints.contains_key(&i.endpoint)) {
        let message = format!("there is no endpoint '{}'", identify.endpoint);
        let finding = Diagnostic::warning("unknown-endpoint", message);
        let finding = finding.at(identify.endpoint_span.unwrap_or(identify.span));
        found.push(
            finding.suggest(suggest::nearest(&identify.endpoint, sip.endpoints.keys().map(String::as_str))),
        );
    }
    check_transports(sip, found);
    check_aors(sip, found);
}

fn check_endpoint(endpoint: &Endpoint, plan: &Dialplan, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let auths: Vec<&str> = sip.auths.keys().map(String::as_str).collect();
    let aors: Vec<&str> = sip.aors.keys().map(String::as_str).collect();
    let transports: Vec<&str> = sip.transports.iter().map(|t| t.name.as_str()).collect();
    let mut name = |key: &str, what: &str, names: &[String], known: &[&str]| {
        for missing in names.iter().filter(|name| !known.contains(&name.as_str())) {
            let message = format!("endpoint [{}]: there is no {what} '{missing}'", endpoint.name);
            let finding = Diagnostic::warning("unknown-name", message).at(endpoint.span_of(key));
            found.push(finding.suggest(suggest::nearest(missing, known.iter().copied())));
        }
    };
    name("auth", "type=auth section", &endpoint.auth, &auths);
    name("outbound_auth", "type=auth section", &endpoint.outbound_auth, &auths);
    name("aors", "type=aor section", &endpoint.aors, &aors);
    name("transport", "transport", endpoint.transport.as_slice(), &transports);
    if plan.context(&endpoint.context).is_none() {
        let message = format!(
            "endpoint [{}]: there is no context '{}' in extensions.conf, so every number it dials is unknown",
            endpoint.name, endpoint.context
        );
        let finding = Diagnostic::warning("unknown-context", message).at(endpoint.span_of("context"));
        let contexts = plan.contexts().map(dialplan_vm::Context::name);
        found.push(finding.suggest(suggest::nearest(&endpoint.context, contexts)));
    }
    check_codecs(endpoint, found);
}

fn check_codecs(endpoint: &Endpoint, found: &mut Vec<Diagnostic>) {
    if endpoint.codecs.iter().any(|codec| CODECS.contains(&codec.as_str())) {
        return;
    }
    let message = match endpoint.codecs.is_empty() {
        true => format!("endpoint [{}] allows no codec: its calls are refused with 488", endpoint.name),
        false => format!(
            "endpoint [{}] allows no codec that is here yet ({}): its calls are refused with 488",
            endpoint.name,
            endpoint.codecs.join(", ")
        ),
    };
    let finding = Diagnostic::warning("no-codec", message).at(endpoint.span_of("allow"));
    found.push(finding.help("add allow=ulaw or allow=alaw"));
}

fn check_transports(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    if sip.transports.is_empty() && !sip.endpoints.is_empty() {
        let help = "add a section with type=transport, protocol=udp and bind=0.0.0.0";
        found.push(
            Diagnostic::warning("no-transport", "there is no transport: nobody can be reached").help(help),
        );
    }
    for (n, transport) in sip.transports.iter().enumerate() {
        let same = |other: &&crate::configuration::Transport| {
            other.bind == transport.bind && other.protocol == transport.protocol && other.bind.port() != 0
        };
        if let Some(other) = sip.transports.iter().take(n).find(same) {
            let message = format!("{} {} is opened twice", transport.protocol, transport.bind);
            let finding = Diagnostic::error("same-bind", message).at(transport.span);
            found.push(finding.related(other.span, "the first one").help("take one of the two away"));
        }
    }
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
