//! Why a message and a dialog do not fit together.

use sip_parser::HeaderError;

/// A message that cannot begin a dialog, or does not fit the one that it names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialogError {
    /// A header that the dialog is made of cannot be read.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The request has no Contact with a SIP URI, so there would be nowhere to send requests
    /// (RFC 3261 section 8.1.1.8).
    #[error("the request has no usable Contact; a request that begins a dialog needs exactly one")]
    NoContact,
    /// The CSeq number is one that the peer has been past already (RFC 3261 section 12.2.2).
    #[error("CSeq {received} comes after {highest}; the peer must count upwards")]
    OutOfOrder {
        /// The number that came.
        received: u32,
        /// The highest before it.
        highest: u32,
    },
}

impl DialogError {
    /// The status owed to the sender of the request.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            DialogError::Header(_) | DialogError::NoContact => 400,
            DialogError::OutOfOrder { .. } => 500,
        }
    }
}
