//! Headers that are a number.

use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::HeaderName;
use crate::scan::{self, number};

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($kind:ty) = $header:ident, $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
            pub struct $name(pub $kind);

            impl TypedHeader<'_> for $name {
                const NAME: HeaderName = HeaderName::$header;
                const LIST: bool = false;

                fn parse(value: &str) -> Result<Self, HeaderError> {
                    // Parameters behind it, which none of them defines, are left aside.
                    let number = value.split(';').next().unwrap_or_default().trim_ascii();
                    scan::number(number).map(Self).ok_or(HeaderError::malformed($text, "write a number that fits"))
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }
        )*
    };
}

numbers! {
    /// Octets of the body (RFC 3261 §20.14).
    ContentLength(u32) = ContentLength, "Content-Length";
    /// Seconds that something is good for (RFC 3261 §20.19).
    Expires(u32) = Expires, "Expires";
    /// Seconds after which a registrar gives up a flow that it hears nothing of (RFC 5626 §11.1).
    FlowTimer(u32) = FlowTimer, "Flow-Timer";
    /// Hops that are left (RFC 3261 §20.22).
    MaxForwards(u8) = MaxForwards, "Max-Forwards";
    /// The shortest registration that is taken, in seconds (RFC 3261 §20.23).
    MinExpires(u32) = MinExpires, "Min-Expires";
    /// The shortest session interval that is taken, in seconds (RFC 4028 §5).
    MinSe(u32) = MinSe, "Min-SE";
    /// The number of a reliable provisional response (RFC 3262 §7.1).
    RSeq(u32) = RSeq, "RSeq";
}

/// The version of MIME, 1.0 (RFC 3261 §20.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MimeVersion {
    /// 1.
    pub major: u8,
    /// 0.
    pub minor: u8,
}

impl TypedHeader<'_> for MimeVersion {
    const NAME: HeaderName = HeaderName::MimeVersion;
    const LIST: bool = false;

    fn parse(value: &str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError = HeaderError::malformed("MIME-Version", "write two numbers, as in 1.0");
        let (major, minor) = value.split_once('.').ok_or(PROBLEM)?;
        let number = |text: &str| number(text.trim_ascii()).ok_or(PROBLEM);
        Ok(Self { major: number(major)?, minor: number(minor)? })
    }
}

impl fmt::Display for MimeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
