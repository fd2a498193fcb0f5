//! What a bridged call weighs: what the allocator has given and not taken back.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use media_bridge::Backend;

use super::{Row, inside as run};
use crate::contestants::engine::{Call, start};
use crate::media::Media;
use crate::{ALLOCATOR, Outcome};

pub(super) const NAME: &str = "memory";

/// Calls that are weighed together.
const CALLS: usize = 500;

pub(super) const ROW: Row =
    Row { name: "memory of a bridged call", aim: "24 kB", measure: |measure| run(measure, NAME) };

pub(super) fn inside(backend: Backend, most: usize) -> Outcome<String> {
    let (engine, count) = (start(backend)?, CALLS.min(most));
    let phone = SocketAddr::from(([127, 0, 0, 1], 9));
    let before = ALLOCATOR.stats();
    let calls: Vec<Call> = (0..count)
        .map(|n| Call::between(&engine, Media::Plain, 2 * n, [phone; 2]))
        .collect::<Outcome<_>>()?;
    settle(|| engine.open_legs() == 2 * count);
    let after = ALLOCATOR.stats();
    let held = |stats: stats_alloc::Stats| stats.bytes_allocated as f64 - stats.bytes_deallocated as f64;
    let weight = (held(after) - held(before)) / count as f64;
    drop(calls);
    Ok(format!("{:.1} kB", weight / 1_000.0))
}

/// Waits until the thread has done what it was told, and a moment more.
pub(super) fn settle(done: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !done() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200));
}
