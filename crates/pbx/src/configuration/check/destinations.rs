//! `Dial` to endpoints that do not exist.

use asterisk_conf::{Diagnostic, suggest};
use dialplan_vm::{Dialplan, PlanStep};

use crate::configuration::SipConfiguration;

/// Technologies that lead to SIP endpoints.
const SIP: &[&str] = &["PJSIP", "SIP"];

/// Technologies of Asterisk that are not here yet.
const OTHERS: &[&str] =
    &["LOCAL", "IAX2", "DAHDI", "AGENT", "AUDIOSOCKET", "WEBSOCKET", "CONSOLE", "MULTICASTRTP"];

pub(super) fn check(plan: &Dialplan, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    for step in plan.steps().filter(|step| step.is("Dial")) {
        let list = step.arguments().split(',').next().unwrap_or_default();
        let mut at = 0;
        for destination in list.split('&') {
            check_destination(step, destination, at, sip, found);
            at += destination.len() + 1;
        }
    }
}

fn check_destination(
    step: &PlanStep,
    destination: &str,
    at: usize,
    sip: &SipConfiguration,
    found: &mut Vec<Diagnostic>,
) {
    let trimmed = destination.trim();
    let start = at + (destination.len() - destination.trim_start().len());
    let span = |from: usize, length: usize| step.arguments_span().slice(start + from..start + from + length);
    if trimmed.is_empty() || trimmed.starts_with('$') {
        return;
    }
    let Some((technology, resource)) = trimmed.split_once('/') else {
        let finding = Diagnostic::warning("bad-destination", format!("'{trimmed}' is no destination"));
        found.push(finding.at(span(0, trimmed.len())).help("write technology/resource, as in PJSIP/alice"));
        return;
    };
    let upper = technology.to_ascii_uppercase();
    if !SIP.contains(&upper.as_str()) {
        let here = OTHERS.contains(&upper.as_str());
        let message = match here {
            true => format!("the technology {technology} is not here yet: the call fails"),
            false => format!("there is no technology {technology}: the call fails"),
        };
        let finding = Diagnostic::warning("unknown-technology", message).at(span(0, technology.len()));
        found.push(if here {
            finding
        } else {
            finding.suggest(suggest::nearest(&upper, SIP.iter().copied()))
        });
        return;
    }
    // What is known only when a call comes cannot be checked now.
    let (name, from) = endpoint_of(resource);
    if name.contains("${") || name.contains("$[") || name.is_empty() || sip.endpoints.contains_key(name) {
        return;
    }
    let message = format!("there is no endpoint '{name}'");
    let finding = Diagnostic::warning("unknown-endpoint", message);
    let finding = finding.at(span(technology.len() + 1 + from, name.len()));
    found.push(finding.suggest(suggest::nearest(name, sip.endpoints.keys().map(String::as_str))));
}

/// The endpoint of `bob`, `0033@trunk`, `trunk/0033`, and its place.
fn endpoint_of(resource: &str) -> (&str, usize) {
    if let Some((name, _)) = resource.split_once('/') {
        return (name, 0);
    }
    match resource.rsplit_once('@') {
        Some((number, name)) => (name, number.len() + 1),
        None => (resource, 0),
    }
}
