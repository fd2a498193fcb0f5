//! Ends contacts whose time is up.

use std::sync::Weak;
use std::time::Duration;

use super::Registrations;

/// Looks again after this long even if nothing is due: timers do not count the time for which the machine slept, and contacts do.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Runs for as long as somebody else holds the registrations.
pub(super) async fn run(registrations: Weak<Registrations>) {
    while let Some(this) = registrations.upgrade() {
        this.expire();
        let sleep = this.until_next_expiry().unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP);
        let sooner = this.sooner.clone();
        // Whoever waits here does not keep the registrations alive.
        drop(this);
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = sooner.notified() => {}
        }
    }
}
