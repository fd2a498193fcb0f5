//! Call detail records: who talked to whom, when, how long, and what came of it.
//!
//! - [`CallRecord`] is one record; `ledger/` makes them of what happens to channels, as Asterisk does, and knows neither a
//!   clock nor a file.
//! - [`CallRecords`] is the service of an exchange: it watches the switchboard, answers dialplans, and hands every record
//!   that is finished to its [`RecordListener`]s and to the thread of `writer/`.

mod field;
mod ledger;
mod observing;
mod record;
mod rules;
#[cfg(test)]
mod sample;
mod writer;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;

pub(crate) use field::Form;
pub(crate) use ledger::Fork;
use ledger::{Account, Ledger};
pub use record::{AmaFlags, CallRecord, Disposition};
pub use rules::RecordRules;
pub use writer::WriterCounts;
use writer::{RecordWriter, Tell, stores_of};

use crate::configuration::Configuration;
use crate::exchange::WallClock;
use crate::steady_time;

/// How long an exchange that stops waits for the `h` of its calls, and then for its disk.
const LAST_WORDS: Duration = Duration::from_millis(500);
const LAST_WRITES: Duration = Duration::from_secs(10);

/// Hears of every record that is finished. It is called on the task where the call ended, so it must return at once.
pub trait RecordListener: Send + Sync {
    /// Takes a record.
    fn finished(&self, record: &Arc<CallRecord>);
}

/// The call detail records of an exchange.
pub struct CallRecords {
    ledger: Mutex<Ledger>,
    /// What endpoints pay with, by their names.
    accounts: ArcSwap<HashMap<String, Account>>,
    listeners: RwLock<Vec<Arc<dyn RecordListener>>>,
    /// `None` for a rehearsal, which leaves no traces.
    writer: Option<RecordWriter>,
    clock: WallClock,
    debug: AtomicBool,
}

/// Why a record could not be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The field tells what happened.
    #[error("CDR({0}) tells what happened, and cannot be set")]
    ReadOnly(String),
    /// No such AMA flags.
    #[error("'{0}' are no flags; they are omit, billing or documentation")]
    BadFlags(String),
}

impl CallRecords {
    /// Begins with what `configuration` says. What goes wrong with the files is told to `tell`.
    ///
    /// # Errors
    /// When the thread that writes cannot be started.
    pub(crate) fn start(
        configuration: &Configuration,
        clock: WallClock,
        tell: Tell,
    ) -> std::io::Result<Self> {
        let writer = if clock.is_set() { None } else { Some(RecordWriter::start(tell)?) };
        let records = Self {
            ledger: Mutex::new(Ledger::new(configuration.call_records.rules.clone())),
            accounts: ArcSwap::default(),
            listeners: RwLock::default(),
            writer,
            clock,
            debug: AtomicBool::new(false),
        };
        records.follow(configuration);
        Ok(records)
    }

    /// Takes another configuration over. Records that are open go on.
    pub(crate) fn follow(&self, configuration: &Configuration) {
        let settings = &configuration.call_records;
        self.lock().follow(settings.rules.clone());
        self.accounts.store(Arc::new(accounts_of(configuration)));
        self.debug.store(settings.debug, Ordering::Relaxed);
        if let Some(writer) = &self.writer {
            writer.follow(stores_of(settings, &configuration.folders.log), settings.batch);
        }
    }

    /// Tells `listener` of every record from now on.
    pub fn subscribe(&self, listener: Arc<dyn RecordListener>) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// The record that a channel is at; `None` where none are made.
    pub fn read(&self, channel: &str) -> Option<CallRecord> {
        let record = self.lock().read(channel)?;
        Some(self.as_told(record))
    }

    /// The last records of all channels, in the order of their coming.
    pub fn active(&self) -> Vec<CallRecord> {
        let records = self.lock().last_records();
        records.into_iter().map(|record| self.as_told(record)).collect()
    }

    /// All records of a channel, the oldest first.
    pub fn of(&self, channel: &str) -> Vec<CallRecord> {
        let records = self.lock().records_of(channel);
        records.into_iter().map(|record| self.as_told(record)).collect()
    }

    /// What is written and what waits.
    pub fn counts(&self) -> WriterCounts {
        self.writer.as_ref().map(RecordWriter::counts).unwrap_or_default()
    }

    /// Has the records of a batch written now.
    pub fn submit(&self) {
        if let Some(writer) = &self.writer {
            writer.submit();
        }
    }

    /// Whether the log tells of each record.
    pub fn set_debug(&self, on: bool) {
        self.debug.store(on, Ordering::Relaxed);
    }

    /// The time, as records have it that are told.
    pub fn now(&self) -> SystemTime {
        self.told(self.moment())
    }

    /// The time by which the ledger counts: nobody pays for a clock that is set while he talks.
    fn moment(&self) -> SystemTime {
        if self.clock.is_set() { self.clock.now() } else { steady_time::now() }
    }

    /// A moment of the ledger by the clock on the wall.
    fn told(&self, moment: SystemTime) -> SystemTime {
        if self.clock.is_set() { moment } else { steady_time::on_the_wall(moment) }
    }

    fn as_told(&self, record: CallRecord) -> CallRecord {
        record.with_moments(|moment| self.told(moment))
    }

    /// `CDR(field)` of a channel.
    pub(crate) fn field(&self, channel: &str, name: &str, form: Form) -> String {
        self.read(channel).map(|record| field::text(&record, name, form, self.now())).unwrap_or_default()
    }

    /// Sets a field of a channel's records, or notes something in them.
    ///
    /// # Errors
    /// [`RecordError`].
    pub(crate) fn set_field(&self, channel: &str, name: &str, value: &str) -> Result<(), RecordError> {
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "accountcode" => self.set_account_code(channel, value),
            "amaflags" => self.set_ama_flags(channel, value)?,
            "userfield" => self.lock().set_user_field(channel, value),
            field if field::READ_ONLY.contains(&field) || field == "peeraccount" => {
                return Err(RecordError::ReadOnly(name));
            }
            _ => self.lock().set_variable(channel, &name, value),
        }
        Ok(())
    }

    /// Who pays for a channel.
    pub fn account_code(&self, channel: &str) -> String {
        self.lock().account(channel).code
    }

    /// Says who pays for a channel.
    pub fn set_account_code(&self, channel: &str, code: &str) {
        self.lock().set_account_code(channel, code);
    }

    /// How billing treats a channel.
    pub fn ama_flags(&self, channel: &str) -> AmaFlags {
        self.lock().account(channel).ama_flags
    }

    /// Says how billing is to treat a channel: a word or a number.
    ///
    /// # Errors
    /// [`RecordError::BadFlags`].
    pub fn set_ama_flags(&self, channel: &str, flags: &str) -> Result<(), RecordError> {
        let flags = AmaFlags::from_word(flags).ok_or_else(|| RecordError::BadFlags(flags.to_owned()))?;
        self.lock().set_ama_flags(channel, flags);
        Ok(())
    }

    /// What the dialplan says of a channel in its records.
    pub(crate) fn user_field(&self, channel: &str) -> String {
        self.lock().user_field(channel)
    }

    /// Leaves the records of a channel out, or keeps them. `false` where it has none.
    pub(crate) fn set_disabled(&self, channel: &str, disabled: bool) -> bool {
        self.lock().set_disabled(channel, disabled)
    }

    /// Whether a channel would rather be party A.
    pub(crate) fn prefer_party_a(&self, channel: &str, prefers: bool) {
        self.lock().prefer_party_a(channel, prefers);
    }

    /// `ResetCDR`. `false` where there is no record.
    pub(crate) fn reset(&self, channel: &str, keep_notes: bool) -> bool {
        let now = self.moment();
        self.lock().reset(now, channel, keep_notes)
    }

    /// `ForkCDR`. `false` where there is no record.
    pub(crate) fn fork(&self, channel: &str, fork: Fork) -> bool {
        let now = self.moment();
        self.lock().fork(now, channel, fork)
    }

    /// Closes all records, and waits until they are written, or a while: a disk that hangs does not keep the exchange from
    /// stopping.
    pub(crate) async fn finish(&self, configuration: &Configuration) {
        let deadline = tokio::time::Instant::now() + LAST_WORDS;
        while self.lock().channels() > 0 && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.update(|ledger, now| ledger.close(now));
        let settings = &configuration.call_records;
        let Some(writer) =
            self.writer.as_ref().filter(|_| settings.batch.is_none() || !settings.hasty_shutdown)
        else {
            return;
        };
        if tokio::time::timeout(LAST_WRITES, writer.flush()).await.is_err() {
            tracing::error!(
                "the disk does not take the last call records; {} are lost",
                writer.counts().waiting
            );
        }
    }

    /// Changes the ledger, and hands on what is finished by that.
    fn update(&self, change: impl FnOnce(&mut Ledger, SystemTime)) {
        let now = self.moment();
        let finished = {
            let mut ledger = self.lock();
            change(&mut ledger, now);
            ledger.take_finished()
        };
        for record in finished {
            self.hand_on(Arc::new(self.as_told(record)));
        }
    }

    fn hand_on(&self, record: Arc<CallRecord>) {
        if self.debug.load(Ordering::Relaxed) {
            tracing::info!("call record {}: {record:?}", record.sequence);
        }
        for listener in self.listeners.read().unwrap_or_else(PoisonError::into_inner).iter() {
            listener.finished(&record);
        }
        if let Some(writer) = &self.writer {
            writer.write(record);
        }
    }

    /// The account of the endpoint behind a channel, `PJSIP/alice-00000001`.
    fn account_of(&self, channel: &str) -> Account {
        let (_, resource) = channel.split_once('/').unwrap_or_default();
        let endpoint = resource.rsplit_once('-').map_or(resource, |(endpoint, _)| endpoint);
        self.accounts.load().get(endpoint).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What endpoints pay with, of those that say so.
fn accounts_of(configuration: &Configuration) -> HashMap<String, Account> {
    let sip = &configuration.sip;
    let of = |name: &String| Account {
        code: sip.endpoints.get(name).and_then(|endpoint| endpoint.account_code.clone()).unwrap_or_default(),
        ama_flags: sip.device_rules.get(name).and_then(|rules| rules.ama_flags).unwrap_or_default(),
    };
    let all = sip.endpoints.keys().map(|name| (name.clone(), of(name)));
    all.filter(|(_, account)| *account != Account::default()).collect()
}
