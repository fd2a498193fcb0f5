//! Passwords that are none.

use std::collections::{BTreeMap, BTreeSet};

use asterisk_conf::Diagnostic;

use super::told_together;
use crate::configuration::{Auth, AuthType, SipConfiguration};

/// Shorter passwords are guessed in an afternoon.
const SHORTEST: usize = 8;

/// What those who try passwords try first.
const COMMON: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "asterisk",
    "changeme",
    "freepbx123",
    "iloveyou",
    "letmein123",
    "passw0rd",
    "password",
    "password1",
    "password123",
    "qwerty123",
    "qwertyui",
    "secret123",
    "supersecret",
    "telephone",
    "unsecurepassword",
    "voip1234",
    "welcome1",
];

const HELP: &str = "draw one of 16 characters or more, another for each phone";

pub(super) fn check(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let mut weak: BTreeMap<&str, Vec<&Auth>> = BTreeMap::new();
    let mut same: BTreeMap<&str, Vec<&Auth>> = BTreeMap::new();
    let mut judged = BTreeSet::new();
    let given = given_by_others(sip);
    for auth in sip.auths.values() {
        if given.contains(auth.name.as_str()) && !auth.is_empty() {
            continue;
        }
        // One line of sip.conf may be the secret of both directions.
        if auth.secret_span.is_some_and(|place| !judged.insert(place)) {
            continue;
        }
        match problem(auth) {
            Some(problem) => weak.entry(problem).or_default().push(auth),
            None if !auth.password.is_empty() => same.entry(&auth.password).or_default().push(auth),
            None => {}
        }
    }
    let place = |auth: &&Auth| (auth.name.clone(), auth.secret_span.unwrap_or(auth.span));
    for (problem, auths) in weak {
        let told =
            |who: &str| Diagnostic::warning("weak-password", format!("auth {who}: {problem}")).help(HELP);
        found.extend(told_together(&auths, place, told));
    }
    for auths in same.values() {
        let [first, others @ ..] = auths.as_slice() else { continue };
        if others.iter().any(|other| other.username != first.username) {
            found.push(shared(first, others));
        }
    }
}

/// Names of the credentials that we only show to others, a provider for one: who is asked by them chose them, and nobody is
/// let in by them here.
fn given_by_others(sip: &SipConfiguration) -> BTreeSet<&str> {
    let endpoints = sip.endpoints.values();
    let ours = endpoints.clone().flat_map(|endpoint| &endpoint.outbound_auth);
    let ours = ours.chain(sip.registrations.values().flat_map(|registration| &registration.outbound_auth));
    let ours = ours.chain(sip.outbound_publishes.values().flat_map(|publish| &publish.outbound_auth));
    let asked: BTreeSet<&str> = endpoints.flat_map(|endpoint| &endpoint.auth).map(String::as_str).collect();
    ours.map(String::as_str).filter(|name| !asked.contains(name)).collect()
}

/// Whoever knows the password of one of these phones can be any of them.
fn shared(first: &Auth, others: &[&Auth]) -> Diagnostic {
    let who = match others {
        [other] => format!("[{}] and [{}] have", first.name, other.name),
        many => format!("[{}] and {} others have", first.name, many.len()),
    };
    let span = first.secret_span.unwrap_or(first.span);
    let finding =
        Diagnostic::warning("shared-password", format!("auth {who} the same password")).at(span).help(HELP);
    match others.iter().find_map(|other| other.secret_span.filter(|other| *other != span)) {
        Some(other) => finding.related(other, "here too"),
        None => finding,
    }
}

fn problem(auth: &Auth) -> Option<&'static str> {
    if auth.is_empty() {
        return Some(match auth.auth_type {
            AuthType::Md5 => "it has no md5_cred, as auth_type=md5 wants",
            AuthType::UserPass => "it has no password",
        });
    }
    let password = &auth.password;
    if !auth.is_plain() {
        None
    } else if password.eq_ignore_ascii_case(&auth.username) {
        Some("the password is the user name")
    } else if password.len() < SHORTEST {
        Some("the password is short enough to be guessed")
    } else if password.bytes().all(|byte| Some(&byte) == password.as_bytes().first()) {
        Some("the password is one character again and again")
    } else if COMMON.contains(&password.to_ascii_lowercase().as_str()) {
        Some("the password is one of those that are tried first")
    } else {
        None
    }
}
