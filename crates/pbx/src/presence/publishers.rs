//! Who tells other servers what changes here, and what there is to tell.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use call_control::DeviceState;
use dialplan_vm::Dialplan;
use sip_parser::escape_user;
use sip_ua::event_package::ExchangeState;
use sip_ua::user_agent::{Body, Document};
use tokio::sync::Notify;

use super::Presence;
use super::documents::Subject;
use super::hint::Hint;
use super::mailbox::{MailboxCounts, full_name};
use super::telling::document;
use super::watchers::{Resource, Told};
use crate::configuration::{Configuration, Pattern};

/// What is published by one publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublishedStates {
    /// Of the devices here whose names fit.
    Devices { filter: Option<Pattern> },
    /// Of the mailboxes here whose names fit.
    Mailboxes { filter: Option<Pattern> },
    /// Of these hints, in a package and a form; documents say that they are at `host`.
    Extensions { package: &'static str, content_type: &'static str, host: String, hints: Vec<Hint> },
}

/// What waits to be told, each thing once, in the order in which it changed.
pub(crate) struct Publisher {
    pub(crate) states: PublishedStates,
    /// The hints by extension and context, as watchers have them.
    extensions: HashMap<String, Resource>,
    waiting: Mutex<Waiting>,
    bell: Notify,
}

#[derive(Default)]
struct Waiting {
    order: VecDeque<String>,
    names: HashSet<String>,
    /// Everything is to be told, whether it was told before or not.
    all: bool,
}

/// All of them, by what they depend on.
#[derive(Default)]
pub(crate) struct Publishers {
    /// Those of all devices or mailboxes.
    wide: Vec<Arc<Publisher>>,
    /// Those of hints, with the hint that depends on a key.
    by_key: HashMap<String, Vec<(Arc<Publisher>, String)>>,
}

/// A state as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement(Stated);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stated {
    Device(DeviceState),
    Mailbox(MailboxCounts),
    Extension(Told),
}

impl Statement {
    /// Whether it says that there is no such thing here.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self.0, Stated::Device(DeviceState::Invalid | DeviceState::Unknown))
    }
}

impl Publishers {
    pub(crate) fn new(all: impl IntoIterator<Item = Arc<Publisher>>) -> Self {
        let mut publishers = Self::default();
        for publisher in all {
            if publisher.extensions.is_empty() {
                publishers.wide.push(publisher);
                continue;
            }
            for (name, resource) in &publisher.extensions {
                for key in resource.keys() {
                    publishers.by_key.entry(key).or_default().push((publisher.clone(), name.clone()));
                }
            }
        }
        publishers
    }

    /// These devices, providers or mailboxes changed.
    pub(super) fn changed(&self, keys: &[impl AsRef<str>]) {
        if self.wide.is_empty() && self.by_key.is_empty() {
            return;
        }
        for key in keys.iter().map(AsRef::as_ref) {
            for publisher in &self.wide {
                publisher.key_changed(key);
            }
            for (publisher, name) in self.by_key.get(key).into_iter().flatten() {
                publisher.tell([name.clone()]);
            }
        }
    }
}

impl Publisher {
    pub(crate) fn new(states: PublishedStates) -> Self {
        let extensions = match &states {
            PublishedStates::Extensions { host, hints, .. } => {
                hints.iter().map(|hint| (name_of(hint), resource_of(hint, host))).collect()
            }
            _ => HashMap::new(),
        };
        Self { states, extensions, waiting: Mutex::default(), bell: Notify::new() }
    }

    fn key_changed(&self, key: &str) {
        let of = |filter: &Option<Pattern>, name: &str| {
            if filter.as_ref().is_none_or(|filter| filter.fits(name)) {
                self.tell([name.to_owned()]);
            }
        };
        match (&self.states, key.strip_prefix("MWI:")) {
            (PublishedStates::Mailboxes { filter }, Some(mailbox)) => of(filter, &full_name(mailbox)),
            (PublishedStates::Devices { filter }, None) if is_device(key) => of(filter, key),
            _ => {}
        }
    }

    /// These are to be told, unless they are already.
    pub(crate) fn tell(&self, names: impl IntoIterator<Item = String>) {
        let mut waiting = self.waiting();
        for name in names {
            if waiting.names.insert(name.clone()) {
                waiting.order.push_back(name);
            }
        }
        drop(waiting);
        self.bell.notify_one();
    }

    /// Everything is to be told once more.
    pub(crate) fn tell_all(&self) {
        self.waiting().all = true;
        self.bell.notify_one();
    }

    /// Whether somebody asked for everything since this was asked last.
    pub(crate) fn takes_all(&self) -> bool {
        std::mem::take(&mut self.waiting().all)
    }

    /// The next one to tell.
    pub(crate) fn next(&self) -> Option<String> {
        let mut waiting = self.waiting();
        let name = waiting.order.pop_front()?;
        waiting.names.remove(&name);
        Some(name)
    }

    /// How many wait.
    pub(crate) fn waiting_count(&self) -> usize {
        self.waiting().order.len()
    }

    /// Waits until something is to be told.
    pub(crate) async fn rung(&self) {
        self.bell.notified().await;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Presence {
    /// From now on these tell others what changes.
    pub(crate) fn publish_by(&self, publishers: Publishers) {
        self.publishers.store(Arc::new(publishers));
    }

    /// Everything that a publisher has to tell.
    pub(crate) fn all_of(&self, publisher: &Publisher, configuration: &Configuration) -> Vec<String> {
        let endpoints = configuration.sip.endpoints.values();
        let (filter, mut names) = match &publisher.states {
            PublishedStates::Extensions { hints, .. } => return hints.iter().map(name_of).collect(),
            PublishedStates::Devices { filter } => {
                let phones = endpoints.map(|endpoint| format!("PJSIP/{}", endpoint.name));
                let set = self.with(|state| state.devices.keys().cloned().collect::<Vec<_>>());
                let set = set.into_iter().filter(|name| is_device(name) && !name.starts_with("MWI:"));
                (filter, phones.chain(set).collect::<Vec<_>>())
            }
            PublishedStates::Mailboxes { filter } => {
                let of_endpoints = endpoints.flat_map(|endpoint| &endpoint.mailboxes);
                let of_aors = configuration.sip.aors.values().flat_map(|aor| &aor.mailboxes);
                let named = of_endpoints.chain(of_aors).map(|name| full_name(name));
                let set = self.with(|state| state.mailboxes.keys().cloned().collect::<Vec<_>>());
                (filter, named.chain(set).collect())
            }
        };
        names.retain(|name| filter.as_ref().is_none_or(|filter| filter.fits(name)));
        names.sort();
        names.dedup();
        names
    }

    /// What there is to tell of one of these; `None` where nothing is known of it here.
    pub(crate) fn statement(&self, publisher: &Publisher, name: &str) -> Option<Statement> {
        let facts = self.facts();
        let stated = self.with(|state| match &publisher.states {
            PublishedStates::Devices { .. } => Some(Stated::Device(state.own_device(&facts, name))),
            PublishedStates::Mailboxes { .. } => state.own_mailbox(&facts, name).map(Stated::Mailbox),
            PublishedStates::Extensions { .. } => {
                publisher.extensions.get(name).map(|resource| Stated::Extension(state.look(&facts, resource)))
            }
        });
        stated.map(Statement)
    }

    /// The document that tells it; `version` counts documents that number themselves.
    pub(crate) fn write(
        &self,
        publisher: &Publisher,
        name: &str,
        said: &Statement,
        version: u32,
    ) -> Option<Body> {
        let eid = self.exchange()?.entity_id().to_string();
        match (&said.0, &publisher.states) {
            (Stated::Device(state), _) => {
                let state = state.name().to_owned();
                Some(ExchangeState::Device { device: name.to_owned(), state, cachable: true, eid }.write())
            }
            (Stated::Mailbox(MailboxCounts { new, old }), _) => {
                let (new, old) = (*new, *old);
                Some(ExchangeState::Mailbox { mailbox: name.to_owned(), new, old, eid }.write())
            }
            (Stated::Extension(told), PublishedStates::Extensions { package, content_type, .. }) => {
                let resource = publisher.extensions.get(name)?;
                match document((package, content_type), resource, told, None) {
                    Document::Fixed(body) => Some(body),
                    Document::Versioned(write) => Some(write(version)),
                    Document::Partial(_) | Document::Empty => None,
                }
            }
            _ => None,
        }
    }

    /// The document that asks another exchange for all that it knows.
    pub(crate) fn question(&self) -> Option<Body> {
        let eid = self.exchange()?.entity_id().to_string();
        Some(ExchangeState::Refresh { eid }.write())
    }
}

/// The hints of a dialplan whose contexts and extensions fit; a pattern stands for nobody in particular.
pub(crate) fn hints_of(plan: &Dialplan, context: Option<&Pattern>, extension: Option<&Pattern>) -> Vec<Hint> {
    let fits = |filter: Option<&Pattern>, name: &str| filter.is_none_or(|filter| filter.fits(name));
    let hints = plan.hints().filter(|(_, extension, _)| !extension.pattern().is_pattern());
    let hints = hints.map(|(context, extension, hint)| (context.name(), extension.pattern().text(), hint));
    let hints = hints.filter(|(of, name, _)| fits(context, of) && fits(extension, name));
    // Where it is written makes no difference to those who are told.
    hints.map(|(context, extension, hint)| Hint::read(&hint.devices, context, extension, None)).collect()
}

fn name_of(hint: &Hint) -> String {
    format!("{}@{}", hint.extension, hint.context)
}

fn resource_of(hint: &Hint, host: &str) -> Resource {
    let extension = hint.extension.clone();
    let uri = format!("sip:{}@{host}", escape_user(&extension));
    let subject = Subject { extension, uri, host: host.to_owned(), early_inuse_ringing: false };
    Resource::Extension { subject, hint: hint.clone() }
}

/// Whether a key is the name of a device, as far as it is no lamp of a mailbox.
fn is_device(key: &str) -> bool {
    !key.starts_with("presence:") && !key.starts_with("aor:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(publisher: &Publisher) -> Vec<String> {
        std::iter::from_fn(|| publisher.next()).collect()
    }

    #[test]
    fn each_thing_waits_once_in_the_order_of_changes() {
        let filter = Pattern::expression("^PJSIP/").ok();
        let devices = Arc::new(Publisher::new(PublishedStates::Devices { filter }));
        let mailboxes = Arc::new(Publisher::new(PublishedStates::Mailboxes { filter: None }));
        let publishers = Publishers::new([devices.clone(), mailboxes.clone()]);
        let keys =
            ["PJSIP/b", "PJSIP/a", "Custom:x", "MWI:100", "PJSIP/b", "aor:a", "presence:CustomPresence:a"];
        publishers.changed(&keys.map(str::to_owned));
        assert_eq!((devices.waiting_count(), told(&devices)), (2, vec!["PJSIP/b".into(), "PJSIP/a".into()]));
        assert_eq!(told(&mailboxes), ["100@default"]);
        publishers.changed(&["PJSIP/b".to_owned()]);
        assert_eq!(told(&devices), ["PJSIP/b"]);
    }

    #[test]
    fn a_hint_waits_when_what_it_depends_on_changes() {
        let hints = vec![
            Hint::read("PJSIP/a&Custom:x,CustomPresence:a", "users", "100", None),
            Hint::read("Custom:x", "users", "101", None),
        ];
        let states = PublishedStates::Extensions {
            package: "dialog",
            content_type: "application/dialog-info+xml",
            host: "pbx".to_owned(),
            hints,
        };
        let publisher = Arc::new(Publisher::new(states));
        let publishers = Publishers::new([publisher.clone()]);
        publishers.changed(&["PJSIP/a".to_owned(), "presence:CustomPresence:a".to_owned()]);
        assert_eq!(told(&publisher), ["100@users"]);
        publishers.changed(&["Custom:x".to_owned(), "Custom:y".to_owned()]);
        let mut both = told(&publisher);
        both.sort();
        assert_eq!(both, ["100@users", "101@users"]);
    }
}
