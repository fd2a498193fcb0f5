//! `BASE64_ENCODE`, `BASE64_DECODE` (RFC 4648 section 4).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::functions::{FunctionError, FunctionScope, Value};

/// With padding, and content without.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn encode(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(of_octets(text.as_bytes()))
}

/// What is no text loses what is none of it.
pub(super) fn decode(_: &mut FunctionScope<'_>, text: &str) -> Value {
    let octets =
        octets(text).ok_or_else(|| FunctionError::arguments("BASE64_DECODE", text, "this is no base64"))?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

/// Octets in base64.
pub(in crate::functions) fn of_octets(octets: &[u8]) -> String {
    ENGINE.encode(octets)
}

/// The octets behind base64; `None` for what is none.
pub(in crate::functions) fn octets(text: &str) -> Option<Vec<u8>> {
    ENGINE.decode(text.trim()).ok()
}
