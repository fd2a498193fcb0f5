//! Several states in one document: `multipart/related` with `application/rlmi+xml` in front (RFC 4662).

use std::fmt::Write as _;

use super::xml::{DECLARATION, attribute, escape};
use crate::user_agent::{Body, Document};

/// A list of resources.
#[derive(Clone, Debug)]
pub struct ResourceList {
    /// URI of the list.
    pub uri: String,
    /// Its name, for people.
    pub name: Option<String>,
    /// What it is made of.
    pub resources: Vec<ListedResource>,
}

/// One resource of a list.
#[derive(Clone, Debug)]
pub struct ListedResource {
    /// Its URI.
    pub uri: String,
    /// Its name, for people.
    pub name: Option<String>,
    /// Its state; `None` when there is no such resource.
    pub document: Option<Document>,
}

impl ResourceList {
    /// The option tag by which watchers say that they know lists.
    pub const OPTION: &'static str = "eventlist";

    /// The media type of its first part.
    pub const CONTENT_TYPE: &'static str = "application/rlmi+xml";

    /// The document with this number, of all resources.
    #[must_use]
    pub fn write(&self, version: u32) -> Body {
        self.write_some(version, None)
    }

    /// The document with this number, of the resources alone that `changed` says `true` of, in their order (section 5.2).
    #[must_use]
    pub fn write_changes(&self, version: u32, changed: &[bool]) -> Body {
        self.write_some(version, Some(changed))
    }

    fn write_some(&self, version: u32, changed: Option<&[bool]>) -> Body {
        let told = |index: usize| changed.is_none_or(|changed| changed.get(index).copied().unwrap_or(true));
        let document = |(index, resource): (usize, &ListedResource)| {
            resource.document.as_ref().filter(|_| told(index))?.write(version, true)
        };
        let parts: Vec<Option<Body>> = self.resources.iter().enumerate().map(document).collect();
        let meta = self.meta(version, &parts, changed);
        let boundary = boundary(&meta, &parts);
        let mut octets = part(&boundary, "list@list", Self::CONTENT_TYPE, meta.as_bytes());
        for (index, body) in parts.iter().enumerate() {
            if let Some(body) = body {
                let id = format!("{index}@list");
                octets.extend_from_slice(&part(&boundary, &id, &body.content_type, &body.bytes));
            }
        }
        octets.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let kind = Self::CONTENT_TYPE;
        let content_type =
            format!("multipart/related;type=\"{kind}\";start=\"<list@list>\";boundary=\"{boundary}\"");
        Body { content_type, bytes: octets.into() }
    }

    /// What the parts are (section 5).
    fn meta(&self, version: u32, parts: &[Option<Body>], changed: Option<&[bool]>) -> String {
        let mut text = DECLARATION.to_owned();
        text.push_str("<list xmlns=\"urn:ietf:params:xml:ns:rlmi\"");
        attribute(&mut text, "uri", &self.uri);
        attribute(&mut text, "version", &version.to_string());
        attribute(&mut text, "fullState", if changed.is_none() { "true" } else { "false" });
        text.push_str(">\n");
        name(&mut text, " ", self.name.as_deref());
        let told = |index: usize| changed.is_none_or(|changed| changed.get(index).copied().unwrap_or(true));
        let all = self.resources.iter().zip(parts).enumerate();
        for (index, (resource, part)) in all.filter(|(index, _)| told(*index)) {
            text.push_str(" <resource");
            attribute(&mut text, "uri", &resource.uri);
            text.push_str(">\n");
            name(&mut text, "  ", resource.name.as_deref());
            text.push_str("  <instance");
            attribute(&mut text, "id", &index.to_string());
            match part {
                Some(_) => {
                    attribute(&mut text, "state", "active");
                    attribute(&mut text, "cid", &format!("{index}@list"));
                }
                None => {
                    attribute(&mut text, "state", "terminated");
                    attribute(&mut text, "reason", "noresource");
                }
            }
            text.push_str("/>\n </resource>\n");
        }
        text.push_str("</list>\n");
        text
    }
}

fn name(text: &mut String, indent: &str, name: Option<&str>) {
    if let Some(name) = name {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{indent}<name>{}</name>", escape(name));
    }
}

fn part(boundary: &str, id: &str, content_type: &str, octets: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{boundary}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{id}>\r\n\
         Content-Type: {content_type}\r\n\r\n"
    );
    [head.as_bytes(), octets, b"\r\n"].concat()
}

/// A boundary that stands in none of the parts.
fn boundary(meta: &str, parts: &[Option<Body>]) -> String {
    let is_in =
        |octets: &[u8], boundary: &str| octets.windows(boundary.len()).any(|w| w == boundary.as_bytes());
    let mut boundary = "of-the-list".to_owned();
    while is_in(meta.as_bytes(), &boundary)
        || parts.iter().flatten().any(|body| is_in(&body.bytes, &boundary))
    {
        boundary.push_str("-x");
    }
    boundary
}

#[cfg(test)]
mod tests {
    use super::super::xml::parse;
    use super::*;

    fn resource(uri: &str, text: Option<&'static str>) -> ListedResource {
        let body = |text: &'static str| Body { content_type: "text/plain".into(), bytes: text.into() };
        ListedResource { uri: uri.into(), name: None, document: text.map(|text| Document::Fixed(body(text))) }
    }

    #[test]
    fn parts_are_named_by_the_first() {
        let resources = vec![resource("sip:1@h", Some("one")), resource("sip:2@h", None)];
        let list = ResourceList { uri: "sip:all@h".into(), name: Some("A & B".into()), resources };
        let body = list.write(4);
        assert!(body.content_type.contains("type=\"application/rlmi+xml\""), "{}", body.content_type);
        let text = String::from_utf8_lossy(&body.bytes).into_owned();
        let parts: Vec<&str> = text.split("--of-the-list").collect();
        assert_eq!((parts.len(), parts[3]), (4, "--\r\n"));
        let (_, meta) = parts[1].split_once("\r\n\r\n").unwrap();
        let root = parse(meta.as_bytes()).unwrap();
        assert_eq!((root.attribute("version"), root.attribute("fullState")), (Some("4"), Some("true")));
        let instances: Vec<_> = root.children.iter().filter_map(|child| child.child("instance")).collect();
        assert_eq!(
            (instances[0].attribute("state"), instances[0].attribute("cid")),
            (Some("active"), Some("0@list"))
        );
        assert_eq!(instances[1].attribute("reason"), Some("noresource"));
        assert!(parts[2].contains("Content-ID: <0@list>\r\n") && parts[2].ends_with("\r\n\r\none\r\n"));
    }

    #[test]
    fn what_is_the_same_may_be_left_out() {
        let resources = vec![
            resource("sip:1@h", Some("one")),
            resource("sip:2@h", Some("two")),
            resource("sip:3@h", None),
        ];
        let list = ResourceList { uri: "sip:all@h".into(), name: None, resources };
        let text =
            |changed: &[bool]| String::from_utf8_lossy(&list.write_changes(7, changed).bytes).into_owned();
        let told = text(&[false, true, true]);
        assert!(told.contains("version=\"7\" fullState=\"false\""), "{told}");
        assert!(!told.contains("sip:1@h") && told.contains("sip:2@h") && told.contains("sip:3@h"), "{told}");
        assert!(told.contains("cid=\"1@list\"") && told.contains("Content-ID: <1@list>"), "{told}");
        assert!(!told.contains("Content-ID: <0@list>"), "{told}");
        assert!(!text(&[false; 3]).contains("<resource"));
    }

    #[test]
    fn no_part_can_end_another() {
        let list = ResourceList {
            uri: "sip:all@h".into(),
            name: None,
            resources: vec![resource("sip:1@h", Some("\r\n--of-the-list--\r\n"))],
        };
        let body = list.write(0);
        assert!(body.content_type.contains("boundary=\"of-the-list-x\""), "{}", body.content_type);
    }
}
