//! Headers that hold an address, with or without a name, and its parameters.

use core::ops::Deref;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{HeaderName, NameAddr};

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
    /// Who sends the request (RFC 3261 §20.20).
    From = From, list: false;
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
    /// Where answers in person should go (RFC 3261 §20.31).
    ReplyTo = ReplyTo, list: false;
    /// The way that the request takes (RFC 3261 §20.34).
    Route = Route, list: true;
    /// Whom the request is for (RFC 3261 §20.39).
    To = To, list: false;
}
