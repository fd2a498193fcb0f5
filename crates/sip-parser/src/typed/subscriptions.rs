//! Events, and subscriptions to them (RFC 6665).

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{HeaderName, Params};
use crate::scan::is_token;

/// A token, and the parameters behind it.
fn token<'m>(value: &'m str, header: &'static str) -> Result<(&'m str, Params<'m>), HeaderError> {
    let (word, params) = value.split_at(value.find(';').unwrap_or(value.len()));
    let word = word.trim_ascii();
    match !word.is_empty() && word.bytes().all(is_token) {
        true => Ok((word, Params(params))),
        false => Err(HeaderError::malformed(header, "write a token")),
    }
}

/// What a subscription is about (RFC 6665 §8.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'m> {
    /// `presence`, `dialog`, `message-summary`, `refer` …
    pub package: &'m str,
    /// Tells apart several subscriptions of one dialog.
    pub id: Option<&'m str>,
    /// All parameters.
    pub params: Params<'m>,
}

impl<'m> TypedHeader<'m> for Event<'m> {
    const NAME: HeaderName = HeaderName::Event;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let (package, params) = token(value, "Event")?;
        Ok(Self { package, id: params.get("id").flatten(), params })
    }
}

/// How a subscription stands (RFC 6665 §8.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionState<'m> {
    /// `active`, `pending` or `terminated`.
    pub state: &'m str,
    /// Seconds that it still lasts.
    pub expires: Option<u32>,
    /// Why it ended.
    pub reason: Option<&'m str>,
    /// Seconds to wait before subscribing again.
    pub retry_after: Option<u32>,
}

impl<'m> TypedHeader<'m> for SubscriptionState<'m> {
    const NAME: HeaderName = HeaderName::SubscriptionState;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let (state, params) = token(value, "Subscription-State")?;
        let seconds = |name: &str| match params.get(name) {
            None => Ok(None),
            Some(text) => {
                let number = text.and_then(|text| text.parse().ok());
                number
                    .map(Some)
                    .ok_or(HeaderError::malformed("Subscription-State", "write a number of seconds"))
            }
        };
        Ok(Self {
            state,
            expires: seconds("expires")?,
            reason: params.get("reason").flatten(),
            retry_after: seconds("retry-after")?,
        })
    }
}
