//! What consoles show: hints, subscriptions, and the states that were set.

use std::time::Instant;

use call_control::DeviceState;

use super::{Hint, HintState, Presence, PresenceValue};

/// A hint as consoles show it.
#[derive(Clone, Debug)]
pub struct HintRow {
    /// The extension, a pattern perhaps.
    pub extension: String,
    /// Its context.
    pub context: String,
    /// As it is written.
    pub text: String,
    /// What it comes to.
    pub state: HintState,
    /// Subscriptions to it.
    pub watchers: usize,
}

/// A subscription as consoles show it.
#[derive(Clone, Debug)]
pub struct SubscriptionRow {
    /// The endpoint that holds it.
    pub endpoint: String,
    /// What is watched.
    pub resource: String,
    /// The event package.
    pub package: &'static str,
    /// Its Call-ID.
    pub call_id: String,
    /// Seconds that it still lasts.
    pub expires: u64,
}

/// A publication of another exchange as consoles show it.
#[derive(Clone, Debug)]
pub struct InboundPublicationRow {
    /// The endpoint, the resource that it publishes to, and the event: `west/west/asterisk-mwi`.
    pub name: String,
    /// Seconds that it still lasts.
    pub expires: u64,
    /// States that it says.
    pub states: usize,
}

impl Presence {
    /// What other exchanges publish here, by name.
    pub fn inbound_publications(&self) -> Vec<InboundPublicationRow> {
        let now = Instant::now();
        let mut all = self.with(|state| state.remote.publications(now));
        all.sort();
        let row = |(name, until, states): (String, Instant, usize)| InboundPublicationRow {
            name,
            expires: until.saturating_duration_since(now).as_secs(),
            states,
        };
        all.into_iter().map(row).collect()
    }

    /// All devices whose state was set, by name.
    pub fn set_devices(&self) -> Vec<(String, DeviceState)> {
        let mut all: Vec<_> = self.with(|state| state.devices.iter().map(|(k, v)| (k.clone(), *v)).collect());
        all.sort();
        all
    }

    /// All providers, by name.
    pub fn presences(&self) -> Vec<(String, PresenceValue)> {
        let mut all: Vec<_> =
            self.with(|state| state.presences.iter().map(|(k, v)| (k.clone(), v.clone())).collect());
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// All hints of the dialplan, in the order of the file.
    pub fn hints(&self) -> Vec<HintRow> {
        let Some(exchange) = self.exchange() else { return Vec::new() };
        let plan = exchange.configuration().dialplan.clone();
        let facts = self.facts();
        self.with(|state| {
            let row = |context: &str, extension: String, written: &dialplan_vm::Hint| {
                let hint = Hint::read(&written.devices, context, &extension, Some(written.span));
                HintRow {
                    context: context.to_owned(),
                    text: written.devices.clone(),
                    state: state.hint(&facts, &hint),
                    watchers: state.watchers.iter().filter(|watcher| watcher.is_of(written.span)).count(),
                    extension,
                }
            };
            let hints = plan.hints();
            hints
                .map(|(c, extension, hint)| row(c.name(), extension.pattern().text().to_owned(), hint))
                .collect()
        })
    }

    /// All subscriptions that peers hold, the oldest first.
    pub fn subscriptions(&self) -> Vec<SubscriptionRow> {
        let now = Instant::now();
        self.with(|state| {
            let rows = state.watchers.iter().map(|watcher| SubscriptionRow {
                endpoint: watcher.endpoint.clone(),
                resource: watcher.resource.name(),
                package: watcher.package,
                call_id: watcher.call_id.clone(),
                expires: watcher.expires_at.saturating_duration_since(now).as_secs(),
            });
            rows.collect()
        })
    }
}
