//! What comes as INFO: keys, `application/dtmf-relay` and `application/dtmf`, and charges.

use std::time::Duration;

use media_bridge::Digit;
use sip_parser::{HeaderName, Message};
use sip_ua::user_agent::SessionId;

use super::worker::Worker;
use crate::technology::Report;

impl Worker {
    /// Keys sent as INFO (`application/dtmf-relay`, `application/dtmf`), and charges.
    pub(super) fn on_info(&mut self, id: SessionId, info: &Message) {
        let Some(session) = self.sessions.get(&id) else { return };
        session.hear_charges(info);
        let kind = info.raw(&HeaderName::ContentType).unwrap_or_default();
        if let Some((digit, duration_ms)) = info_digit(kind, info.body()) {
            session.call.report(Report::Digit { digit, duration_ms });
            if let Some(digit) = Digit::from_char(digit) {
                session.media.leg.hear_digit(digit, Duration::from_millis(duration_ms.into()));
            }
        }
    }
}

/// Milliseconds of a key that does not tell its length.
const UNTOLD: u32 = 100;
/// Milliseconds of the longest key: as much as one telephone-event holds at 8 kHz (RFC 4733 §2.3.5). Whoever told a longer
/// one would keep those after it waiting.
const LONGEST: u32 = 8_000;

/// The key of an INFO body: `Signal=5` and `Duration=160` lines, or the bare key. Keys may have the numbers of telephone-events.
fn info_digit(kind: &str, body: &[u8]) -> Option<(char, u32)> {
    let text = std::str::from_utf8(body).ok()?;
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    let (signal, duration) = if media_type.eq_ignore_ascii_case("application/dtmf-relay") {
        let field = |name: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
            })
        };
        (field("Signal")?, field("Duration").and_then(|d| d.parse().ok()))
    } else if media_type.eq_ignore_ascii_case("application/dtmf") {
        (text.trim(), None)
    } else {
        return None;
    };
    let digit = match signal {
        "10" => '*',
        "11" => '#',
        "12" => 'A',
        "13" => 'B',
        "14" => 'C',
        "15" => 'D',
        other => {
            // More than one character is no key: 16 is a flash of the hook.
            let mut characters = other.chars();
            let only = characters.next().filter(|_| characters.next().is_none());
            only?.to_ascii_uppercase()
        }
    };
    let duration = duration.filter(|ms| *ms > 0).unwrap_or(UNTOLD).min(LONGEST);
    matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D').then_some((digit, duration))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_info_are_read_in_every_form() {
        let relay = "application/dtmf-relay";
        assert_eq!(info_digit(relay, b"Signal=5\r\nDuration=160\r\n"), Some(('5', 160)));
        assert_eq!(info_digit(relay, b"Signal= *\nDuration= 90"), Some(('*', 90)));
        assert_eq!(info_digit(relay, b"Signal=11"), Some(('#', 100)));
        assert_eq!(info_digit("application/dtmf", b"7\r\n"), Some(('7', 100)));
        assert_eq!(info_digit("text/plain", b"7"), None);
        assert_eq!(info_digit(relay, b"Signal=x"), None);
        assert_eq!(info_digit(relay, b"Signal=15\r\nDuration=0"), Some(('D', 100)));
        assert_eq!(info_digit(relay, b"Signal=16\r\nDuration=100"), None, "a flash");
        assert_eq!(info_digit(relay, b"Signal=6\r\nDuration=99999"), Some(('6', 8_000)));
    }
}
