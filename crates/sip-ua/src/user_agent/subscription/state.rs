//! How a NOTIFY says that the subscription stands.

use sip_parser::{HeaderName, Message};

use super::notification::TerminationReason;

/// What Subscription-State says.
pub(super) struct State {
    pub(super) word: String,
    pub(super) expires: Option<u32>,
    pub(super) reason: TerminationReason,
    pub(super) retry_after: Option<u32>,
}

impl State {
    pub(super) fn of(notify: &Message) -> Option<State> {
        let value = notify.raw(&HeaderName::SubscriptionState)?;
        let mut parts = value.split(';').map(str::trim);
        let word = parts.next().filter(|word| !word.is_empty())?.to_owned();
        let params: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
        let get = |name: &str| params.iter().find(|(key, _)| key.trim().eq_ignore_ascii_case(name));
        let number = |name| get(name).and_then(|(_, value)| value.trim().parse().ok());
        let reason = TerminationReason::from_name(get("reason").map_or("", |(_, value)| value.trim()));
        Some(State { word, expires: number("expires"), reason, retry_after: number("retry-after") })
    }
}
