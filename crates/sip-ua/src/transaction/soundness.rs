//! What makes a request unfit to be served although it can be identified (RFC 3261 sections 7.3.1 and 8.2).

use sip_parser::{HeaderName, Message, Via};

/// Headers that a request has once: with two of them, nobody could say which one counts.
const SINGLE: [HeaderName; 6] = [
    HeaderName::From,
    HeaderName::To,
    HeaderName::CallId,
    HeaderName::CSeq,
    HeaderName::MaxForwards,
    HeaderName::ContentType,
];

/// What is wrong with `request`, in words for its sender; `None` when nothing is.
pub(super) fn fault(request: &Message) -> Option<String> {
    if let Some(name) = SINGLE.iter().find(|name| request.is_repeated(name)) {
        return Some(format!("{name} stands more than once"));
    }
    // The topmost one has been read already; the others tell the way of the response.
    if !request.has_several(&HeaderName::Via) {
        return None;
    }
    let vias = request.values(&HeaderName::Via).skip(1);
    vias.map(Via::parse).find_map(Result::err).map(|error| error.to_string())
}
