//! Bodies of several parts (RFC 2046 §5.1, RFC 5621): a session description, and what goes with it.

mod builder;
mod parts;

pub use builder::MultipartBuilder;

use alloc::vec::Vec;

use crate::header::HeaderName;
use crate::message::Message;
use crate::typed::{ContentDisposition, ContentType, TypedHeader};

/// Parts of one message that are looked at; those behind them are passed over.
pub(crate) const MOST_PARTS: usize = 32;

/// One part of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'m> {
    head: &'m str,
    body: &'m [u8],
}

impl<'m> Part<'m> {
    /// The value of the first header of that name, in any case.
    pub fn raw(&self, name: &str) -> Option<&'m str> {
        let name = HeaderName::from(name);
        let means = |known: &str| {
            known.eq_ignore_ascii_case(name.as_str()) || (known.len() == 1 && HeaderName::from(known) == name)
        };
        parts::header_lines(self.head).find(|(known, _)| means(known)).map(|(_, value)| value)
    }

    /// What it is; `None` where that is not said or cannot be read.
    pub fn content_type(&self) -> Option<ContentType<'m>> {
        ContentType::parse(self.raw("Content-Type")?).ok()
    }

    /// Whether it is that type, in any case: `part.is("application", "sdp")`.
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.content_type().is_some_and(|content| content.is(kind, subtype))
    }

    /// Its identifier without the brackets, which `cid:` URIs name (RFC 2392).
    pub fn content_id(&self) -> Option<&'m str> {
        let id = self.raw("Content-ID")?;
        Some(id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id))
    }

    /// Whether a receiver that does not know its type may leave it aside (RFC 3261 §20.11).
    pub fn is_optional(&self) -> bool {
        self.disposition().is_some_and(|disposition| disposition.is_optional())
    }

    /// Whether it says itself that a receiver has to know its type (`handling=required`).
    pub fn is_required(&self) -> bool {
        self.disposition().is_some_and(|disposition| disposition.is_required())
    }

    fn disposition(&self) -> Option<ContentDisposition<'m>> {
        ContentDisposition::parse(self.raw("Content-Disposition")?).ok()
    }

    /// Its octets.
    pub fn body(&self) -> &'m [u8] {
        self.body
    }
}

impl Message {
    /// The parts of the body, in order, those of parts that have parts themselves in their place. Of any other body it is
    /// the body itself, which is none where it is empty.
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use sip_parser::Message;
    /// let message = Message::parse(Bytes::from_static(
    ///     b"INVITE sip:911@pbx SIP/2.0\r\nContent-Type: multipart/mixed;boundary=b\r\nContent-Length: 85\r\n\r\n\
    ///       --b\r\nContent-Type: text/plain\r\n\r\nfirst\r\n--b\r\nContent-ID: <two@pbx>\r\n\r\nsecond\r\n--b--\r\n",
    /// ))?;
    /// let parts = message.parts();
    /// assert_eq!((parts[0].body(), parts[1].content_id()), (&b"first"[..], Some("two@pbx")));
    /// # Ok::<(), sip_parser::ParseError>(())
    /// ```
    pub fn parts(&self) -> Vec<Part<'_>> {
        let mut found = Vec::new();
        if !self.body().is_empty() {
            // A single body has its headers among those of the message.
            let content = self.header::<ContentType<'_>>().ok().flatten();
            parts::gather(content, self.header_text(), self.body(), 0, &mut found);
        }
        found
    }

    /// The session description in the body: the body itself, or the first part of that type. A body of which nothing is
    /// said is one: RFC 2543 knew no other.
    pub fn session_description(&self) -> Option<&[u8]> {
        let body = Some(self.body()).filter(|body| !body.is_empty())?;
        match self.header::<ContentType<'_>>() {
            Ok(None) => Some(body),
            Ok(Some(content)) if content.is("application", "sdp") => Some(body),
            Ok(Some(content)) if content.is_multipart() => {
                self.parts().into_iter().find(|part| part.is("application", "sdp")).map(|part| part.body)
            }
            Ok(Some(_)) | Err(_) => None,
        }
    }

    /// The body or the part of that type.
    pub fn body_of(&self, kind: &str, subtype: &str) -> Option<&[u8]> {
        match self.header::<ContentType<'_>>().ok().flatten()? {
            content if content.is(kind, subtype) => Some(self.body()),
            content if content.is_multipart() => {
                self.parts().into_iter().find(|part| part.is(kind, subtype)).map(|part| part.body)
            }
            _ => None,
        }
    }
}

impl ContentType<'_> {
    /// Whether a body of it has parts (RFC 2046 §5.1).
    pub fn is_multipart(&self) -> bool {
        self.kind.eq_ignore_ascii_case("multipart")
    }
}

#[cfg(test)]
mod tests;
