//! What tells one dialog from another.

use sip_parser::{HeaderError, Message};

/// The three strings that name a dialog (RFC 3261 section 12), as this side sees them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DialogId {
    /// Call-ID.
    pub call_id: String,
    /// Our tag.
    pub local_tag: String,
    /// The peer's tag; empty for a peer from before RFC 3261.
    pub remote_tag: String,
}

impl DialogId {
    /// The dialog that a request of the peer belongs to; `None` when its To has no tag, for then it
    /// belongs to none.
    ///
    /// # Errors
    /// When Call-ID, From or To is absent or cannot be read.
    pub fn of_request(request: &Message) -> Result<Option<DialogId>, HeaderError> {
        let to = request.to()?;
        let Some(local_tag) = to.tag() else { return Ok(None) };
        Ok(Some(DialogId {
            call_id: request.call_id()?.to_owned(),
            local_tag: local_tag.to_owned(),
            remote_tag: request.from()?.tag().unwrap_or_default().to_owned(),
        }))
    }

    /// The dialog that a response to our request belongs to; the remote tag is empty when there is
    /// none yet.
    ///
    /// # Errors
    /// When Call-ID or To is absent or cannot be read.
    pub fn of_response(response: &Message) -> Result<DialogId, HeaderError> {
        Ok(DialogId {
            call_id: response.call_id()?.to_owned(),
            // What we wrote ourselves.
            local_tag: response.from_tag().unwrap_or_default().to_owned(),
            remote_tag: response.to()?.tag().unwrap_or_default().to_owned(),
        })
    }
}
