//! `sip …`: the phones as those know them who had `sip.conf`.

use std::fmt::Write;

use pbx::configuration::{Auth, Part};

use super::layout::column;
use super::{Answer, Command, Context, module};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("sip show peers", "The phones, in a line each", peers),
    Command::now("sip show users", "Who may call, and where calls start", users),
    Command::later("sip reload", "Reads sip.conf and pjsip.conf again", |context, _| {
        Box::pin(module::reload(context, Part::Sip))
    }),
];

fn peers(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let registrations = context.exchange.registrations();
    let mut text = row([
        "Name/username",
        "Host",
        "Dyn",
        "Forcerport",
        "Comedia",
        "ACL",
        "Port",
        "Status",
        "Description",
    ]);
    let (mut online, mut offline) = (0, 0);
    for endpoint in configuration.sip.endpoints.values() {
        let contact = endpoint.aors.iter().flat_map(|aor| registrations.contacts(aor)).next();
        let fixed = endpoint.aors.iter().filter_map(|name| configuration.sip.aors.get(name));
        let fixed = fixed.flat_map(|aor| aor.contacts.first()).next();
        let dynamic = if fixed.is_none() { " D " } else { "" };
        let seen = contact.as_ref().map(|binding| binding.received.unwrap_or(binding.flow.remote));
        let (host, port) = match (seen, fixed) {
            (Some(address), _) => (address.ip().to_string(), address.port().to_string()),
            (None, Some(uri)) => (uri.clone(), String::new()),
            (None, None) => ("(Unspecified)".to_owned(), "0".to_owned()),
        };
        let here = seen.is_some() || fixed.is_some();
        *(if here { &mut online } else { &mut offline }) += 1;
        let user = endpoint.auth.first().and_then(|name| configuration.sip.auths.get(name));
        let name = user.map_or(endpoint.name.clone(), |auth| format!("{}/{}", endpoint.name, auth.username));
        let yes = |on: bool| if on { "Yes" } else { "No" };
        let description = endpoint.caller_id.as_ref().map(|caller| caller.name.clone()).unwrap_or_default();
        let (rport, comedia) = (yes(endpoint.force_rport), yes(endpoint.rtp_symmetric));
        text.push_str(&row([&name, &host, dynamic, rport, comedia, "", &port, "Unmonitored", &description]));
    }
    let _ = write!(
        text,
        "{} sip peers [Monitored: 0 online, 0 offline Unmonitored: {online} online, {offline} offline]",
        online + offline
    );
    Ok(text)
}

fn row(cells: [&str; 9]) -> String {
    let widths = [25, 39, 3, 10, 10, 3, 8, 11, 32];
    let cells = cells.into_iter().zip(widths).map(|(text, width)| column(text, width));
    cells.collect::<Vec<_>>().join(" ").trim_end().to_owned() + "\n"
}

/// Names, contexts, and whether a secret is asked for; never the secret.
fn users(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let sip = &configuration.sip;
    let line = |cells: [&str; 6]| {
        let cells = cells.into_iter().zip([25, 15, 15, 15, 5, 10]).map(|(text, width)| column(text, width));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(["Username", "Secret", "Accountcode", "Def.Context", "ACL", "Forcerport"]);
    for endpoint in sip.endpoints.values() {
        let auth: Option<&Auth> = endpoint.auth.first().and_then(|name| sip.auths.get(name));
        let user = auth.map_or(endpoint.name.as_str(), |auth| auth.username.as_str());
        let secret = if auth.is_some_and(|auth| !auth.is_empty()) { "(set)" } else { "" };
        let rport = if endpoint.force_rport { "Yes" } else { "No" };
        text.push_str(&line([user, secret, "", &endpoint.context, "No", rport]));
    }
    Ok(text.trim_end().to_owned())
}
