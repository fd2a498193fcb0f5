//! Calls that come before others (RFC 4412).

use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::HeaderName;
use crate::scan::is_word;

macro_rules! priorities {
    ($($(#[$doc:meta])* $name:ident = $header:ident, $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name<'m> {
                /// Who defines the priorities: `ets`, `wps`, `dsn`, `q735`, `drsn` …
                pub namespace: &'m str,
                /// The priority, a word of its namespace.
                pub priority: &'m str,
            }

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = true;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    let (namespace, priority) = value.split_once('.').unwrap_or((value, ""));
                    // Neither side may hold a dot itself (RFC 4412 §3.1).
                    match is_word(namespace) && is_word(priority) && !priority.contains('.') {
                        true => Ok(Self { namespace, priority }),
                        false => Err(HeaderError::malformed($text, "write namespace.priority, as in ets.0")),
                    }
                }
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{}.{}", self.namespace, self.priority)
                }
            }
        )*
    };
}

priorities! {
    /// A priority that a server knows (RFC 4412 §3.2).
    AcceptResourcePriority = AcceptResourcePriority, "Accept-Resource-Priority";
    /// The priority that the request asks for (RFC 4412 §3.1).
    ResourcePriority = ResourcePriority, "Resource-Priority";
}
