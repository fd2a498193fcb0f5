//! What other exchanges say of their devices and mailboxes, for as long as their publications live.

mod publish;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Instant;

use call_control::DeviceState;

use super::mailbox::MailboxCounts;
use super::publication::{Granted, Publications, Publish};
use crate::entity_id::EntityId;

pub(super) use publish::ExchangeEvent;

/// States that all other exchanges together may have told us.
const MOST: usize = 50_000;

/// By device and by mailbox, what each other exchange says; and the publications that say it.
#[derive(Debug, Default)]
pub(super) struct RemoteStates {
    publications: Publications<()>,
    devices: HashMap<String, Vec<Said<DeviceState>>>,
    mailboxes: HashMap<String, Vec<Said<MailboxCounts>>>,
    /// How many states there are in both.
    count: usize,
}

/// What one exchange says.
#[derive(Debug)]
struct Said<T> {
    by: EntityId,
    /// The publication that said so last: with it, it ends.
    publication: u64,
    value: T,
}

/// There is no room for a further state.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

/// What ended with publications.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Gone {
    pub(super) devices: Vec<String>,
    pub(super) mailboxes: Vec<String>,
}

impl RemoteStates {
    pub(super) fn new(run: u64) -> Self {
        Self { publications: Publications::new(run), ..Self::default() }
    }

    /// Forgets the states, and the publications too where they are lost as well.
    #[cfg(test)]
    pub(super) fn forget_all(&mut self, with_publications: bool) {
        let kept = std::mem::take(self).publications;
        self.publications = if with_publications { Publications::new(8) } else { kept };
    }

    /// What other exchanges say of a device.
    pub(super) fn devices(&self, name: &str) -> impl Iterator<Item = DeviceState> {
        self.devices.get(name).into_iter().flatten().map(|said| said.value)
    }

    /// What is said of a mailbox by the exchange that spoke last.
    pub(super) fn mailbox(&self, name: &str) -> Option<MailboxCounts> {
        self.mailboxes.get(name)?.last().map(|said| said.value)
    }

    /// Carries out a PUBLISH about `name`, a resource and who publishes to it. An exchange that crashed begins anew each
    /// time, so the oldest publication gives way where there are too many.
    ///
    /// # Errors
    /// The status to refuse with: 412, 423 or 400.
    pub(super) fn publish(
        &mut self,
        now: Instant,
        name: &str,
        publish: Publish<'_, ()>,
    ) -> Result<(Granted, Gone), u16> {
        let room = publish.tag.is_none().then(|| self.publications.make_room(now, name)).flatten();
        let granted = self.publications.publish(now, name, publish)?;
        let ended = room.into_iter().chain((granted.expires == 0).then_some(granted.id));
        let gone = self.forget(&ended.collect::<Vec<_>>());
        Ok((granted, gone))
    }

    /// An exchange says what a device does; a device that is none any more is forgotten.
    ///
    /// # Errors
    /// [`Full`] when too many states are known.
    pub(super) fn say_device(
        &mut self,
        by: EntityId,
        publication: u64,
        name: &str,
        value: DeviceState,
    ) -> Result<(), Full> {
        let value = (!matches!(value, DeviceState::Invalid | DeviceState::Unknown)).then_some(value);
        say(&mut self.devices, &mut self.count, name, (by, publication), value)
    }

    /// An exchange says what waits in a mailbox.
    ///
    /// # Errors
    /// [`Full`] when too many states are known.
    pub(super) fn say_mailbox(
        &mut self,
        by: EntityId,
        publication: u64,
        name: &str,
        value: MailboxCounts,
    ) -> Result<(), Full> {
        say(&mut self.mailboxes, &mut self.count, name, (by, publication), Some(value))
    }

    /// Ends the publications whose time is up.
    pub(super) fn expire(&mut self, now: Instant) -> Gone {
        let ended: Vec<u64> = self.publications.expire(now).into_iter().map(|(_, id)| id).collect();
        self.forget(&ended)
    }

    /// When the next publication ends.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.publications.next_expiry()
    }

    /// The publications that live, each with how many states it says.
    pub(super) fn publications(&self, now: Instant) -> Vec<(String, Instant, usize)> {
        let of = |id: u64| {
            let devices = self.devices.values().flatten().filter(|said| said.publication == id).count();
            devices + self.mailboxes.values().flatten().filter(|said| said.publication == id).count()
        };
        self.publications.all(now).map(|(name, id, until)| (name.to_owned(), until, of(id))).collect()
    }

    /// What these publications said is not said any more.
    fn forget(&mut self, publications: &[u64]) -> Gone {
        if publications.is_empty() {
            return Gone::default();
        }
        let (devices, of_devices) = unsay(&mut self.devices, publications);
        let (mailboxes, of_mailboxes) = unsay(&mut self.mailboxes, publications);
        self.count = self.count.saturating_sub(of_devices + of_mailboxes);
        Gone { devices, mailboxes }
    }
}

/// Notes a value, or that there is none any more.
fn say<T>(
    all: &mut HashMap<String, Vec<Said<T>>>,
    count: &mut usize,
    name: &str,
    (by, publication): (EntityId, u64),
    value: Option<T>,
) -> Result<(), Full> {
    let known = all.get_mut(name);
    let before = known.and_then(|known| {
        let place = known.iter().position(|said| said.by == by)?;
        Some(known.remove(place))
    });
    *count = count.saturating_sub(usize::from(before.is_some()));
    let full = *count >= MOST;
    if let Some(value) = value.filter(|_| !full) {
        *count += 1;
        all.entry(name.to_owned()).or_default().push(Said { by, publication, value });
        return Ok(());
    }
    if all.get(name).is_some_and(Vec::is_empty) {
        all.remove(name);
    }
    if full { Err(Full) } else { Ok(()) }
}

/// Removes what these publications said: the names that it was about, and how much it was.
fn unsay<T>(all: &mut HashMap<String, Vec<Said<T>>>, publications: &[u64]) -> (Vec<String>, usize) {
    let (mut names, mut count) = (Vec::new(), 0);
    all.retain(|name, known| {
        let before = known.len();
        known.retain(|said| !publications.contains(&said.publication));
        if known.len() < before {
            count += before - known.len();
            names.push(name.clone());
        }
        !known.is_empty()
    });
    (names, count)
}
