//! Where certificates come from: memory, the disk, the server; and each of them is fetched once at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use stir_shaken::{CertificateUrl, SigningCertificate};
use tokio::sync::Semaphore;
use tracing::warn;

use super::cache::{self, Cache, Found};
use super::http::{FetchProblem, Fetched, WebAuthorities, fetch};
use crate::configuration::Verification;

/// Servers that are asked at a time. Others wait, within the same time.
const AT_ONCE: usize = 16;

/// How long a server is not asked again that gave nothing, or nothing of use.
const PAUSE: Duration = Duration::from_secs(5);

/// Certificates of others.
pub(super) struct CertificateSource {
    cache: Cache,
    authorities: WebAuthorities,
    fetching: Semaphore,
    /// Who fetches from an address, and who waits for that.
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Default for CertificateSource {
    fn default() -> Self {
        Self {
            cache: Cache::default(),
            authorities: WebAuthorities::default(),
            fetching: Semaphore::new(AT_ONCE),
            turns: Mutex::default(),
        }
    }
}

impl CertificateSource {
    /// What stands behind an address, or why it cannot be had; within `settings.patience`.
    pub(super) async fn get(&self, url: &CertificateUrl, settings: &Verification) -> Found {
        if let Some(known) = self.cache.recall(&url.text, SystemTime::now()) {
            return known;
        }
        let turn = self.turn(&url.text);
        let in_time = tokio::time::timeout(settings.patience, async {
            let _mine = turn.lock().await;
            match self.cache.recall(&url.text, SystemTime::now()) {
                Some(known) => known,
                None => self.bring(url, settings).await,
            }
        });
        let found = in_time.await.unwrap_or_else(|_| {
            let found =
                Err(format!("it did not come within {} s (curl_timeout)", settings.patience.as_secs()));
            self.cache.note(&url.text, found.clone(), SystemTime::now() + PAUSE, settings.cache_size);
            found
        });
        drop(turn);
        self.end_turn(&url.text);
        found
    }

    /// Reads the authorities of web servers again the next time.
    pub(super) fn forget_authorities(&self) {
        self.authorities.forget();
    }

    /// From the disk, else from the server.
    async fn bring(&self, url: &CertificateUrl, settings: &Verification) -> Found {
        let (folder, text) = (settings.cache.clone(), url.text.clone());
        let kept = tokio::task::spawn_blocking(move || cache::read(&folder, &text, SystemTime::now())).await;
        if let Ok(Some((found, until))) = kept {
            self.cache.note(&url.text, Ok(found.clone()), until, settings.cache_size);
            return Ok(found);
        }
        let permit = self.fetching.acquire().await;
        let fetched = fetch(url, &settings.access, &self.authorities).await;
        drop(permit);
        let now = SystemTime::now();
        match fetched {
            Ok(fetched) => Ok(self.keep(url, settings, fetched, now)),
            // That takes no time; another profile may let it in.
            Err(problem @ FetchProblem::KeptOut(_)) => Err(problem.to_string()),
            Err(problem) => {
                let found = Err(problem.to_string());
                self.cache.note(&url.text, found.clone(), now + PAUSE, settings.cache_size);
                found
            }
        }
    }

    /// Keeps what came for as long as the configuration says, or its server if that is longer, and never for longer than
    /// it counts.
    fn keep(
        &self,
        url: &CertificateUrl,
        settings: &Verification,
        fetched: Fetched,
        now: SystemTime,
    ) -> Arc<[u8]> {
        let found: Arc<[u8]> = Arc::from(&*fetched.body);
        let age = settings.keep.max(fetched.max_age.unwrap_or_default());
        let most = settings.cache_size;
        let until = match SigningCertificate::read(&found) {
            Ok(certificate) => (now + age).min(certificate.expires()),
            Err(_) => now + PAUSE.min(age),
        };
        self.cache.note(&url.text, Ok(found.clone()), until, most);
        if until > now + PAUSE {
            let (folder, text, octets) = (settings.cache.clone(), url.text.clone(), found.clone());
            tokio::task::spawn_blocking(move || {
                if let Err(error) = cache::write(&folder, &text, &octets, until, most) {
                    warn!("a certificate cannot be kept in {} (cert_cache_dir): {error}", folder.display());
                }
            });
        }
        found
    }

    fn turn(&self, url: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(url.to_owned()).or_default().clone()
    }

    /// Forgets the turn at an address that nobody waits for.
    fn end_turn(&self, url: &str) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.get(url).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            turns.remove(url);
        }
    }
}

#[cfg(test)]
mod tests;
