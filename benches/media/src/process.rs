//! What the system says of a process.

use std::time::Duration;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use crate::Outcome;

/// As many descriptors as are allowed: a thousand legs have two each.
pub(crate) fn raise_descriptors() -> Outcome<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?)
}

/// Processor time of all threads of a process, user and system.
pub(crate) fn processor_time(id: u32) -> Outcome<Duration> {
    let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(id)?))?;
    Ok(Duration::from(clock_gettime(clock)?))
}

/// That of this process.
pub(crate) fn own_processor_time() -> Outcome<Duration> {
    Ok(Duration::from(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?))
}

/// Does something on the second core, as do the processes that it starts, and stays on the first one from then on: else
/// phones that are busy keep what they measure from its core.
pub(crate) fn apart<T>(does: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    // A machine with one core goes without.
    let _ = stay_on(1);
    let outcome = does();
    let _ = stay_on(0);
    outcome
}

fn stay_on(core: usize) -> Outcome<()> {
    let mut cores = CpuSet::new();
    cores.set(core)?;
    Ok(sched_setaffinity(Pid::from_raw(0), &cores)?)
}
