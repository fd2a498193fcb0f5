//! The time of an operation that nothing disturbs.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::operation::{Operation, Work};

/// Rounds are measured together until they take this long, so that reading the clock does not show.
const BATCH: Duration = Duration::from_micros(500);

/// Batches of which the shortest counts: what else the machine does can only make one longer.
const BATCHES: usize = 400;

/// The shortest time of all batches goes on being looked for this long, but for at least one batch.
const PATIENCE: Duration = Duration::from_secs(3);

/// Nanoseconds of processor time, of all threads of this process, that the operation takes when it is least disturbed.
pub(super) fn shortest(operation: &Operation) -> f64 {
    let mut work = operation.start();
    let mut rounds = 1;
    while batch(work.as_mut(), rounds) < BATCH {
        rounds *= 2;
    }
    let begin = processor_time();
    let mut least = Duration::MAX;
    for _ in 0..BATCHES {
        least = least.min(batch(work.as_mut(), rounds));
        if processor_time() - begin > PATIENCE {
            break;
        }
    }
    let done = (rounds * work.per_round()) as f64;
    least.as_secs_f64() * 1e9 / done
}

fn batch(work: &mut dyn Work, rounds: usize) -> Duration {
    work.prepare(rounds);
    let begin = processor_time();
    work.run(rounds);
    processor_time() - begin
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
