//! Who does what, and who is told: device states, hints, presence, waiting messages.
//!
//! [`Presence`] hears the events of all channels and contacts. A change touches a device, a presence provider, a mailbox or
//! an address of record; whoever watches an extension that depends on it is told when that makes a difference. States are
//! computed when they are asked for, so there is nothing to keep in step.
//!
//! Its one lock is held for one change or question, and never while anything is waited for. Under it only the table of
//! registrations is asked, which asks nothing in turn.

mod documents;
mod facts;
mod hint;
mod incoming_mwi;
mod kept;
mod mailbox;
mod publication;
mod publish;
mod publishers;
mod remote;
mod showing;
mod state;
mod subscribe;
mod telling;
mod unsolicited;
mod value;
mod watchers;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use call_control::{ContactChange, DeviceState, Event, Observer};
use tokio::sync::Notify;

pub use hint::{Hint, HintState};
pub use mailbox::{MailboxCounts, MailboxSource};
pub(crate) use publish::{is_of, published_packages};
pub(crate) use publishers::{PublishedStates, Publisher, Publishers, Statement, hints_of};
pub use showing::{HintRow, InboundPublicationRow, SubscriptionRow};
pub(crate) use subscribe::packages;
pub use value::{PresenceState, PresenceValue};

use crate::exchange::Exchange;
use crate::kept_values::{Family, KeptValues};
use hint::device_name;
use mailbox::full_name;
use publication::Publications;
use remote::RemoteStates;
use state::State;
use watchers::{aor_key, mailbox_key, provider_key};

/// Devices, and providers, whose state can be set; dialplans may make their names of what callers say.
const MOST_SET: usize = 10_000;

/// States, and those who watch them.
pub struct Presence {
    state: Mutex<State>,
    store: Arc<KeptValues>,
    exchange: OnceLock<Weak<Exchange>>,
    voicemail: OnceLock<Arc<dyn MailboxSource>>,
    runtime: tokio::runtime::Handle,
    /// Rung when a publication ends sooner than all others.
    sooner: Arc<Notify>,
    /// Who tells other servers what changes here.
    publishers: ArcSwap<Publishers>,
    /// Subscriptions of the last run, until the transports are open.
    subscriptions: Mutex<Vec<(String, String)>>,
}

impl Presence {
    /// Nothing is watched yet; what was set before the last end is there again.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub(crate) fn open(store: Arc<KeptValues>, kept: Vec<(Family, String, String)>) -> Arc<Self> {
        // Tells tags of this run from those of earlier ones.
        let run = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let run = u64::try_from(run).unwrap_or_default();
        let remote = RemoteStates::new(run);
        let mut state = State { publications: Publications::new(run), remote, ..State::default() };
        let mut subscriptions = Vec::new();
        for (family, name, value) in kept {
            match family {
                Family::Subscription => subscriptions.push((name, value)),
                _ => restore(&mut state, family, name, &value),
            }
        }
        Arc::new(Self {
            state: Mutex::new(state),
            store,
            exchange: OnceLock::new(),
            voicemail: OnceLock::new(),
            runtime: tokio::runtime::Handle::current(),
            sooner: Arc::new(Notify::new()),
            publishers: ArcSwap::default(),
            subscriptions: Mutex::new(subscriptions),
        })
    }

    /// Begins to serve `exchange`.
    pub(crate) fn serve(self: &Arc<Self>, exchange: &Arc<Exchange>) {
        let _ = self.exchange.set(Arc::downgrade(exchange));
        self.runtime.spawn(publish::expire(Arc::downgrade(self), self.sooner.clone()));
    }

    /// Goes on with the subscriptions of the last run: the transports are open.
    pub(crate) fn go_on(&self, exchange: &Arc<Exchange>) {
        let kept = std::mem::take(&mut *self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner));
        self.runtime.spawn(Self::restore_subscriptions(Arc::downgrade(exchange), kept));
    }

    /// Waits until all that was set so far is on the disk.
    pub(crate) async fn flush(&self) {
        self.store.flush().await;
    }

    fn exchange(&self) -> Option<Arc<Exchange>> {
        self.exchange.get()?.upgrade()
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn restore(state: &mut State, family: Family, name: String, value: &str) {
    match family {
        Family::Device => {
            state.devices.extend(DeviceState::from_name(value).map(|value| (name, value)));
        }
        Family::Presence => {
            state.presences.extend(PresenceValue::parse(value).map(|value| (name, value)));
        }
        Family::Mailbox => state.mailboxes.extend(mailbox::parse(value).map(|value| (name, value))),
        // Subscriptions go on once the transports are open; bans are the guard's.
        Family::Subscription | Family::Ban => {}
    }
}

/// Sets one of many states; `false`, and a line in the log, when there are too many.
fn set<T>(states: &mut HashMap<String, T>, name: &str, value: T) -> bool {
    let room = states.contains_key(name) || states.len() < MOST_SET;
    if room {
        states.insert(name.to_owned(), value);
    } else {
        tracing::warn!("the state of '{name}' is not set: {MOST_SET} are; does the dialplan make up names?");
    }
    room
}

/// Devices and extensions.
impl Presence {
    /// What a device does: `PJSIP/alice`, `Custom:lamp`.
    pub fn device(&self, name: &str) -> DeviceState {
        let facts = self.facts();
        self.with(|state| state.device(&facts, &device_name(name)))
    }

    /// Sets the state of a device that has none of its own: `Custom:lamp`, which is kept over restarts, or what another
    /// part of the exchange provides, as `park:701@parkedcalls`.
    pub fn set_device(&self, name: &str, value: DeviceState) {
        let name = device_name(name);
        if !self.with(|state| set(&mut state.devices, &name, value)) {
            return;
        }
        if name.starts_with("Custom:") {
            self.store.put(Family::Device, &name, Some(value.name().to_owned()));
        }
        self.touched(&[name]);
    }

    /// The hint of an extension and what it comes to; `None` without a hint.
    pub fn extension(&self, context: &str, extension: &str) -> Option<(Hint, HintState)> {
        let plan = self.exchange()?.configuration().dialplan.clone();
        let hint = Hint::find(&plan, context, extension)?;
        let facts = self.facts();
        let state = self.with(|state| state.hint(&facts, &hint));
        Some((hint, state))
    }
}

/// Presences.
impl Presence {
    /// What a provider says; nothing where it never said anything.
    pub fn presence(&self, provider: &str) -> PresenceValue {
        if let Some(endpoint) = device_name(provider).strip_prefix("PJSIP/") {
            let now = Instant::now();
            return self.with(|state| state.publications.value(now, endpoint).cloned()).unwrap_or_default();
        }
        self.with(|state| state.presences.get(provider).cloned()).unwrap_or_default()
    }

    /// Sets what a provider `CustomPresence:…` says, and keeps it over restarts.
    pub fn set_presence(&self, provider: &str, value: PresenceValue) {
        let text = value.text();
        if !self.with(|state| set(&mut state.presences, provider, value)) {
            return;
        }
        self.store.put(Family::Presence, provider, Some(text));
        self.touched(&[provider_key(provider)]);
    }
}

/// Waiting messages.
impl Presence {
    /// Who counts messages from now on. Only the first one counts.
    pub fn count_messages_by(&self, source: Arc<dyn MailboxSource>) {
        let _ = self.voicemail.set(source);
    }

    /// The messages of `box[@context]`.
    pub fn mailbox(&self, name: &str) -> MailboxCounts {
        let facts = self.facts();
        self.with(|state| state.mailbox(&facts, name))
    }

    /// Sets the messages of a mailbox that is kept elsewhere; they are remembered over restarts, and tell the phones.
    pub fn set_mailbox(&self, name: &str, counts: MailboxCounts) {
        let name = full_name(name);
        if !self.with(|state| set(&mut state.mailboxes, &name, counts)) {
            return;
        }
        self.store.put(Family::Mailbox, &name, Some(format!("{}/{}", counts.new, counts.old)));
        self.mailbox_changed(&name);
    }

    /// The messages of a mailbox changed: tells those who watch it, and the phones of endpoints with it.
    pub fn mailbox_changed(&self, name: &str) {
        self.touched(&[mailbox_key(name)]);
        self.tell_phones_of(&full_name(name));
    }
}

impl Drop for Presence {
    /// The task that waits for publications to end finds nothing to serve any more.
    fn drop(&mut self) {
        self.sooner.notify_one();
    }
}

impl Observer for Presence {
    fn notice(&self, event: &Event) {
        if let Some(device) = self.with(|state| state.channels.notice(event)) {
            self.touched(&[device]);
        }
        if let Event::Contact { aor, change, uri } = event {
            self.contact_changed(aor, change);
            if matches!(change, ContactChange::Added { .. }) {
                self.tell_phone(aor, uri);
            }
        }
    }
}

impl Presence {
    /// A contact of an address of record came, went or was refreshed.
    fn contact_changed(&self, aor: &str, change: &ContactChange) {
        // Devices are as they were, and only who follows the registration itself (RFC 3680) is told.
        if matches!(change, ContactChange::Refreshed { .. }) {
            return self.touched(&[aor_key(aor)]);
        }
        let Some(exchange) = self.exchange() else { return };
        let endpoints = exchange.endpoints();
        let with_it = endpoints.with_aor(aor).iter();
        let mut keys: Vec<String> = with_it.map(|endpoint| format!("PJSIP/{}", endpoint.name)).collect();
        keys.push(aor_key(aor));
        self.touched(&keys);
    }
}

#[cfg(test)]
mod tests;
