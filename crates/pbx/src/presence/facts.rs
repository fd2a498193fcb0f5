//! What presence asks of the rest of the exchange.

use std::sync::Arc;

use super::Presence;
use super::mailbox::{MailboxCounts, MailboxSource};
use super::state::Facts;
use crate::configuration::Configuration;
use crate::registrar::Registrations;

/// The configuration in force and the registrations, for the time of one question.
pub(super) struct Known {
    of: Option<(Arc<Configuration>, Arc<Registrations>)>,
    voicemail: Option<Arc<dyn MailboxSource>>,
}

impl Presence {
    pub(super) fn facts(&self) -> Known {
        let exchange = self.exchange();
        let of = exchange.map(|exchange| (exchange.configuration(), exchange.registrations().clone()));
        Known { of, voicemail: self.voicemail.get().cloned() }
    }
}

impl Facts for Known {
    fn endpoint(&self, name: &str) -> Option<(bool, u32)> {
        let (configuration, registrations) = self.of.as_ref()?;
        let endpoint = configuration.sip.endpoints.get(name)?;
        let has_contact = |aor: &String| {
            let fixed = configuration.sip.aors.get(aor).is_some_and(|aor| !aor.contacts.is_empty());
            fixed || !registrations.contacts(aor).is_empty()
        };
        Some((endpoint.aors.iter().any(has_contact), endpoint.device_state_busy_at))
    }

    fn mailbox(&self, name: &str) -> Option<MailboxCounts> {
        self.voicemail.as_ref()?.counts(name)
    }
}

impl Known {
    /// The contacts of an address of record, with the seconds since the epoch when they end.
    pub(super) fn contacts(&self, aor: &str) -> Vec<(String, u64)> {
        let Some((_, registrations)) = &self.of else { return Vec::new() };
        let bindings = registrations.contacts(aor).into_iter();
        let mut all: Vec<_> = bindings
            .map(|binding| {
                let ends = binding.expires_at.duration_since(std::time::UNIX_EPOCH);
                (binding.contact_uri, ends.map_or(0, |ends| ends.as_secs()))
            })
            .collect();
        all.sort();
        all
    }
}
