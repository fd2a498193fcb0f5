//! The words for each event, those that people who watch Asterisk know.

use std::fmt;

use call_control::{
    CallSnapshot, ContactChange, DialStatus, Event, HangupCause, RegistrationChange, SecurityKind,
};
use sip_ua::MessageDirection;
use sip_ua::guard::{Counts, GuardEvent};

use super::{Line, LineKind};
use crate::visible::visible;

/// The lowest level that the line for an event can have; its words need not be made to know it.
pub(super) fn level(event: &Event) -> u8 {
    match event {
        Event::Warning { .. }
        | Event::AuthenticationFailed { .. }
        | Event::Security(_)
        | Event::SipMessage { .. }
        | Event::Registration { .. } => 0,
        Event::Verbose { level, .. } => *level,
        Event::EndpointStatus { .. } | Event::DialEnded { .. } => 2,
        _ => 3,
    }
}

/// The line for an event; `None` for one that nobody wants to read.
pub(super) fn line(event: &Event) -> Option<Line> {
    let (kind, level, call, text) = match event {
        Event::Warning { channel, text } => (LineKind::Warning, 0, channel.as_ref(), text.clone()),
        Event::AuthenticationFailed { source, method, claimed, call_id } => {
            (LineKind::Notice, 0, None, not_proven(source, method, claimed, call_id))
        }
        Event::Verbose { channel, level, text } => {
            (LineKind::Verbose, *level, channel.as_ref(), text.clone())
        }
        Event::Security(event) => match &event.kind {
            SecurityKind::Guard(event) => (LineKind::Notice, 0, None, of_guard(event)?),
            _ => return None,
        },
        Event::SipMessage { direction, protocol, peer, message } => {
            return Some(sip_message(*direction, format_args!("{protocol}:{peer}"), message));
        }
        Event::Contact { aor, uri, change } => (LineKind::Verbose, 3, None, contact(aor, uri, change)?),
        Event::ContactStatus { aor, uri, round_trip } => {
            let word = if round_trip.is_some() { "Reachable" } else { "Unreachable" };
            let millis = round_trip.unwrap_or_default().as_secs_f64() * 1_000.0;
            let text = format!("Contact {aor}/{uri} is now {word}.  RTT: {millis:.3} msec");
            (LineKind::Verbose, 3, None, text)
        }
        Event::EndpointStatus { endpoint, reachable } => {
            let word = if *reachable { "Reachable" } else { "Unreachable" };
            (LineKind::Verbose, 2, None, format!("Endpoint {endpoint} is now {word}"))
        }
        Event::Registration { server_uri, client_uri, change, .. } => {
            let (kind, level, text) = registration(server_uri, client_uri, change)?;
            (kind, level, None, text)
        }
        other => {
            let (level, channel, text) = of_channel(other)?;
            (LineKind::Verbose, level, Some(channel), text)
        }
    };
    let call = call.map(|channel| channel.call_id.to_string());
    Some(Line { level, call, text: visible(&text).into_owned(), kind })
}

/// A message as it is, below a line that says where it comes from or goes to.
fn sip_message(direction: MessageDirection, peer: fmt::Arguments<'_>, message: &str) -> Line {
    let is_response = message.starts_with("SIP/2.0 ");
    let (kind, length) = (if is_response { "response" } else { "request" }, message.len());
    let mut text = match direction {
        MessageDirection::Received => format!("<--- Received SIP {kind} ({length} bytes) from {peer} --->"),
        MessageDirection::Sent => format!("<--- Transmitting SIP {kind} ({length} bytes) to {peer} --->"),
    };
    for line in message.lines() {
        text.push('\n');
        text.push_str(&visible(line));
    }
    text.push('\n');
    Line { level: 0, call: None, text, kind: LineKind::Verbose }
}

/// The words for what happens to a channel.
fn of_channel(event: &Event) -> Option<(u8, &CallSnapshot, String)> {
    Some(match event {
        Event::ApplicationStarted { channel, application, arguments } => {
            let at = &channel.position;
            let place = format!("{}@{}:{}", at.extension, at.context, at.priority);
            let name = &channel.name;
            (
                3,
                channel,
                format!("Executing [{place}] {application}(\"{name}\", \"{arguments}\") in new stack"),
            )
        }
        Event::DialBegan { channel, destination } => (3, channel, format!("Called {destination}")),
        Event::DialRinging { channel, branch } => (3, channel, format!("{branch} is ringing")),
        Event::DialProgress { channel, branch } => {
            (3, channel, format!("{branch} is making progress passing it to {}", channel.name))
        }
        Event::DialAnswered { channel, branch } => {
            (3, channel, format!("{branch} answered {}", channel.name))
        }
        Event::DialForwarded { channel, branch, destination } => {
            (3, channel, format!("Now forwarding {} to '{destination}' (thanks to {branch})", channel.name))
        }
        Event::DialFailed { channel, branch, cause } => (3, channel, failure(branch, *cause)?),
        Event::DialEnded { channel, status, counts, elapsed_ms } => {
            let told =
                format!("({}:{}/{}/{})", counts.tried, counts.busy, counts.congested, counts.unavailable);
            let (level, text) = match status {
                DialStatus::NoAnswer => (3, format!("Nobody picked up in {elapsed_ms} ms")),
                // Some were busy or out of reach, others just did not answer.
                DialStatus::Busy | DialStatus::Congestion | DialStatus::ChanUnavail
                    if counts.busy + counts.congested + counts.unavailable < counts.tried =>
                {
                    (3, format!("No one is available to answer at this time {told}"))
                }
                DialStatus::Busy | DialStatus::Congestion | DialStatus::ChanUnavail => {
                    (2, format!("Everyone is busy/congested at this time {told}"))
                }
                DialStatus::InvalidArgs => {
                    (3, "No devices or endpoints to dial (technology/resource)".to_owned())
                }
                _ => return None,
            };
            (level, channel, text)
        }
        Event::BridgeEntered { channel, bridge } => {
            (3, channel, format!("Channel {} joined 'simple_bridge' basic-bridge <{bridge}>", channel.name))
        }
        Event::BridgeLeft { channel, bridge } => {
            (3, channel, format!("Channel {} left 'simple_bridge' basic-bridge <{bridge}>", channel.name))
        }
        Event::PlaybackStarted { channel, file } => {
            let (name, language) = (&channel.name, &channel.language);
            (3, channel, format!("<{name}> Playing '{file}' (language '{language}')"))
        }
        _ => return None,
    })
}

/// A destination that failed; those that just did not answer are told of together.
fn failure(branch: &str, cause: HangupCause) -> Option<String> {
    match cause {
        HangupCause::USER_BUSY => Some(format!("{branch} is busy")),
        HangupCause::CONGESTION => Some(format!("{branch} is circuit-busy")),
        _ => None,
    }
}

fn contact(aor: &str, uri: &str, change: &ContactChange) -> Option<String> {
    Some(match change {
        ContactChange::Added { expires } => {
            format!("Added contact '{uri}' to AOR '{aor}' with expiration of {expires} seconds")
        }
        ContactChange::Removed { reason } => {
            format!("Removed contact '{uri}' from AOR '{aor}' due to {reason}")
        }
        _ => return None,
    })
}

/// A registration of ours elsewhere; that it was refreshed nobody wants to read.
fn registration(server: &str, client: &str, change: &RegistrationChange) -> Option<(LineKind, u8, String)> {
    Some(match change {
        RegistrationChange::Registered { expires } => {
            (LineKind::Verbose, 3, format!("Registered '{client}' at '{server}' for {expires} seconds"))
        }
        RegistrationChange::Unregistered => {
            (LineKind::Verbose, 3, format!("Unregistered '{client}' at '{server}'"))
        }
        RegistrationChange::Failed { problem, again_in } => {
            let next = match again_in {
                Some(1) => "the next attempt follows in 1 second".to_owned(),
                Some(seconds) => format!("the next attempt follows in {seconds} seconds"),
                None => "there is no other attempt until 'pjsip send register' asks for it".to_owned(),
            };
            (
                LineKind::Warning,
                0,
                format!("Registration of '{client}' at '{server}' failed: {problem}; {next}"),
            )
        }
        _ => return None,
    })
}

/// What the guard did to a source.
fn of_guard(event: &GuardEvent) -> Option<String> {
    Some(match event {
        GuardEvent::Slowed { source, counts } => format!("Source {source} is slowed: {}", reasons(counts)),
        GuardEvent::Banned { source, time, by_hand: true, .. } => {
            format!("Source {source} is banned for {} seconds by hand", time.as_secs())
        }
        GuardEvent::Banned { source, time, counts, .. } => {
            format!("Source {source} is banned for {} seconds: {}", time.as_secs(), reasons(counts))
        }
        GuardEvent::Released { source } => format!("Source {source} is released"),
        _ => return None,
    })
}

/// `10 failed_login, 3 challenge`.
fn reasons(counts: &Counts) -> String {
    let said: Vec<String> = counts.all().map(|(offence, count)| format!("{count} {offence}")).collect();
    said.join(", ")
}

/// In the words that programs which ban attackers look for.
fn not_proven(source: &std::net::SocketAddr, method: &str, claimed: &str, call_id: &str) -> String {
    format!(
        "Request '{method}' from '{claimed}' failed for '{source}' (callid: {call_id}) - Failed to authenticate"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(event: &Event) -> String {
        line(event).unwrap().for_console()
    }

    #[test]
    fn contacts_and_refusals_are_told_in_known_words() {
        let change = ContactChange::Added { expires: 300 };
        let added = Event::Contact { aor: "100".to_owned(), uri: "sip:100@192.0.2.9".to_owned(), change };
        assert_eq!(
            text(&added),
            "    -- Added contact 'sip:100@192.0.2.9' to AOR '100' with expiration of 300 seconds"
        );
        let refused = Event::AuthenticationFailed {
            source: ([192, 0, 2, 9], 5060).into(),
            method: "REGISTER".to_owned(),
            claimed: "<sip:100@pbx>".to_owned(),
            call_id: "x1".to_owned(),
        };
        assert!(text(&refused).contains("failed for '192.0.2.9:5060' (callid: x1) - Failed to authenticate"));
    }

    #[test]
    fn registrations_elsewhere_are_told_where_somebody_would_look() {
        let told = |change| {
            let (name, server_uri) = ("trunk".to_owned(), "sip:sip.example.com".to_owned());
            let client_uri = "sip:100@sip.example.com".to_owned();
            line(&Event::Registration { name, server_uri, client_uri, change }).map(|line| line.for_console())
        };
        let registered = told(RegistrationChange::Registered { expires: 300 });
        let expected = "    -- Registered 'sip:100@sip.example.com' at 'sip:sip.example.com' for 300 seconds";
        assert_eq!(registered.as_deref(), Some(expected));
        assert_eq!(told(RegistrationChange::Refreshed { expires: 300 }), None);
        let problem = "no answer came".to_owned();
        let failed = told(RegistrationChange::Failed { problem, again_in: Some(60) });
        let expected = "WARNING: Registration of 'sip:100@sip.example.com' at 'sip:sip.example.com' failed: \
                        no answer came; the next attempt follows in 60 seconds";
        assert_eq!(failed.as_deref(), Some(expected));
    }

    #[test]
    fn a_terminal_cannot_be_steered_from_the_network() {
        let event = Event::Verbose { channel: None, level: 2, text: "a\u{1b}[2Jb\r\nc".to_owned() };
        assert_eq!(text(&event), "  == a\\u{1b}[2Jb\\r\\nc");
    }
}
