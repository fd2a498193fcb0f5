//! Why something happened, for people and programs.

use alloc::borrow::Cow;
use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{HeaderName, Params, Quoted, unquoted};
use crate::scan::{find_outside, is_word, number};

/// More about a status (RFC 3261 §20.43).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning<'m> {
    /// Three digits; 3xx are those of SIP.
    pub code: u16,
    /// The host or pseudonym that warns.
    pub agent: &'m str,
    /// The words.
    pub text: Cow<'m, str>,
}

impl<'m> TypedHeader<'m> for Warning<'m> {
    const NAME: HeaderName = HeaderName::Warning;
    const LIST: bool = true;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError =
            HeaderError::malformed("Warning", "write three digits, a host and words in quotes");
        let (code, rest) = value.split_once(' ').ok_or(PROBLEM)?;
        let (agent, text) = rest.trim_ascii_start().split_once(' ').ok_or(PROBLEM)?;
        let inside = text.trim_ascii().strip_prefix('"').and_then(|t| t.strip_suffix('"')).ok_or(PROBLEM)?;
        if code.len() != 3 || agent.is_empty() {
            return Err(PROBLEM);
        }
        Ok(Self { code: number(code).ok_or(PROBLEM)?, agent, text: unquoted(inside) })
    }
}

impl fmt::Display for Warning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {} {}", self.code, self.agent, Quoted(&self.text))
    }
}

/// Why a request was sent (RFC 3326 §2): `Q.850;cause=16;text="Terminated"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason<'m> {
    /// `SIP`, `Q.850` …
    pub protocol: &'m str,
    /// A status of SIP or a cause of Q.850.
    pub cause: Option<u16>,
    /// The words.
    pub text: Option<Cow<'m, str>>,
}

impl<'m> TypedHeader<'m> for Reason<'m> {
    const NAME: HeaderName = HeaderName::Reason;
    const LIST: bool = true;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let (protocol, params) = value.split_at(find_outside(value, b';').unwrap_or(value.len()));
        let (protocol, params) = (protocol.trim_ascii(), Params(params));
        if !is_word(protocol) {
            return Err(HeaderError::malformed("Reason", "write a protocol, as in Q.850;cause=16"));
        }
        let cause = match params.get("cause") {
            Some(cause) => {
                let cause = cause.and_then(number);
                Some(cause.ok_or(HeaderError::malformed("Reason", "the cause is no number"))?)
            }
            None => None,
        };
        Ok(Self { protocol, cause, text: params.text("text") })
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.protocol)?;
        if let Some(cause) = self.cause {
            write!(f, ";cause={cause}")?;
        }
        match &self.text {
            Some(text) => write!(f, ";text={}", Quoted(text)),
            None => Ok(()),
        }
    }
}
