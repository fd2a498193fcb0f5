//! CSeq (RFC 3261 §20.16).

use core::fmt;

use wire_text::Decimal;

use crate::error::HeaderError;
use crate::method::Method;
use crate::scan;

/// The number and method that order the requests of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CSeq {
    /// Below 2^31 when it is ours; any 32 bits are read.
    pub number: u32,
    /// The method of the request, also in its responses.
    pub method: Method,
}

impl CSeq {
    /// Reads `63104 INVITE`.
    ///
    /// # Errors
    /// [`HeaderError`] when the number does not fit 32 bits or the method is missing.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError = HeaderError::malformed("CSeq", "write a number below 2^32 and a method");
        let text = text.trim_ascii();
        let blank = text.bytes().position(|byte| matches!(byte, b' ' | b'\t')).ok_or(PROBLEM)?;
        let number = scan::number(&text[..blank]).ok_or(PROBLEM)?;
        match Method::from(text[blank..].trim_ascii()) {
            Method::Other(name) if !scan::is_word(&name) => Err(PROBLEM),
            method => Ok(Self { number, method }),
        }
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Decimal::of(self.number).as_str())?;
        f.write_str(" ")?;
        f.write_str(self.method.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_32_bits_are_refused() {
        assert_eq!(CSeq::parse("0009  INVITE").unwrap(), CSeq { number: 9, method: Method::Invite });
        assert!(CSeq::parse("36893488147419103232 REGISTER").is_err());
        assert!(CSeq::parse("1").is_err());
        assert!(CSeq::parse("1 ").is_err() && CSeq::parse("+1 ACK").is_err());
        assert!(CSeq::parse("1 AC K").is_err());
    }
}
