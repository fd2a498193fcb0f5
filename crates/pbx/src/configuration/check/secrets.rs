//! Passwords that are none.

use std::collections::BTreeMap;

use asterisk_conf::Diagnostic;

use crate::configuration::{Auth, AuthType, SipConfiguration};

/// Shorter passwords are guessed in an afternoon.
const SHORTEST: usize = 8;

/// More accounts than this with one problem are told of together.
const TOLD_APART: usize = 3;

pub(super) fn check(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    let mut weak: BTreeMap<&str, Vec<&Auth>> = BTreeMap::new();
    for auth in sip.auths.values() {
        if let Some(problem) = problem(auth) {
            weak.entry(problem).or_default().push(auth);
        }
    }
    for (problem, auths) in weak {
        match auths.as_slice() {
            [first, others @ ..] if auths.len() > TOLD_APART => {
                let who = format!("[{}] and {} others", first.name, others.len());
                found.push(weak_password(first, &who, problem));
            }
            few => {
                found.extend(few.iter().map(|auth| weak_password(auth, &format!("[{}]", auth.name), problem)))
            }
        }
    }
}

fn weak_password(auth: &Auth, who: &str, problem: &str) -> Diagnostic {
    let finding = Diagnostic::warning("weak-password", format!("auth {who}: {problem}"));
    let span = auth.secret_span.unwrap_or(auth.span);
    finding.at(span).help("draw one of 16 characters or more, another for each phone")
}

fn problem(auth: &Auth) -> Option<&'static str> {
    if auth.is_empty() {
        return Some("it has no password");
    }
    if auth.auth_type != AuthType::UserPass {
        return None;
    }
    let password = &auth.password;
    if password.eq_ignore_ascii_case(&auth.username) {
        Some("the password is the user name")
    } else if password.len() < SHORTEST {
        Some("the password is short enough to be guessed")
    } else if password.bytes().all(|byte| Some(&byte) == password.as_bytes().first()) {
        Some("the password is one character again and again")
    } else {
        None
    }
}
