//! How long a session lasts (RFC 4028).

use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{HeaderName, Params};
use crate::scan::{seconds, split_before};

/// Who sends the requests that keep a session alive (RFC 4028 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// Who sent the request.
    Uac,
    /// Who answers it.
    Uas,
}

impl fmt::Display for Refresher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uac => "uac",
            Self::Uas => "uas",
        })
    }
}

/// How long a session lasts unless it is refreshed (RFC 4028 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires {
    /// Seconds; a number that does not fit counts as the longest.
    pub seconds: u32,
    /// Who refreshes it, once that is settled.
    pub refresher: Option<Refresher>,
}

impl TypedHeader<'_> for SessionExpires {
    const NAME: HeaderName = HeaderName::SessionExpires;
    const LIST: bool = false;

    fn parse(value: &str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError =
            HeaderError::malformed("Session-Expires", "write seconds, and uac or uas as refresher");
        let (interval, params) = split_before(value, b';');
        let refresher = match Params(params).get("refresher") {
            None => None,
            Some(Some(word)) if word.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(Some(word)) if word.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            Some(_) => return Err(PROBLEM),
        };
        Ok(Self { seconds: seconds(interval.trim_ascii()).ok_or(PROBLEM)?, refresher })
    }
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.seconds.fmt(f)?;
        match self.refresher {
            Some(refresher) => write!(f, ";refresher={refresher}"),
            None => Ok(()),
        }
    }
}
