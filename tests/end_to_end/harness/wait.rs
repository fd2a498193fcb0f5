//! Waiting for something to become true, within a bound.

use std::time::{Duration, Instant};

use super::Outcome;

/// Bound of a usual wait. Far more than anything takes on a busy machine, far less than a hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks again and again until `look` finds something. `what` completes "waited for …" in the complaint.
pub(crate) fn until<T>(what: &str, look: impl FnMut() -> Outcome<Option<T>>) -> Outcome<T> {
    until_within(PATIENCE, what, look)
}

/// [`until`], with another bound.
pub(crate) fn until_within<T>(
    bound: Duration,
    what: &str,
    mut look: impl FnMut() -> Outcome<Option<T>>,
) -> Outcome<T> {
    let deadline = Instant::now() + bound;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() > deadline {
            return Err(format!("waited {} s in vain for {what}", bound.as_secs_f32()).into());
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Watches for `length` that nothing of the kind happens.
pub(crate) fn never(
    length: Duration,
    what: &str,
    mut look: impl FnMut() -> Outcome<Option<String>>,
) -> Outcome {
    let end = Instant::now() + length;
    while Instant::now() < end {
        if let Some(seen) = look()? {
            return Err(format!("{what}: {seen}").into());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}
