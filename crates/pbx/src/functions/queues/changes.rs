//! What dialplans have changed of the members of queues.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::configuration::{QueueMember, QueueSection};

/// Penalties, pauses and the like that were set since the start. A line of `queues.conf` that says something else than
/// when it was changed counts again.
#[derive(Default)]
pub(crate) struct MemberChanges(Mutex<HashMap<(String, String), Change>>);

/// A member as it was written, and as it is now.
struct Change {
    written: QueueMember,
    now: QueueMember,
}

impl MemberChanges {
    /// The members of a queue, as they are now.
    pub(super) fn members(&self, queue: &QueueSection) -> Vec<QueueMember> {
        let changes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = |member: &QueueMember| match changes.get(&key(queue, member)) {
            Some(change) if change.written == *member => change.now.clone(),
            _ => member.clone(),
        };
        queue.members.iter().map(now).collect()
    }

    /// Changes the member with that interface. `false` where the queue has none.
    pub(super) fn change(
        &self,
        queue: &QueueSection,
        interface: &str,
        change: impl FnOnce(&mut QueueMember),
    ) -> bool {
        let Some(written) =
            queue.members.iter().find(|member| member.interface.eq_ignore_ascii_case(interface))
        else {
            return false;
        };
        let mut changes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = changes
            .entry(key(queue, written))
            .or_insert_with(|| Change { written: written.clone(), now: written.clone() });
        if kept.written != *written {
            *kept = Change { written: written.clone(), now: written.clone() };
        }
        change(&mut kept.now);
        true
    }
}

fn key(queue: &QueueSection, member: &QueueMember) -> (String, String) {
    (queue.name.to_ascii_lowercase(), member.interface.clone())
}
