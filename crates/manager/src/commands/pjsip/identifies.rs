//! `pjsip show identifies`: which endpoint is known by which address, header or number.

use std::fmt::Write;

use pbx::configuration::{Endpoint, Identify};

use super::super::{Answer, Command, CommandError, Context};
use super::one::{parameters, unknown};
use super::rows::{finish, heading, label, title};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::now("pjsip show identifies", "Which endpoint is known by which address", all),
    Command::now("pjsip list identifies", "Which endpoint is known by which address", all),
    Command::now("pjsip show identify", "All about one type=identify", one).taking("NAME").among(names),
];

/// The headings of its rows.
pub(super) fn headings(depth: usize) -> [String; 2] {
    [
        title(&label(depth, "Identify"), "Identify/Endpoint", 90),
        title(&label(depth + 1, "Match"), "criteria", 51),
    ]
}

fn names(context: &Context) -> Vec<String> {
    let configuration = context.exchange.configuration();
    configuration.sip.identifies.iter().map(|identify| identify.name.clone()).collect()
}

fn all(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = heading(&headings(0));
    configuration.sip.identifies.iter().for_each(|identify| text.push_str(&(rows(identify, 0) + "\n")));
    Ok(finish(text, configuration.sip.identifies.len()))
}

fn one(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("pjsip show identify NAME"))?;
    let configuration = context.exchange.configuration();
    let identify = configuration.sip.identifies.iter().find(|identify| identify.name == *name);
    let identify = identify.ok_or_else(|| unknown(name))?;
    let header = identify.header.as_ref().map(|(name, value)| format!("{name}: {value}"));
    let options = [
        ("endpoint", identify.endpoint.clone()),
        ("match", addresses(identify).join(",")),
        ("match_header", header.unwrap_or_default()),
        ("match_request_uri", identify.request_uri.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("srv_lookups", identify.srv_lookups.to_string()),
    ];
    Ok(heading(&headings(0)) + &rows(identify, 0) + &parameters(&options))
}

/// Those that name an endpoint.
pub(super) fn rows_of<'a>(
    identifies: &'a [Identify],
    endpoint: &'a Endpoint,
    depth: usize,
) -> impl Iterator<Item = String> + 'a {
    let own = identifies.iter().filter(|identify| identify.endpoint == endpoint.name);
    own.map(move |identify| rows(identify, depth))
}

fn rows(identify: &Identify, depth: usize) -> String {
    let mut text = format!("{}{}/{}\n", label(depth, "Identify"), identify.name, identify.endpoint);
    let criterion_label = label(depth + 1, "Match");
    let header = identify.header.as_ref().map(|(name, value)| format!("{name}: {value}"));
    let uri = identify.request_uri.as_ref().map(ToString::to_string);
    for criterion in addresses(identify).into_iter().chain(header).chain(uri) {
        let _ = writeln!(text, "{} {criterion}", criterion_label.trim_end());
    }
    text
}

/// Addresses and hosts of `match`.
fn addresses(identify: &Identify) -> Vec<String> {
    let with_port = |place: String, port: Option<u16>| match port {
        Some(port) => format!("{place}:{port}"),
        None => place,
    };
    let ranges = identify.ranges.iter().map(|(range, port)| with_port(range.to_string(), *port));
    let hosts = identify.hosts.iter().map(|(host, port)| with_port(host.clone(), *port));
    ranges.chain(hosts).collect()
}
