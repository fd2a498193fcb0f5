//! Contact (RFC 3261 §20.10).

use core::fmt;

use super::name_addr::NameAddr;
use crate::error::HeaderError;

/// One value of Contact: an address, or the star that removes all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contact<'a> {
    /// `*`, in a REGISTER with `Expires: 0` only (RFC 3261 §10.2.2).
    Star,
    /// An address.
    Address(NameAddr<'a>),
}

impl<'a> Contact<'a> {
    /// Reads one value.
    ///
    /// # Errors
    /// [`HeaderError`] when it is neither a star nor an address.
    pub fn parse(text: &'a str) -> Result<Self, HeaderError> {
        if text.trim_ascii() == "*" { Ok(Self::Star) } else { NameAddr::parse(text).map(Self::Address) }
    }

    /// Its `expires`, in seconds.
    pub fn expires(&self) -> Option<u32> {
        self.address()?.expires()
    }

    /// Its `q`, in thousandths.
    pub fn q(&self) -> Option<u16> {
        self.address()?.q()
    }

    /// The address, unless it is the star.
    pub fn address(&self) -> Option<&NameAddr<'a>> {
        match self {
            Self::Star => None,
            Self::Address(address) => Some(address),
        }
    }
}

impl fmt::Display for Contact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Star => f.write_str("*"),
            Self::Address(address) => address.fmt(f),
        }
    }
}
