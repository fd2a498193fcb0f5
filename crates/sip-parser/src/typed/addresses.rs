//! Headers that hold an address, with or without a name, and its parameters.

use alloc::borrow::Cow;
use core::fmt;
use core::ops::Deref;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{HeaderName, NameAddr};
use crate::scan::number;

macro_rules! addresses {
    ($($(#[$doc:meta])* $name:ident = $header:ident, list: $list:literal;)*) => {
        $(
            $(#[$doc])*
            ///
            /// It reads as the [`NameAddr`] in it.
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $name<'m>(pub NameAddr<'m>);

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = $list;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    NameAddr::parse(value).map(Self)
                }
            }

            impl<'m> Deref for $name<'m> {
                type Target = NameAddr<'m>;

                fn deref(&self) -> &NameAddr<'m> {
                    &self.0
                }
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }
        )*
    };
}

addresses! {
    /// A sound or picture to alert with (RFC 3261 §20.4).
    AlertInfo = AlertInfo, list: true;
    /// More about the caller or the called (RFC 3261 §20.9); `purpose` says what.
    CallInfo = CallInfo, list: true;
    /// Who diverted the call, the last one first (RFC 5806).
    Diversion = Diversion, list: true;
    /// More about an error (RFC 3261 §20.18).
    ErrorInfo = ErrorInfo, list: true;
    /// Where the target of the request is, by reference or in the part that a `cid:` names (RFC 6442 §4.1).
    Geolocation = Geolocation, list: true;
    /// One of those that the call was meant for before (RFC 7044 §5).
    HistoryInfo = HistoryInfo, list: true;
    /// Who sends the request (RFC 3261 §20.20).
    From = From, list: false;
    /// An address that a registrar has for the same user (RFC 7315 §4.1).
    PAssociatedUri = PAssociatedUri, list: true;
    /// The address that was called, before the network sent the call on (RFC 7315 §4.2).
    PCalledPartyId = PCalledPartyId, list: false;
    /// Who it is, as a trusted network says (RFC 3325 §9.1).
    PAssertedIdentity = PAssertedIdentity, list: true;
    /// Who the user would like to be (RFC 3325 §9.2).
    PPreferredIdentity = PPreferredIdentity, list: true;
    /// The proxies between a phone and its registrar (RFC 3327 §4).
    Path = Path, list: true;
    /// The proxies that want to see later requests (RFC 3261 §20.30).
    RecordRoute = RecordRoute, list: true;
    /// Where the receiver shall call (RFC 3515 §2.1).
    ReferTo = ReferTo, list: false;
    /// Who asked for that call (RFC 3892 §3).
    ReferredBy = ReferredBy, list: false;
    /// Who it is, in the way that came before P-Asserted-Identity.
    RemotePartyId = RemotePartyId, list: true;
    /// Where answers in person should go (RFC 3261 §20.31).
    ReplyTo = ReplyTo, list: false;
    /// The way that the request takes (RFC 3261 §20.34).
    Route = Route, list: true;
    /// The proxies that requests of a registered phone go through (RFC 3608 §5).
    ServiceRoute = ServiceRoute, list: true;
    /// Whom the request is for (RFC 3261 §20.39).
    To = To, list: false;
}

/// The value of a header parameter as it is meant, in whole words of a reader.
macro_rules! words_of {
    ($name:ident: $($(#[$doc:meta])* $method:ident = $param:literal,)*) => {
        impl<'m> $name<'m> {
            $(
                $(#[$doc])*
                pub fn $method(&self) -> Option<Cow<'m, str>> {
                    self.0.params().text($param)
                }
            )*
        }
    };
}

words_of! { Diversion:
    /// Why: `user-busy`, `no-answer`, `unconditional` …
    reason = "reason",
    /// `full`, `name`, `uri` or `off`: what of it must not be shown.
    privacy = "privacy",
    /// `yes` where the network has verified it.
    screen = "screen",
}

impl Diversion<'_> {
    /// How many diversions this entry stands for; one where nothing is said.
    pub fn counter(&self) -> u32 {
        self.0.param("counter").flatten().and_then(number).unwrap_or(1)
    }

    /// How many more diversions are allowed.
    pub fn limit(&self) -> Option<u32> {
        self.0.param("limit").flatten().and_then(number)
    }
}

words_of! { RemotePartyId:
    /// `calling` or `called`.
    party = "party",
    /// `yes` where the network has verified it, `no` where it has not.
    screen = "screen",
    /// `full`, `name`, `uri` or `off`: what of it must not be shown.
    privacy = "privacy",
    /// `user`, `subscriber` or `term`: what the URI names.
    id_type = "id-type",
}

impl<'m> HistoryInfo<'m> {
    /// Its place in the history: `1`, `1.1`, `1.2.1` (RFC 7044 §5.1).
    pub fn index(&self) -> Option<&'m str> {
        self.0.param("index").flatten()
    }

    /// Why the call went on from here: the Reason in the headers of the URI.
    pub fn reason(&self) -> Option<Cow<'m, str>> {
        self.0.uri().header("Reason")
    }

    /// Who must not learn of it: the Privacy in the headers of the URI.
    pub fn privacy(&self) -> Option<Cow<'m, str>> {
        self.0.uri().header("Privacy")
    }

    /// The status that sent the call on to this URI (RFC 4458 §2).
    pub fn cause(&self) -> Option<u16> {
        number(self.0.uri().param("cause")??)
    }
}
