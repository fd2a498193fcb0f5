//! Every header of RFC 3261 §20, and those that telephones and networks add to them, as types.
//!
//! A type is read when it is asked for, by [`Message::header`] or [`Message::headers_of`](crate::Message::headers_of). It
//! borrows from the message.
//!
//! ```
//! use bytes::Bytes;
//! use sip_parser::{Message, typed::{Allow, RetryAfter, WwwAuthenticate}};
//!
//! let response = Message::parse(Bytes::from_static(
//!     b"SIP/2.0 401 Unauthorized\r\nAllow: INVITE, ACK\r\nAllow: BYE\r\nRetry-After: 18000;duration=3600\r\n\
//!       WWW-Authenticate: Digest realm=\"pbx\", nonce=\"84a4\", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n",
//! ))?;
//! let challenge: WwwAuthenticate = response.header()?.ok_or("no challenge")?;
//! assert_eq!((challenge.scheme(), challenge.get("realm").as_deref()), ("Digest", Some("pbx")));
//! assert_eq!(response.header::<RetryAfter>()?.map(|after| after.seconds), Some(18_000));
//! assert_eq!(response.headers_of::<Allow>().count(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Message::header`]: crate::Message::header

mod addresses;
mod authentication;
mod content;
mod dialogs;
mod every;
mod everyday;
mod locations;
mod moments;
mod networks;
mod notes;
mod numbers;
mod priorities;
mod security;
mod sessions;
mod signatures;
mod subscriptions;
mod tokens;
mod words;

pub use addresses::{
    AlertInfo, CallInfo, Diversion, ErrorInfo, From, Geolocation, HistoryInfo, PAssertedIdentity,
    PAssociatedUri, PCalledPartyId, PPreferredIdentity, Path, RecordRoute, ReferTo, ReferredBy,
    RemotePartyId, ReplyTo, Route, ServiceRoute, To,
};
pub use authentication::{
    AuthenticationInfo, Authorization, ProxyAuthenticate, ProxyAuthorization, WwwAuthenticate,
};
pub use content::{Accept, AcceptEncoding, AcceptLanguage, ContentDisposition, ContentType};
pub use dialogs::{Join, RAck, Replaces, TargetDialog};
pub(crate) use every::{read_all, round_trips};
pub use locations::{ContentId, GeolocationError, GeolocationRouting};
pub use moments::{Date, RetryAfter, Timestamp};
pub use networks::{PAccessNetworkInfo, PChargingFunctionAddresses, PChargingVector, PVisitedNetworkId};
pub use notes::{Reason, Warning};
pub use numbers::{ContentLength, Expires, FlowTimer, MaxForwards, MimeVersion, MinExpires, MinSe, RSeq};
pub use priorities::{AcceptResourcePriority, ResourcePriority};
pub use security::{SecurityClient, SecurityServer, SecurityVerify};
pub use sessions::{Refresher, SessionExpires};
pub use signatures::Identity;
pub use subscriptions::{Event, InfoPackage, RecvInfo, ReferSub, SipEtag, SipIfMatch, SubscriptionState};
pub use tokens::{
    Allow, AllowEvents, ContentEncoding, ContentLanguage, InReplyTo, Privacy, ProxyRequire, Require,
    Supported, Unsupported,
};
pub use words::{CallId, Organization, Priority, Server, Subject, UserAgent};

use core::fmt;

use crate::error::HeaderError;
use crate::header::HeaderName;

/// A header that can be read as a type.
///
/// It is written again by [`Display`](fmt::Display), as one value without the name: what was written is read as the same
/// value. A builder takes it so.
pub trait TypedHeader<'m>: Sized + fmt::Display {
    /// Its name.
    const NAME: HeaderName;

    /// Whether one line may hold several, with commas between them (RFC 3261 §7.3.1).
    const LIST: bool;

    /// Reads one value, without blanks around it.
    ///
    /// # Errors
    /// [`HeaderError`] when it does not follow its grammar.
    fn parse(value: &'m str) -> Result<Self, HeaderError>;
}

#[cfg(test)]
mod tests;
