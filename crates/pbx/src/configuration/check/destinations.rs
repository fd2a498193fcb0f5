//! `Dial`, hints and global variables that name endpoints which do not exist.

use asterisk_conf::{Config, Diagnostic, Span, suggest};
use dialplan_vm::Dialplan;

use super::pieces::{is_open, pieces};
use crate::configuration::SipConfiguration;

/// Technologies that lead to SIP endpoints.
const SIP: &[&str] = &["PJSIP", "SIP"];

/// Calls into the dialplan, and to servers that have nothing to do with endpoints.
const WITHOUT_ENDPOINTS: &[&str] = &["LOCAL", "AUDIOSOCKET", "WEBSOCKET"];

/// Technologies of Asterisk that are not here yet.
const OTHERS: &[&str] =
    &["IAX2", "DAHDI", "AGENT", "CONSOLE", "MULTICASTRTP", "UNICASTRTP", "MOBILE", "MOTIF", "RTP"];

/// One of the destinations between `&`, and where it is written.
pub(super) struct Destination<'t> {
    pub(super) text: &'t str,
    pub(super) span: Span,
}

pub(super) fn check(
    plan: &Dialplan,
    extensions: &Config,
    sip: &SipConfiguration,
    found: &mut Vec<Diagnostic>,
) {
    for step in plan.steps().filter(|step| step.is("Dial")) {
        let list = pieces(step.arguments(), b',').first().map_or("", |(_, list)| *list);
        for destination in destinations(list, step.arguments_span()) {
            found.extend(destination.technology_problem());
            found.extend(destination.endpoint_problem(sip));
        }
    }
    // Only what is surely a destination: values may be anything, and hints may name devices of many kinds.
    for (_, _, hint) in plan.hints() {
        let list = hint.devices.split(',').next().unwrap_or_default();
        found.extend(destinations(list, hint.span).iter().filter_map(|d| d.endpoint_problem(sip)));
    }
    let globals = extensions.objects().filter(|section| section.name.value.eq_ignore_ascii_case("globals"));
    for entry in globals.flat_map(|section| &section.entries) {
        let listed = destinations(&entry.value.value, entry.value.span);
        found.extend(listed.iter().filter_map(|d| d.endpoint_problem(sip)));
    }
}

/// The destinations of a list, at `span`.
pub(super) fn destinations(list: &str, span: Span) -> Vec<Destination<'_>> {
    let place = |(at, text): (usize, _)| {
        let start = at + (str::len(text) - text.trim_start().len());
        let text = text.trim();
        Destination { text, span: span.slice(start..start + text.len()) }
    };
    pieces(list, b'&').into_iter().map(place).filter(|d| !d.text.is_empty()).collect()
}

impl<'t> Destination<'t> {
    /// The technology and what stands behind its `/`, unless they are known only when a call comes.
    fn parts(&self) -> Option<(&'t str, &'t str)> {
        self.text.split_once('/').filter(|(technology, _)| !technology.contains('$'))
    }

    fn technology_problem(&self) -> Option<Diagnostic> {
        let Some((technology, _)) = self.parts() else {
            if self.text.contains('$') {
                return None;
            }
            let message = format!("'{}' is no destination", self.text);
            let finding = Diagnostic::warning("bad-destination", message).at(self.span);
            return Some(finding.help("write technology/resource, as in PJSIP/alice"));
        };
        let upper = technology.to_ascii_uppercase();
        if SIP.contains(&upper.as_str()) || WITHOUT_ENDPOINTS.contains(&upper.as_str()) {
            return None;
        }
        let is_elsewhere = OTHERS.contains(&upper.as_str());
        let message = match is_elsewhere {
            true => format!("the technology {technology} is not here yet: the call fails"),
            false => format!("there is no technology {technology}: the call fails"),
        };
        let finding =
            Diagnostic::warning("unknown-technology", message).at(self.span.slice(0..technology.len()));
        let known = SIP.iter().chain(WITHOUT_ENDPOINTS).chain(OTHERS).copied();
        Some(if is_elsewhere { finding } else { finding.suggest(suggest::nearest(&upper, known)) })
    }

    fn endpoint_problem(&self, sip: &SipConfiguration) -> Option<Diagnostic> {
        let (technology, resource) = self.parts()?;
        if !SIP.iter().any(|name| name.eq_ignore_ascii_case(technology)) {
            return None;
        }
        let (name, from) = endpoint_of(resource);
        // What is known only when a call comes cannot be checked now.
        if name.is_empty()
            || is_open(name)
            || sip.endpoints.contains_key(name)
            || sip.is_left_out("endpoint", name)
        {
            return None;
        }
        let start = technology.len() + 1 + from;
        let finding = Diagnostic::warning("unknown-endpoint", format!("there is no endpoint '{name}'"));
        let finding = finding.at(self.span.slice(start..start + name.len()));
        Some(finding.suggest(suggest::nearest(name, sip.endpoints.keys().map(String::as_str))))
    }
}

/// The endpoint of `bob`, `0033@trunk`, `trunk/0033`, and its place.
fn endpoint_of(resource: &str) -> (&str, usize) {
    let parts = pieces(resource, b'/');
    if let [(_, name), _, ..] = parts.as_slice() {
        return (name, 0);
    }
    match resource.rsplit_once('@') {
        Some((number, name)) => (name, number.len() + 1),
        None => (resource, 0),
    }
}
