//! `pjsip …`: endpoints, and where their phones are.

mod one;
mod rows;

use std::fmt::Write;

use pbx::configuration::Part;

use super::{Answer, Command, Context, module};
use rows::{
    AOR, AUTH, CHANNEL, CONTACT, ENDPOINT, TRANSPORT, aor_rows, contact_of, contact_row, finish, heading,
    rows_of, transport_row,
};

/// All about one object.
pub(super) use one::COMMANDS as ONE;

pub(super) const COMMANDS: &[Command] = &[
    Command::now("pjsip show endpoints", "The endpoints, their phones and calls", endpoints),
    Command::now("pjsip show contacts", "Where phones are", contacts),
    Command::now("pjsip show aors", "The addresses of record", aors),
    Command::now("pjsip show auths", "Who may prove what, without passwords", auths),
    Command::now("pjsip show transports", "Where phones may come to", transports),
    Command::later("pjsip reload", "Reads pjsip.conf and its other dialects again", |context, _| {
        Box::pin(module::reload(context, Part::Sip))
    }),
];

fn endpoints(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let channels = context.exchange.switchboard().snapshots();
    let mut text = heading(&[ENDPOINT, AUTH, AOR, CONTACT, TRANSPORT, CHANNEL]);
    for endpoint in configuration.sip.endpoints.values() {
        text.push_str(&rows_of(context, &configuration, endpoint, &channels));
        text.push('\n');
    }
    Ok(finish(text, configuration.sip.endpoints.len()))
}

fn contacts(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let registered = context.exchange.registrations().all();
    let fixed = configuration.sip.aors.values();
    let fixed: Vec<String> =
        fixed.flat_map(|aor| aor.contacts.iter().map(|uri| contact_of(&aor.name, uri))).collect();
    let mut text = heading(&[CONTACT]);
    registered.iter().for_each(|binding| text.push_str(&contact_row(binding)));
    let count = registered.len() + fixed.len();
    text.extend(fixed);
    Ok(finish(text, count))
}

fn aors(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = heading(&[AOR, CONTACT]);
    for aor in configuration.sip.aors.values() {
        text.push_str(&aor_rows(context, aor));
    }
    Ok(finish(text, configuration.sip.aors.len()))
}

fn auths(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = heading(&[AUTH]);
    for auth in configuration.sip.auths.values() {
        let _ = writeln!(text, "     Auth:  {}/{}", auth.name, auth.username);
    }
    Ok(finish(text, configuration.sip.auths.len()))
}

fn transports(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = heading(&[TRANSPORT]);
    configuration.sip.transports.iter().for_each(|transport| text.push_str(&transport_row(transport)));
    Ok(finish(text, configuration.sip.transports.len()))
}
