//! Messages of ours as they go out: their octets, and the little that must be known of them. What has just been written is
//! not read again.

use std::sync::Arc;

use bytes::Bytes;
use sip_parser::{Message, Method};

use super::client_side::Unsendable;
use super::matching::client_key;
use crate::hashing::{Fingerprint, Fingerprints};

/// A request of ours.
#[derive(Clone, Debug)]
pub(crate) struct WrittenRequest {
    pub(super) bytes: Bytes,
    pub(super) method: Method,
    /// Names its transaction.
    pub(super) key: Fingerprint,
    /// An INVITE is read all the same: its ACK and its CANCEL are made from it.
    pub(super) invite: Option<Arc<Message>>,
}

impl WrittenRequest {
    /// What `bytes` hold: a request of `method` whose top Via has `branch`. `None` where they are an INVITE that cannot be
    /// read.
    pub(super) fn new(bytes: Bytes, method: &Method, branch: &str, prints: &Fingerprints) -> Option<Self> {
        let invite = match method {
            Method::Invite => Some(Arc::new(Message::parse(bytes.clone()).ok()?)),
            _ => None,
        };
        let key = client_key(branch, method, prints);
        Some(Self { bytes, method: method.clone(), key, invite })
    }

    /// A request that somebody else has written.
    pub(super) fn of(message: Arc<Message>, prints: &Fingerprints) -> Result<Self, Unsendable> {
        let method = message.method().ok_or(Unsendable::Response)?;
        let via = message.via().map_err(|_| Unsendable::NoBranch)?;
        let key = client_key(via.branch().ok_or(Unsendable::NoBranch)?, &method, prints);
        let bytes = message.as_bytes().clone();
        Ok(Self { bytes, key, invite: (method == Method::Invite).then_some(message), method })
    }

    /// Its octets.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// An INVITE as a message.
    pub(crate) fn invite(&self) -> Option<&Arc<Message>> {
        self.invite.as_ref()
    }
}

/// A response of ours.
#[derive(Clone, Debug)]
pub(crate) struct WrittenResponse {
    pub(super) status: u16,
    pub(super) bytes: Bytes,
}

impl WrittenResponse {
    /// What `bytes` hold: a response, whose status stands behind `SIP/2.0 `.
    pub(crate) fn new(bytes: Bytes) -> Self {
        let digits = bytes.get(8..11).unwrap_or_default();
        let status = digits.iter().fold(0, |status, digit| 10 * status + u16::from(digit.wrapping_sub(b'0')));
        Self { status, bytes }
    }

    /// Its status.
    pub(crate) fn status(&self) -> u16 {
        self.status
    }
}
