//! Lists of single words.

use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::HeaderName;
use crate::method::Method;
use crate::scan::is_word;

/// A method that is understood (RFC 3261 §20.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow(pub Method);

impl TypedHeader<'_> for Allow {
    const NAME: HeaderName = HeaderName::Allow;
    const LIST: bool = true;

    fn parse(value: &str) -> Result<Self, HeaderError> {
        token(value, "Allow").map(|word| Self(Method::from(word)))
    }
}

impl fmt::Display for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn token<'m>(value: &'m str, header: &'static str) -> Result<&'m str, HeaderError> {
    match is_word(value) {
        true => Ok(value),
        false => Err(HeaderError::malformed(header, "write tokens with commas between")),
    }
}

macro_rules! tokens {
    ($($(#[$doc:meta])* $name:ident = $header:ident, $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name<'m>(pub &'m str);

            impl $name<'_> {
                /// Whether it is that word, in any case.
                pub fn is(&self, word: &str) -> bool {
                    self.0.eq_ignore_ascii_case(word)
                }
            }

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = true;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    token(value, $text).map(Self)
                }
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.0)
                }
            }
        )*
    };
}

tokens! {
    /// An event package that is understood (RFC 6665 §8.2.2).
    AllowEvents = AllowEvents, "Allow-Events";
    /// How the body was encoded (RFC 3261 §20.12).
    ContentEncoding = ContentEncoding, "Content-Encoding";
    /// The language of the body (RFC 3261 §20.13).
    ContentLanguage = ContentLanguage, "Content-Language";
    /// An extension that a proxy must understand (RFC 3261 §20.29).
    ProxyRequire = ProxyRequire, "Proxy-Require";
    /// An extension that the receiver must understand (RFC 3261 §20.32).
    Require = Require, "Require";
    /// An extension that is understood (RFC 3261 §20.37).
    Supported = Supported, "Supported";
    /// An extension that was required and is not understood (RFC 3261 §20.40).
    Unsupported = Unsupported, "Unsupported";
}

/// The Call-ID of a call that this one returns (RFC 3261 §20.21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InReplyTo<'m>(pub &'m str);

impl<'m> TypedHeader<'m> for InReplyTo<'m> {
    const NAME: HeaderName = HeaderName::InReplyTo;
    const LIST: bool = true;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        match value.contains(char::is_whitespace) || value.is_empty() {
            true => Err(HeaderError::malformed("In-Reply-To", "write Call-IDs with commas between")),
            false => Ok(Self(value)),
        }
    }
}

impl fmt::Display for InReplyTo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What shall not be told of the caller (RFC 3323 §4.2): `id;critical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Privacy<'m>(&'m str);

impl<'m> Privacy<'m> {
    /// The words: `header`, `session`, `user`, `none`, `critical`, `id`, `history`.
    pub fn words(&self) -> impl Iterator<Item = &'m str> + use<'m> {
        self.0.split(';').map(str::trim_ascii).filter(|word| !word.is_empty())
    }

    /// Whether a word is among them, in any case.
    pub fn has(&self, word: &str) -> bool {
        self.words().any(|known| known.eq_ignore_ascii_case(word))
    }
}

impl<'m> TypedHeader<'m> for Privacy<'m> {
    const NAME: HeaderName = HeaderName::Privacy;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let privacy = Self(value);
        match privacy.words().next().is_some() && privacy.words().all(is_word) {
            true => Ok(privacy),
            false => Err(HeaderError::malformed("Privacy", "write tokens with semicolons between")),
        }
    }
}

impl fmt::Display for Privacy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
