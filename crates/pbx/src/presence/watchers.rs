//! Who watches what: the subscriptions that peers hold with us.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sip_parser::Message;
use sip_ua::UserAgentHandle;
use sip_ua::user_agent::SubscriptionId;

use super::documents::Subject;
use super::hint::{Hint, HintState};
use super::mailbox::{MailboxCounts, full_name};
use super::subscribe::Wanted;

/// A subscription and what it is about.
pub(super) struct Watcher {
    /// The endpoint that holds it.
    pub(super) endpoint: String,
    /// `dialog`, `presence`, `message-summary`, `reg`.
    pub(super) package: &'static str,
    /// The form of its documents.
    pub(super) content_type: &'static str,
    pub(super) resource: Resource,
    /// Whose agent keeps it.
    pub(super) user_agent: UserAgentHandle,
    /// Its Call-ID, to show.
    pub(super) call_id: String,
    pub(super) expires_at: Instant,
    /// What it was told last.
    pub(super) last: Option<Told>,
    /// Under which name it is written down.
    pub(super) kept_as: Option<String>,
}

impl Watcher {
    /// One that has been told nothing yet.
    pub(super) fn new(
        endpoint: &str,
        wanted: Wanted,
        user_agent: UserAgentHandle,
        request: &Message,
    ) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            package: wanted.package,
            content_type: wanted.content_type,
            resource: wanted.resource,
            user_agent,
            call_id: request.call_id().unwrap_or_default().to_owned(),
            expires_at: Instant::now(),
            last: None,
            kept_as: None,
        }
    }
}

/// What is watched.
pub(super) enum Resource {
    /// An extension, by its hint.
    Extension { subject: Subject, hint: Hint },
    /// Mailboxes together.
    Mailboxes { aor: String, mailboxes: Vec<String>, account: Option<String> },
    /// The contacts of an address of record.
    Registration { aor: String, uri: String },
    /// Several together (RFC 4662).
    List {
        uri: String,
        name: String,
        display_names: bool,
        items: Vec<Item>,
        /// How long changes are gathered before they are told together.
        batch: Option<Duration>,
        /// What its watcher was sent last, where it is sent only what changed.
        sent: Option<Sent>,
    },
}

/// What was sent last of each item of a list. Documents are made as they go out, by the task of the user agent.
pub(super) type Sent = Arc<Mutex<Vec<Option<Told>>>>;

/// One of several.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) uri: String,
    /// `None` while there is no such thing.
    pub(super) resource: Option<Resource>,
}

/// A state as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Hint(HintState),
    Messages(MailboxCounts),
    /// The contacts by URI, with the seconds since the epoch when they end.
    Contacts(Vec<(String, u64)>),
    /// Of each item.
    List(Vec<Option<Told>>),
}

impl Resource {
    /// Its name, to show: `100@phones`.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Extension { hint, .. } => format!("{}@{}", hint.extension, hint.context),
            Self::Mailboxes { aor, .. } | Self::Registration { aor, .. } => aor.clone(),
            Self::List { name, .. } => name.clone(),
        }
    }

    /// What it depends on.
    pub(super) fn keys(&self) -> Vec<String> {
        match self {
            Self::Extension { hint, .. } => {
                let provider = hint.provider.iter().map(|provider| provider_key(provider));
                hint.devices.iter().cloned().chain(provider).collect()
            }
            Self::Mailboxes { mailboxes, .. } => mailboxes.iter().map(|name| mailbox_key(name)).collect(),
            Self::Registration { aor, .. } => vec![aor_key(aor)],
            Self::List { items, .. } => {
                items.iter().filter_map(|item| item.resource.as_ref()).flat_map(Resource::keys).collect()
            }
        }
    }
}

/// The key of a presence provider.
pub(super) fn provider_key(provider: &str) -> String {
    format!("presence:{provider}")
}

/// The key of a mailbox; that of the device which its lamp is.
pub(super) fn mailbox_key(mailbox: &str) -> String {
    format!("MWI:{}", full_name(mailbox))
}

/// The key of an address of record.
pub(super) fn aor_key(aor: &str) -> String {
    format!("aor:{aor}")
}

/// All watchers, found by what they depend on.
#[derive(Default)]
pub(super) struct Watchers {
    all: BTreeMap<SubscriptionId, Watcher>,
    by_key: HashMap<String, BTreeSet<SubscriptionId>>,
    /// Those whose changes are being gathered; each has a task that ends it.
    gathering: BTreeSet<SubscriptionId>,
}

impl Watchers {
    pub(super) fn insert(&mut self, id: SubscriptionId, watcher: Watcher) {
        for key in watcher.resource.keys() {
            self.by_key.entry(normal(key)).or_default().insert(id);
        }
        self.all.insert(id, watcher);
    }

    pub(super) fn remove(&mut self, id: SubscriptionId) -> Option<Watcher> {
        let watcher = self.all.remove(&id)?;
        for key in watcher.resource.keys().into_iter().map(normal) {
            if let Some(ids) = self.by_key.get_mut(&key) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.by_key.remove(&key);
                }
            }
        }
        Some(watcher)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that depend on one of these.
    pub(super) fn of(&self, keys: &[impl AsRef<str>]) -> BTreeSet<SubscriptionId> {
        let keys = keys.iter().map(|key| normal(key.as_ref().to_owned()));
        keys.filter_map(|key| self.by_key.get(&key)).flatten().copied().collect()
    }

    /// Sorts out those whose changes are gathered; of these, those that begin to wait now, with the time.
    pub(super) fn gather(
        &mut self,
        mut ids: BTreeSet<SubscriptionId>,
    ) -> (BTreeSet<SubscriptionId>, Vec<(SubscriptionId, Duration)>) {
        let mut begun = Vec::new();
        ids.retain(|id| match self.all.get(id).map(|watcher| &watcher.resource) {
            Some(Resource::List { batch: Some(time), .. }) => {
                if self.gathering.insert(*id) {
                    begun.push((*id, *time));
                }
                false
            }
            _ => true,
        });
        (ids, begun)
    }

    /// The time of one whose changes were gathered is over.
    pub(super) fn gathered(&mut self, id: SubscriptionId) {
        self.gathering.remove(&id);
    }

    pub(super) fn get(&self, id: SubscriptionId) -> Option<&Watcher> {
        self.all.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: SubscriptionId) -> Option<&mut Watcher> {
        self.all.get_mut(&id)
    }

    pub(super) fn ids(&self) -> Vec<SubscriptionId> {
        self.all.keys().copied().collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Watcher> {
        self.all.values()
    }

    /// It lasts this long from now.
    pub(super) fn granted(&mut self, id: SubscriptionId, now: Instant, seconds: u32) {
        if let Some(watcher) = self.all.get_mut(&id) {
            watcher.expires_at = now + Duration::from_secs(seconds.into());
        }
    }
}

/// `MWI:100` and `MWI:100@default` are the same lamp.
fn normal(key: String) -> String {
    match key.strip_prefix("MWI:") {
        Some(mailbox) => mailbox_key(mailbox),
        None => key,
    }
}
