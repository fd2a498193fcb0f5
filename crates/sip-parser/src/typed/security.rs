//! What two sides agree on to protect what follows (RFC 3329).

use alloc::borrow::Cow;
use core::fmt;

use super::TypedHeader;
use super::content::{preference, with_params};
use crate::error::HeaderError;
use crate::header::{HeaderName, Params};
use crate::scan::is_word;

macro_rules! mechanisms {
    ($($(#[$doc:meta])* $name:ident = $header:ident, $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name<'m> {
                /// `tls`, `digest`, `ipsec-ike`, `ipsec-3gpp` …
                pub mechanism: &'m str,
                /// Preference in thousandths.
                pub q: u16,
                /// All parameters: `d-alg`, `d-qop`, `d-ver`, and what the mechanism defines.
                pub params: Params<'m>,
            }

            impl<'m> $name<'m> {
                /// The algorithm of digest (`d-alg`).
                pub fn digest_algorithm(&self) -> Option<Cow<'m, str>> {
                    self.params.text("d-alg")
                }

                /// The quality of protection of digest (`d-qop`).
                pub fn digest_qop(&self) -> Option<Cow<'m, str>> {
                    self.params.text("d-qop")
                }

                /// The digest over the offered list (`d-ver`), which shows that nobody on the way changed it.
                pub fn digest_verify(&self) -> Option<Cow<'m, str>> {
                    self.params.text("d-ver")
                }
            }

            impl<'m> TypedHeader<'m> for $name<'m> {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = true;

                fn parse(value: &'m str) -> Result<Self, HeaderError> {
                    let (mechanism, params) = with_params(value);
                    if !is_word(mechanism) {
                        return Err(HeaderError::malformed($text, "write a mechanism, as in tls;q=0.2"));
                    }
                    let q = preference(params).ok_or(HeaderError::malformed($text, "q is between 0 and 1"))?;
                    Ok(Self { mechanism, q, params })
                }
            }

            impl fmt::Display for $name<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{}{}", self.mechanism, self.params)?;
                    super::content::write_preference(f, self.q, self.params)
                }
            }
        )*
    };
}

mechanisms! {
    /// A mechanism that the client knows.
    SecurityClient = SecurityClient, "Security-Client";
    /// A mechanism that the server knows.
    SecurityServer = SecurityServer, "Security-Server";
    /// What the server had said, sent back so that it can see whether all of it arrived.
    SecurityVerify = SecurityVerify, "Security-Verify";
}
