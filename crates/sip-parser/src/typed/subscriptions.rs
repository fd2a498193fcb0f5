//! Events, and subscriptions to them (RFC 6665), INFO packages (RFC 6086) and published state (RFC 3903).

use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{HeaderName, Params};
use crate::scan::{is_bare, is_word, split_before};

/// A token, and the parameters behind it.
fn token<'m>(value: &'m str, header: &'static str) -> Result<(&'m str, Params<'m>), HeaderError> {
    let (word, params) = split_before(value, b';');
    let word = word.trim_ascii();
    match is_word(word) {
        true => Ok((word, Params(params))),
        false => Err(HeaderError::malformed(header, "write a token")),
    }
}

/// What a subscription is about (RFC 6665 §8.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'m> {
    /// `presence`, `dialog`, `message-summary`, `refer` …
    pub package: &'m str,
    /// Tells apart several subscriptions of one dialog. It is one of the parameters.
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

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.package, self.params)?;
        match self.id {
            Some(id) if self.params.get("id").is_none() => write!(f, ";id={id}"),
            _ => Ok(()),
        }
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
        const SECONDS: HeaderError =
            HeaderError::malformed("Subscription-State", "write a number of seconds");
        const REASON: HeaderError = HeaderError::malformed("Subscription-State", "the reason is no token");
        let (state, params) = token(value, "Subscription-State")?;
        let seconds = |name: &str| match params.get(name) {
            None => Ok(None),
            Some(text) => text.and_then(crate::scan::seconds).map(Some).ok_or(SECONDS),
        };
        let reason = params.get("reason").flatten();
        match reason.is_none_or(is_bare) {
            true => {
                Ok(Self { state, expires: seconds("expires")?, reason, retry_after: seconds("retry-after")? })
            }
            false => Err(REASON),
        }
    }
}

impl fmt::Display for SubscriptionState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.state)?;
        if let Some(reason) = self.reason {
            write!(f, ";reason={reason}")?;
        }
        if let Some(expires) = self.expires {
            write!(f, ";expires={expires}")?;
        }
        match self.retry_after {
            Some(seconds) => write!(f, ";retry-after={seconds}"),
            None => Ok(()),
        }
    }
}

macro_rules! packages {
    ($($(#[$doc:meta])* $name:ident = $header:ident, $text:literal, list: $list:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name<'m> {
                /// The name of the package.
                pub package: &'m str,
                /// Its parameters.
                pub params: Params<'m>,
            }

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = $list;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    let (package, params) = token(value, $text)?;
                    Ok(Self { package, params })
                }
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{}{}", self.package, self.params)
                }
            }
        )*
    };
}

packages! {
    /// What the INFO is about (RFC 6086 §9.2).
    InfoPackage = InfoPackage, "Info-Package", list: false;
    /// What INFO the sender wants to hear (RFC 6086 §9.2); an empty header wants none.
    RecvInfo = RecvInfo, "Recv-Info", list: true;
}

macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident = $header:ident, $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub struct $name<'m>(pub &'m str);

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = false;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    match is_word(value) {
                        true => Ok(Self(value)),
                        false => Err(HeaderError::malformed($text, "write a token")),
                    }
                }
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.0)
                }
            }
        )*
    };
}

tags! {
    /// Names what was published (RFC 3903 §11.3.1).
    SipEtag = SipEtag, "SIP-ETag";
    /// What was published and shall be refreshed, changed or removed (RFC 3903 §11.3.2).
    SipIfMatch = SipIfMatch, "SIP-If-Match";
}

/// Whether a REFER makes a subscription (RFC 4488 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferSub(pub bool);

impl TypedHeader<'_> for ReferSub {
    const NAME: HeaderName = HeaderName::ReferSub;
    const LIST: bool = false;

    fn parse(value: &str) -> Result<Self, HeaderError> {
        match token(value, "Refer-Sub")?.0 {
            word if word.eq_ignore_ascii_case("true") => Ok(Self(true)),
            word if word.eq_ignore_ascii_case("false") => Ok(Self(false)),
            _ => Err(HeaderError::malformed("Refer-Sub", "write true or false")),
        }
    }
}

impl fmt::Display for ReferSub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
