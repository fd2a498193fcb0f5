//! Moments that a task waits for, or does not.

use std::future;
use std::time::Duration;

use tokio::time::Instant;

/// Sleeps until then; for ever where there is nothing to wait for.
pub(crate) async fn until(deadline: Option<impl Into<Instant>>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => future::pending().await,
    }
}

/// Waits so long; for ever without a limit.
pub(crate) async fn elapsed(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => future::pending().await,
    }
}
