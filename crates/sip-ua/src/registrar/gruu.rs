//! Addresses of one instance, good everywhere (GRUU, RFC 5627).
//!
//! The public one names the address of record and the instance. The temporary one tells neither: it is the hash of both
//! and of the registration's Call-ID under a key of the registrar, so that nothing has to be kept to know it again. It is
//! good for as long as the phone refreshes with that Call-ID, as section 5.4 has it.

use sha2::{Digest as _, Sha256};
use sip_parser::Uri;

use super::Binding;

/// What the user part of a temporary GRUU begins with.
const TEMPORARY: &str = "gruu-";

/// An address of one instance, as a request brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gruu {
    /// `sip:alice@example.com;gr=urn:uuid:…`: the address of record's user, and the instance.
    Public {
        /// User part of the address of record.
        user: String,
        /// The instance, without angle brackets.
        instance: String,
    },
    /// `sip:gruu-…@example.com;gr`.
    Temporary {
        /// The whole user part.
        user: String,
    },
}

impl Gruu {
    /// The GRUU that a Request-URI is; `None` for any other URI.
    #[must_use]
    pub fn of(uri: &Uri<'_>) -> Option<Gruu> {
        let gr = uri.param("gr")?;
        let user = uri.user_unescaped()?.into_owned();
        match gr {
            Some(instance) => Some(Gruu::Public { user, instance: unescape(instance) }),
            None if user.starts_with(TEMPORARY) => Some(Gruu::Temporary { user }),
            None => None,
        }
    }
}

/// Parameters of a Contact that tell its GRUUs at `host`, beginning with a semicolon; empty for one without an instance.
pub(super) fn params(binding: &Binding, host: &str, key: &[u8; 32]) -> String {
    let Some(instance) = &binding.instance else { return String::new() };
    let (user, temporary) = (sip_parser::escape_user(&binding.aor), temporary_user(binding, instance, key));
    format!(";pub-gruu=\"sip:{user}@{host};gr={instance}\";temp-gruu=\"sip:{temporary}@{host};gr\"")
}

/// The user part of a binding's temporary GRUU.
pub(super) fn temporary_user(binding: &Binding, instance: &str, key: &[u8; 32]) -> String {
    let mut digest = Sha256::new().chain_update(key);
    for part in [binding.aor.as_str(), instance, binding.call_id.as_str()] {
        digest = digest.chain_update((part.len() as u64).to_be_bytes()).chain_update(part);
    }
    let digest: [u8; 32] = digest.finalize().into();
    let hex: String = digest.iter().take(16).map(|octet| format!("{octet:02x}")).collect();
    format!("{TEMPORARY}{hex}")
}

/// A key made of words.
pub(super) fn key_of(words: &[&str]) -> [u8; 32] {
    let begun = Sha256::new().chain_update("gruu");
    let whole = words.iter().fold(begun, |digest, word| {
        digest.chain_update((word.len() as u64).to_be_bytes()).chain_update(word)
    });
    whole.finalize().into()
}

/// Percent escapes undone; the colons of a URN may come escaped.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digit: u8| char::from(digit).to_digit(16);
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let octet = hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0);
                // Two hexadecimal digits make at most 255.
                bytes.push(octet as u8);
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read() {
        let of = |text| Gruu::of(&Uri::parse(text).expect("a URI"));
        let public = Gruu::Public { user: "al ice".into(), instance: "urn:uuid:1-2".into() };
        assert_eq!(of("sip:al%20ice@example.com;gr=urn:uuid:1-2"), Some(public.clone()));
        assert_eq!(of("sip:al%20ice@example.com;gr=urn%3auuid%3A1-2"), Some(public));
        assert_eq!(of("sip:gruu-0a@example.com;gr"), Some(Gruu::Temporary { user: "gruu-0a".into() }));
        assert_eq!(of("sip:alice@example.com;gr"), None);
        assert_eq!(of("sip:alice@example.com"), None);
    }
}
