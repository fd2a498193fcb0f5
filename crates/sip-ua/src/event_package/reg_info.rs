//! Who is registered where: `application/reginfo+xml` (RFC 3680).

use super::xml::{DECLARATION, attribute, escape};
use crate::user_agent::Body;

/// The registrations of one address of record, always all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationInfo {
    /// URI of the address of record.
    pub aor: String,
    /// Tells it from the others of the subscription.
    pub id: String,
    /// Its contacts, those that have just gone included.
    pub contacts: Vec<RegisteredContact>,
}

/// One contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredContact {
    /// Tells it from the others of the address.
    pub id: String,
    /// Its URI.
    pub uri: String,
    /// What happened to it last.
    pub event: ContactEvent,
    /// Seconds that it still lasts.
    pub expires: Option<u64>,
}

/// What happened to a contact (RFC 3680 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContactEvent {
    /// It registered.
    Registered,
    /// It registered again.
    Refreshed,
    /// It did not come again in time.
    Expired,
    /// It went.
    Unregistered,
    /// The exchange sent it away.
    Deactivated,
}

impl ContactEvent {
    fn is_active(self) -> bool {
        matches!(self, ContactEvent::Registered | ContactEvent::Refreshed)
    }

    fn as_str(self) -> &'static str {
        match self {
            ContactEvent::Registered => "registered",
            ContactEvent::Refreshed => "refreshed",
            ContactEvent::Expired => "expired",
            ContactEvent::Unregistered => "unregistered",
            ContactEvent::Deactivated => "deactivated",
        }
    }
}

impl RegistrationInfo {
    /// Its media type.
    pub const CONTENT_TYPE: &'static str = "application/reginfo+xml";

    /// The document with this number.
    #[must_use]
    pub fn write(&self, version: u32) -> Body {
        let state = match self.contacts.iter().any(|contact| contact.event.is_active()) {
            true => "active",
            false if self.contacts.is_empty() => "init",
            false => "terminated",
        };
        let mut text = DECLARATION.to_owned();
        text.push_str("<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\"");
        attribute(&mut text, "version", &version.to_string());
        attribute(&mut text, "state", "full");
        text.push_str(">\n <registration");
        attribute(&mut text, "aor", &self.aor);
        attribute(&mut text, "id", &self.id);
        attribute(&mut text, "state", state);
        text.push_str(">\n");
        self.contacts.iter().for_each(|contact| contact.write(&mut text));
        text.push_str(" </registration>\n</reginfo>\n");
        Body { content_type: Self::CONTENT_TYPE.to_owned(), bytes: text.into() }
    }
}

impl RegisteredContact {
    fn write(&self, text: &mut String) {
        text.push_str("  <contact");
        attribute(text, "id", &self.id);
        attribute(text, "state", if self.event.is_active() { "active" } else { "terminated" });
        attribute(text, "event", self.event.as_str());
        if let Some(expires) = self.expires {
            attribute(text, "expires", &expires.to_string());
        }
        text.push_str(&format!(">\n   <uri>{}</uri>\n  </contact>\n", escape(&self.uri)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml::parse;
    use super::*;

    #[test]
    fn the_state_follows_from_the_contacts() {
        let contact = |event| RegisteredContact {
            id: "c1".into(),
            uri: "sip:a@h;x=\"<\"".into(),
            event,
            expires: Some(30),
        };
        for (contacts, state) in [
            (vec![], "init"),
            (vec![contact(ContactEvent::Registered)], "active"),
            (vec![contact(ContactEvent::Expired)], "terminated"),
        ] {
            let info = RegistrationInfo { aor: "sip:a@h".into(), id: "a".into(), contacts };
            let root = parse(&info.write(2).bytes).unwrap();
            let registration = root.child("registration").unwrap();
            assert_eq!(
                (root.attribute("version"), registration.attribute("state")),
                (Some("2"), Some(state))
            );
            let uri = registration.child("contact").and_then(|contact| contact.child("uri"));
            assert!(uri.is_none_or(|uri| uri.text == "sip:a@h;x=\"<\""));
        }
    }
}
