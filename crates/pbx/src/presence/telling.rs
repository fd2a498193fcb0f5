//! Telling watchers what changed.

use std::sync::{Arc, PoisonError};
use std::time::UNIX_EPOCH;

use asterisk_conf::Span;
use dialplan_vm::Dialplan;
use sip_ua::event_package::{
    ContactEvent, ListedResource, RegisteredContact, RegistrationInfo, ResourceList,
};
use sip_ua::user_agent::{Document, Standing, SubscriptionId, Termination, TerminationReason};

use super::Presence;
use super::documents;
use super::facts::Known;
use super::hint::Hint;
use super::state::State;
use super::watchers::{Item, Resource, Sent, Told, Watcher};
use crate::steady_time;

impl Watcher {
    /// Whether it watches the hint that is written there.
    pub(super) fn is_of(&self, place: Span) -> bool {
        matches!(&self.resource, Resource::Extension { hint, .. } if hint.place == Some(place))
    }

    /// The document that tells a state.
    pub(super) fn document(&self, told: &Told) -> Document {
        document((self.package, self.content_type), &self.resource, told, self.last.as_ref())
    }
}

/// The document that tells the state of a resource in a form, a package and a media type; `last` is what was told before.
pub(super) fn document(
    form: (&str, &str),
    resource: &Resource,
    told: &Told,
    last: Option<&Told>,
) -> Document {
    match (resource, told) {
        (Resource::Extension { subject, .. }, Told::Hint(state)) if form.0 == "dialog" => {
            documents::dialog(subject, state)
        }
        (Resource::Extension { subject, .. }, Told::Hint(state)) => {
            documents::presence(subject, state, form.1)
        }
        (Resource::Mailboxes { account, .. }, Told::Messages(counts)) => {
            documents::messages(account.as_deref(), *counts)
        }
        (Resource::Registration { uri, .. }, Told::Contacts(contacts)) => {
            documents::registration(registration(uri, contacts, last))
        }
        (Resource::List { uri, name, display_names, items, sent, .. }, Told::List(states)) => {
            let named = |name: &String| display_names.then(|| name.clone());
            let resources = items.iter().zip(states).map(|(item, told)| {
                let known = item.resource.as_ref().zip(told.as_ref());
                ListedResource {
                    uri: item.uri.clone(),
                    name: named(&item.name),
                    document: known.map(|(resource, told)| document(form, resource, told, None)),
                }
            });
            let list = ResourceList { uri: uri.clone(), name: named(name), resources: resources.collect() };
            match sent.clone() {
                Some(sent) => changes(list, states.clone(), sent),
                None => Document::Versioned(Arc::new(move |version| list.write(version))),
            }
        }
        _ => Document::Empty,
    }
}

/// A list that tells only what is not as it was sent last, unless it must tell all (RFC 4662 section 4.5). What became of
/// states that were never sent, for newer ones came, does not matter.
fn changes(list: ResourceList, states: Vec<Option<Told>>, sent: Sent) -> Document {
    Document::Partial(Arc::new(move |version, whole| {
        let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *sent, states.clone());
        let changed: Vec<bool> =
            states.iter().enumerate().map(|(index, now)| before.get(index) != Some(now)).collect();
        if whole { list.write(version) } else { list.write_changes(version, &changed) }
    }))
}

impl Resource {
    /// Follows its hints into another dialplan; `false` when there is nothing to watch any more. What a list names and the
    /// plan did not have before stays unknown until the phone subscribes again.
    fn follow(&mut self, plan: &Dialplan) -> bool {
        match self {
            Resource::Extension { hint, .. } => match Hint::find(plan, &hint.context, &hint.extension) {
                Some(found) => {
                    *hint = found;
                    true
                }
                None => false,
            },
            Resource::List { items, .. } => {
                for item in items {
                    item.resource.take_if(|resource| !resource.follow(plan));
                }
                true
            }
            Resource::Mailboxes { .. } | Resource::Registration { .. } => true,
        }
    }
}

impl State {
    /// What a resource is like now.
    pub(super) fn look(&self, facts: &Known, resource: &Resource) -> Told {
        match resource {
            Resource::Extension { hint, .. } => Told::Hint(self.hint(facts, hint)),
            Resource::Mailboxes { mailboxes, .. } => Told::Messages(self.all_mailboxes(facts, mailboxes)),
            Resource::Registration { aor, .. } => Told::Contacts(facts.contacts(aor)),
            Resource::List { items, .. } => {
                let look = |item: &Item| item.resource.as_ref().map(|resource| self.look(facts, resource));
                Told::List(items.iter().map(look).collect())
            }
        }
    }

    /// Tells these watchers, as far as there is anything new to them.
    fn tell(&mut self, facts: &Known, ids: impl IntoIterator<Item = SubscriptionId>) {
        for id in ids {
            let Some(watcher) = self.watchers.get(id) else { continue };
            let now = self.look(facts, &watcher.resource);
            if watcher.last.as_ref() == Some(&now) {
                continue;
            }
            let document = watcher.document(&now);
            watcher.user_agent.notify(id, Standing::Active, document);
            if let Some(watcher) = self.watchers.get_mut(id) {
                watcher.last = Some(now);
            }
        }
    }
}

impl Presence {
    /// Devices, providers, mailboxes or addresses of record changed.
    pub(super) fn touched(&self, keys: &[impl AsRef<str>]) {
        self.publishers.load().changed(keys);
        self.tell_watchers(keys);
    }

    /// The same, where it changed at another exchange: that is not ours to publish.
    pub(super) fn tell_watchers(&self, keys: &[impl AsRef<str>]) {
        if self.with(|state| state.watchers.is_empty()) {
            return;
        }
        let facts = self.facts();
        let begun = self.with(|state| {
            let ids = state.watchers.of(keys);
            let (at_once, begun) = state.watchers.gather(ids);
            state.tell(&facts, at_once);
            begun
        });
        for (id, time) in begun {
            let exchange = self.exchange.get().cloned();
            self.runtime.spawn(async move {
                tokio::time::sleep(time).await;
                if let Some(exchange) = exchange.and_then(|exchange| exchange.upgrade()) {
                    exchange.presence().tell_gathered(id);
                }
            });
        }
    }

    /// Tells what a list has gathered.
    fn tell_gathered(&self, id: SubscriptionId) {
        let facts = self.facts();
        self.with(|state| {
            state.watchers.gathered(id);
            state.tell(&facts, [id]);
        });
    }

    /// The dialplan or the endpoints were loaded again: watchers of hints that are gone are told so, the others what is
    /// different.
    pub(crate) fn reloaded(&self) {
        let Some(exchange) = self.exchange() else { return };
        let plan = exchange.configuration().dialplan.clone();
        let facts = self.facts();
        self.with(|state| {
            for id in state.watchers.ids() {
                // It is filed anew, for it may depend on other devices.
                let Some(mut watcher) = state.watchers.remove(id) else { continue };
                if watcher.resource.follow(&plan) {
                    state.watchers.insert(id, watcher);
                } else {
                    let end = Termination::new(TerminationReason::NoResource);
                    watcher.user_agent.end_subscription(id, end);
                }
            }
            let all = state.watchers.ids();
            state.tell(&facts, all);
        });
    }
}

/// The contacts as a document; those that went since the last one are in it once more.
fn registration(uri: &str, contacts: &[(String, u64)], before: Option<&Told>) -> RegistrationInfo {
    let now = steady_time::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let before: &[(String, u64)] = match before {
        Some(Told::Contacts(contacts)) => contacts,
        _ => &[],
    };
    let known = |uri: &str| before.iter().any(|(other, _)| other == uri);
    let contact = |(uri, ends): &(String, u64), event| RegisteredContact {
        id: uri.clone(),
        uri: uri.clone(),
        event,
        expires: Some(ends.saturating_sub(now)),
    };
    let there = contacts.iter().map(|entry| {
        let event = if known(&entry.0) { ContactEvent::Refreshed } else { ContactEvent::Registered };
        contact(entry, event)
    });
    let gone =
        before.iter().filter(|(uri, _)| !contacts.iter().any(|(other, _)| other == uri)).map(|entry| {
            let event = if entry.1 <= now { ContactEvent::Expired } else { ContactEvent::Unregistered };
            contact(entry, event)
        });
    RegistrationInfo { aor: uri.to_owned(), id: uri.to_owned(), contacts: there.chain(gone).collect() }
}
