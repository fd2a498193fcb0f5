//! `type=system`.

use std::time::Duration;

use crate::configuration::values::Values;

/// What concerns the SIP stack as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// `disable_tcp_switch`: requests of more than 1,300 octets stay with UDP.
    pub disable_tcp_switch: bool,
    /// `compact_headers`: names of headers are sent in their compact form.
    pub compact_headers: bool,
    /// `follow_early_media_fork`: whether endpoints may follow another branch of a call.
    pub follow_early_media_fork: bool,
    /// `accept_multiple_sdp_answers`: whether endpoints may change their answer before they take a call.
    pub accept_multiple_sdp_answers: bool,
    /// `disable_rport`: our Via does not ask for responses to the port that a request came from.
    pub disable_rport: bool,
    /// `timer_t1`, in milliseconds: the round trip that is reckoned with (RFC 3261 section 17.1.1.1).
    pub timer_t1: Duration,
    /// `timer_b`, in milliseconds: after how long a request without a response is given up. 64 times `timer_t1` where it is not
    /// written.
    pub timer_b: Option<Duration>,
}

impl Default for System {
    /// As Asterisk has it: large requests stay with UDP, in fragments, because few far ends take TCP.
    fn default() -> Self {
        Self {
            disable_tcp_switch: true,
            compact_headers: false,
            follow_early_media_fork: true,
            accept_multiple_sdp_answers: false,
            disable_rport: false,
            timer_t1: Duration::from_millis(500),
            timer_b: None,
        }
    }
}

/// What a timer may be, in milliseconds: below, a network would be flooded with copies; above, nobody waits.
const SENSIBLE: std::ops::RangeInclusive<u64> = 10..=600_000;

impl System {
    pub(super) fn read(values: &mut Values<'_>) -> Self {
        let usual = Self::default();
        Self {
            disable_tcp_switch: values.flag("disable_tcp_switch", usual.disable_tcp_switch),
            compact_headers: values.flag("compact_headers", usual.compact_headers),
            follow_early_media_fork: values.flag("follow_early_media_fork", usual.follow_early_media_fork),
            accept_multiple_sdp_answers: values
                .flag("accept_multiple_sdp_answers", usual.accept_multiple_sdp_answers),
            disable_rport: values.flag("disable_rport", usual.disable_rport),
            timer_t1: timer(values, "timer_t1").unwrap_or(usual.timer_t1),
            timer_b: timer(values, "timer_b"),
        }
    }
}

fn timer(values: &mut Values<'_>, key: &str) -> Option<Duration> {
    values.text(key)?;
    let milliseconds = values.number(key, 0);
    if SENSIBLE.contains(&milliseconds) {
        return Some(Duration::from_millis(milliseconds));
    }
    let told = format!("'{milliseconds}' is no time to wait; the usual one is taken");
    values.odd(key, told, "write milliseconds, 10 to 600000");
    None
}
