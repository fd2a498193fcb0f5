//! The headers that have a type of their own outside of this module.

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{CSeq, Contact, HeaderName, Via};

impl<'m> TypedHeader<'m> for Via<'m> {
    const NAME: HeaderName = HeaderName::Via;
    const LIST: bool = true;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        Self::parse(value)
    }
}

impl<'m> TypedHeader<'m> for Contact<'m> {
    const NAME: HeaderName = HeaderName::Contact;
    const LIST: bool = true;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        Self::parse(value)
    }
}

impl TypedHeader<'_> for CSeq {
    const NAME: HeaderName = HeaderName::CSeq;
    const LIST: bool = false;

    fn parse(value: &str) -> Result<Self, HeaderError> {
        Self::parse(value)
    }
}
