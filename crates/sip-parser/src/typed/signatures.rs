//! Who calls, signed (RFC 8224). The crate `stir-shaken` makes and judges what stands in it.

use core::fmt;

use super::TypedHeader;
use super::content::with_params;
use crate::error::HeaderError;
use crate::header::{HeaderName, Params};

/// A signed identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'m> {
    /// A PASSporT (RFC 8225): three parts in base64url with dots between them, the first two empty in its compact form.
    pub digest: &'m str,
    /// Where the certificate is, without the angle brackets.
    pub info: &'m str,
    /// All parameters: `info`, `alg`, `ppt` and others.
    pub params: Params<'m>,
}

impl<'m> TypedHeader<'m> for Identity<'m> {
    const NAME: HeaderName = HeaderName::Identity;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let problem =
            HeaderError::malformed("Identity", "write a PASSporT and info=<address of its certificate>");
        let (digest, params) = with_params(value);
        let fits = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.=+/".contains(&octet);
        let info = params.get("info").flatten().and_then(|info| info.strip_prefix('<')?.strip_suffix('>'));
        let plain = |octet: u8| octet.is_ascii_graphic() && !b"<>\"".contains(&octet);
        match info.filter(|info| !info.is_empty() && info.bytes().all(plain)) {
            Some(info) if !digest.is_empty() && digest.bytes().all(fits) => Ok(Self { digest, info, params }),
            _ => Err(problem),
        }
    }
}

impl fmt::Display for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.digest, self.params)
    }
}
