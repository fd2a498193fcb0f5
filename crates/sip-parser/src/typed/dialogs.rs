//! Headers about dialogs: taking one over, keeping one alive, acknowledging on the way to one.

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{CSeq, HeaderName, Params};

/// The dialog that this call takes the place of (RFC 3891 §6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaces<'m> {
    /// Its Call-ID.
    pub call_id: &'m str,
    /// Its To tag, seen from who reads this.
    pub to_tag: &'m str,
    /// Its From tag.
    pub from_tag: &'m str,
    /// Only while it has not been answered.
    pub early_only: bool,
}

impl<'m> TypedHeader<'m> for Replaces<'m> {
    const NAME: HeaderName = HeaderName::Replaces;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError =
            HeaderError::malformed("Replaces", "write a Call-ID with one to-tag and one from-tag");
        let (call_id, params) = value.split_at(value.find(';').ok_or(PROBLEM)?);
        let params = Params(params);
        let once = |wanted: &str| {
            let mut found = params.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            let first = found.next().and_then(|(_, value)| value);
            if found.next().is_some() { None } else { first }
        };
        Ok(Self {
            call_id: Some(call_id.trim_ascii()).filter(|id| !id.is_empty()).ok_or(PROBLEM)?,
            to_tag: once("to-tag").ok_or(PROBLEM)?,
            from_tag: once("from-tag").ok_or(PROBLEM)?,
            early_only: params.get("early-only").is_some(),
        })
    }
}

/// Who sends the requests that keep a session alive (RFC 4028 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// Who sent the request.
    Uac,
    /// Who answers it.
    Uas,
}

/// How long a session lasts unless it is refreshed (RFC 4028 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires {
    /// Seconds.
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
        let (seconds, params) = value.split_at(value.find(';').unwrap_or(value.len()));
        let refresher = match Params(params).get("refresher") {
            None => None,
            Some(Some(word)) if word.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(Some(word)) if word.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            Some(_) => return Err(PROBLEM),
        };
        Ok(Self { seconds: seconds.trim_ascii().parse().map_err(|_| PROBLEM)?, refresher })
    }
}

/// The provisional response that a PRACK acknowledges (RFC 3262 §7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RAck {
    /// Its RSeq.
    pub rseq: u32,
    /// The CSeq of the request that it answered.
    pub cseq: CSeq,
}

impl TypedHeader<'_> for RAck {
    const NAME: HeaderName = HeaderName::RAck;
    const LIST: bool = false;

    fn parse(value: &str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError =
            HeaderError::malformed("RAck", "write an RSeq, and the number and method of a CSeq");
        let (rseq, cseq) = value.split_once([' ', '\t']).ok_or(PROBLEM)?;
        Ok(Self { rseq: rseq.parse().map_err(|_| PROBLEM)?, cseq: CSeq::parse(cseq).map_err(|_| PROBLEM)? })
    }
}
