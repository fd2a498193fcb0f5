//! The hash functions of digest access authentication.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use md5::{Digest as _, Md5};
use sha2::{Sha256, Sha512_256};

/// A hash function that a challenge may name (RFC 7616 section 3.2, RFC 8760 section 2.2).
///
/// Ordered by strength: the greatest one offered is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Algorithm {
    /// `MD5`, the only one of old phones, and what a challenge without an algorithm means.
    Md5,
    /// `SHA-256`.
    Sha256,
    /// `SHA-512-256`: SHA-512 with other first values, cut to 256 bits.
    Sha512Trunc256,
}

impl Algorithm {
    /// Its name in a challenge.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha512Trunc256 => "SHA-512-256",
        }
    }

    /// The hash of the parts, one after the other, in lower-case hex.
    pub(super) fn hash(self, parts: &[&str]) -> HexHash {
        self.hash_bytes(parts.iter().map(|part| part.as_bytes()))
    }

    /// The hash of some octets, in lower-case hex.
    pub(super) fn hash_bytes<'a>(self, parts: impl Iterator<Item = &'a [u8]>) -> HexHash {
        match self {
            Algorithm::Md5 => HexHash::of(&parts.fold(Md5::new(), Md5::chain_update).finalize()),
            Algorithm::Sha256 => HexHash::of(&parts.fold(Sha256::new(), Sha256::chain_update).finalize()),
            Algorithm::Sha512Trunc256 => {
                HexHash::of(&parts.fold(Sha512_256::new(), Sha512_256::chain_update).finalize())
            }
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of an algorithm that we do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown digest algorithm; MD5, SHA-256 and SHA-512-256 are known")]
pub struct UnknownAlgorithm;

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    /// Reads a name, in any case.
    fn from_str(name: &str) -> Result<Algorithm, UnknownAlgorithm> {
        [Algorithm::Md5, Algorithm::Sha256, Algorithm::Sha512Trunc256]
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(name))
            .ok_or(UnknownAlgorithm)
    }
}

/// A hash in lower-case hex. It is read as text.
#[derive(Clone, Copy)]
pub(super) struct HexHash {
    digits: [u8; HexHash::LONGEST],
    length: usize,
}

impl HexHash {
    /// Digits of the longest hash.
    const LONGEST: usize = 64;

    fn of(octets: &[u8]) -> HexHash {
        let mut digits = [0; HexHash::LONGEST];
        let (pairs, _) = digits.as_chunks_mut::<2>();
        pairs.iter_mut().zip(octets).for_each(|(pair, octet)| *pair = hex_digits(*octet));
        HexHash { digits, length: (2 * octets.len()).min(HexHash::LONGEST) }
    }
}

impl Deref for HexHash {
    type Target = str;

    fn deref(&self) -> &str {
        // Digits are ASCII.
        self.digits.get(..self.length).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

/// The two digits of an octet, in lower case.
#[inline]
fn hex_digits(octet: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 0x0f)]]
}

/// Appends octets as lower-case hex digits.
pub(super) fn write_hex(octets: &[u8], text: &mut String) {
    for octet in octets {
        text.extend(hex_digits(*octet).map(char::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_join_their_parts() {
        assert_eq!(&*Algorithm::Md5.hash(&["a", "bc"]), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(
            &*Algorithm::Sha256.hash(&["abc"]),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            &*Algorithm::Sha512Trunc256.hash(&["abc"]),
            "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"
        );
    }

    #[test]
    fn names_are_read_in_any_case_and_ordered_by_strength() {
        assert_eq!("md5".parse(), Ok(Algorithm::Md5));
        assert_eq!("sha-256".parse(), Ok(Algorithm::Sha256));
        assert_eq!("MD5-sess".parse::<Algorithm>(), Err(UnknownAlgorithm));
        assert_eq!("SHA-512-256".parse(), Ok(Algorithm::Sha512Trunc256));
        assert!(Algorithm::Sha256 > Algorithm::Md5 && Algorithm::Sha512Trunc256 > Algorithm::Sha256);
    }
}
