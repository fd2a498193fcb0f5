//! What may be done with a location, what was wrong with one, and the name of a body that may hold it (RFC 6442, RFC 8262).

use core::fmt;

use super::TypedHeader;
use super::content::with_params;
use crate::error::HeaderError;
use crate::header::{HeaderName, Params};
use crate::scan::{is_word, number};

/// Whether a location may be used to find the way of the request (RFC 6442 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeolocationRouting<'m>(&'m str);

impl GeolocationRouting<'_> {
    /// Whether it may; words that are not known say no.
    pub fn is_allowed(&self) -> bool {
        self.0.eq_ignore_ascii_case("yes")
    }
}

impl<'m> TypedHeader<'m> for GeolocationRouting<'m> {
    const NAME: HeaderName = HeaderName::GeolocationRouting;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        // Values of times to come have parameters perhaps.
        match is_word(with_params(value).0) {
            true => Ok(Self(value)),
            false => Err(HeaderError::malformed("Geolocation-Routing", "write yes or no")),
        }
    }
}

impl fmt::Display for GeolocationRouting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Why a location could not be used (RFC 6442 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeolocationError<'m> {
    /// 100 to 599, as the RFC lists them.
    pub code: u16,
    /// `code`, which says it in words, and others.
    pub params: Params<'m>,
}

impl<'m> TypedHeader<'m> for GeolocationError<'m> {
    const NAME: HeaderName = HeaderName::GeolocationError;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let (code, params) = with_params(value);
        match number::<u16>(code).filter(|code| (100..1_000).contains(code)) {
            Some(code) => Ok(Self { code, params }),
            None => Err(HeaderError::malformed("Geolocation-Error", "begin with a number of three digits")),
        }
    }
}

impl fmt::Display for GeolocationError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.code, self.params)
    }
}

/// The name of the body, which `cid:` URIs use (RFC 8262 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentId<'m>(
    /// Without the brackets.
    pub &'m str,
);

impl<'m> TypedHeader<'m> for ContentId<'m> {
    const NAME: HeaderName = HeaderName::ContentId;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let id = value.strip_prefix('<').and_then(|value| value.strip_suffix('>'));
        let odd = |c: char| c.is_whitespace() || matches!(c, '<' | '>');
        match id.filter(|id| !id.is_empty() && !id.contains(odd)) {
            Some(id) => Ok(Self(id)),
            None => Err(HeaderError::malformed("Content-ID", "write <name@host>")),
        }
    }
}

impl fmt::Display for ContentId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}
