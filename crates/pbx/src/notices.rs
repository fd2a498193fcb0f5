//! Notices to phones that have not asked for any (SIP: NOTIFY of no subscription): they have phones fetch their settings,
//! restart, or answer.
//!
//! A notice is a list of lines, from `pjsip_notify.conf` or as they are given: headers, and `Content` for each line of the body.

use std::sync::Arc;

use call_control::sip::HeaderProblem;
use call_control::{Call, MessageError, Notification, OriginateError};

use crate::configuration::Configuration;
use crate::directory;
use crate::exchange::Exchange;

/// Most lines of a notice.
const MOST_LINES: usize = 256;

/// Headers that the exchange writes.
const RESERVED: &[&str] = &[
    "Call-ID",
    "Contact",
    "CSeq",
    "To",
    "From",
    "Record-Route",
    "Route",
    "Request-URI",
    "Via",
    "Content-Length",
    "Max-Forwards",
];

/// Lines of a notice: names of headers, or `Content`, and values.
pub type Lines = Vec<(String, String)>;

/// Why a notice is not sent, or not wholly.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoticeError {
    /// No section of that name.
    #[error("pjsip_notify.conf has no section [{0}]; write &Header=value to say it here")]
    Unknown(String),
    /// Nothing is said.
    #[error("a notice wants lines, as in &Event=check-sync")]
    Empty,
    /// A header that cannot be said.
    #[error("{0}")]
    Header(#[from] HeaderProblem),
    /// There is no endpoint of that name.
    #[error("there is no endpoint '{0}'")]
    NoSuchEndpoint(String),
    /// The endpoint has no phone on line.
    #[error("'{0}' has no contact")]
    NoContact(String),
    /// A URI was given, and no endpoint to send it by.
    #[error(
        "a URI is reached by default_outbound_endpoint of [global] in pjsip.conf, which is not set, or not there"
    )]
    NoOutboundEndpoint,
    /// The way there is not known.
    #[error("{0}")]
    NoWay(#[from] OriginateError),
    /// The receiver does not answer, or refuses.
    #[error("{0}")]
    NotDelivered(#[from] MessageError),
    /// The channel cannot be told.
    #[error("'{0}' is no answered call by SIP")]
    NoDialog(String),
}

/// Who is to be told.
#[derive(Clone, Copy, Debug)]
pub enum Receiver<'r> {
    /// All phones of an endpoint.
    Endpoint(&'r str),
    /// Whoever is there.
    Uri(&'r str),
    /// The phone of a channel, in its dialog.
    Call(&'r Call),
}

/// Whether a line can stand in a notice.
pub(crate) fn check(name: &str, value: &str) -> Result<(), NoticeError> {
    if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
        return Err(HeaderProblem::Reserved(name.to_owned()).into());
    }
    if !sip_parser::is_token_text(name) {
        return Err(HeaderProblem::Name(name.to_owned()).into());
    }
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(HeaderProblem::Value.into());
    }
    Ok(())
}

/// The lines of a section of `pjsip_notify.conf`, or of `&Header=value&…`.
///
/// # Errors
/// [`NoticeError`] for an unknown section, or a line that cannot stand in a notice.
pub fn lines_of(configuration: &Configuration, content: &str) -> Result<Lines, NoticeError> {
    let content = content.trim();
    if !content.contains('=') {
        let named = configuration.notify.notices.get(&content.to_ascii_lowercase());
        return named.cloned().ok_or_else(|| NoticeError::Unknown(content.to_owned()));
    }
    let given = content.split('&').filter(|line| !line.trim().is_empty()).take(MOST_LINES);
    let lines = given.map(|line| {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let (name, value) = (name.trim(), value.trim());
        check(name, value).map(|()| (name.to_owned(), value.to_owned()))
    });
    let lines: Lines = lines.collect::<Result<_, _>>()?;
    if lines.is_empty() { Err(NoticeError::Empty) } else { Ok(lines) }
}

/// What the lines come to: a body where there is a type for it, and one Event.
fn notification(lines: &[(String, String)]) -> Notification {
    let is = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
    let body: Vec<&str> =
        lines.iter().filter(|(name, _)| is(name, "Content")).map(|(_, line)| line.as_str()).collect();
    let kind = lines.iter().rev().find(|(name, _)| is(name, "Content-type"));
    let mut headers: Lines = Vec::new();
    for (name, value) in lines {
        let again = is(name, "Event") && headers.iter().any(|(known, _)| is(known, "Event"));
        if !is(name, "Content") && !is(name, "Content-type") && !again {
            headers.push((name.clone(), value.clone()));
        }
    }
    if !headers.iter().any(|(name, _)| is(name, "Subscription-State")) {
        // There is no subscription that could go on.
        headers.push(("Subscription-State".to_owned(), "terminated".to_owned()));
    }
    Notification { headers, body: kind.map(|(_, kind)| (kind.clone(), body.join("\r\n"))) }
}

/// Sends a notice, and waits for the answers of those who are told outside of calls. Tells how many phones were told.
///
/// # Errors
/// [`NoticeError`]: of several phones, that of the last one that was not told.
pub async fn send(
    exchange: &Arc<Exchange>,
    receiver: Receiver<'_>,
    lines: &[(String, String)],
) -> Result<usize, NoticeError> {
    let notification = notification(lines);
    let routes = match receiver {
        Receiver::Call(call) => {
            let told = call.notify(notification);
            return if told { Ok(1) } else { Err(NoticeError::NoDialog(call.name().to_owned())) };
        }
        Receiver::Endpoint(name) => {
            if exchange.endpoints().get(name).is_none() {
                return Err(NoticeError::NoSuchEndpoint(name.to_owned()));
            }
            directory::contacts_of(exchange, name)
        }
        Receiver::Uri(uri) => {
            let configuration = exchange.configuration();
            let by = configuration.sip.global.default_outbound_endpoint.as_deref();
            let by = by.filter(|name| exchange.endpoints().get(name).is_some());
            let by = by.ok_or(NoticeError::NoOutboundEndpoint)?;
            vec![directory::route_to(exchange, &format!("{by}/{uri}"))?]
        }
    };
    let (Some(sip), Some(_)) = (exchange.sip().cloned(), routes.first()) else {
        let Receiver::Endpoint(name) = receiver else { return Err(NoticeError::NoOutboundEndpoint) };
        return Err(NoticeError::NoContact(name.to_owned()));
    };
    let (mut told, mut problem) = (0, None);
    for route in &routes {
        match sip.notify(route, notification.clone()).await {
            Ok(()) => told += 1,
            Err(error) => problem = Some(error),
        }
    }
    problem.map_or(Ok(told), |problem| Err(problem.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[(&str, &str)]) -> Lines {
        text.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn lines_become_headers_and_a_body() {
        let made = notification(&lines(&[
            ("Event", "check-sync"),
            ("Event", "other"),
            ("Content-type", "text/plain"),
            ("Content", "one"),
            ("Content", ""),
            ("X-A", "1"),
        ]));
        assert_eq!(
            made.headers,
            lines(&[("Event", "check-sync"), ("X-A", "1"), ("Subscription-State", "terminated")])
        );
        assert_eq!(made.body, Some(("text/plain".to_owned(), "one\r\n".to_owned())));
        assert_eq!(notification(&lines(&[("Content", "lost")])).body, None);
    }

    #[test]
    fn what_would_break_the_request_is_refused() {
        assert!(check("X-Data", "Fun").is_ok());
        for (name, value) in [("Via", "x"), ("call-id", "x"), ("X A", "x"), ("X-A", "1\r\nVia: x"), ("", "x")]
        {
            assert!(check(name, value).is_err(), "{name}");
        }
    }
}
