//! How much the layer may hold, and what it answers when that is reached.

use std::time::Duration;

/// Bounds of a [`TransactionLayer`](super::TransactionLayer).
///
/// # Defaults
/// 50,000 server transactions at work, 50,000 client transactions, 50,000 of each that linger, `Retry-After` of 5 seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Server transactions at work at once: those without a final response, and an INVITE's until its ACK. Each costs
    /// about the size of its request. A request beyond it gets 503 with `Retry-After`, and no memory.
    pub server_transactions: usize,
    /// Client transactions at work at once: those without a final response. A request beyond it fails as if its transport
    /// had failed.
    pub client_transactions: usize,
    /// Transactions of either side that have had their final response, and linger over UDP for what may be repeated: 32
    /// seconds most of them, which is 64,000 at 1,000 calls a second. Each costs about the size of a response. Beyond it
    /// the one that has lingered longest is forgotten: 50,000 later ones make it unlikely that anybody repeats it.
    pub lingering_transactions: usize,
    /// What the 503 tells a peer to wait; rounded up to whole seconds.
    pub retry_after: Duration,
}

impl Limits {
    /// The default values.
    pub const DEFAULT: Self = Self {
        server_transactions: 50_000,
        client_transactions: 50_000,
        lingering_transactions: 50_000,
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

    /// Limits with another number of transactions that linger.
    pub fn with_lingering_transactions(self, lingering_transactions: usize) -> Self {
        Self { lingering_transactions, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
