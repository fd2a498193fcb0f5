//! The rows in which `pjsip show …` tells of things, and their headings.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::SystemTime;

use call_control::{CallSnapshot, ChannelState};
use pbx::configuration::{Aor, Configuration, Endpoint, Transport};
use pbx::qualify::Reachability;
use sip_ua::registrar::Binding;

use super::super::Context;
use super::super::layout::{clock, column};
use super::identifies;

pub(super) const ENDPOINT: &str =
    " Endpoint:  <Endpoint/CID.....................................>  <State.....>  <Channels.>";
pub(super) const AUTH: &str =
    "    I/OAuth:  <AuthId/UserName...........................................................>";
pub(super) const AOR: &str = "        Aor:  <Aor............................................>  <MaxContact>";
pub(super) const CONTACT: &str =
    "      Contact:  <Aor/ContactUri..........................> <Hash....> <Status> <RTT(ms)..>";
pub(super) const TRANSPORT: &str =
    "  Transport:  <TransportId........>  <Type>  <cos>  <tos>  <BindAddress..................>";
pub(super) const CHANNEL: &str =
    "    Channel:  <ChannelId......................................>  <State.....>  <Time.....>";
const RULE: &str =
    "==========================================================================================";

/// An endpoint with all that belongs to it.
pub(super) fn rows_of(
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
    let qualification = context.exchange.qualification();
    let reachable = aors.iter().any(|aor| {
        let registered = registrations.contacts(&aor.name).into_iter().map(|binding| binding.contact_uri);
        let mut all = registered.chain(aor.contacts.iter().cloned());
        all.any(|uri| qualification.is_worth_trying(&aor.name, &uri))
    });
    let number = endpoint.caller_id.as_ref().map(|caller| format!("/{}", caller.number)).unwrap_or_default();
    let (name, state) =
        (column(&format!("{}{number}", endpoint.name), 50), column(state(&own, reachable), 12));
    let mut text = format!(" Endpoint:  {name} {state}  {} of inf\n", own.len());
    for auth in endpoint.auth.iter().filter_map(|name| configuration.sip.auths.get(name)) {
        let _ = writeln!(text, "     InAuth:  {}/{}", auth.name, auth.username);
    }
    for auth in endpoint.outbound_auth.iter().filter_map(|name| configuration.sip.auths.get(name)) {
        let _ = writeln!(text, "    OutAuth:  {}/{}", auth.name, auth.username);
    }
    for aor in aors {
        text.push_str(&aor_rows(context, aor));
    }
    for transport in
        configuration.sip.transports.iter().filter(|t| Some(&t.name) == endpoint.transport.as_ref())
    {
        text.push_str(&transport_row(transport));
    }
    text.extend(identifies::rows_of(&configuration.sip.identifies, endpoint));
    text.extend(own.into_iter().map(channel_row));
    text
}

/// A channel, its state and its age.
pub(super) fn channel_row(channel: &CallSnapshot) -> String {
    let time = SystemTime::now().duration_since(channel.created).unwrap_or_default();
    let (name, state) = (column(&channel.name, 49), column(&channel.state.to_string(), 12));
    format!("    Channel:  {name} {state}  {}\n", clock(time))
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

/// An address of record with its contacts.
pub(super) fn aor_rows(context: &Context, aor: &Aor) -> String {
    let mut text = format!("        Aor:  {} {}\n", column(&aor.name, 49), aor.max_contacts);
    let registered = context.exchange.registrations().contacts(&aor.name);
    registered.iter().for_each(|binding| text.push_str(&contact_row(context, binding)));
    aor.contacts.iter().for_each(|uri| text.push_str(&contact_of(context, &aor.name, uri)));
    text
}

pub(super) fn contact_row(context: &Context, binding: &Binding) -> String {
    contact_of(context, &binding.aor, &binding.contact_uri)
}

/// A contact, whether it is there, and how long its last answer took.
pub(super) fn contact_of(context: &Context, aor: &str, uri: &str) -> String {
    let state = context.exchange.qualification().state(aor, uri);
    let time = match state {
        Reachability::Reachable { round_trip } => format!("{:.3}", round_trip.as_secs_f64() * 1_000.0),
        _ => "nan".to_owned(),
    };
    let mut hasher = DefaultHasher::new();
    (aor, uri).hash(&mut hasher);
    let hash = format!("{:010x}", hasher.finish() >> 24);
    let name = column(&format!("{aor}/{uri}"), 43);
    format!("      Contact:  {name} {hash} {:<7} {time:>11}\n", state.word())
}

pub(super) fn transport_row(transport: &Transport) -> String {
    let (name, protocol) = (column(&transport.name, 21), transport.protocol.uri_name());
    format!("  Transport:  {name} {protocol:>6}      0      0  {}\n", transport.bind)
}

pub(super) fn heading(rows: &[&str]) -> String {
    format!("\n{}\n{RULE}\n\n", rows.join("\n"))
}

pub(super) fn finish(text: String, count: usize) -> String {
    match count {
        0 => "No objects found.\n".to_owned(),
        n => format!("{}\n\nObjects found: {n}\n", text.trim_end()),
    }
}
