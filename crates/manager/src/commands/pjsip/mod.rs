//! `pjsip …`: endpoints, and where their phones are.

mod channel_stats;
mod channels;
mod identifies;
mod notify;
mod one;
mod publications;
mod registrations;
mod rows;
mod subscriptions;

use std::fmt::Write;

use pbx::configuration::Part;

use super::{Answer, Command, CommandError, Context, module};
use rows::{
    aor_heading, aor_rows, auth_heading, contact_heading, contact_row, endpoint_heading, finish, heading,
    headings_of_endpoints, label, rows_of, transport_heading, transport_row,
};

/// What phones are told unasked.
pub(super) use notify::COMMANDS as NOTIFY;
/// Who watches what.
pub(super) use subscriptions::COMMANDS as SUBSCRIPTIONS;

/// What exchanges tell each other.
pub(super) use publications::COMMANDS as PUBLICATIONS;

/// The channels of SIP.
pub(super) use channels::COMMANDS as CHANNELS;
/// Who is known by what.
pub(super) use identifies::COMMANDS as IDENTIFIES;

/// How audio fares.
pub(super) use channel_stats::COMMANDS as CHANNEL_STATS;
/// All about one object.
pub(super) use one::COMMANDS as ONE;
/// Where the exchange registers itself.
pub(super) use registrations::COMMANDS as REGISTRATIONS;

pub(super) const COMMANDS: &[Command] = &[
    Command::now("pjsip show endpoints", "The endpoints, their phones and calls", endpoints),
    Command::now("pjsip show contacts", "Where phones are", contacts),
    Command::now("pjsip show aors", "The addresses of record", aors),
    Command::now("pjsip show auths", "Who may prove what, without passwords", auths),
    Command::now("pjsip show transports", "Where phones may come to", transports),
    Command::now("pjsip list endpoints", "The endpoints alone", endpoint_list),
    Command::now("pjsip list contacts", "Where phones are", contacts),
    Command::now("pjsip list aors", "The addresses of record alone", aor_list),
    Command::now("pjsip list auths", "Who may prove what, without passwords", auths),
    Command::now("pjsip list transports", "Where phones may come to", transports),
    Command::now("pjsip qualify", "Asks the contacts of an endpoint now whether they are there", qualify)
        .taking("ENDPOINT")
        .among(one::endpoint_names),
    Command::later("pjsip reload", "Reads pjsip.conf and its other dialects again", |context, _| {
        Box::pin(module::reload(context, Part::Sip))
    }),
];

fn endpoints(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let channels = context.exchange.switchboard().snapshots();
    let mut text = headings_of_endpoints();
    for endpoint in configuration.sip.endpoints.values() {
        text.push_str(&rows_of(context, &configuration, endpoint, &channels));
        text.push('\n');
    }
    Ok(finish(text, configuration.sip.endpoints.len()))
}

/// Of each endpoint the first row.
fn endpoint_list(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let channels = context.exchange.switchboard().snapshots();
    let endpoints = configuration.sip.endpoints.values();
    let rows = endpoints.map(|endpoint| first_row(&rows_of(context, &configuration, endpoint, &channels)));
    Ok(finish(heading(&[endpoint_heading()]) + &rows.collect::<String>(), configuration.sip.endpoints.len()))
}

/// Of each address of record the first row.
fn aor_list(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let rows = configuration.sip.aors.values().map(|aor| first_row(&aor_rows(context, aor, 0)));
    Ok(finish(heading(&[aor_heading(0)]) + &rows.collect::<String>(), configuration.sip.aors.len()))
}

fn first_row(rows: &str) -> String {
    rows.lines().take(1).map(|row| format!("{row}\n")).collect()
}

/// Asks all contacts of an endpoint; the narration and `pjsip show contacts` tell what they answer.
fn qualify(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("pjsip qualify ENDPOINT"))?;
    let configuration = context.exchange.configuration();
    let endpoint = configuration.sip.endpoints.get(name).ok_or_else(|| one::unknown(name))?;
    let qualification = context.exchange.qualification();
    let mut text = String::new();
    for aor in endpoint.aors.iter().filter_map(|name| configuration.sip.aors.get(name)) {
        let registered = context.exchange.registrations().contacts(&aor.name).into_iter();
        let registered = registered.map(|binding| binding.contact_uri);
        for uri in aor.contacts.iter().cloned().chain(registered) {
            let _ = match qualification.ask(&aor.name, &uri) {
                true => writeln!(text, "Qualifying contact {}/{uri} of endpoint {name}", aor.name),
                false => {
                    writeln!(text, "Contact {}/{uri} is not qualified: qualify_frequency is 0", aor.name)
                }
            };
        }
    }
    if text.is_empty() {
        let _ = writeln!(text, "Endpoint {name} has no contact");
    }
    Ok(text)
}

fn contacts(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let registered = context.exchange.registrations().all();
    let fixed = configuration.sip.aors.values();
    let fixed: Vec<String> = fixed
        .flat_map(|aor| aor.contacts.iter().map(|uri| contact_row(context, &aor.name, uri, 0)))
        .collect();
    let mut text = heading(&[contact_heading(0)]);
    text.extend(registered.iter().map(|binding| contact_row(context, &binding.aor, &binding.contact_uri, 0)));
    let count = registered.len() + fixed.len();
    text.extend(fixed);
    Ok(finish(text, count))
}

fn aors(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = heading(&[aor_heading(0), contact_heading(1)]);
    for aor in configuration.sip.aors.values() {
        text.push_str(&(aor_rows(context, aor, 0) + "\n"));
    }
    Ok(finish(text, configuration.sip.aors.len()))
}

fn auths(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = heading(&[auth_heading(0)]);
    for auth in configuration.sip.auths.values() {
        let _ = writeln!(text, "{}{}/{}", label(0, "Auth"), auth.name, auth.username);
    }
    Ok(finish(text, configuration.sip.auths.len()))
}

fn transports(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = heading(&[transport_heading(0)]);
    configuration.sip.transports.iter().for_each(|transport| text.push_str(&transport_row(transport, 0)));
    Ok(finish(text, configuration.sip.transports.len()))
}
