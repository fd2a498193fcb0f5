//! What a body is, and what bodies are taken.

use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{HeaderName, Params};
use crate::scan::{find_outside, is_token};

/// A value and the parameters behind it.
pub(super) fn with_params(text: &str) -> (&str, Params<'_>) {
    let (value, params) = text.split_at(find_outside(text, b';').unwrap_or(text.len()));
    (value.trim_ascii(), Params(params))
}

/// `type/subtype`, both tokens.
fn media_type<'m>(text: &'m str, header: &'static str) -> Result<(&'m str, &'m str), HeaderError> {
    let (kind, subtype) = text.split_once('/').unwrap_or((text, ""));
    let (kind, subtype) = (kind.trim_ascii(), subtype.trim_ascii());
    let token = |word: &str| !word.is_empty() && word.bytes().all(is_token);
    match token(kind) && token(subtype) {
        true => Ok((kind, subtype)),
        false => Err(HeaderError::malformed(header, "write type/subtype")),
    }
}

/// `q` in thousandths; 1000 where nothing is said (RFC 3261 §20.1). `None` for one that cannot be read.
pub(super) fn preference(params: Params<'_>) -> Option<u16> {
    let Some(text) = params.get("q").flatten() else { return Some(1_000) };
    let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
    if digits.len() > 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = digits.bytes().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    let part = part * [1_000, 100, 10, 1][digits.len()];
    match (whole, part) {
        ("0", part) => Some(part),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}

/// What a body is (RFC 3261 §20.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentType<'m> {
    /// `application` of `application/sdp`.
    pub kind: &'m str,
    /// `sdp` of `application/sdp`.
    pub subtype: &'m str,
    /// `boundary`, `charset` and others.
    pub params: Params<'m>,
}

impl ContentType<'_> {
    /// Whether it is that type, in any case: `content.is("application", "sdp")`.
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }
}

impl<'m> TypedHeader<'m> for ContentType<'m> {
    const NAME: HeaderName = HeaderName::ContentType;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let (text, params) = with_params(value);
        let (kind, subtype) = media_type(text, "Content-Type")?;
        Ok(Self { kind, subtype, params })
    }
}

impl fmt::Display for ContentType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.kind, self.subtype, self.params)
    }
}

/// Writes `q` behind what it weighs, unless it is one or stands among `params` already.
pub(super) fn write_preference(f: &mut fmt::Formatter<'_>, q: u16, params: Params<'_>) -> fmt::Result {
    match q {
        0..=999 if params.get("q").is_none() => write!(f, ";q=0.{q:03}"),
        _ => Ok(()),
    }
}

/// A type of body that is taken (RFC 3261 §20.1). An empty header takes none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accept<'m> {
    /// `application`, or `*`.
    pub kind: &'m str,
    /// `sdp`, or `*`.
    pub subtype: &'m str,
    /// Preference in thousandths.
    pub q: u16,
    /// All parameters.
    pub params: Params<'m>,
}

impl Accept<'_> {
    /// Whether it takes bodies of that type: `accept.takes("application", "sdp")`.
    pub fn takes(&self, kind: &str, subtype: &str) -> bool {
        let fits = |own: &str, other: &str| own == "*" || own.eq_ignore_ascii_case(other);
        self.q > 0 && fits(self.kind, kind) && fits(self.subtype, subtype)
    }
}

impl<'m> TypedHeader<'m> for Accept<'m> {
    const NAME: HeaderName = HeaderName::Accept;
    const LIST: bool = true;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let (text, params) = with_params(value);
        let (kind, subtype) = media_type(text, "Accept")?;
        let q = preference(params).ok_or(HeaderError::malformed("Accept", "q is between 0 and 1"))?;
        Ok(Self { kind, subtype, q, params })
    }
}

impl fmt::Display for Accept<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.kind, self.subtype, self.params)?;
        write_preference(f, self.q, self.params)
    }
}

macro_rules! preferred {
    ($($(#[$doc:meta])* $name:ident = $header:ident, $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name<'m> {
                /// The word, or `*`.
                pub value: &'m str,
                /// Preference in thousandths.
                pub q: u16,
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.value)?;
                    write_preference(f, self.q, Params::default())
                }
            }

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = true;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    let (word, params) = with_params(value);
                    if word.is_empty() || !word.bytes().all(is_token) {
                        return Err(HeaderError::malformed($text, "write a token"));
                    }
                    let q = preference(params).ok_or(HeaderError::malformed($text, "q is between 0 and 1"))?;
                    Ok(Self { value: word, q })
                }
            }
        )*
    };
}

preferred! {
    /// An encoding of bodies that is taken (RFC 3261 §20.2).
    AcceptEncoding = AcceptEncoding, "Accept-Encoding";
    /// A language that is understood (RFC 3261 §20.3).
    AcceptLanguage = AcceptLanguage, "Accept-Language";
}

/// What a body is for (RFC 3261 §20.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentDisposition<'m> {
    /// `session`, `render`, `icon`, `alert` …
    pub kind: &'m str,
    /// `handling` and others.
    pub params: Params<'m>,
}

impl ContentDisposition<'_> {
    /// Whether a receiver that does not know the kind may leave the body aside (`handling=optional`).
    pub fn is_optional(&self) -> bool {
        self.handling_is("optional")
    }

    /// Whether it says in so many words that a receiver has to know the kind (`handling=required`). Of one that says
    /// nothing of it the same SHOULD be thought, which is for the receiver to weigh.
    pub fn is_required(&self) -> bool {
        self.handling_is("required")
    }

    fn handling_is(&self, word: &str) -> bool {
        self.params.get("handling").flatten().is_some_and(|value| value.eq_ignore_ascii_case(word))
    }
}

impl<'m> TypedHeader<'m> for ContentDisposition<'m> {
    const NAME: HeaderName = HeaderName::ContentDisposition;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let (kind, params) = with_params(value);
        match !kind.is_empty() && kind.bytes().all(is_token) {
            true => Ok(Self { kind, params }),
            false => Err(HeaderError::malformed("Content-Disposition", "write a token")),
        }
    }
}

impl fmt::Display for ContentDisposition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind, self.params)
    }
}
