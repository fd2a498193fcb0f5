//! Publications that name what is not there, or what cannot do what it is named for.

use std::collections::BTreeMap;

use asterisk_conf::{Diagnostic, Span, suggest};

use crate::configuration::{
    AsteriskPublication, InboundPublication, OutboundPublish, Published, SipConfiguration,
};

pub(super) fn check(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    for publish in sip.outbound_publishes.values() {
        check_outbound(publish, sip, found);
    }
    for inbound in sip.inbound_publications.values() {
        check_inbound(inbound, sip, found);
    }
    for publication in sip.asterisk_publications.values() {
        check_asterisk(publication, sip, found);
    }
}

fn check_outbound(publish: &OutboundPublish, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let section = format!("outbound-publish [{}]", publish.name);
    for auth in &publish.outbound_auth {
        if !sip.auths.contains_key(auth) && !sip.is_left_out("auth", auth) {
            let known = sip.auths.keys().map(String::as_str);
            let place = publish.span_of("outbound_auth");
            found.push(missing(&section, "type=auth section", auth, known, place));
        }
    }
    let transports = || sip.transports.iter().map(|transport| transport.name.as_str());
    let lost =
        |name: &&String| !transports().any(|known| known == *name) && !sip.is_left_out("transport", name);
    if let Some(transport) = publish.transport.as_ref().filter(lost) {
        let place = publish.span_of("transport");
        found.push(missing(&section, "transport", transport, transports(), place));
    }
    if publish.multi_user && !matches!(publish.published, Published::Extensions { .. }) {
        let message = format!("{section}: multi_user has no effect with event={}", publish.published.event());
        let finding = Diagnostic::note("no-effect", message).at(publish.span_of("multi_user"));
        found
            .push(finding.help("it makes a resource of each extension, with event=dialog or event=presence"));
    }
}

fn check_inbound(inbound: &InboundPublication, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let section = format!("inbound-publication [{}]", inbound.name);
    let lost = |name: &&String| !sip.endpoints.contains_key(*name) && !sip.is_left_out("endpoint", name);
    if let Some(endpoint) = inbound.endpoint.as_ref().filter(lost) {
        let known = sip.endpoints.keys().map(String::as_str);
        found.push(missing(&section, "endpoint", endpoint, known, inbound.span_of("endpoint")));
    }
    let devices = |taker: &AsteriskPublication| taker.device_state;
    let mailboxes = |taker: &AsteriskPublication| taker.mailbox_state;
    check_taker(
        inbound,
        "event_asterisk-devicestate",
        inbound.devices.as_ref(),
        sip,
        ("devices", &devices),
        found,
    );
    check_taker(
        inbound,
        "event_asterisk-mwi",
        inbound.mailboxes.as_ref(),
        sip,
        ("mailboxes", &mailboxes),
        found,
    );
    if inbound.endpoint.is_none() {
        let message = format!("{section}: any endpoint may publish to it, phones too");
        let finding = Diagnostic::note("open-publication", message).at(inbound.span);
        found.push(finding.help("add endpoint=NAME, the one that alone may"));
    }
    if inbound.devices.is_none() && inbound.mailboxes.is_none() {
        let message = format!("{section} names no event, so nothing can be published to it");
        let help = "add event_asterisk-devicestate=NAME or event_asterisk-mwi=NAME of a type=asterisk-publication section";
        found.push(Diagnostic::warning("no-effect", message).at(inbound.span).help(help));
    }
}

/// The section that takes an event must be there, and take it.
fn check_taker(
    inbound: &InboundPublication,
    key: &str,
    name: Option<&String>,
    sip: &SipConfiguration,
    (what, takes): (&str, &dyn Fn(&AsteriskPublication) -> bool),
    found: &mut Vec<Diagnostic>,
) {
    let section = format!("inbound-publication [{}]", inbound.name);
    match name.map(|name| (name, sip.asterisk_publications.get(name))) {
        Some((name, None)) => {
            let known = sip.asterisk_publications.keys().map(String::as_str);
            found.push(missing(
                &section,
                "type=asterisk-publication section",
                name,
                known,
                inbound.span_of(key),
            ));
        }
        Some((name, Some(taker))) if !takes(taker) => {
            let message =
                format!("{section}: [{name}] takes no states of {what}, so they are refused with 403");
            let finding = Diagnostic::warning("no-effect", message).at(inbound.span_of(key));
            let switch = if what == "devices" { "device_state" } else { "mailbox_state" };
            found.push(finding.help(format!("add {switch}=yes to it")));
        }
        _ => {}
    }
}

fn check_asterisk(publication: &AsteriskPublication, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let section = format!("asterisk-publication [{}]", publication.name);
    let named: BTreeMap<&str, (&Option<String>, &str)> = BTreeMap::from([
        ("devicestate_publish", (&publication.devicestate_publish, "asterisk-devicestate")),
        ("mailboxstate_publish", (&publication.mailboxstate_publish, "asterisk-mwi")),
    ]);
    for (key, (name, event)) in named {
        let Some(name) = name else { continue };
        let place = publication.span_of(key);
        match sip.outbound_publishes.get(name) {
            None if !sip.is_left_out("outbound-publish", name) => {
                let known = sip.outbound_publishes.keys().map(String::as_str);
                found.push(missing(&section, "type=outbound-publish section", name, known, place));
            }
            Some(publish) if publish.published.event() != event => {
                let other = publish.published.event();
                let message = format!("{section}: [{name}] publishes {other}, so it cannot ask for {event}");
                let finding = Diagnostic::warning("wrong-event", message).at(place);
                found.push(finding.help(format!("name a type=outbound-publish section with event={event}")));
            }
            _ => {}
        }
    }
}

fn missing<'n>(
    section: &str,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'n str>,
    place: Span,
) -> Diagnostic {
    let finding = Diagnostic::warning("unknown-name", format!("{section}: there is no {what} '{name}'"));
    finding.at(place).suggest(suggest::nearest(name, known))
}
