//! One guard for several tasks, on the system's clock.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Decision, Guard, GuardEvent, GuardPolicy, Offence, SourceStatus, Standing};

/// Told of what the operator should hear. It must return at once, and is called outside of the guard's lock.
type Tell = Box<dyn Fn(GuardEvent) + Send + Sync>;

/// A [`Guard`] that the readers of sockets ask and the application tells. Clones are the same guard.
///
/// Each call takes a lock for as long as it takes to find one entry of a table: far less than a system call.
#[derive(Clone)]
pub struct SharedGuard(Arc<Inner>);

struct Inner {
    guard: Mutex<Guard>,
    tell: Tell,
}

impl SharedGuard {
    /// A guard that knows nobody; `tell` hears what the operator should know.
    pub fn new(policy: GuardPolicy, tell: impl Fn(GuardEvent) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { guard: Mutex::new(Guard::new(policy)), tell: Box::new(tell) }))
    }

    /// See [`Guard::admit`].
    pub fn admit(&self, address: IpAddr) -> Decision {
        self.with(|guard, now| guard.admit(now, address))
    }

    /// See [`Guard::note`].
    pub fn note(&self, address: IpAddr, offence: Offence) {
        self.with(|guard, now| guard.note(now, address, offence));
    }

    /// See [`Guard::note_success`].
    pub fn note_success(&self, address: IpAddr) {
        self.with(|guard, now| guard.note_success(now, address));
    }

    /// See [`Guard::welcome`].
    pub fn welcome(&self, address: IpAddr, time: Duration) {
        self.with(|guard, now| guard.welcome(now, address, time));
    }

    /// See [`Guard::standing`].
    pub fn standing(&self, address: IpAddr) -> Standing {
        self.with(|guard, now| guard.standing(now, address))
    }

    /// See [`Guard::ban`].
    pub fn ban(&self, address: IpAddr, time: Option<Duration>) -> bool {
        self.with(|guard, now| guard.ban(now, address, time))
    }

    /// See [`Guard::restore_ban`].
    pub fn restore_ban(&self, address: IpAddr, left: Duration, bans: u32) {
        self.with(|guard, now| guard.restore_ban(now, address, left, bans));
    }

    /// See [`Guard::release`].
    pub fn release(&self, address: IpAddr) -> bool {
        self.with(|guard, now| guard.release(now, address))
    }

    /// See [`Guard::release_all`].
    pub fn release_all(&self) -> usize {
        self.with(Guard::release_all)
    }

    /// See [`Guard::bans`].
    pub fn bans(&self) -> Vec<SourceStatus> {
        self.with(Guard::bans)
    }

    /// See [`Guard::sources`].
    pub fn sources(&self) -> Vec<SourceStatus> {
        self.with(Guard::sources)
    }

    /// See [`Guard::set_policy`].
    pub fn set_policy(&self, policy: GuardPolicy) {
        self.with(|guard, _| guard.set_policy(policy));
    }

    /// See [`Guard::set_crowded`].
    pub fn set_crowded(&self, crowded: bool) {
        self.with(|guard, _| guard.set_crowded(crowded));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Guard, Instant) -> T) -> T {
        let (result, events) = {
            let mut guard = self.0.guard.lock().unwrap_or_else(PoisonError::into_inner);
            let result = work(&mut guard, Instant::now());
            // Nearly always empty, and then nothing is allocated.
            let events: Vec<GuardEvent> = std::iter::from_fn(|| guard.poll_event()).collect();
            (result, events)
        };
        events.into_iter().for_each(|event| (self.0.tell)(event));
        result
    }
}

impl fmt::Debug for SharedGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedGuard").finish_non_exhaustive()
    }
}
