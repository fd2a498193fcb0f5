//! Registrations that are answered once they are on the disk, as the exchange does it.

use std::sync::Arc;

use pbx::registrar::Registrations as Contacts;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::exchange::{Exchange, POLICY, Proven};
use super::registrations::Queue;
use crate::operation::Work;

/// Phones that register at the same moment.
const TOGETHER: usize = 64;

/// Registrations in SQLite.
pub struct StoredRegistrations {
    exchange: Exchange,
    queue: Queue,
    _runtime: Runtime,
    contacts: Arc<Contacts>,
    _folder: TempDir,
}

impl StoredRegistrations {
    /// An exchange with a store in a folder of its own.
    ///
    /// # Panics
    /// When the system has no folder, or no thread, to give.
    #[must_use]
    #[allow(clippy::unwrap_used, reason = "a bench without a store measures nothing")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let opened = || Contacts::open(folder.path(), Box::new(|_| {}));
        let contacts = runtime.block_on(async { opened() }).unwrap();
        let (exchange, queue) = (Exchange::new(10_000), Queue::default());
        let mut new = Self { exchange, queue, _runtime: runtime, contacts, _folder: folder };
        for _ in 0..50 {
            new.prepare(1);
            new.run(1);
        }
        new
    }

    /// The requests of those who were challenged, and answer.
    fn admit(&mut self) -> Vec<Proven> {
        let mut proven = Vec::with_capacity(TOGETHER);
        for _ in 0..TOGETHER {
            let Some((flow, [first, second])) = self.queue.next(&mut self.exchange) else { break };
            assert_eq!(self.exchange.receive(first, flow), Some(401));
            proven.extend(self.exchange.admit(second, flow));
        }
        proven
    }
}

impl Default for StoredRegistrations {
    fn default() -> Self {
        Self::new()
    }
}

impl Work for StoredRegistrations {
    fn prepare(&mut self, rounds: usize) {
        self.queue.fill(&mut self.exchange, rounds * TOGETHER);
    }

    fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            let proven = self.admit();
            for Proven { id, aor, request, flow, .. } in &proven {
                let registered = self.contacts.register(aor, POLICY, request, flow);
                let accepted = registered.map(|headers| self.exchange.accept(*id, headers));
                assert_eq!((accepted, self.exchange.sent()), (Ok(()), Some(200)));
            }
        }
    }

    fn per_round(&self) -> usize {
        TOGETHER
    }
}
