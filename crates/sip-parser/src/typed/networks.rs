//! What mobile networks tell each other of a call (RFC 7315).

use alloc::borrow::Cow;
use core::fmt;

use super::TypedHeader;
use super::content::with_params;
use crate::error::HeaderError;
use crate::header::{HeaderName, Params, Quoted, meant, pair};
use crate::scan::{find_outside, is_word};

/// Parameters that begin without a semicolon: `icid-value=1234;icid-generated-at=192.0.6.8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bare<'m> {
    first: &'m str,
    rest: Params<'m>,
}

impl<'m> Bare<'m> {
    fn parse(value: &'m str) -> Option<Self> {
        let (first, rest) = value.split_at(find_outside(value, b';').unwrap_or(value.len()));
        let first = first.trim_ascii();
        let (name, value) = pair(first);
        (is_word(name) && value.is_some()).then_some(Self { first, rest: Params(rest) })
    }

    fn get(self, wanted: &str) -> Option<Cow<'m, str>> {
        match pair(self.first) {
            (name, value) if name.eq_ignore_ascii_case(wanted) => value.map(meant),
            _ => self.rest.text(wanted),
        }
    }
}

macro_rules! bare {
    ($($(#[$doc:meta])* $name:ident = $header:ident, $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name<'m>(Bare<'m>);

            impl<'m> $name<'m> {
                /// The first parameter of that name in any case, without quotes.
                pub fn get(&self, name: &str) -> Option<Cow<'m, str>> {
                    self.0.get(name)
                }
            }

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = false;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    let problem = HeaderError::malformed($text, "write name=value with semicolons between");
                    Bare::parse(value).map(Self).ok_or(problem)
                }
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{}{}", self.0.first, self.0.rest)
                }
            }
        )*
    };
}

bare! {
    /// Names the call for those who charge for it (RFC 7315 §4.6).
    PChargingVector = PChargingVector, "P-Charging-Vector";
    /// Who charges for it (RFC 7315 §4.5).
    PChargingFunctionAddresses = PChargingFunctionAddresses, "P-Charging-Function-Addresses";
}

impl<'m> PChargingVector<'m> {
    /// The name of the call, the same in the records of all networks (`icid-value`).
    pub fn icid(&self) -> Option<Cow<'m, str>> {
        self.get("icid-value")
    }

    /// The network that the call comes from (`orig-ioi`).
    pub fn originating(&self) -> Option<Cow<'m, str>> {
        self.get("orig-ioi")
    }

    /// The network that the call goes to (`term-ioi`).
    pub fn terminating(&self) -> Option<Cow<'m, str>> {
        self.get("term-ioi")
    }
}

impl<'m> PChargingFunctionAddresses<'m> {
    /// The charging collection function (`ccf`), for bills after the fact.
    pub fn collection(&self) -> Option<Cow<'m, str>> {
        self.get("ccf")
    }

    /// The event charging function (`ecf`), for accounts that are charged as it happens.
    pub fn event(&self) -> Option<Cow<'m, str>> {
        self.get("ecf")
    }
}

/// How the phone reaches the network (RFC 7315 §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PAccessNetworkInfo<'m> {
    /// `IEEE-802.11`, `3GPP-UTRAN-TDD`, `3GPP-E-UTRAN-FDD` …
    pub access_type: &'m str,
    /// The cell or other place, and whether the network says so (`np`).
    pub params: Params<'m>,
}

impl<'m> TypedHeader<'m> for PAccessNetworkInfo<'m> {
    const NAME: HeaderName = HeaderName::PAccessNetworkInfo;
    const LIST: bool = true;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let (access_type, params) = with_params(value);
        match is_word(access_type) {
            true => Ok(Self { access_type, params }),
            false => Err(HeaderError::malformed("P-Access-Network-Info", "write a token")),
        }
    }
}

impl fmt::Display for PAccessNetworkInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.access_type, self.params)
    }
}

/// A network that the phone is a guest of (RFC 7315 §4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PVisitedNetworkId<'m> {
    /// Its name: a token, or words in quotes, which are taken off.
    pub network: Cow<'m, str>,
    /// What else is said of it.
    pub params: Params<'m>,
}

impl<'m> TypedHeader<'m> for PVisitedNetworkId<'m> {
    const NAME: HeaderName = HeaderName::PVisitedNetworkId;
    const LIST: bool = true;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let (network, params) = with_params(value);
        match is_word(network) || (network.len() > 1 && network.starts_with('"') && network.ends_with('"')) {
            true => Ok(Self { network: meant(network), params }),
            false => Err(HeaderError::malformed("P-Visited-Network-ID", "write a token, or words in quotes")),
        }
    }
}

impl fmt::Display for PVisitedNetworkId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match is_word(&self.network) {
            true => write!(f, "{}{}", self.network, self.params),
            false => write!(f, "{}{}", Quoted(&self.network), self.params),
        }
    }
}
