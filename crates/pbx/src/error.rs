//! Why an exchange could not start.

use media_bridge::MediaError;
use sip_ua::transport::{BindError, TlsError};

use crate::messages::WaitingError;
use crate::registrar::StoreError;

/// What an exchange could not have. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A transport could not be opened.
    #[error(transparent)]
    Transport(#[from] BindError),
    /// The certificates of a transport cannot be used.
    #[error("the certificates of a transport cannot be used: {0}")]
    Certificates(#[from] TlsError),
    /// The media engine did not start.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The thread that writes call detail records did not start.
    #[error(
        "the thread that writes call detail records cannot be started: {0}; let this user have more threads"
    )]
    CallRecords(std::io::Error),
    /// The store of registrations could not be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store of text messages could not be opened.
    #[error(transparent)]
    Messages(#[from] WaitingError),
}
