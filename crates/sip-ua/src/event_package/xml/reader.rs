//! Reads a document into a tree.

/// Octets of a document.
const MAX_OCTETS: usize = 64 * 1024;
/// Elements within elements.
const MAX_DEPTH: usize = 16;
/// Elements in all.
const MAX_ELEMENTS: usize = 512;
/// Attributes of one element.
const MAX_ATTRIBUTES: usize = 32;

/// Why a document was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// It is not UTF-8.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// It exceeds a bound.
    #[error("the document is too large; send at most 64 KiB, 512 elements and 16 levels")]
    TooLarge,
    /// It has a document type or an entity of its own.
    #[error("the document declares a type or an entity; send one without")]
    Declaration,
    /// It is not well formed.
    #[error("the document is not well-formed XML near octet {0}")]
    Malformed(usize),
}

/// An element. Names are without prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its local name.
    pub name: String,
    /// Its attributes by local name, in order, without namespace declarations.
    pub attributes: Vec<(String, String)>,
    /// The elements in it.
    pub children: Vec<Element>,
    /// The text directly in it, trimmed.
    pub text: String,
}

impl Element {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first child of that name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// Reads a document.
///
/// # Errors
/// [`XmlError`] when it is no document, or more than anybody needs.
pub fn parse(octets: &[u8]) -> Result<Element, XmlError> {
    if octets.len() > MAX_OCTETS {
        return Err(XmlError::TooLarge);
    }
    let text = std::str::from_utf8(octets).map_err(|_| XmlError::NotUtf8)?;
    let mut reader = Reader { text: text.trim_start_matches('\u{feff}'), at: 0, elements: 0 };
    reader.document()
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    elements: usize,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Element, XmlError> {
        // Elements that are open, the outermost first.
        let mut open: Vec<Element> = Vec::new();
        loop {
            let text = self.until('<');
            match open.last_mut() {
                Some(element) => element.text.push_str(&unescape(text).ok_or(XmlError::Malformed(self.at))?),
                None if text.trim().is_empty() => {}
                None => return Err(self.malformed()),
            }
            let closed = match self.tag()? {
                Tag::Nothing => continue,
                Tag::Characters(text) => {
                    let element = open.last_mut().ok_or(XmlError::Malformed(self.at))?;
                    element.text.push_str(text);
                    continue;
                }
                Tag::Open(element) if open.len() < MAX_DEPTH => {
                    open.push(element);
                    continue;
                }
                Tag::Open(_) => return Err(XmlError::TooLarge),
                Tag::Empty(element) => element,
                Tag::Close(name) => match open.pop() {
                    Some(element) if element.name == name => element,
                    _ => return Err(self.malformed()),
                },
            };
            let closed = Element { text: closed.text.trim().to_owned(), ..closed };
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => return Ok(closed),
            }
        }
    }

    fn malformed(&self) -> XmlError {
        XmlError::Malformed(self.at)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The text before the next `end`, which is passed over with it; all that is left if there is none.
    fn until(&mut self, end: char) -> &'t str {
        let rest = self.rest();
        let length = rest.find(end).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Passes over what stands before `end`, and `end`.
    fn through(&mut self, end: &str) -> Result<&'t str, XmlError> {
        let rest = self.rest();
        let length = rest.find(end).ok_or(self.malformed())?;
        self.at += length + end.len();
        Ok(&rest[..length])
    }

    /// What stands between `<` and `>`.
    fn tag(&mut self) -> Result<Tag<'t>, XmlError> {
        let rest = self.rest();
        if rest.starts_with("<!--") {
            self.at += 4;
            return self.through("-->").map(|_| Tag::Nothing);
        }
        if rest.starts_with("<![CDATA[") {
            self.at += 9;
            return self.through("]]>").map(Tag::Characters);
        }
        if rest.starts_with("<!") {
            return Err(XmlError::Declaration);
        }
        if rest.starts_with("<?") {
            return self.through("?>").map(|_| Tag::Nothing);
        }
        if rest.starts_with("</") {
            self.at += 2;
            let name = self.through(">")?;
            return Ok(Tag::Close(local(name.trim())));
        }
        if !rest.starts_with('<') {
            return Err(self.malformed());
        }
        self.at += 1;
        self.element()
    }

    fn element(&mut self) -> Result<Tag<'t>, XmlError> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(XmlError::TooLarge);
        }
        let mut element = Element { name: local(self.name()?).to_owned(), ..Element::default() };
        loop {
            self.blanks();
            if self.rest().starts_with("/>") {
                self.at += 2;
                return Ok(Tag::Empty(element));
            }
            if self.rest().starts_with('>') {
                self.at += 1;
                return Ok(Tag::Open(element));
            }
            if element.attributes.len() >= MAX_ATTRIBUTES {
                return Err(XmlError::TooLarge);
            }
            let (name, value) = self.attribute()?;
            if name != "xmlns" && !name.starts_with("xmlns:") {
                element.attributes.push((local(name).to_owned(), value));
            }
        }
    }

    fn attribute(&mut self) -> Result<(&'t str, String), XmlError> {
        let name = self.name()?;
        self.blanks();
        if !self.rest().starts_with('=') {
            return Err(self.malformed());
        }
        self.at += 1;
        self.blanks();
        let quote = match self.rest().chars().next() {
            Some('"') => "\"",
            Some('\'') => "'",
            _ => return Err(self.malformed()),
        };
        self.at += 1;
        let value = self.through(quote)?;
        if value.contains('<') {
            return Err(self.malformed());
        }
        Ok((name, unescape(value).ok_or(self.malformed())?))
    }

    fn name(&mut self) -> Result<&'t str, XmlError> {
        let rest = self.rest();
        let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '/' | '=' | '"' | '\'');
        let length = rest.find(ends).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.malformed());
        }
        self.at += length;
        Ok(&rest[..length])
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }
}

enum Tag<'t> {
    /// A comment or an instruction.
    Nothing,
    Characters(&'t str),
    Open(Element),
    Empty(Element),
    /// By its local name.
    Close(&'t str),
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, name)| name)
}

/// Resolves entities; `None` for one that is unknown.
fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let (name, behind) = rest[at + 1..].split_once(';')?;
        plain.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code).filter(|c| *c != '\0')?
            }
        });
        rest = behind;
    }
    plain.push_str(rest);
    Some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::escape;
    use super::*;

    #[test]
    fn a_tree_is_read() {
        let text = "\u{feff}<?xml version='1.0'?><!-- a --><p:presence xmlns:p='x' entity=\"sip:a&amp;b\">\n\
                    <tuple id='1'><status><basic>open</basic></status><note>T&#x65;a <![CDATA[<&>]]></note></tuple>\
                    <x/></p:presence>";
        let root = parse(text.as_bytes()).unwrap();
        assert_eq!((root.name.as_str(), root.attribute("entity")), ("presence", Some("sip:a&b")));
        let tuple = root.child("tuple").unwrap();
        assert_eq!(
            tuple.child("status").and_then(|s| s.child("basic")).map(|b| b.text.as_str()),
            Some("open")
        );
        assert_eq!(tuple.child("note").map(|note| note.text.as_str()), Some("Tea <&>"));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in
            ["", "x", "<a>", "<a></b>", "<a b>", "<a b=c/>", "<a>&nope;</a>", "</a>", "<a b='<'/>", "<", "<a"]
        {
            assert!(matches!(parse(text.as_bytes()), Err(XmlError::Malformed(_))), "{text}");
        }
        assert_eq!(parse(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), Err(XmlError::Declaration));
        assert_eq!(parse(b"\xff<a/>"), Err(XmlError::NotUtf8));
        assert_eq!(parse("<a>".repeat(20).as_bytes()), Err(XmlError::TooLarge));
        assert_eq!(parse(format!("<a>{}</a>", "<b/>".repeat(600)).as_bytes()), Err(XmlError::TooLarge));
        assert_eq!(parse(&vec![b' '; 70_000]), Err(XmlError::TooLarge));
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(text in "[<>/a:='\"&;#x! -]{0,60}") {
            let _ = parse(text.as_bytes());
        }

        #[test]
        fn what_is_written_comes_back(text in "\\PC{0,40}") {
            let document = format!("<a b=\"{}\">{}</a>", escape(&text), escape(&text));
            let read = parse(document.as_bytes());
            prop_assert!(read.is_ok(), "{document}");
            let root = read.unwrap_or_default();
            prop_assert_eq!(root.attribute("b"), Some(text.as_str()));
            prop_assert_eq!(root.text, text.trim());
        }
    }
}
