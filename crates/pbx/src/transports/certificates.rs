//! Certificates in use, and how they are exchanged while the exchange runs.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use sip_ua::transport::{Tls, TlsError};

use crate::Exchange;
use crate::configuration::{Certificates, Disk, Transport};

/// How often the files of certificates are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// The certificates of the transports that are open, by the transports' names.
#[derive(Debug, Default)]
pub(super) struct CertificatesInUse(Mutex<HashMap<String, Arc<InUse>>>);

#[derive(Debug)]
struct InUse {
    tls: Tls,
    files: Mutex<Certificates>,
}

impl CertificatesInUse {
    /// The certificates that a transport shows, or will show; `None` for one that needs none.
    pub(super) fn tls_of(&self, transport: &Transport) -> Result<Option<Tls>, TlsError> {
        let Some(certificates) = &transport.certificates else { return Ok(None) };
        if let Some(in_use) = self.lock().get(&transport.name) {
            return Ok(Some(in_use.tls.clone()));
        }
        let tls = Tls::new(&certificates.tls)?;
        let in_use = InUse { tls: tls.clone(), files: Mutex::new(certificates.clone()) };
        self.lock().insert(transport.name.clone(), Arc::new(in_use));
        Ok(Some(tls))
    }

    /// Shows the certificates of these transports from now on; connections that stand are not touched. What did not
    /// come about is returned.
    pub(super) fn follow(&self, transports: &[Transport]) -> Vec<String> {
        let mut kept = Vec::new();
        for transport in transports {
            let in_use = self.lock().get(&transport.name).cloned();
            let (Some(in_use), Some(next)) = (in_use, &transport.certificates) else { continue };
            kept.extend(in_use.take(&transport.name, next.clone()));
        }
        kept
    }

    /// Forgets all that belong to none of these.
    pub(super) fn keep(&self, transports: &[Transport]) {
        self.lock().retain(|name, _| {
            transports.iter().any(|open| open.name == *name && open.certificates.is_some())
        });
    }

    fn all(&self) -> Vec<(String, Arc<InUse>)> {
        self.lock().iter().map(|(name, in_use)| (name.clone(), in_use.clone())).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<InUse>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the files of those again whose files are in `changed`; what could not be taken up is returned.
    fn read_again(&self, folder: &Path, changed: &[PathBuf]) -> Vec<String> {
        let mut kept = Vec::new();
        for (name, in_use) in &self.all() {
            let mut next = in_use.files.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if !next.watched(folder).iter().any(|file| changed.contains(file)) {
                continue;
            }
            match next.load(folder, &Disk) {
                Ok(()) => kept.extend(in_use.take(name, next)),
                Err(problem) => kept.push(format!("Transport '{name}' keeps its certificate: {problem}")),
            }
        }
        kept
    }

    fn watched(&self, folder: &Path) -> Vec<PathBuf> {
        let lock =
            |in_use: &InUse| in_use.files.lock().unwrap_or_else(PoisonError::into_inner).watched(folder);
        let mut files: Vec<PathBuf> = self.all().iter().flat_map(|(_, in_use)| lock(in_use)).collect();
        files.sort();
        files.dedup();
        files
    }
}

impl InUse {
    /// Shows these from now on; a sentence when that is not possible.
    fn take(&self, name: &str, next: Certificates) -> Option<String> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.tls == next.tls {
            *files = next;
            return None;
        }
        match self.tls.replace(&next.tls) {
            Ok(()) => {
                tracing::info!("transport [{name}] shows another certificate from now on");
                *files = next;
                None
            }
            Err(error) => Some(format!("Transport '{name}' keeps its certificate: {error}")),
        }
    }
}

/// What tells one state of a file from another.
type Stamp = Option<(SystemTime, u64)>;

fn stamps(files: &[PathBuf]) -> HashMap<PathBuf, Stamp> {
    let stamp = |file: &PathBuf| {
        let metadata = fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(|file| (file.clone(), stamp(file))).collect()
}

/// Takes up certificates whose files change, for as long as the exchange lives. A file counts once it has rested for a
/// look, so that a certificate and its key may be written one after the other.
pub(crate) async fn watch(exchange: Weak<Exchange>) {
    // Nothing is known at first: the files may have changed since the configuration was read.
    let mut known: HashMap<PathBuf, Stamp> = HashMap::new();
    let mut last = HashMap::new();
    loop {
        tokio::time::sleep(LOOK).await;
        let Some(exchange) = exchange.upgrade() else { return };
        let folder = exchange.configuration().folders.configuration.clone();
        let files = exchange.transports().certificates().watched(&folder);
        // A disk that is slow to answer must not hold up calls.
        let Ok(now) = tokio::task::spawn_blocking(move || stamps(&files)).await else { return };
        let changed: Vec<PathBuf> = now
            .iter()
            .filter(|(file, stamp)| known.get(*file) != Some(*stamp) && last.get(*file) == Some(*stamp))
            .map(|(file, _)| file.clone())
            .collect();
        if !changed.is_empty() {
            for file in &changed {
                known.insert(file.clone(), now.get(file).copied().flatten());
            }
            let reading = exchange.clone();
            let read = move || reading.transports().certificates().read_again(&folder, &changed);
            let Ok(kept) = tokio::task::spawn_blocking(read).await else { return };
            exchange.warn(kept);
        }
        last = now;
    }
}
