//! `Dial(WebSocket/…)` to connections that are not there, and to nobody who could come in.

use asterisk_conf::{Diagnostic, suggest};
use dialplan_vm::Dialplan;

use super::destinations::{Destination, destinations};
use super::pieces::{is_open, pieces};
use crate::audio_streams::INCOMING;
use crate::configuration::{HttpConfiguration, WebSocketConfiguration};

pub(super) fn check(
    plan: &Dialplan,
    http: &HttpConfiguration,
    sockets: &WebSocketConfiguration,
    found: &mut Vec<Diagnostic>,
) {
    for step in plan.steps().filter(|step| step.is("Dial")) {
        let list = pieces(step.arguments(), b',').first().map_or("", |(_, list)| *list);
        for destination in destinations(list, step.arguments_span()) {
            found.extend(problem(&destination, http, sockets));
        }
    }
}

fn problem(
    destination: &Destination<'_>,
    http: &HttpConfiguration,
    sockets: &WebSocketConfiguration,
) -> Option<Diagnostic> {
    let (technology, resource) = destination.text.split_once('/')?;
    let name = resource.split('/').next().unwrap_or_default();
    // What is known only when a call comes cannot be checked now.
    if !technology.eq_ignore_ascii_case("WebSocket") || is_open(name) {
        return None;
    }
    let start = technology.len() + 1;
    let place = destination.span.slice(start..start + name.len());
    if name == INCOMING {
        let is_served = http.plain.is_some() || http.secure.is_some();
        return (!is_served).then(|| {
            let message = "nobody can connect to this call: http.conf has no enabled=yes";
            Diagnostic::warning("not-served", message).at(place)
        });
    }
    match sockets.clients.get(name) {
        Some(client) if client.is_persistent => {
            let message = format!("'{name}' is a persistent connection: calls cannot use it");
            let finding = Diagnostic::warning("persistent-connection", message).at(place);
            Some(finding.help("write connection_type=per_call_config in websocket_client.conf"))
        }
        Some(_) => None,
        None => {
            let message = format!("there is no connection '{name}' in websocket_client.conf");
            let known = sockets.clients.keys().map(String::as_str);
            let finding = Diagnostic::warning("unknown-connection", message).at(place);
            Some(finding.suggest(suggest::nearest(name, known)))
        }
    }
}
