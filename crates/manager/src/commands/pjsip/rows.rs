//! The rows in which `pjsip show …` tells of things, and their headings.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::SystemTime;

use call_control::{CallSnapshot, ChannelState};
use pbx::configuration::{Aor, Configuration, Endpoint, Transport};
use pbx::qualify::Reachability;

use super::super::Context;
use super::super::layout::{clock, column};
use super::{channels, identifies};

/// How wide a table is.
const WIDTH: usize = 90;

/// What a row begins with. It stands further to the right for each level that it is below the first row of its group.
pub(super) fn label(depth: usize, what: &str) -> String {
    format!("{what:>width$}:  ", width = 9 + 2 * depth)
}

/// The heading of a column that ends at `end`, behind what the line has before it.
pub(super) fn title(before: &str, name: &str, end: usize) -> String {
    format!("{:.<width$}>", format!("{before}<{name}"), width = end - 1)
}

pub(super) fn endpoint_heading() -> String {
    title(&label(0, "Endpoint"), "Endpoint/CID", 63) + "  <State.....>  <Channels.>"
}

pub(super) fn auth_heading(depth: usize) -> String {
    title(&label(depth, "I/OAuth"), "AuthId/UserName", WIDTH)
}

pub(super) fn aor_heading(depth: usize) -> String {
    title(&label(depth, "Aor"), "Aor", 63) + "  <MaxContact>"
}

pub(super) fn contact_heading(depth: usize) -> String {
    title(&label(depth, "Contact"), "Aor/ContactUri", 58) + " <Hash....> <Status> <RTT(ms)..>"
}

pub(super) fn transport_heading(depth: usize) -> String {
    let before = label(depth, "Transport") + "<TransportId........>  <Type>  <cos>  <tos>  ";
    title(&before, "BindAddress", WIDTH)
}

pub(super) fn channel_heading(depth: usize) -> String {
    title(&label(depth, "Channel"), "ChannelId", 63) + "  <State.....>  <Time.....>"
}

/// The headings over endpoints and what belongs to them.
pub(super) fn headings_of_endpoints() -> String {
    let [identify, criterion] = identifies::headings(1);
    let (channel, extension) = (channel_heading(1), channels::extension_heading(2));
    let own = [endpoint_heading(), auth_heading(1), aor_heading(1), contact_heading(2), transport_heading(1)];
    heading(&own.into_iter().chain([identify, criterion, channel, extension]).collect::<Vec<_>>())
}

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
    let (name, state) = (label(0, "Endpoint") + &endpoint.name + &number, column(state(&own, reachable), 12));
    let mut text = format!("{} {state}  {} of inf\n", column(&name, 64), own.len());
    for auth in endpoint.auth.iter().filter_map(|name| configuration.sip.auths.get(name)) {
        let _ = writeln!(text, "{}{}/{}", label(1, "InAuth"), auth.name, auth.username);
    }
    for auth in endpoint.outbound_auth.iter().filter_map(|name| configuration.sip.auths.get(name)) {
        let _ = writeln!(text, "{}{}/{}", label(1, "OutAuth"), auth.name, auth.username);
    }
    for aor in aors {
        text.push_str(&aor_rows(context, aor, 1));
    }
    for transport in
        configuration.sip.transports.iter().filter(|t| Some(&t.name) == endpoint.transport.as_ref())
    {
        text.push_str(&transport_row(transport, 1));
    }
    text.extend(identifies::rows_of(&configuration.sip.identifies, endpoint, 1));
    text.extend(own.iter().map(|channel| channels::rows(channel, channels, 1)));
    text
}

/// A channel, its state and its age.
pub(super) fn channel_row(channel: &CallSnapshot, depth: usize) -> String {
    let time = SystemTime::now().duration_since(channel.created).unwrap_or_default();
    let application = channel.application.as_ref().map(|(name, _)| format!("/{name}")).unwrap_or_default();
    let label = label(depth, "Channel");
    let name = format!("{} {}{application}", label.trim_end(), channel.name);
    let state = column(&channel.state.to_string(), 12);
    format!("{} {state}  {}\n", column(&name, 64), clock(time))
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
pub(super) fn aor_rows(context: &Context, aor: &Aor, depth: usize) -> String {
    let name = column(&(label(depth, "Aor") + &aor.name), 64);
    let mut text = format!("{name} {}\n", aor.max_contacts);
    let registered = context.exchange.registrations().contacts(&aor.name);
    let registered = registered.iter().map(|binding| &binding.contact_uri);
    text.extend(registered.chain(&aor.contacts).map(|uri| contact_row(context, &aor.name, uri, depth + 1)));
    text
}

/// A contact, whether it is there, and how long its last answer took.
pub(super) fn contact_row(context: &Context, aor: &str, uri: &str, depth: usize) -> String {
    let state = context.exchange.qualification().state(aor, uri);
    let time = match state {
        Reachability::Reachable { round_trip } => format!("{:.3}", round_trip.as_secs_f64() * 1_000.0),
        _ => "nan".to_owned(),
    };
    let mut hasher = DefaultHasher::new();
    (aor, uri).hash(&mut hasher);
    let hash = format!("{:010x}", hasher.finish() >> 24);
    let name = column(&format!("{}{aor}/{uri}", label(depth, "Contact")), 58);
    format!("{name} {hash} {:<7} {time:>11}\n", state.word())
}

pub(super) fn transport_row(transport: &Transport, depth: usize) -> String {
    let (name, protocol) = (column(&transport.name, 21), transport.protocol.uri_name());
    format!("{}{name}  {protocol:>6}  {:>5}  {:>5}  {}\n", label(depth, "Transport"), 0, 0, transport.bind)
}

pub(super) fn heading(rows: &[String]) -> String {
    format!("\n{}\n{RULE}\n\n", rows.join("\n"))
}

pub(super) fn finish(text: String, count: usize) -> String {
    match count {
        0 => "No objects found.\n".to_owned(),
        n => format!("{}\n\nObjects found: {n}\n", text.trim_end()),
    }
}
