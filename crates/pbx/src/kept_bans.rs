//! Bans over a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sip_ua::guard::{GuardEvent, SharedGuard, Source};

use crate::kept_values::{Family, KeptValues};

/// Bans that are written down at the same time; further ones do not survive a restart.
const MOST: usize = 16_384;

/// Bans that have ended are forgotten when there are so many, or twice as many as were left the last time.
const FORGET_AT: usize = 1_024;

/// The bans that are written down.
pub(crate) struct KeptBans {
    store: Arc<KeptValues>,
    known: Mutex<Known>,
}

struct Known {
    /// When each ends, in seconds since the epoch.
    until: HashMap<Source, u64>,
    forget_at: usize,
}

impl KeptBans {
    /// No bans yet.
    pub(crate) fn new(store: Arc<KeptValues>) -> Self {
        Self { store, known: Mutex::new(Known { until: HashMap::new(), forget_at: FORGET_AT }) }
    }

    /// Shuts out again who was banned when the last run ended. Nobody is told once more.
    pub(crate) fn restore(&self, guard: &SharedGuard, kept: &[(String, String)]) {
        let now = epoch();
        for (address, text) in kept {
            let ban = text
                .split_once(' ')
                .and_then(|(until, bans)| Some((until.parse().ok()?, bans.parse().ok()?)));
            match (address.parse(), ban) {
                (Ok(address), Some((until, bans))) if until > now => {
                    guard.restore_ban(address, Duration::from_secs(until - now), bans);
                    self.lock().until.insert(Source::of(address), until);
                }
                _ => self.store.put(Family::Ban, address, None),
            }
        }
    }

    /// Writes down what the guard did.
    pub(crate) fn note(&self, event: &GuardEvent) {
        match event {
            GuardEvent::Banned { source, time, repetition, .. } => {
                let until = epoch().saturating_add(time.as_secs());
                if self.keep(*source, until) {
                    let text = format!("{until} {repetition}");
                    self.store.put(Family::Ban, &source.address().to_string(), Some(text));
                }
            }
            GuardEvent::Released { source } if self.lock().until.remove(source).is_some() => {
                self.store.put(Family::Ban, &source.address().to_string(), None);
            }
            _ => {}
        }
    }

    /// Whether there is room to write it down.
    fn keep(&self, source: Source, until: u64) -> bool {
        let mut known = self.lock();
        if known.until.len() >= known.forget_at {
            let now = epoch();
            known.until.retain(|source, until| {
                let lasts = *until > now;
                if !lasts {
                    self.store.put(Family::Ban, &source.address().to_string(), None);
                }
                lasts
            });
            known.forget_at = (known.until.len() * 2).clamp(FORGET_AT, MOST);
        }
        let room = known.until.len() < MOST || known.until.contains_key(&source);
        if room {
            known.until.insert(source, until);
        }
        room
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds since the epoch.
fn epoch() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::path::Path;

    use sip_ua::guard::{Decision, GuardPolicy};

    use super::*;

    /// A guard whose bans are kept in `folder`.
    fn run(folder: &Path) -> (SharedGuard, Arc<KeptBans>) {
        let (store, kept) = KeptValues::open(folder);
        let bans = Arc::new(KeptBans::new(Arc::new(store)));
        let told = bans.clone();
        let guard = SharedGuard::new(GuardPolicy::new(), move |event| told.note(&event));
        let of = |(family, name, value): (Family, String, String)| {
            (family == Family::Ban).then_some((name, value))
        };
        bans.restore(&guard, &kept.into_iter().filter_map(of).collect::<Vec<_>>());
        (guard, bans)
    }

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[tokio::test]
    async fn who_was_banned_stays_so_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (guard, bans) = run(folder.path());
        let network: IpAddr = "2001:db8::1".parse().unwrap();
        for banned in [address(1), address(2), network] {
            guard.ban(banned, None);
        }
        guard.ban(address(1), None);
        guard.ban(address(3), Some(Duration::ZERO));
        guard.release(address(2));
        bans.store.flush().await;
        drop((guard, bans));

        let (guard, _bans) = run(folder.path());
        let is_banned = |address| guard.admit(address) == Decision::Refuse;
        assert!(is_banned(address(1)) && is_banned("2001:db8::2".parse().unwrap()));
        assert!(!is_banned(address(2)) && !is_banned(address(3)));
        let first = guard.bans().into_iter().find(|ban| ban.source == Source::of(address(1))).unwrap();
        assert_eq!(first.bans, 2, "the next one is longer still");
        let left = first.banned_for.unwrap().as_secs();
        assert!((1_190..=1_200).contains(&left), "{left}");
    }

    #[test]
    fn bans_that_have_ended_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let (_guard, bans) = run(folder.path());
        let now = epoch();
        for number in 0..2_000_u32 {
            let until = if number % 2 == 0 { now - 1 } else { now + 600 };
            assert!(bans.keep(Source::V4(number.into()), until));
        }
        let left = bans.lock().until.len();
        assert!((1_000..2_000).contains(&left), "{left}");
    }
}
