//! `sip …`: the phones as those know them who had `sip.conf`.

use std::fmt::Write;
use std::time::{Instant, SystemTime};

use pbx::qualify::Reachability;
use pbx::registration::OutboundRegistrations;
use sip_ua::registration::{Problem, Standing};

use pbx::configuration::{Auth, Part};

use super::layout::column;
use super::{Answer, Command, Context, module};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("sip show peers", "The phones, in a line each", peers),
    Command::now("sip show registry", "Where the exchange registers itself, in a line each", registry),
    Command::now("sip show users", "Who may call, and where calls start", users),
    Command::later("sip reload", "Reads sip.conf and pjsip.conf again", |context, _| {
        Box::pin(module::reload(context, Part::Sip))
    }),
];

fn peers(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let registrations = context.exchange.registrations();
    let qualification = context.exchange.qualification();
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
    let mut counts = Counts::default();
    for endpoint in configuration.sip.endpoints.values() {
        let contact = endpoint.aors.iter().flat_map(|aor| registrations.contacts(aor)).next();
        let fixed = endpoint.aors.iter().filter_map(|name| configuration.sip.aors.get(name));
        let fixed_place = fixed.flat_map(|aor| Some((&aor.name, aor.contacts.first()?))).next();
        let fixed = fixed_place.map(|(_, uri)| uri);
        let dynamic = if fixed.is_none() { " D " } else { "" };
        let seen = contact.as_ref().map(|binding| binding.received.unwrap_or(binding.flow.remote));
        let (host, port) = match (seen, fixed) {
            (Some(address), _) => (address.ip().to_string(), address.port().to_string()),
            (None, Some(uri)) => (uri.clone(), String::new()),
            (None, None) => ("(Unspecified)".to_owned(), "0".to_owned()),
        };
        let state = match (&contact, fixed_place) {
            (Some(binding), _) => qualification.state(&binding.aor, &binding.contact_uri),
            (None, Some((aor, uri))) => qualification.state(aor, uri),
            (None, None) => Reachability::NotAsked,
        };
        let asked = endpoint.aors.iter().filter_map(|name| configuration.sip.aors.get(name));
        let asked = asked.into_iter().any(|aor| aor.qualify_frequency.is_some());
        let here = seen.is_some() || fixed.is_some();
        let status = counts.note(state, asked, here);
        let user = endpoint.auth.first().and_then(|name| configuration.sip.auths.get(name));
        let name = user.map_or(endpoint.name.clone(), |auth| format!("{}/{}", endpoint.name, auth.username));
        let yes = |on: bool| if on { "Yes" } else { "No" };
        let description = endpoint.caller_id.as_ref().map(|caller| caller.name.clone()).unwrap_or_default();
        let (rport, comedia) = (yes(endpoint.force_rport), yes(endpoint.rtp_symmetric));
        text.push_str(&row([&name, &host, dynamic, rport, comedia, "", &port, &status, &description]));
    }
    let Counts { monitored: [here, away], unmonitored: [online, offline] } = counts;
    let _ = write!(
        text,
        "{} sip peers [Monitored: {here} online, {away} offline Unmonitored: {online} online, {offline} offline]",
        here + away + online + offline
    );
    Ok(text)
}

/// Phones that are asked whether they are there, and those that are not; of each, those that are and those that are not.
#[derive(Default)]
struct Counts {
    monitored: [usize; 2],
    unmonitored: [usize; 2],
}

impl Counts {
    /// Counts a phone, and gives the words for its state.
    fn note(&mut self, state: Reachability, asked: bool, here: bool) -> String {
        let (kind, here, words) = match state {
            Reachability::Reachable { round_trip } => {
                (&mut self.monitored, true, format!("OK ({} ms)", round_trip.as_millis()))
            }
            Reachability::Unreachable => (&mut self.monitored, false, "UNREACHABLE".to_owned()),
            Reachability::Unknown => (&mut self.monitored, false, "UNKNOWN".to_owned()),
            Reachability::NotAsked if asked && !here => (&mut self.monitored, false, "UNKNOWN".to_owned()),
            Reachability::NotAsked => (&mut self.unmonitored, here, "Unmonitored".to_owned()),
        };
        kind[usize::from(!here)] += 1;
        words
    }
}

fn registry(context: &Context, _: &[String]) -> Answer {
    let outbound = context.exchange.outbound_registrations();
    let statuses = outbound.map(OutboundRegistrations::statuses).unwrap_or_default();
    let line = |cells: [&str; 6]| {
        let [host, manager, user, refresh, state, time] = cells;
        let (host, manager, user) = (column(host, 39), column(manager, 6), column(user, 12));
        format!("{host} {manager} {user} {refresh:>8} {} {time}\n", column(state, 20))
    };
    let mut text = line(["Host", "dnsmgr", "Username", "Refresh", "State", "Reg.Time"]);
    for status in &statuses {
        let now = Instant::now();
        let refresh = status.next_at.map(|at| at.saturating_duration_since(now).as_secs()).unwrap_or(0);
        let state = match (&status.problem, status.standing) {
            (Some(Problem::Refused { status: 401 | 407, .. }), _) => "No Authentication",
            (Some(Problem::Refused { .. } | Problem::NothingGranted), _) => "Rejected",
            (Some(_), _) => "Timeout",
            (None, Standing::Asking) if status.granted.is_none() => "Request Sent",
            (None, _) => status.word(),
        };
        let time = status.registered_at.map(said).unwrap_or_default();
        let (host, user) = (status.server(), status.user());
        text.push_str(&line([&host, "N", &user, &refresh.to_string(), state, &time]));
    }
    let _ = write!(text, "{} SIP registrations.", statuses.len());
    Ok(text)
}

/// A moment on the clock of this machine: `Sat, 21 Nov 2026 08:00:00`.
fn said(moment: SystemTime) -> String {
    let time = jiff::Timestamp::try_from(moment).map(|time| time.to_zoned(jiff::tz::TimeZone::system()));
    time.map(|time| time.strftime("%a, %d %b %Y %H:%M:%S").to_string()).unwrap_or_default()
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
        let account = endpoint.account_code.as_deref().unwrap_or_default();
        text.push_str(&line([user, secret, account, &endpoint.context, "No", rport]));
    }
    Ok(text.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn phones_are_counted_as_those_know_who_had_sip_conf() {
        let mut counts = Counts::default();
        let there = Reachability::Reachable { round_trip: Duration::from_micros(12_600) };
        assert_eq!(counts.note(there, true, true), "OK (12 ms)");
        assert_eq!(counts.note(Reachability::Unreachable, true, true), "UNREACHABLE");
        // It would be asked, if it had a contact.
        assert_eq!(counts.note(Reachability::NotAsked, true, false), "UNKNOWN");
        assert_eq!(counts.note(Reachability::NotAsked, false, true), "Unmonitored");
        assert_eq!(counts.note(Reachability::NotAsked, false, false), "Unmonitored");
        assert_eq!((counts.monitored, counts.unmonitored), ([1, 2], [1, 1]));
    }
}
