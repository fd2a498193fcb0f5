//! The calls of somebody: `application/dialog-info+xml` (RFC 4235).

use super::xml::{DECLARATION, attribute, escape};
use crate::user_agent::Body;

/// The calls of one user, always all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogInfo {
    /// URI of the user.
    pub entity: String,
    /// The calls; an idle user has none, or one that is [terminated](DialogProgress::Terminated).
    pub dialogs: Vec<WatchedDialog>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedDialog {
    /// Tells it from the others of the document.
    pub id: String,
    /// How far it is.
    pub progress: DialogProgress,
    /// Whether the user was called (`recipient`) or calls (`initiator`); `None` where nothing rings.
    pub is_recipient: Option<bool>,
    /// Call-ID, with which the watcher may pick the call up.
    pub call_id: Option<String>,
    /// The user's end.
    pub local: Option<Party>,
    /// The other end.
    pub remote: Option<Party>,
}

/// How far a call is (RFC 4235 section 3.7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialogProgress {
    /// Sent, nothing heard.
    Trying,
    /// It rings.
    Early,
    /// Answered.
    Confirmed,
    /// Over.
    Terminated,
}

/// One end of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Its URI.
    pub uri: String,
    /// Its name; empty for none.
    pub display: String,
    /// It sends no sound: the call is on hold.
    pub on_hold: bool,
}

impl DialogInfo {
    /// Its media type.
    pub const CONTENT_TYPE: &'static str = "application/dialog-info+xml";

    /// The document with this number. Watchers drop one that is older than what they have (section 4.1).
    #[must_use]
    pub fn write(&self, version: u32) -> Body {
        let mut text = DECLARATION.to_owned();
        text.push_str("<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\"");
        attribute(&mut text, "version", &version.to_string());
        attribute(&mut text, "state", "full");
        attribute(&mut text, "entity", &self.entity);
        text.push_str(">\n");
        self.dialogs.iter().for_each(|dialog| dialog.write(&mut text));
        text.push_str("</dialog-info>\n");
        Body { content_type: Self::CONTENT_TYPE.to_owned(), bytes: text.into() }
    }
}

impl WatchedDialog {
    fn write(&self, text: &mut String) {
        text.push_str(" <dialog");
        attribute(text, "id", &self.id);
        if let Some(call_id) = &self.call_id {
            attribute(text, "call-id", call_id);
        }
        if let Some(recipient) = self.is_recipient {
            attribute(text, "direction", if recipient { "recipient" } else { "initiator" });
        }
        text.push_str(">\n  <state>");
        text.push_str(match self.progress {
            DialogProgress::Trying => "trying",
            DialogProgress::Early => "early",
            DialogProgress::Confirmed => "confirmed",
            DialogProgress::Terminated => "terminated",
        });
        text.push_str("</state>\n");
        for (name, party) in [("local", &self.local), ("remote", &self.remote)] {
            if let Some(party) = party {
                party.write(text, name);
            }
        }
        text.push_str(" </dialog>\n");
    }
}

impl Party {
    fn write(&self, text: &mut String, end: &str) {
        text.push_str(&format!("  <{end}>\n   <identity"));
        if !self.display.is_empty() {
            attribute(text, "display", &self.display);
        }
        text.push_str(&format!(">{}</identity>\n   <target", escape(&self.uri)));
        attribute(text, "uri", &self.uri);
        match self.on_hold {
            // RFC 3840 and RFC 4235 section 4.1.6.
            true => {
                text.push_str(">\n    <param pname=\"+sip.rendering\" pvalue=\"no\"/>\n   </target>\n");
            }
            false => text.push_str("/>\n"),
        }
        text.push_str(&format!("  </{end}>\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml::parse;
    use super::*;

    #[test]
    fn a_ringing_phone() {
        let remote = Party { uri: "sip:7@h".into(), display: "A & \"B\"".into(), on_hold: false };
        let dialog = WatchedDialog {
            id: "100".into(),
            progress: DialogProgress::Early,
            is_recipient: Some(true),
            call_id: Some("abc".into()),
            local: Some(Party { uri: "sip:100@h".into(), ..Party::default() }),
            remote: Some(remote),
        };
        let body = DialogInfo { entity: "sip:100@h".into(), dialogs: vec![dialog] }.write(3);
        assert_eq!(body.content_type, "application/dialog-info+xml");
        let root = parse(&body.bytes).unwrap();
        assert_eq!((root.attribute("version"), root.attribute("state")), (Some("3"), Some("full")));
        let dialog = root.child("dialog").unwrap();
        assert_eq!((dialog.attribute("id"), dialog.attribute("direction")), (Some("100"), Some("recipient")));
        let order: Vec<&str> = dialog.children.iter().map(|child| child.name.as_str()).collect();
        assert_eq!(order, ["state", "local", "remote"], "as the schema has them");
        let identity = dialog.child("remote").and_then(|remote| remote.child("identity")).unwrap();
        assert_eq!((identity.attribute("display"), identity.text.as_str()), (Some("A & \"B\""), "sip:7@h"));
    }

    #[test]
    fn a_call_on_hold_is_not_rendered() {
        let local = Party { uri: "sip:100@h".into(), display: String::new(), on_hold: true };
        let dialog = WatchedDialog {
            id: "100".into(),
            progress: DialogProgress::Confirmed,
            is_recipient: None,
            call_id: None,
            local: Some(local),
            remote: None,
        };
        let body = DialogInfo { entity: "sip:100@h".into(), dialogs: vec![dialog] }.write(0);
        let text = String::from_utf8_lossy(&body.bytes).into_owned();
        assert!(text.contains("<state>confirmed</state>"), "{text}");
        assert!(text.contains("<param pname=\"+sip.rendering\" pvalue=\"no\"/>"), "{text}");
        assert!(parse(&body.bytes).is_ok());
    }
}
