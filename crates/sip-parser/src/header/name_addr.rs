//! Addresses with a display name: From, To, Contact, Route and their kin (RFC 3261 §20.10).

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt;

use wire_text::{find, position};

use super::params::{Params, Quoted, between_quotes, unquoted};
use crate::error::HeaderError;
use crate::scan::{find_outside, is_token, offset, seconds, split_before};
use crate::uri::Uri;

/// `"Alice" <sip:alice@example.com>;tag=1928`, or the same without brackets.
#[derive(Clone, Debug)]
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
        let Parts { display, uri, params } = Parts::of(text)?;
        Ok(Self { display, uri: uri_in(uri, text)?, params })
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

    /// The name and the URI, written as by [`Display`](fmt::Display), for another header than the one that it was in.
    pub fn without_params(&self) -> String {
        NameAddr { params: Params(""), ..self.clone() }.to_string()
    }

    /// The tag of From and To.
    pub fn tag(&self) -> Option<&'a str> {
        self.param("tag").flatten()
    }

    /// `expires` of a Contact, in seconds. A number that does not fit counts as the longest.
    pub fn expires(&self) -> Option<u32> {
        seconds(self.param("expires")??)
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

/// Both say the same: with quotes and escapes of the name undone, without regard to how the brackets were written.
impl PartialEq for NameAddr<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.display() == other.display() && self.uri == other.uri && self.params == other.params
    }
}

impl Eq for NameAddr<'_> {}

/// Writes a name that is no list of tokens in quotes, also where it came without them (RFC 4475 §3.1.2.15).
impl fmt::Display for NameAddr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = self.display {
            let words = |octet| is_token(octet) || matches!(octet, b' ' | b'\t');
            match between_quotes(display).is_some() || display.bytes().all(words) {
                true => f.write_str(display)?,
                false => Quoted(display).fmt(f)?,
            }
            f.write_str(" ")?;
        }
        ["<", self.uri.as_str(), ">"].iter().try_for_each(|text| f.write_str(text))?;
        self.params.fmt(f)
    }
}

/// What an address is made of.
pub(super) struct Parts<'a> {
    display: Option<&'a str>,
    /// Not looked at yet.
    uri: &'a str,
    pub(super) params: Params<'a>,
}

impl<'a> Parts<'a> {
    /// Takes an address apart.
    #[inline(always)]
    pub(super) fn of(text: &'a str) -> Result<Self, HeaderError> {
        let Some(open) = open_bracket(text)? else {
            let (uri, params) = split_before(text, b';');
            return Ok(Self { display: None, uri, params: Params(params.trim_ascii_end()) });
        };
        let display = Some(text[..open].trim_ascii()).filter(|d| !d.is_empty());
        let inner = &text[open + 1..];
        let close = find(inner.as_bytes(), b'>');
        let close = close.ok_or(malformed("'<' is not closed by '>'", open))?;
        let params = inner[close + 1..].trim_ascii();
        if !params.is_empty() && !params.starts_with(';') {
            return Err(malformed("something other than ';' follows '>'", offset(params, text)));
        }
        Ok(Self { display, uri: &inner[..close], params: Params(params) })
    }
}

const fn malformed(problem: &'static str, at: usize) -> HeaderError {
    HeaderError::malformed_at("address", problem, at)
}

/// Reads the URI in an address; faults are told from the start of the address.
fn uri_in<'a>(uri: &'a str, address: &str) -> Result<Uri<'a>, HeaderError> {
    let uri = uri.trim_ascii();
    Uri::parse(uri).map_err(|error| error.behind(offset(uri, address)))
}

/// Where the bracket opens; a quoted display name may hold others.
#[inline(always)]
fn open_bracket(text: &str) -> Result<Option<usize>, HeaderError> {
    let blanks = text.len() - text.trim_ascii_start().len();
    match text.as_bytes().get(blanks) {
        Some(b'<') => Ok(Some(blanks)),
        Some(b'"') => {
            let name = &text[blanks + 1..];
            let end = closing_quote(name).ok_or(malformed("the quoted name is not closed", blanks))?;
            Ok(find_outside(&name[end + 1..], b'<').map(|at| blanks + 1 + end + 1 + at))
        }
        _ => Ok(find_outside(text, b'<')),
    }
}

/// Where the quote closes that opened before `text`.
fn closing_quote(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let mark =
            from + position(text.as_bytes().get(from..)?, |octets| octets.equal(b'"') | octets.equal(b'\\'))?;
        if text.as_bytes()[mark] == b'"' {
            return Some(mark);
        }
        from = mark + 2;
    }
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
    fn a_name_is_written_as_the_grammar_has_it() {
        let written = |text: &str| NameAddr::parse(text).unwrap().to_string();
        assert_eq!(written("Bell, A <sip:a@b>;tag=1"), r#""Bell, A" <sip:a@b>;tag=1"#);
        assert_eq!(written(r#""A \"B\"" <sip:a@b>"#), r#""A \"B\"" <sip:a@b>"#);
        assert_eq!(written("Anne Lee< sip:a@b >"), "Anne Lee <sip:a@b>");
        assert_eq!(written("sip:a@b;tag=1"), "<sip:a@b>;tag=1");
        assert_eq!(
            NameAddr::parse("Bell, A <sip:a@b;lr>;tag=1").unwrap().without_params(),
            "\"Bell, A\" <sip:a@b;lr>"
        );
        assert_eq!(NameAddr::parse("<sip:a@b>;x").unwrap(), NameAddr::parse("sip:a@b;x").unwrap());
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
