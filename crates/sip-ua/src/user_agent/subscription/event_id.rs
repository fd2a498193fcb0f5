//! What a subscription is about.

use std::fmt;

use sip_parser::{HeaderName, Message};

/// An event package, and what tells apart two subscriptions to it (RFC 6665 section 8.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventId {
    /// The package: `dialog`, `presence`, `refer`; packages compare without regard to case.
    pub package: String,
    /// The `id` parameter, byte for byte what the subscriber sent.
    pub id: Option<String>,
}

impl EventId {
    /// An event without an id.
    #[must_use]
    pub fn new(package: impl Into<String>) -> EventId {
        EventId { package: package.into(), id: None }
    }

    /// What the Event header of a message says; `None` without one that can be read.
    #[must_use]
    pub fn of(message: &Message) -> Option<EventId> {
        let value = message.raw(&HeaderName::Event)?;
        let mut parts = value.split(';').map(str::trim);
        let package = parts.next().filter(|package| !package.is_empty())?.to_owned();
        let id = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("id").then(|| value.trim().to_owned())
        });
        Some(EventId { package, id })
    }

    /// Whether both mean the same subscription.
    #[must_use]
    pub fn is(&self, other: &EventId) -> bool {
        self.package.eq_ignore_ascii_case(&other.package) && self.id == other.id
    }
}

impl fmt::Display for EventId {
    /// The value of Event.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.package)?;
        self.id.iter().try_for_each(|id| write!(f, ";id={id}"))
    }
}
