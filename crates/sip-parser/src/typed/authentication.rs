//! Challenges and what proves an identity (RFC 3261 §20.6, §20.7, §20.27, §20.28, §20.44; RFC 7616).

use alloc::borrow::Cow;
use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{HeaderName, unquoted};
use crate::scan::{CommaList, is_token, is_word};

/// The `name=value` list of a header, with commas between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fields<'m>(&'m str);

impl<'m> Fields<'m> {
    /// Refuses a list with an element that is no `name=value`.
    fn checked(text: &'m str, header: &'static str) -> Result<Self, HeaderError> {
        let well_formed = |element: &str| {
            let Some((name, value)) = element.split_once('=') else { return false };
            let (name, value) = (name.trim_ascii(), value.trim_ascii());
            let closed = !value.starts_with('"') || (value.len() > 1 && value.ends_with('"'));
            !name.is_empty() && name.bytes().all(is_token) && closed
        };
        match CommaList(Some(text)).all(well_formed) {
            true => Ok(Self(text)),
            false => Err(HeaderError::malformed(header, "write name=value pairs with commas between")),
        }
    }

    fn iter(self) -> impl Iterator<Item = (&'m str, Cow<'m, str>)> {
        CommaList(Some(self.0)).filter_map(|element| {
            let (name, value) = element.split_once('=')?;
            let value = value.trim_ascii();
            let inside = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
            Some((name.trim_ascii(), inside.map_or(Cow::Borrowed(value), unquoted)))
        })
    }

    fn get(self, wanted: &str) -> Option<Cow<'m, str>> {
        self.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    }
}

macro_rules! schemes {
    ($($(#[$doc:meta])* $name:ident = $header:ident, $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name<'m> {
                scheme: &'m str,
                fields: Fields<'m>,
            }

            impl<'m> $name<'m> {
                /// The scheme, `Digest` in nearly every case.
                pub fn scheme(&self) -> &'m str {
                    self.scheme
                }

                /// The value of a field by its name in any case, without quotes.
                pub fn get(&self, name: &str) -> Option<Cow<'m, str>> {
                    self.fields.get(name)
                }

                /// All fields in order, values without quotes.
                pub fn fields(&self) -> impl Iterator<Item = (&'m str, Cow<'m, str>)> + use<'m> {
                    self.fields.iter()
                }
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{} {}", self.scheme, self.fields.0)
                }
            }

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                // Commas stand between fields; each challenge has a line of its own (RFC 3261 §7.3.1).
                const LIST: bool = false;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    let problem = HeaderError::malformed($text, "write a scheme and name=value pairs");
                    let (scheme, rest) = value.split_once([' ', '\t']).ok_or(problem)?;
                    if !is_word(scheme) {
                        return Err(HeaderError::malformed($text, "the scheme is no token"));
                    }
                    Ok(Self { scheme, fields: Fields::checked(rest.trim_ascii(), $text)? })
                }
            }
        )*
    };
}

schemes! {
    /// Proves to a server who sends a request (RFC 3261 §20.7).
    Authorization = Authorization, "Authorization";
    /// The same to a proxy (RFC 3261 §20.28).
    ProxyAuthorization = ProxyAuthorization, "Proxy-Authorization";
    /// A proxy asks for proof (RFC 3261 §20.27).
    ProxyAuthenticate = ProxyAuthenticate, "Proxy-Authenticate";
    /// A server asks for proof (RFC 3261 §20.44).
    WwwAuthenticate = WwwAuthenticate, "WWW-Authenticate";
}

/// What a server says after proof was given: the next nonce, and proof of its own (RFC 3261 §20.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthenticationInfo<'m>(Fields<'m>);

impl<'m> AuthenticationInfo<'m> {
    /// The value of a field by its name in any case, without quotes.
    pub fn get(&self, name: &str) -> Option<Cow<'m, str>> {
        self.0.get(name)
    }
}

impl fmt::Display for AuthenticationInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.0)
    }
}

impl<'m> TypedHeader<'m> for AuthenticationInfo<'m> {
    const NAME: HeaderName = HeaderName::AuthenticationInfo;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        Fields::checked(value, "Authentication-Info").map(Self)
    }
}
