//! Requests that a transaction makes from its INVITE: ACK and CANCEL.

use bytes::Bytes;
use sip_parser::{HeaderName, Message, Method, RequestBuilder};

/// The ACK for a 300-699 `response` to `invite` (RFC 3261 section 17.1.1.3).
pub(super) fn ack(invite: &Message, response: &Message) -> Bytes {
    let to = response.raw(&HeaderName::To).or_else(|| invite.raw(&HeaderName::To)).unwrap_or_default();
    derive(invite, &Method::Ack, to).build()
}

/// The CANCEL of `invite`, with further headers such as `Reason` (RFC 3261 section 9.1).
pub(super) fn cancel(invite: &Message, headers: &[(String, String)]) -> Bytes {
    let to = invite.raw(&HeaderName::To).unwrap_or_default();
    let builder = derive(invite, &Method::Cancel, to);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(name.as_str(), value)).build()
}

/// A request with the top `Via`, the route and the identity of `invite`. What is absent there stays blank: our own
/// user agent made it.
fn derive(invite: &Message, method: &Method, to: &str) -> RequestBuilder {
    let top_via = invite.values(&HeaderName::Via).next().unwrap_or_default();
    let from = invite.raw(&HeaderName::From).unwrap_or_default();
    let number = invite.cseq().map(|cseq| cseq.number).unwrap_or_default();
    let call_id = invite.raw(&HeaderName::CallId).unwrap_or_default();
    let builder = RequestBuilder::new(method, invite.uri().unwrap_or_default())
        .header(&HeaderName::Via, top_via)
        .header(&HeaderName::MaxForwards, 70);
    let routed = invite
        .raw_all(&HeaderName::Route)
        .fold(builder, |builder, route| builder.header(&HeaderName::Route, route));
    routed
        .header(&HeaderName::From, from)
        .header(&HeaderName::To, to)
        .header(&HeaderName::CallId, call_id)
        .header(&HeaderName::CSeq, format_args!("{number} {method}"))
}
