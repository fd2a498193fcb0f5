//! What outbound (RFC 5626) and GRUU (RFC 5627) add to a Contact.

use alloc::borrow::Cow;

use super::name_addr::NameAddr;
use crate::scan::number;

impl<'a> NameAddr<'a> {
    /// Which device it is, over all its addresses and restarts: the URN in `+sip.instance`, without its angle brackets
    /// (RFC 5626 §4.1).
    pub fn instance(&self) -> Option<Cow<'a, str>> {
        let text = self.params().text("+sip.instance")?;
        let inside = |text: &str| text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).map(str::len);
        match inside(&text) {
            Some(length) => Some(match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[1..=length]),
                Cow::Owned(text) => Cow::Owned(text[1..=length].into()),
            }),
            None => Some(text),
        }
    }

    /// Which of the flows of a device it is, from 1 (`reg-id`, RFC 5626 §4.2).
    pub fn reg_id(&self) -> Option<u32> {
        number(self.param("reg-id")??).filter(|id| *id > 0)
    }

    /// The address that a registrar made for this device, which everybody may see (`pub-gruu`, RFC 5627 §5.3).
    pub fn pub_gruu(&self) -> Option<Cow<'a, str>> {
        self.params().text("pub-gruu")
    }

    /// The same that nobody can tell whose it is (`temp-gruu`, RFC 5627 §5.3).
    pub fn temp_gruu(&self) -> Option<Cow<'a, str>> {
        self.params().text("temp-gruu")
    }

    /// Whether the Contact asks for, or the Route leads over, a flow of outbound (`ob`, RFC 5626 §5).
    pub fn is_outbound(&self) -> bool {
        self.uri().param("ob").is_some()
    }

    /// Whether the URI is a GRUU, and what its `gr` names: `Some(None)` in a temporary one (RFC 5627 §6).
    pub fn gruu(&self) -> Option<Option<&'a str>> {
        self.uri().param("gr")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_a_device_are_read() {
        let text = r#"<sip:callee@192.0.2.2;gr=hha9s8d-999a;ob>;+sip.instance="<urn:uuid:f81d4fae>";reg-id=2
            ;pub-gruu="sip:callee@example.com;gr=urn:uuid:f81d4fae";temp-gruu="sip:tgruu.7hs@example.com;gr""#;
        let contact = NameAddr::parse(text).unwrap();
        assert_eq!(contact.instance().as_deref(), Some("urn:uuid:f81d4fae"));
        assert_eq!((contact.reg_id(), contact.is_outbound()), (Some(2), true));
        assert_eq!(contact.pub_gruu().as_deref(), Some("sip:callee@example.com;gr=urn:uuid:f81d4fae"));
        assert_eq!(contact.temp_gruu().as_deref(), Some("sip:tgruu.7hs@example.com;gr"));
        assert_eq!(contact.gruu(), Some(Some("hha9s8d-999a")));
        let plain = NameAddr::parse("<sip:a@b>;reg-id=0;+sip.instance=x").unwrap();
        assert_eq!((plain.reg_id(), plain.gruu(), plain.is_outbound()), (None, None, false));
        assert_eq!(plain.instance().as_deref(), Some("x"));
        let escaped = NameAddr::parse(r#"<sip:a@b>;+sip.instance="<a\"b>""#).unwrap();
        assert_eq!(escaped.instance().as_deref(), Some("a\"b"));
    }
}
