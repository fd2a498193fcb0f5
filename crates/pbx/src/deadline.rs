//! Moments that a task waits for, or does not.

use std::future;

use tokio::time::Instant;

/// Sleeps until then; for ever where there is nothing to wait for.
pub(crate) async fn until(deadline: Option<impl Into<Instant>>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => future::pending().await,
    }
}
