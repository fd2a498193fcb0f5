//! Headers that are text.

use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::HeaderName;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $header:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name<'m>(pub &'m str);

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = false;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    Ok(Self(value))
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

words! {
    /// The organisation of who sends it (RFC 3261 §20.25).
    Organization = Organization;
    /// How urgent it is for people: `emergency`, `urgent`, `normal`, `non-urgent` (RFC 3261 §20.26).
    Priority = Priority;
    /// The software that answers (RFC 3261 §20.35).
    Server = Server;
    /// What the call is about (RFC 3261 §20.36).
    Subject = Subject;
    /// The software that asks (RFC 3261 §20.41).
    UserAgent = UserAgent;
}

/// Names a dialog together with its tags (RFC 3261 §20.8). Compared octet by octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId<'m>(pub &'m str);

impl<'m> TypedHeader<'m> for CallId<'m> {
    const NAME: HeaderName = HeaderName::CallId;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        match value.is_empty() || value.contains(char::is_whitespace) {
            true => Err(HeaderError::malformed("Call-ID", "write one word")),
            false => Ok(Self(value)),
        }
    }
}

impl fmt::Display for CallId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
