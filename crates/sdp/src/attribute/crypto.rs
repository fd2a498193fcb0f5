//! `a=crypto`: keys for Secure RTP (RFC 4568).

use core::fmt;

use super::TypedAttribute;
use crate::error::ValueError;
use crate::words::{cut, number_of, word};

/// `1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 UNENCRYPTED_SRTCP`.
///
/// `Debug` does not show the keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Crypto<'a> {
    /// Its number, by which the answer names it; up to nine digits.
    pub tag: u32,
    /// The crypto suite as written.
    pub suite: &'a str,
    key_parameters: &'a str,
    session_parameters: &'a str,
}

impl<'a> Crypto<'a> {
    /// The master keys, best first; `None` in place of one that cannot be read, or that is not `inline`.
    pub fn keys(&self) -> impl Iterator<Item = Option<InlineKey<'a>>> + use<'a> {
        self.key_parameters.split(';').map(InlineKey::parse)
    }

    /// What the session is to do differently, as `KDR=16` or `UNENCRYPTED_SRTP` (RFC 4568 §6.3).
    pub fn session_parameters(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.session_parameters.split_ascii_whitespace()
    }
}

impl<'a> TypedAttribute<'a> for Crypto<'a> {
    const NAME: &'static str = "crypto";

    fn parse(value: &'a str) -> Result<Self, ValueError> {
        let error = ValueError {
            line: "a=crypto",
            expected: "a tag, a crypto suite and inline:key, with blanks between",
        };
        let read = || {
            let (tag, rest) = word(value)?;
            let (suite, rest) = word(rest)?;
            let (key_parameters, session_parameters) = word(rest)?;
            let tag = number_of(tag).filter(|tag| *tag <= 999_999_999)?;
            Some(Self { tag, suite, key_parameters, session_parameters })
        };
        read().ok_or(error)
    }
}

impl fmt::Debug for Crypto<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crypto({} {})", self.tag, self.suite)
    }
}

/// `inline:key|lifetime|MKI:length` (RFC 4568 §6.1).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InlineKey<'a> {
    /// Master key and salt, in base64.
    pub key_and_salt: &'a str,
    /// For how many packets the key may be used; `None` for as many as the suite allows.
    pub lifetime: Option<u64>,
    /// The number that names the key in each packet, and the octets that it has there, 1 to 128.
    pub mki: Option<(u64, u8)>,
}

impl<'a> InlineKey<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (method, info) = cut(text, |octet| octet == b':');
        let info = info.filter(|_| method.eq_ignore_ascii_case("inline"))?;
        let mut parts = info.split('|');
        let key_and_salt = parts.next().filter(|key| !key.is_empty())?;
        let mut key = Self { key_and_salt, lifetime: None, mki: None };
        for (nth, part) in parts.enumerate() {
            match mki(part) {
                Some(mki) if key.mki.is_none() => key.mki = Some(mki),
                None if nth == 0 => key.lifetime = Some(lifetime(part)?),
                _ => return None,
            }
        }
        Some(key)
    }
}

impl fmt::Debug for InlineKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InlineKey(lifetime {:?}, MKI {:?})", self.lifetime, self.mki)
    }
}

/// `2^31` or `1000000`.
fn lifetime(text: &str) -> Option<u64> {
    match text.strip_prefix("2^") {
        Some(power) => 1_u64.checked_shl(number_of(power)?),
        None => text.parse().ok().filter(|_| text.bytes().all(|octet| octet.is_ascii_digit())),
    }
}

/// `1:4`.
fn mki(text: &str) -> Option<(u64, u8)> {
    let (number, length) = text.split_once(':')?;
    let number = number.parse().ok().filter(|_| number.bytes().all(|octet| octet.is_ascii_digit()))?;
    let length = number_of(length).filter(|length| matches!(length, 1..=128))?;
    let fits = |number: &u64| length >= 8 || number >> (8 * u32::from(length)) == 0;
    Some(number).filter(fits).map(|number| (number, length))
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use super::*;

    /// Its text, lifetime and identifier.
    type Parts<'a> = Option<(&'a str, Option<u64>, Option<(u64, u8)>)>;

    fn keys(parameters: &str) -> Vec<Parts<'_>> {
        let crypto = Crypto { tag: 1, suite: "x", key_parameters: parameters, session_parameters: "" };
        let parts = |key: InlineKey<'_>| {
            let at = parameters.find(key.key_and_salt).unwrap();
            (&parameters[at..at + key.key_and_salt.len()], key.lifetime, key.mki)
        };
        crypto.keys().map(|key| key.map(parts)).collect()
    }

    /// RFC 4568 §4.
    #[test]
    fn tag_suite_keys_and_parameters() {
        let crypto = Crypto::parse(
            "1 AES_CM_128_HMAC_SHA1_80 inline:d0Rm|2^20|1:4;inline:QUJj|2^20|2:4 FEC_ORDER=FEC_SRTP",
        );
        let crypto = crypto.unwrap();
        assert_eq!((crypto.tag, crypto.suite), (1, "AES_CM_128_HMAC_SHA1_80"));
        assert_eq!(crypto.keys().count(), 2);
        assert_eq!(crypto.session_parameters().collect::<Vec<_>>(), ["FEC_ORDER=FEC_SRTP"]);
        for odd in ["", "1", "1 AES", "x AES inline:a", "1234567890 AES inline:a", "-1 AES inline:a"] {
            assert!(Crypto::parse(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn lifetime_and_identifier_may_be_missing() {
        assert_eq!(keys("inline:abc"), [Some(("abc", None, None))]);
        assert_eq!(keys("INLINE:abc|2^31"), [Some(("abc", Some(1 << 31), None))]);
        assert_eq!(keys("inline:abc|1:1"), [Some(("abc", None, Some((1, 1))))]);
        assert_eq!(keys("inline:abc|1048576|10:32"), [Some(("abc", Some(1 << 20), Some((10, 32))))]);
        let odd = [
            "",
            "abc",
            "uri:abc",
            "inline:",
            "inline:abc|x",
            "inline:abc|2^64",
            "inline:abc|1:0",
            "inline:abc|256:1",
            "inline:abc|1:4|1:4",
        ];
        assert!(odd.iter().all(|odd| keys(odd) == [None]));
    }

    #[test]
    fn keys_are_not_shown() {
        let crypto = Crypto::parse("1 AES_CM_128_HMAC_SHA1_80 inline:secret|2^20").unwrap();
        let shown = format!("{crypto:?} {:?}", crypto.keys().next());
        assert!(!shown.contains("secret"), "{shown}");
    }
}
