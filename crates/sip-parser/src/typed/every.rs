//! All types of this module at once, for the fuzzer and the property tests.

use alloc::string::ToString;

use super::*;
use crate::{CSeq, Contact, Message, Via};

/// Does the same with each type.
macro_rules! for_each_header {
    ($do:ident) => {
        $do![
            Accept,
            AcceptEncoding,
            AcceptLanguage,
            AcceptResourcePriority,
            AlertInfo,
            Allow,
            AllowEvents,
            AuthenticationInfo,
            Authorization,
            CSeq,
            CallId,
            CallInfo,
            Contact,
            ContentDisposition,
            ContentEncoding,
            ContentId,
            ContentLanguage,
            ContentLength,
            ContentType,
            Date,
            Diversion,
            ErrorInfo,
            Event,
            Expires,
            FlowTimer,
            From,
            Geolocation,
            GeolocationError,
            GeolocationRouting,
            HistoryInfo,
            Identity,
            InReplyTo,
            InfoPackage,
            Join,
            MaxForwards,
            MimeVersion,
            MinExpires,
            MinSe,
            Organization,
            PAccessNetworkInfo,
            PAssertedIdentity,
            PAssociatedUri,
            PCalledPartyId,
            PChargingFunctionAddresses,
            PChargingVector,
            PPreferredIdentity,
            PVisitedNetworkId,
            Path,
            Priority,
            Privacy,
            ProxyAuthenticate,
            ProxyAuthorization,
            ProxyRequire,
            RAck,
            RSeq,
            Reason,
            RecordRoute,
            RecvInfo,
            ReferSub,
            ReferTo,
            ReferredBy,
            RemotePartyId,
            Replaces,
            ReplyTo,
            Require,
            ResourcePriority,
            RetryAfter,
            Route,
            SecurityClient,
            SecurityServer,
            SecurityVerify,
            Server,
            ServiceRoute,
            SessionExpires,
            SipEtag,
            SipIfMatch,
            Subject,
            SubscriptionState,
            Supported,
            TargetDialog,
            Timestamp,
            To,
            Unsupported,
            UserAgent,
            Via,
            Warning,
            WwwAuthenticate
        ]
    };
}

/// Reads every header of a message as its type.
pub(crate) fn read_all(message: &Message) {
    macro_rules! read {
        ($($header:ident),*) => {
            $(message.headers_of::<$header>().for_each(drop);)*
        };
    }
    for_each_header!(read);
}

/// Reads a value as each type; returns how many took it.
///
/// # Panics
/// When one of them writes what it does not read as the same value.
pub(crate) fn round_trips(value: &str) -> usize {
    let value = value.trim_ascii();
    let mut taken = 0;
    macro_rules! check {
        ($($header:ident),*) => {
            $(
                if let Ok(first) = <$header as TypedHeader<'_>>::parse(value) {
                    let written = first.to_string();
                    let again = <$header as TypedHeader<'_>>::parse(&written);
                    assert_eq!(again.as_ref(), Ok(&first), "{} wrote {written:?}", stringify!($header));
                    taken += 1;
                }
            )*
        };
    }
    for_each_header!(check);
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_has_a_type() {
        let mut names = alloc::vec::Vec::new();
        macro_rules! note {
            ($($header:ident),*) => {
                $(names.push(<$header as TypedHeader<'_>>::NAME);)*
            };
        }
        for_each_header!(note);
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "two types of one name");
        assert_eq!(count, crate::header::LISTED);
    }
}
