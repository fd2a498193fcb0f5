//! Header names, compact forms included (RFC 3261 §7.3.3, §20).

use core::fmt;

use smol_str::SmolStr;

use super::lookup::{UNLISTED, by_number, number_of};

macro_rules! names {
    ($($(#[$doc:meta])* $variant:ident = $text:literal $(| $compact:literal)?,)*) => {
        /// The name of a header field. Names are compared without regard to case; compact forms mean the long ones.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum HeaderName {
            $($(#[$doc])* $variant,)*
            /// A name that is not listed here, as it came.
            Other(SmolStr),
        }

        impl HeaderName {
            /// The long form, in the usual spelling.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(name) => name,
                }
            }

            /// The letter of the compact form, where it has one.
            pub(crate) fn compact(&self) -> Option<u8> {
                COMPACT.get(usize::from(self.number())).copied().filter(|letter| *letter > 0)
            }

            /// The number of Content-Length, which every message is asked for.
            pub(crate) const CONTENT_LENGTH: u8 = Listed::ContentLength as u8;

            /// Its place among the listed names; [`UNLISTED`] for one that is not.
            #[inline]
            pub(crate) fn number(&self) -> u8 {
                match self {
                    $(Self::$variant => Listed::$variant as u8,)*
                    Self::Other(_) => UNLISTED,
                }
            }
        }

        /// The listed names by number.
        #[repr(u8)]
        enum Listed {
            $($variant,)*
        }

        /// Long forms by number.
        pub(super) const LONG: &[&str] = &[$($text,)*];

        /// Compact forms by number; 0 where there is none.
        pub(super) const COMPACT: &[u8] = &[$(0 $(+ $compact.as_bytes()[0])?,)*];

        /// How many there are.
        #[cfg(test)]
        pub(crate) const LISTED: usize = LONG.len();

        /// The names themselves by number.
        pub(super) static NAMES: &[HeaderName] = &[$(HeaderName::$variant,)*];
    };
}

names! {
    /// RFC 3261 §20.42.
    Via = "Via" | "v",
    /// RFC 3261 §20.20.
    From = "From" | "f",
    /// RFC 3261 §20.39.
    To = "To" | "t",
    /// RFC 3261 §20.8.
    CallId = "Call-ID" | "i",
    /// RFC 3261 §20.16.
    CSeq = "CSeq",
    /// RFC 3261 §20.22.
    MaxForwards = "Max-Forwards",
    /// RFC 3261 §20.10.
    Contact = "Contact" | "m",
    /// RFC 3261 §20.14.
    ContentLength = "Content-Length" | "l",
    /// RFC 3261 §20.15.
    ContentType = "Content-Type" | "c",
    /// RFC 3261 §20.41.
    UserAgent = "User-Agent",
    /// RFC 3261 §20.5.
    Allow = "Allow",
    /// RFC 3261 §20.37.
    Supported = "Supported" | "k",
    /// RFC 3261 §20.19.
    Expires = "Expires",
    /// RFC 3261 §20.7.
    Authorization = "Authorization",
    /// RFC 3261 §20.28.
    ProxyAuthorization = "Proxy-Authorization",
    /// RFC 3261 §20.44.
    WwwAuthenticate = "WWW-Authenticate",
    /// RFC 3261 §20.27.
    ProxyAuthenticate = "Proxy-Authenticate",
    /// RFC 3261 §20.34.
    Route = "Route",
    /// RFC 3261 §20.30.
    RecordRoute = "Record-Route",
    /// RFC 3261 §20.32.
    Require = "Require",
    /// RFC 3261 §20.29.
    ProxyRequire = "Proxy-Require",
    /// RFC 3261 §20.40.
    Unsupported = "Unsupported",
    /// RFC 3261 §20.1.
    Accept = "Accept",
    /// RFC 3261 §20.2.
    AcceptEncoding = "Accept-Encoding",
    /// RFC 3261 §20.3.
    AcceptLanguage = "Accept-Language",
    /// RFC 3261 §20.4.
    AlertInfo = "Alert-Info",
    /// RFC 3261 §20.6.
    AuthenticationInfo = "Authentication-Info",
    /// RFC 3261 §20.9.
    CallInfo = "Call-Info",
    /// RFC 3261 §20.11.
    ContentDisposition = "Content-Disposition",
    /// RFC 3261 §20.12.
    ContentEncoding = "Content-Encoding" | "e",
    /// RFC 3261 §20.13.
    ContentLanguage = "Content-Language",
    /// RFC 3261 §20.17.
    Date = "Date",
    /// RFC 3261 §20.18.
    ErrorInfo = "Error-Info",
    /// RFC 3261 §20.21.
    InReplyTo = "In-Reply-To",
    /// RFC 3261 §20.23.
    MinExpires = "Min-Expires",
    /// RFC 3261 §20.24.
    MimeVersion = "MIME-Version",
    /// RFC 3261 §20.25.
    Organization = "Organization",
    /// RFC 3261 §20.26.
    Priority = "Priority",
    /// RFC 3261 §20.31.
    ReplyTo = "Reply-To",
    /// RFC 3261 §20.33.
    RetryAfter = "Retry-After",
    /// RFC 3261 §20.35.
    Server = "Server",
    /// RFC 3261 §20.36.
    Subject = "Subject" | "s",
    /// RFC 3261 §20.38.
    Timestamp = "Timestamp",
    /// RFC 3261 §20.43.
    Warning = "Warning",
    /// RFC 3326.
    Reason = "Reason",
    /// RFC 3327.
    Path = "Path",
    /// RFC 3515.
    ReferTo = "Refer-To" | "r",
    /// RFC 3892.
    ReferredBy = "Referred-By" | "b",
    /// RFC 3891.
    Replaces = "Replaces",
    /// RFC 4028.
    SessionExpires = "Session-Expires" | "x",
    /// RFC 4028.
    MinSe = "Min-SE",
    /// RFC 3262.
    RSeq = "RSeq",
    /// RFC 3262.
    RAck = "RAck",
    /// RFC 6665.
    Event = "Event" | "o",
    /// RFC 6665.
    AllowEvents = "Allow-Events" | "u",
    /// RFC 6665.
    SubscriptionState = "Subscription-State",
    /// RFC 3325.
    PAssertedIdentity = "P-Asserted-Identity",
    /// RFC 3325.
    PPreferredIdentity = "P-Preferred-Identity",
    /// RFC 3323.
    Privacy = "Privacy",
    /// RFC 5806.
    Diversion = "Diversion",
    /// RFC 3903.
    SipEtag = "SIP-ETag",
    /// RFC 3903.
    SipIfMatch = "SIP-If-Match",
    /// RFC 3911.
    Join = "Join",
    /// The draft that came before RFC 3325, which many phones and trunks still speak.
    RemotePartyId = "Remote-Party-ID",
    /// RFC 5626.
    FlowTimer = "Flow-Timer",
    /// RFC 3608.
    ServiceRoute = "Service-Route",
    /// RFC 3329.
    SecurityClient = "Security-Client",
    /// RFC 3329.
    SecurityServer = "Security-Server",
    /// RFC 3329.
    SecurityVerify = "Security-Verify",
    /// RFC 7044.
    HistoryInfo = "History-Info",
    /// RFC 7315.
    PChargingVector = "P-Charging-Vector",
    /// RFC 7315.
    PAccessNetworkInfo = "P-Access-Network-Info",
    /// RFC 7315.
    PVisitedNetworkId = "P-Visited-Network-ID",
    /// RFC 7315.
    PCalledPartyId = "P-Called-Party-ID",
    /// RFC 7315.
    PAssociatedUri = "P-Associated-URI",
    /// RFC 7315.
    PChargingFunctionAddresses = "P-Charging-Function-Addresses",
    /// RFC 4412.
    ResourcePriority = "Resource-Priority",
    /// RFC 4412.
    AcceptResourcePriority = "Accept-Resource-Priority",
    /// RFC 6086.
    InfoPackage = "Info-Package",
    /// RFC 6086.
    RecvInfo = "Recv-Info",
    /// RFC 4488.
    ReferSub = "Refer-Sub",
    /// RFC 4538.
    TargetDialog = "Target-Dialog",
    /// RFC 6442.
    Geolocation = "Geolocation",
    /// RFC 6442.
    GeolocationRouting = "Geolocation-Routing",
    /// RFC 6442.
    GeolocationError = "Geolocation-Error",
    /// RFC 8262.
    ContentId = "Content-ID",
    /// RFC 8224.
    Identity = "Identity" | "y",
}

impl From<&str> for HeaderName {
    fn from(text: &str) -> Self {
        by_number(number_of(text.as_bytes())).cloned().unwrap_or_else(|| Self::Other(SmolStr::new(text)))
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_forms_and_any_case_are_read() {
        for (text, name) in [
            ("v", HeaderName::Via),
            ("VIA", HeaderName::Via),
            ("I", HeaderName::CallId),
            ("call-id", HeaderName::CallId),
            ("l", HeaderName::ContentLength),
            ("m", HeaderName::Contact),
            ("K", HeaderName::Supported),
        ] {
            assert_eq!(HeaderName::from(text), name);
        }
        assert_eq!(HeaderName::from("x-Own").as_str(), "x-Own");
    }
}
