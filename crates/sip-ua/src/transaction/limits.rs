//! How much the layer may hold, and what it answers when that is reached.

use std::time::Duration;

/// Bounds of a [`TransactionLayer`](super::TransactionLayer).
///
/// # Defaults
/// 50,000 server transactions, 50,000 client transactions, `Retry-After` of 5 seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Server transactions alive at once. Each costs about the size of its request and of its last response,
    /// for 32 seconds over UDP. A request beyond it gets 503 with `Retry-After`, and no memory.
    pub server_transactions: usize,
    /// Client transactions alive at once. A request beyond it fails as if its transport had failed.
    pub client_transactions: usize,
    /// What the 503 tells a peer to wait; rounded up to whole seconds.
    pub retry_after: Duration,
}

impl Limits {
    /// The default values.
    pub const DEFAULT: Self = Self {
        server_transactions: 50_000,
        client_transactions: 50_000,
        retry_after: Duration::from_secs(5),
    };

    /// Limits with another number of server transactions.
    pub fn with_server_transactions(self, server_transactions: usize) -> Self {
        Self { server_transactions, ..self }
    }

    /// Limits with another number of client transactions.
    pub fn with_client_transactions(self, client_transactions: usize) -> Self {
        Self { client_transactions, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
