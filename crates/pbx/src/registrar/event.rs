//! What is told of contacts.

use std::time::SystemTime;

use call_control::{ContactChange, Event};
use sip_ua::registrar::{BindingChange, RemovalReason};

/// A contact that came, went or was refreshed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactEvent {
    /// The address of record.
    pub aor: String,
    /// The contact's URI.
    pub uri: String,
    /// What happened to it.
    pub change: ContactChange,
}

impl ContactEvent {
    /// What to tell of a change that was made at `now`.
    pub(super) fn of(change: &BindingChange, now: SystemTime) -> Option<Self> {
        let seconds = |remaining: u64| u32::try_from(remaining).unwrap_or(u32::MAX);
        let (binding, change) = match change {
            BindingChange::Added(binding) => {
                (binding, ContactChange::Added { expires: seconds(binding.remaining(now)) })
            }
            BindingChange::Refreshed(binding) => {
                (binding, ContactChange::Refreshed { expires: seconds(binding.remaining(now)) })
            }
            BindingChange::Removed { binding, reason } => {
                let reason = match reason {
                    RemovalReason::Expired => "expiration",
                    RemovalReason::Unregistered => "request",
                    RemovalReason::Replaced => "remove existing",
                    RemovalReason::Disconnected => "shutdown",
                    _ => "configuration",
                };
                (binding, ContactChange::Removed { reason })
            }
            _ => return None,
        };
        Some(Self { aor: binding.aor.clone(), uri: binding.contact_uri.clone(), change })
    }
}

impl From<ContactEvent> for Event {
    fn from(event: ContactEvent) -> Self {
        let ContactEvent { aor, uri, change } = event;
        Self::Contact { aor, uri, change }
    }
}
