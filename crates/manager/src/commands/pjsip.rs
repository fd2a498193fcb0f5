//! `pjsip …`: endpoints, and where their phones are.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::SystemTime;

use call_control::{CallSnapshot, ChannelState};
use pbx::configuration::{Aor, Configuration, Endpoint, Part};
use sip_ua::registrar::Binding;

use super::layout::{clock, column};
use super::{Answer, Command, CommandError, Context, module};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("pjsip show endpoints", "The endpoints, their phones and calls", endpoints),
    Command::now("pjsip show endpoint", "All about one", endpoint).taking("NAME").among(endpoint_names),
    Command::now("pjsip show contacts", "Where phones are", contacts),
    Command::now("pjsip show aors", "The addresses of record", aors),
    Command::now("pjsip show auths", "Who may prove what, without passwords", auths),
    Command::now("pjsip show transports", "Where phones may come to", transports),
    Command::later("pjsip reload", "Reads pjsip.conf again", |context, _| {
        Box::pin(module::reload(context, Part::Sip))
    }),
];

const ENDPOINT: &str =
    " Endpoint:  <Endpoint/CID.....................................>  <State.....>  <Channels.>";
const AUTH: &str =
    "    I/OAuth:  <AuthId/UserName...........................................................>";
const AOR: &str = "        Aor:  <Aor............................................>  <MaxContact>";
const CONTACT: &str =
    "      Contact:  <Aor/ContactUri..........................> <Hash....> <Status> <RTT(ms)..>";
const TRANSPORT: &str =
    "  Transport:  <TransportId........>  <Type>  <cos>  <tos>  <BindAddress..................>";
const CHANNEL: &str =
    "    Channel:  <ChannelId......................................>  <State.....>  <Time.....>";
const RULE: &str =
    "==========================================================================================";

fn endpoint_names(context: &Context) -> Vec<String> {
    context.exchange.configuration().sip.endpoints.keys().cloned().collect()
}

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

fn endpoint(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("pjsip show endpoint NAME"))?;
    let configuration = context.exchange.configuration();
    let endpoint = configuration.sip.endpoints.get(name);
    let endpoint =
        endpoint.ok_or_else(|| CommandError::Failed(format!("Unable to find object {name}.\n")))?;
    let channels = context.exchange.switchboard().snapshots();
    let mut text = heading(&[ENDPOINT, AUTH, AOR, CONTACT, TRANSPORT, CHANNEL]);
    text.push_str(&rows_of(context, &configuration, endpoint, &channels));
    text.push_str("\n ParameterName                      : ParameterValue\n ==========================================================\n");
    let seconds = |time: Option<std::time::Duration>| time.map_or(0, |time| time.as_secs()).to_string();
    let flag = |on: bool| on.to_string();
    for (name, value) in [
        ("allow", format!("({})", endpoint.codecs.join("|"))),
        ("aors", endpoint.aors.join(",")),
        ("auth", endpoint.auth.join(",")),
        ("context", endpoint.context.clone()),
        ("direct_media", flag(endpoint.direct_media)),
        ("force_rport", flag(endpoint.force_rport)),
        ("from_domain", endpoint.from_domain.clone().unwrap_or_default()),
        ("from_user", endpoint.from_user.clone().unwrap_or_default()),
        ("language", endpoint.language.clone()),
        ("outbound_auth", endpoint.outbound_auth.join(",")),
        ("rewrite_contact", flag(endpoint.rewrite_contact)),
        ("rtp_symmetric", flag(endpoint.rtp_symmetric)),
        ("rtp_timeout", seconds(endpoint.rtp_timeout)),
        ("rtp_timeout_hold", seconds(endpoint.rtp_timeout_hold)),
        ("transport", endpoint.transport.clone().unwrap_or_default()),
    ] {
        let _ = writeln!(text, " {name:<34} : {value}");
    }
    Ok(text)
}

/// An endpoint with all that belongs to it.
fn rows_of(
    context: &Context,
    configuration: &Configuration,
    endpoint: &Endpoint,
    channels: &[CallSnapshot],
) -> String {
    let registrations = context.exchange.registrations();
    let begin = format!("PJSIP/{}-", endpoint.name);
    let own: Vec<&CallSnapshot> =
        channels.iter().filter(|channel| channel.name.starts_with(&begin)).collect();
    let aors: Vec<&Aor> = endpoint.aors.iter().filter_map(|name| configuration.sip.aors.get(name)).collect();
    let reachable =
        aors.iter().any(|aor| !aor.contacts.is_empty() || !registrations.contacts(&aor.name).is_empty());
    let number = endpoint.caller_id.as_ref().map(|caller| format!("/{}", caller.number)).unwrap_or_default();
    let (name, state) =
        (column(&format!("{}{number}", endpoint.name), 50), column(state(&own, reachable), 12));
    let mut text = format!(" Endpoint:  {name} {state}  {} of inf\n", own.len());
    for auth in endpoint.auth.iter().filter_map(|name| configuration.sip.auths.get(name)) {
        let _ = writeln!(text, "     InAuth:  {}/{}", auth.name, auth.username);
    }
    for aor in aors {
        let _ = writeln!(text, "        Aor:  {} {}", column(&aor.name, 49), aor.max_contacts);
        registrations.contacts(&aor.name).iter().for_each(|binding| text.push_str(&contact_row(binding)));
        for uri in &aor.contacts {
            text.push_str(&contact_of(&aor.name, uri));
        }
    }
    for transport in
        configuration.sip.transports.iter().filter(|t| Some(&t.name) == endpoint.transport.as_ref())
    {
        text.push_str(&transport_row(transport));
    }
    for channel in own {
        let time = SystemTime::now().duration_since(channel.created).unwrap_or_default();
        let (name, state) = (column(&channel.name, 49), column(&channel.state.to_string(), 12));
        let _ = writeln!(text, "    Channel:  {name} {state}  {}", clock(time));
    }
    text
}

/// The state of the device in the words of presence.
fn state(channels: &[&CallSnapshot], reachable: bool) -> &'static str {
    let has = |wanted: &[ChannelState]| channels.iter().any(|channel| wanted.contains(&channel.state));
    match () {
        () if has(&[ChannelState::Up, ChannelState::Ring]) => "In use",
        () if has(&[ChannelState::Ringing, ChannelState::Dialing]) => "Ringing",
        () if reachable => "Not in use",
        () => "Unavailable",
    }
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

fn contact_row(binding: &Binding) -> String {
    contact_of(&binding.aor, &binding.contact_uri)
}

/// A contact; nobody asks it yet whether it is there.
fn contact_of(aor: &str, uri: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (aor, uri).hash(&mut hasher);
    let hash = format!("{:010x}", hasher.finish() >> 24);
    format!("      Contact:  {} {hash} NonQual         nan\n", column(&format!("{aor}/{uri}"), 43))
}

fn aors(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = heading(&[AOR, CONTACT]);
    for aor in configuration.sip.aors.values() {
        let _ = writeln!(text, "        Aor:  {} {}", column(&aor.name, 49), aor.max_contacts);
        for binding in context.exchange.registrations().contacts(&aor.name) {
            text.push_str(&contact_row(&binding));
        }
        aor.contacts.iter().for_each(|uri| text.push_str(&contact_of(&aor.name, uri)));
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

fn transport_row(transport: &pbx::configuration::Transport) -> String {
    let (name, protocol) = (column(&transport.name, 21), transport.protocol.uri_name());
    format!("  Transport:  {name} {protocol:>6}      0      0  {}\n", transport.bind)
}

fn heading(rows: &[&str]) -> String {
    format!("\n{}\n{RULE}\n\n", rows.join("\n"))
}

fn finish(text: String, count: usize) -> String {
    match count {
        0 => "No objects found.\n".to_owned(),
        n => format!("{}\n\nObjects found: {n}\n", text.trim_end()),
    }
}
