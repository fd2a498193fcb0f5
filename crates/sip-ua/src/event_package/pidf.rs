//! Whether somebody can be reached: `application/pidf+xml` (RFC 3863) with persons and activities (RFC 4479, 4480).

use std::fmt::Write as _;

use super::xml::{DECLARATION, Element, XmlError, attribute, escape, parse};
use crate::user_agent::Body;

/// The presence of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// URI of the user.
    pub entity: String,
    /// The ways to reach it.
    pub tuples: Vec<Tuple>,
    /// What the person does; empty where that is unknown.
    pub activities: Vec<Activity>,
    /// A line for people.
    pub note: Option<String>,
}

/// One way to reach a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tuple {
    /// Tells it from the others of the document.
    pub id: String,
    /// It accepts calls.
    pub is_open: bool,
    /// Where.
    pub contact: Option<String>,
    /// A line for people.
    pub note: Option<String>,
}

/// What somebody does (RFC 4480 section 3.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Activity {
    /// Talks.
    OnThePhone,
    /// Not there.
    Away,
    /// Does not want to be disturbed.
    Busy,
    /// At lunch, travelling, in a meeting: the word that was sent.
    Other(String),
}

/// Words that RFC 4480 knows, but for those with a variant of their own; others are not written, for phones would refuse
/// the document.
const WORDS: &[&str] = &[
    "appointment",
    "breakfast",
    "dinner",
    "holiday",
    "in-transit",
    "looking-for-work",
    "lunch",
    "meal",
    "meeting",
    "performance",
    "permanent-absence",
    "playing",
    "presentation",
    "shopping",
    "sleeping",
    "spectator",
    "steering",
    "travel",
    "tv",
    "vacation",
    "working",
    "worship",
];

impl Activity {
    /// The word for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Activity::OnThePhone => "on-the-phone",
            Activity::Away => "away",
            Activity::Busy => "busy",
            Activity::Other(word) => word,
        }
    }

    fn of(name: &str) -> Option<Activity> {
        match name {
            "on-the-phone" => Some(Activity::OnThePhone),
            "away" => Some(Activity::Away),
            "busy" => Some(Activity::Busy),
            word => WORDS.contains(&word).then(|| Activity::Other(word.to_owned())),
        }
    }
}

impl Presence {
    /// Its media type.
    pub const CONTENT_TYPE: &'static str = "application/pidf+xml";

    /// The document.
    #[must_use]
    pub fn write(&self) -> Body {
        let mut text = DECLARATION.to_owned();
        text.push_str(
            "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
             xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" \
             xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\"",
        );
        attribute(&mut text, "entity", &self.entity);
        text.push_str(">\n");
        self.tuples.iter().for_each(|tuple| tuple.write(&mut text));
        note(&mut text, " ", "note", self.note.as_deref());
        let words = self.activities.iter().map(Activity::as_str);
        let known: Vec<&str> = words.filter(|word| Activity::of(word).is_some()).collect();
        if !known.is_empty() {
            text.push_str(" <dm:person id=\"person\">\n  <rpid:activities>\n");
            for word in known {
                // Writing into a String cannot fail.
                let _ = writeln!(text, "   <rpid:{word}/>");
            }
            text.push_str("  </rpid:activities>\n </dm:person>\n");
        }
        text.push_str("</presence>\n");
        Body { content_type: Self::CONTENT_TYPE.to_owned(), bytes: text.into() }
    }

    /// Reads a document, as PUBLISH brings it.
    ///
    /// # Errors
    /// [`XmlError`] when it is no such document, or a larger one than anybody needs.
    pub fn parse(octets: &[u8]) -> Result<Presence, XmlError> {
        let root = parse(octets)?;
        if root.name != "presence" {
            return Err(XmlError::Malformed(0));
        }
        let tuples = root.children.iter().filter(|child| child.name == "tuple").map(Tuple::read).collect();
        // Some clients put activities into the tuple, as the draft before RFC 4480 had it.
        let holders = root.children.iter().filter(|child| matches!(child.name.as_str(), "person" | "tuple"));
        let inner = holders.flat_map(|holder| holder.children.iter().chain(holder.child("status")));
        let lists = inner.filter_map(|child| match child.name.as_str() {
            "activities" => Some(child),
            _ => child.child("activities"),
        });
        let mut activities: Vec<Activity> = Vec::new();
        for activity in lists.flat_map(|list| &list.children).filter_map(|child| Activity::of(&child.name)) {
            if !activities.contains(&activity) {
                activities.push(activity);
            }
        }
        let of_person = || root.child("person").and_then(|person| person.child("note"));
        let note = root.child("note").or_else(of_person).map(|note| note.text.clone());
        let entity = root.attribute("entity").unwrap_or_default().to_owned();
        Ok(Presence { entity, tuples, activities, note })
    }

    /// Whether some way to reach the user is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.tuples.iter().any(|tuple| tuple.is_open)
    }
}

impl Tuple {
    fn write(&self, text: &mut String) {
        text.push_str(" <tuple");
        attribute(text, "id", &self.id);
        let basic = if self.is_open { "open" } else { "closed" };
        let _ = write!(text, ">\n  <status>\n   <basic>{basic}</basic>\n  </status>\n");
        if let Some(contact) = &self.contact {
            let _ = writeln!(text, "  <contact priority=\"1\">{}</contact>", escape(contact));
        }
        note(text, "  ", "note", self.note.as_deref());
        text.push_str(" </tuple>\n");
    }

    fn read(element: &Element) -> Tuple {
        let basic = element.child("status").and_then(|status| status.child("basic"));
        let text = |name| element.child(name).map(|child| child.text.clone());
        Tuple {
            id: element.attribute("id").unwrap_or_default().to_owned(),
            is_open: basic.is_some_and(|basic| basic.text.eq_ignore_ascii_case("open")),
            contact: text("contact"),
            note: text("note"),
        }
    }
}

fn note(text: &mut String, indent: &str, name: &str, note: Option<&str>) {
    if let Some(note) = note.filter(|note| !note.is_empty()) {
        let _ = writeln!(text, "{indent}<{name}>{}</{name}>", escape(note));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence() -> Presence {
        let tuple = Tuple {
            id: "100".into(),
            is_open: true,
            contact: Some("sip:100@h".into()),
            note: Some("On the phone".into()),
        };
        Presence {
            entity: "sip:100@h".into(),
            tuples: vec![tuple],
            activities: vec![Activity::OnThePhone, Activity::Other("lunch".into())],
            note: Some("Back at <2>".into()),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let body = presence().write();
        assert_eq!(body.content_type, "application/pidf+xml");
        assert_eq!(Presence::parse(&body.bytes), Ok(presence()));
        let text = String::from_utf8_lossy(&body.bytes).into_owned();
        assert!(text.contains("<basic>open</basic>") && text.contains("<rpid:on-the-phone/>"), "{text}");
    }

    #[test]
    fn words_that_are_no_activities_are_left_out() {
        let mut presence = presence();
        presence.activities = vec![Activity::Other("x/><evil".into())];
        assert!(!String::from_utf8_lossy(&presence.write().bytes).contains("evil"));
    }

    #[test]
    fn the_seeds_of_the_fuzz_target_are_read() {
        let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/presence");
        for seed in std::fs::read_dir(seeds).unwrap() {
            let octets = std::fs::read(seed.unwrap().path()).unwrap();
            crate::fuzzing::presence(&octets);
            assert!(Presence::parse(&octets).is_ok());
        }
    }

    #[test]
    fn what_phones_publish_is_understood() {
        let text = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
            xmlns:p1=\"urn:ietf:params:xml:ns:pidf:data-model\" xmlns:p2=\"urn:ietf:params:xml:ns:pidf:rpid\" \
            entity=\"sip:a@h\"><tuple id=\"x\"><status><basic>closed</basic></status></tuple>\
            <p1:person><p2:activities><p2:away/><p2:strange/></p2:activities><p1:note>gone</p1:note></p1:person>\
            </presence>";
        let read = Presence::parse(text.as_bytes()).unwrap();
        assert!(!read.is_open());
        assert_eq!((read.activities, read.note.as_deref()), (vec![Activity::Away], Some("gone")));
        assert!(Presence::parse(b"<other/>").is_err());
    }
}
