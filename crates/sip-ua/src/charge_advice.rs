//! Advice of charge: what a call costs, as networks tell it (3GPP TS 24.647).

use bytes::Bytes;

use crate::event_package::xml::{XmlError, parse};
use crate::user_agent::Body;

/// What a network tells of the charges of a call. It goes on as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeAdvice {
    document: Bytes,
    moment: ChargeMoment,
}

/// What of the charges is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeMoment {
    /// The tariff, as the call begins or the tariff changes (AOC-S).
    Setup,
    /// What it has cost so far (AOC-D).
    During,
    /// What it has cost in all (AOC-E).
    End,
}

/// Why a document is no advice of charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChargeAdviceError {
    /// It is no XML that is read here.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// It says nothing of charges.
    #[error("the document is no <aoc> with aoc-s, aoc-d or aoc-e in it (3GPP TS 24.647)")]
    NoCharges,
}

impl ChargeAdvice {
    /// Type and subtype of the documents.
    pub const MEDIA_TYPE: (&'static str, &'static str) = ("application", "vnd.etsi.aoc+xml");

    /// The media type of the documents.
    pub const CONTENT_TYPE: &'static str = "application/vnd.etsi.aoc+xml";

    /// Reads a document as far as is needed to know when to tell it.
    ///
    /// # Errors
    /// [`ChargeAdviceError`] for one that is not passed on.
    pub fn parse(octets: &[u8]) -> Result<Self, ChargeAdviceError> {
        let root = parse(octets)?;
        let has = |name: &str| root.children.iter().any(|child| child.name.eq_ignore_ascii_case(name));
        let moment = match root.name.eq_ignore_ascii_case("aoc") {
            true if has("aoc-e") => ChargeMoment::End,
            true if has("aoc-d") => ChargeMoment::During,
            true if has("aoc-s") => ChargeMoment::Setup,
            _ => return Err(ChargeAdviceError::NoCharges),
        };
        Ok(Self { document: Bytes::copy_from_slice(octets), moment })
    }

    /// When it is told.
    #[must_use]
    pub fn moment(&self) -> ChargeMoment {
        self.moment
    }

    /// The document as a body.
    #[must_use]
    pub fn body(&self) -> Body {
        Body { content_type: Self::CONTENT_TYPE.to_owned(), bytes: self.document.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(inner: &str) -> Result<ChargeMoment, ChargeAdviceError> {
        let text = format!(
            "<?xml version=\"1.0\"?><aoc xmlns=\"http://uri.etsi.org/ngn/params/xml/simservs/aoc\">{inner}</aoc>"
        );
        ChargeAdvice::parse(text.as_bytes()).map(|advice| advice.moment())
    }

    #[test]
    fn a_document_tells_when_it_is_meant() {
        assert_eq!(moment("<aoc-s><charged-items/></aoc-s>"), Ok(ChargeMoment::Setup));
        assert_eq!(
            moment("<x:aoc-d><charging-info>subtotal</charging-info></x:aoc-d>"),
            Ok(ChargeMoment::During)
        );
        assert_eq!(moment("<aoc-d/><aoc-e/>"), Ok(ChargeMoment::End));
        assert_eq!(moment("<other/>"), Err(ChargeAdviceError::NoCharges));
        assert_eq!(ChargeAdvice::parse(b"<bill><aoc-e/></bill>"), Err(ChargeAdviceError::NoCharges));
        assert!(matches!(ChargeAdvice::parse(b"<aoc>"), Err(ChargeAdviceError::Xml(_))));
        assert!(matches!(
            ChargeAdvice::parse(b"<!DOCTYPE x><aoc><aoc-e/></aoc>"),
            Err(ChargeAdviceError::Xml(_))
        ));
    }

    #[test]
    fn a_document_goes_on_as_it_came() {
        let text = b"<aoc> <aoc-e><recorded-charges><free-charge/></recorded-charges></aoc-e></aoc>";
        let body = ChargeAdvice::parse(text).unwrap().body();
        assert_eq!((body.content_type.as_str(), &body.bytes[..]), (ChargeAdvice::CONTENT_TYPE, &text[..]));
    }
}
