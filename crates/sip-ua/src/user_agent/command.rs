//! What an application hands to the user agent: calls to make, requests to send, replies to give.

use bytes::Bytes;
use sip_parser::Method;

use super::options::SessionOptions;
use super::security::SecurityAgreement;
use crate::digest::Credentials;
use crate::transport::Flow;

/// A message body and the type that is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Value of Content-Type, `application/sdp` for a session description.
    pub content_type: String,
    /// The octets; Content-Length is counted by the writer.
    pub bytes: Bytes,
}

impl Body {
    /// A session description (RFC 8866), the body of offers and answers.
    #[must_use]
    pub fn sdp(description: impl Into<Bytes>) -> Body {
        Body { content_type: "application/sdp".to_owned(), bytes: description.into() }
    }

    /// Whether it is a description of the session, or has one among its parts.
    pub(super) fn describes(&self) -> bool {
        ["application/sdp", "multipart/"].iter().any(|kind| self.content_type.starts_with(kind))
    }

    /// The first line of a response (RFC 3420), which is how news of a REFER tells how far its call is. A `status` that is
    /// none is cut to the nearest.
    #[must_use]
    pub fn sip_fragment(status: u16) -> Body {
        let status = status.clamp(100, 699);
        let line = format!("SIP/2.0 {status} {}\r\n", sip_parser::default_reason(status));
        Body { content_type: "message/sipfrag;version=2.0".to_owned(), bytes: line.into() }
    }
}

/// Another server that a request can go to when the one before it fails (RFC 3263 section 4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The way to it.
    pub flow: Flow,
    /// Contact as it is written in a request that takes this way; `None` to keep the one of the request.
    pub contact: Option<String>,
}

/// A call to make with [`UserAgent::invite`](super::UserAgent::invite).
#[derive(Clone, Debug)]
pub struct OutboundInvite {
    /// Request-URI, `sip:bob@192.0.2.4`.
    pub target: String,
    /// Where the INVITE goes, and every later request of the session unless the peer moves.
    pub flow: Flow,
    /// Where it goes next, in order, when a server cannot be reached, says nothing for
    /// [`failover_after`](super::UserAgentConfig::failover_after), or answers 503. Once a phone rings or a
    /// server answers otherwise, the call stays where it is.
    pub alternatives: Vec<Alternative>,
    /// From as a name-addr without a tag: `"Alice" <sip:alice@example.com>`.
    pub from: String,
    /// To as a name-addr without a tag.
    pub to: String,
    /// Contact as a name-addr: where the peer reaches us in this dialog.
    pub contact: String,
    /// Route values, in order, for an outbound proxy; each a name-addr such as `<sip:proxy;lr>`.
    pub route: Vec<String>,
    /// Further headers, in order.
    pub headers: Vec<(String, String)>,
    /// The offer. Without one the offer is expected in the 2xx, and the answer goes by
    /// [`UserAgent::acknowledge`](super::UserAgent::acknowledge).
    pub body: Option<Body>,
    /// What to answer challenges with; each realm is answered once.
    pub credentials: Vec<Credentials>,
    /// What is agreed on with the first server (RFC 3329), which all requests of the call then say.
    pub security: Option<SecurityAgreement>,
    /// What it does of the extensions that its peer may know.
    pub options: SessionOptions,
}

/// A request outside of dialogs to send with [`UserAgent::request`](super::UserAgent::request).
#[derive(Clone, Debug)]
pub struct OutboundRequest {
    /// OPTIONS, REGISTER, MESSAGE ... not INVITE, ACK or CANCEL.
    pub method: Method,
    /// Request-URI.
    pub target: String,
    /// Where it goes.
    pub flow: Flow,
    /// Where it goes next, in order, when a server cannot be reached, says nothing for
    /// [`failover_after`](super::UserAgentConfig::failover_after), or answers 503.
    pub alternatives: Vec<Alternative>,
    /// From as a name-addr without a tag.
    pub from: String,
    /// To as a name-addr without a tag.
    pub to: String,
    /// Contact value, where the method has one.
    pub contact: Option<String>,
    /// Further headers, in order. A Route set goes here too.
    pub headers: Vec<(String, String)>,
    /// The body, if any.
    pub body: Option<Body>,
    /// What to answer challenges with; each realm is answered once.
    pub credentials: Vec<Credentials>,
    /// What is agreed on with the first server (RFC 3329).
    pub security: Option<SecurityAgreement>,
    /// The series that it belongs to; `None` for a request of its own.
    pub series: Option<Series>,
}

impl OutboundRequest {
    /// A request with nothing but its addresses.
    #[must_use]
    pub fn new(method: Method, target: &str, flow: Flow, from: &str, to: &str) -> OutboundRequest {
        OutboundRequest {
            method,
            target: target.to_owned(),
            flow,
            alternatives: Vec::new(),
            from: from.to_owned(),
            to: to.to_owned(),
            contact: None,
            headers: Vec::new(),
            body: None,
            credentials: Vec::new(),
            security: None,
            series: None,
        }
    }
}

/// Requests that share a Call-ID, with a CSeq that rises: the refreshes of one registration
/// (RFC 3261 section 10.2).
///
/// A challenge costs a number: leave room, or read the CSeq of the response before the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The Call-ID of all of them.
    pub call_id: String,
    /// CSeq number of this one.
    pub cseq: u32,
}

/// The reply to a request that arrived outside of dialogs.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// Status code, 100 to 699.
    pub status: u16,
    /// Reason phrase; `None` for the usual one.
    pub reason: Option<String>,
    /// Further headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body, if any.
    pub body: Option<Body>,
}

impl Reply {
    /// A reply that says nothing but its status.
    #[must_use]
    pub fn status(status: u16) -> Reply {
        Reply { status, ..Reply::default() }
    }

    /// The same reply with one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Reply {
        self.headers.push((name.into(), value.into()));
        self
    }
}
