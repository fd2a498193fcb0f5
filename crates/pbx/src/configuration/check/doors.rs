//! Who may call without proving anything.

use asterisk_conf::Diagnostic;
use dialplan_vm::{Dialplan, PlanStep};

use super::flow::contexts_below;
use super::pieces::pieces;
use super::told_together;
use crate::configuration::{Endpoint, Identifier, SipConfiguration};

/// The endpoint that everybody is whom nothing else identifies.
const ANONYMOUS: &str = "anonymous";

pub(super) fn check(plan: &Dialplan, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let open = sip.endpoints.values().filter(|endpoint| is_open(endpoint, sip));
    let open: Vec<&Endpoint> = open.map(AsRef::as_ref).collect();
    let help = "give it auth=, or let a type=identify section name it with the addresses that it calls from";
    found.extend(told_together(
        &open,
        |endpoint| (endpoint.name.clone(), endpoint.span),
        |who| {
            let message = format!(
                "endpoint {who} has no auth: whoever claims its name calls as it, without a password"
            );
            Diagnostic::warning("no-password", message).help(help)
        },
    ));
    let order = &sip.global.endpoint_identifier_order;
    if let Some(guest) = sip.endpoints.get(ANONYMOUS)
        && guest.auth.is_empty()
        && order.contains(&Identifier::Anonymous)
    {
        found.push(guests(guest, plan));
    }
}

/// Whether the name alone makes a caller this endpoint. One that `identify` ties to addresses is a trunk.
fn is_open(endpoint: &Endpoint, sip: &SipConfiguration) -> bool {
    endpoint.auth.is_empty()
        && endpoint.name != ANONYMOUS
        && endpoint.identify_by.contains(&Identifier::Username)
        && !sip.identifies.iter().any(|identify| identify.endpoint == endpoint.name)
}

/// Guests are let in on purpose; a way from them to the outside is what somebody else pays for.
fn guests(guest: &Endpoint, plan: &Dialplan) -> Diagnostic {
    let context = plan.context(&guest.context);
    let steps = context.iter().flat_map(|context| contexts_below(plan, context));
    let way_out = steps.flat_map(|context| context.steps()).find(|step| leads_out(step));
    let span = guest.span_of("context");
    match way_out {
        Some(step) => {
            let message =
                format!("guests can call through a trunk: they start in context '{}'", guest.context);
            let finding = Diagnostic::warning("guests-dial-out", message).at(span);
            let help = "give [anonymous] a context of its own that leads only to phones";
            finding.related(step.span(), "leads out").help(help)
        }
        None => {
            let message = format!("guests are let in, to context '{}'", guest.context);
            Diagnostic::note("guests", message).at(span)
        }
    }
}

/// Whether a step sends a number to an endpoint, as calls through a trunk do.
fn leads_out(step: &PlanStep) -> bool {
    let list = pieces(step.arguments(), b',').first().map_or("", |(_, list)| *list);
    step.is("DISA")
        || step.is("Dial")
            && pieces(list, b'&').iter().any(|(_, one)| one.contains('@') || pieces(one, b'/').len() > 2)
}
