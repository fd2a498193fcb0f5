//! Addresses with a display name: From, To, Contact, Route and their kin (RFC 3261 §20.10).

use alloc::borrow::Cow;

use super::params::{Params, unquoted};
use crate::error::HeaderError;
use crate::scan::find_outside;
use crate::uri::Uri;

/// `"Alice" <sip:alice@example.com>;tag=1928`, or the same without brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameAddr<'a> {
    display: Option<&'a str>,
    uri: Uri<'a>,
    params: Params<'a>,
}

impl<'a> NameAddr<'a> {
    /// Reads one address. Without brackets, all parameters belong to the header (RFC 3261 §20.10).
    ///
    /// # Errors
    /// [`HeaderError`] when a bracket is missing or the URI cannot be read.
    pub fn parse(text: &'a str) -> Result<Self, HeaderError> {
        let text = text.trim();
        let Some(open) = open_bracket(text)? else {
            let end = text.find(';').unwrap_or(text.len());
            let (uri, params) = text.split_at(end);
            return Ok(Self { display: None, uri: Uri::parse(uri.trim())?, params: Params(params) });
        };
        let display = Some(text[..open].trim()).filter(|d| !d.is_empty());
        let inner = &text[open + 1..];
        let close = inner.find('>').ok_or(HeaderError::malformed("address", "'<' is not closed by '>'"))?;
        let params = inner[close + 1..].trim_start();
        if !params.is_empty() && !params.starts_with(';') {
            return Err(HeaderError::malformed("address", "something other than ';' follows '>'"));
        }
        Ok(Self { display, uri: Uri::parse(inner[..close].trim())?, params: Params(params) })
    }

    /// The display name, without quotes and escapes.
    pub fn display(&self) -> Option<Cow<'a, str>> {
        let text = self.display?;
        let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        Some(inner.map_or(Cow::Borrowed(text), unquoted))
    }

    /// The URI.
    pub fn uri(&self) -> Uri<'a> {
        self.uri.clone()
    }

    /// The URI as written.
    pub fn uri_str(&self) -> &'a str {
        self.uri.as_str()
    }

    /// The parameters of the header, not those of the URI.
    pub fn params(&self) -> Params<'a> {
        self.params
    }

    /// One parameter of the header, see [`Params::get`].
    pub fn param(&self, name: &str) -> Option<Option<&'a str>> {
        self.params.get(name)
    }

    /// The tag of From and To.
    pub fn tag(&self) -> Option<&'a str> {
        self.param("tag").flatten()
    }

    /// `expires` of a Contact, in seconds. A number that does not fit counts as the longest.
    pub fn expires(&self) -> Option<u32> {
        let digits = self.param("expires")??;
        let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        all_digits.then(|| digits.parse().unwrap_or(u32::MAX))
    }

    /// `q` of a Contact, in thousandths from 0 to 1000 (RFC 3261 §25.1).
    pub fn q(&self) -> Option<u16> {
        let text = self.param("q")??;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
        let padding = [1_000_u16, 100, 10, 1].get(fraction.len()).copied()?;
        let fraction: u16 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        let value = match whole {
            "0" | "" => fraction * padding,
            "1" if fraction == 0 => 1_000,
            _ => return None,
        };
        (digits && value <= 1_000).then_some(value)
    }
}

/// Where the bracket opens; a quoted display name may hold others.
fn open_bracket(text: &str) -> Result<Option<usize>, HeaderError> {
    let quotes_close = text.starts_with('"').then(|| find_closing_quote(text));
    match quotes_close {
        Some(None) => Err(HeaderError::malformed("address", "the quoted name is not closed")),
        _ => Ok(find_outside(text, b'<')),
    }
}

fn find_closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().enumerate().skip(1).find_map(|(at, byte)| {
        if escaped {
            escaped = false;
            return None;
        }
        escaped = byte == b'\\';
        (byte == b'"').then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_address_is_read() {
        let full = NameAddr::parse(r#""A \"B\" <x>" <sip:a@b;lr>;tag=9;q=0.25;expires=60"#).unwrap();
        assert_eq!(full.display().unwrap(), r#"A "B" <x>"#);
        assert_eq!(
            (full.uri_str(), full.tag(), full.q(), full.expires()),
            ("sip:a@b;lr", Some("9"), Some(250), Some(60))
        );
        let bare = NameAddr::parse("sip:a@b;tag=9").unwrap();
        assert_eq!((bare.uri_str(), bare.tag(), bare.display()), ("sip:a@b", Some("9"), None));
        let token = NameAddr::parse("Bob  <sip:bob@x>").unwrap();
        assert_eq!(token.display().as_deref(), Some("Bob"));
    }

    #[test]
    fn broken_addresses_are_refused() {
        for text in ["\"Bob <sip:a@b>", "<sip:a@b", "<sip:a@b> x", "", "<>", "Bob"] {
            assert!(NameAddr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn q_has_three_digits_at_most() {
        let q = |q: &str| NameAddr::parse(&alloc::format!("<sip:a@b>;q={q}")).unwrap().q();
        assert_eq!((q("1"), q("1.000"), q("0.5"), q("0.05")), (Some(1000), Some(1000), Some(500), Some(50)));
        assert_eq!((q("1.1"), q("0.1234"), q("x"), q("2")), (None, None, None, None));
    }
}
