//! Passwords that are none.

use asterisk_conf::Diagnostic;

use crate::configuration::{Auth, AuthType, SipConfiguration};

/// Shorter passwords are guessed in an afternoon.
const SHORTEST: usize = 8;

pub(super) fn check(sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    for auth in sip.auths.values() {
        if let Some(problem) = problem(auth) {
            let finding = Diagnostic::warning("weak-password", format!("auth [{}]: {problem}", auth.name));
            let span = auth.secret_span.unwrap_or(auth.span);
            found.push(finding.at(span).help("draw one of 16 characters or more, another for each phone"));
        }
    }
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
