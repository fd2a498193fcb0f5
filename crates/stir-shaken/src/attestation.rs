//! How far a carrier vouches for a caller (RFC 8588 section 4).

use std::fmt;
use std::str::FromStr;

/// What the one who signs knows of the caller and of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attestation {
    /// `A`: it knows the caller, who may use the number.
    Full,
    /// `B`: it knows the caller, and not whether the number is theirs.
    Partial,
    /// `C`: the call came in through a gateway, from whomever.
    Gateway,
}

impl Attestation {
    /// The letter that says it.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Full => "A",
            Self::Partial => "B",
            Self::Gateway => "C",
        }
    }
}

impl fmt::Display for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.letter())
    }
}

/// A letter is none of A, B and C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an attestation is A, B or C")]
pub struct NoAttestation;

impl FromStr for Attestation {
    type Err = NoAttestation;

    /// Reads the letter, in capitals as RFC 8588 has it.
    fn from_str(text: &str) -> Result<Self, NoAttestation> {
        match text {
            "A" => Ok(Self::Full),
            "B" => Ok(Self::Partial),
            "C" => Ok(Self::Gateway),
            _ => Err(NoAttestation),
        }
    }
}
