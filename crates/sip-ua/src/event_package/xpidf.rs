//! Presence as clients from before RFC 3863 read it: `application/xpidf+xml`, which Messenger and its contemporaries
//! asked for (draft-rosenberg-impp-pidf-00, with the substates of Messenger), and `application/cpim-pidf+xml`, the draft's
//! name of PIDF.

use super::pidf::{Activity, Presence, Tuple};
use super::xml::{attribute, escape};
use crate::user_agent::Body;

impl Presence {
    /// The media type of PIDF before it was a standard; the document is the same.
    pub const CPIM_CONTENT_TYPE: &'static str = "application/cpim-pidf+xml";
    /// The media type of the format before PIDF.
    pub const XPIDF_CONTENT_TYPE: &'static str = "application/xpidf+xml";

    /// The document in the form of one of the three media types; as PIDF for any other.
    #[must_use]
    pub fn write_as(&self, content_type: &str) -> Body {
        match content_type {
            Self::XPIDF_CONTENT_TYPE => self.write_xpidf(),
            Self::CPIM_CONTENT_TYPE => {
                Body { content_type: Self::CPIM_CONTENT_TYPE.to_owned(), ..self.write() }
            }
            _ => self.write(),
        }
    }

    fn write_xpidf(&self) -> Body {
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                        <!DOCTYPE presence PUBLIC \"-//IETF//DTD RFCxxxx XPIDF 1.0//EN\" \"xpidf.dtd\">\n\
                        <presence>\n <presentity"
            .to_owned();
        attribute(&mut text, "uri", &format!("{};method=SUBSCRIBE", self.entity));
        text.push_str("/>\n");
        for tuple in &self.tuples {
            self.write_atom(tuple, &mut text);
        }
        text.push_str("</presence>\n");
        Body { content_type: Self::XPIDF_CONTENT_TYPE.to_owned(), bytes: text.into() }
    }

    fn write_atom(&self, tuple: &Tuple, text: &mut String) {
        let (status, substatus) = self.states(tuple);
        text.push_str(" <atom");
        attribute(text, "id", &tuple.id);
        text.push_str(">\n  <address");
        let contact = tuple.contact.as_deref().unwrap_or(&self.entity);
        attribute(text, "uri", &format!("{contact};user=ip"));
        attribute(text, "priority", "0.800000");
        text.push_str(">\n   <status");
        attribute(text, "status", status);
        text.push_str("/>\n   <msnsubstatus");
        attribute(text, "substatus", substatus);
        text.push_str("/>\n");
        if let Some(note) = self.note.as_deref().or(tuple.note.as_deref()) {
            text.push_str("   <note>");
            text.push_str(&escape(note));
            text.push_str("</note>\n");
        }
        text.push_str("  </address>\n </atom>\n");
    }

    /// The status, and what Messenger shows of it.
    fn states(&self, tuple: &Tuple) -> (&'static str, &'static str) {
        let does = |activity: &Activity| self.activities.contains(activity);
        match tuple.is_open {
            false => ("closed", "offline"),
            true if does(&Activity::OnThePhone) => ("inuse", "onthephone"),
            true if does(&Activity::Busy) => ("inuse", "busy"),
            true if does(&Activity::Away) => ("open", "away"),
            true => ("open", "online"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence(is_open: bool, activities: Vec<Activity>) -> Presence {
        let contact = Some("sip:100@pbx".to_owned());
        let tuple = Tuple { id: "100".to_owned(), is_open, contact, note: Some("R&D".to_owned()) };
        Presence { entity: "sip:100@pbx".to_owned(), tuples: vec![tuple], activities, note: None }
    }

    fn text(presence: &Presence, content_type: &str) -> String {
        let body = presence.write_as(content_type);
        assert_eq!(body.content_type, content_type);
        String::from_utf8_lossy(&body.bytes).into_owned()
    }

    #[test]
    fn messenger_sees_each_state() {
        for (is_open, activities, status, substatus) in [
            (true, vec![], "open", "online"),
            (true, vec![Activity::OnThePhone], "inuse", "onthephone"),
            (true, vec![Activity::Busy], "inuse", "busy"),
            (true, vec![Activity::Away], "open", "away"),
            (false, vec![Activity::OnThePhone], "closed", "offline"),
        ] {
            let told = text(&presence(is_open, activities), Presence::XPIDF_CONTENT_TYPE);
            assert!(told.contains(&format!("status=\"{status}\"")), "{told}");
            assert!(told.contains(&format!("substatus=\"{substatus}\"")), "{told}");
            assert!(told.contains("<presentity uri=\"sip:100@pbx;method=SUBSCRIBE\"/>"), "{told}");
            assert!(told.contains("<note>R&amp;D</note>"), "{told}");
        }
    }

    #[test]
    fn the_draft_of_pidf_has_another_name_only() {
        let presence = presence(true, Vec::new());
        assert_eq!(text(&presence, Presence::CPIM_CONTENT_TYPE), text(&presence, Presence::CONTENT_TYPE));
    }
}
