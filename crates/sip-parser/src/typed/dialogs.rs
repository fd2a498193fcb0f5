//! Headers that name a dialog (RFC 3891, RFC 3911, RFC 4538), and those that acknowledge on the way to one (RFC 3262).

use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{CSeq, HeaderName, Params};
use crate::scan::{is_bare, number};

/// A Call-ID and two tags, each of them once.
fn named<'m>(value: &'m str, tags: [&str; 2], problem: HeaderError) -> Result<Named<'m>, HeaderError> {
    let (call_id, params) = value.split_at(value.find(';').unwrap_or(value.len()));
    let params = Params(params);
    let once = |wanted: &str| {
        let mut found = params.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let first = found.next().and_then(|(_, value)| value).filter(|tag| is_bare(tag));
        if found.next().is_some() { None } else { first }
    };
    let call_id = call_id.trim_ascii();
    match (call_id.is_empty() || call_id.contains(char::is_whitespace), once(tags[0]), once(tags[1])) {
        (false, Some(one), Some(other)) => Ok((call_id, one, other, params)),
        _ => Err(problem),
    }
}

/// Call-ID, first tag, second tag, all parameters.
type Named<'m> = (&'m str, &'m str, &'m str, Params<'m>);

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
        let (call_id, to_tag, from_tag, params) = named(value, ["to-tag", "from-tag"], PROBLEM)?;
        Ok(Self { call_id, to_tag, from_tag, early_only: params.get("early-only").is_some() })
    }
}

impl fmt::Display for Replaces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let early = if self.early_only { ";early-only" } else { "" };
        write!(f, "{};to-tag={};from-tag={}{early}", self.call_id, self.to_tag, self.from_tag)
    }
}

/// The dialog that this call joins, as a third party (RFC 3911 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join<'m> {
    /// Its Call-ID.
    pub call_id: &'m str,
    /// Its To tag, seen from who reads this.
    pub to_tag: &'m str,
    /// Its From tag.
    pub from_tag: &'m str,
}

impl<'m> TypedHeader<'m> for Join<'m> {
    const NAME: HeaderName = HeaderName::Join;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError =
            HeaderError::malformed("Join", "write a Call-ID with one to-tag and one from-tag");
        let (call_id, to_tag, from_tag, _) = named(value, ["to-tag", "from-tag"], PROBLEM)?;
        Ok(Self { call_id, to_tag, from_tag })
    }
}

impl fmt::Display for Join<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};to-tag={};from-tag={}", self.call_id, self.to_tag, self.from_tag)
    }
}

/// The dialog that shows why a request outside of it may be trusted (RFC 4538 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetDialog<'m> {
    /// Its Call-ID.
    pub call_id: &'m str,
    /// The tag of who reads this.
    pub local_tag: &'m str,
    /// The tag of who sends it.
    pub remote_tag: &'m str,
}

impl<'m> TypedHeader<'m> for TargetDialog<'m> {
    const NAME: HeaderName = HeaderName::TargetDialog;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError =
            HeaderError::malformed("Target-Dialog", "write a Call-ID with one local-tag and one remote-tag");
        let (call_id, local_tag, remote_tag, _) = named(value, ["local-tag", "remote-tag"], PROBLEM)?;
        Ok(Self { call_id, local_tag, remote_tag })
    }
}

impl fmt::Display for TargetDialog<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};local-tag={};remote-tag={}", self.call_id, self.local_tag, self.remote_tag)
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
        Ok(Self { rseq: number(rseq).ok_or(PROBLEM)?, cseq: CSeq::parse(cseq).map_err(|_| PROBLEM)? })
    }
}

impl fmt::Display for RAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rseq, self.cseq)
    }
}
