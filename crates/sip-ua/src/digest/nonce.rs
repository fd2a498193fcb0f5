//! Nonces that need no memory: each carries the time until which it is good, sealed with a key that only we have.

use std::net::IpAddr;

use md5::Digest as _;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::algorithm::write_hex;

/// A moment as time since the Unix epoch, to the millisecond.
pub(super) type Millis = u64;

/// What a nonce of ours says, once its seal has been found whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Nonce {
    /// Until when it is good. First, for what ends soonest is forgotten first.
    pub expires: Millis,
    /// Tells apart the nonces of one millisecond.
    pub serial: u64,
}

/// Makes and reads nonces.
///
/// A nonce is 64 hex digits: 8 octets of time, 8 of serial number, and 16 of
/// HMAC-SHA256 (RFC 2104) over both, the address of who gets it, and the realm.
pub(super) struct Mint {
    /// SHA-256 behind the inner and the outer key of HMAC, so that these are hashed once for all nonces.
    inner: Sha256,
    outer: Sha256,
    serial: u64,
}

const TEXT_LENGTH: usize = 64;
const SEAL_OCTETS: usize = 16;

impl Mint {
    pub(super) fn new(key: [u8; 32]) -> Mint {
        let behind = |octet: u8| {
            let mut block = [octet; 64];
            block.iter_mut().zip(key).for_each(|(at, key)| *at ^= key);
            Sha256::new_with_prefix(block)
        };
        Mint { inner: behind(0x36), outer: behind(0x5c), serial: 0 }
    }

    /// A fresh nonce for `realm`, good until `expires`, and from `client` alone where one is named.
    pub(super) fn issue(&mut self, expires: Millis, realm: &str, client: Option<IpAddr>) -> String {
        self.serial = self.serial.wrapping_add(1);
        let body = body_of(Nonce { expires, serial: self.serial });
        let mut text = String::with_capacity(TEXT_LENGTH);
        write_hex(&body, &mut text);
        write_hex(&self.seal(&body, realm, client), &mut text);
        text
    }

    /// Reads a nonce that somebody sent us. `None` when it is not ours, or not for `realm` and `client`.
    pub(super) fn read(&self, text: &str, realm: &str, client: Option<IpAddr>) -> Option<Nonce> {
        if text.len() != TEXT_LENGTH {
            return None;
        }
        let body: [u8; 16] = unhex(text.get(..32)?)?;
        let seal: [u8; SEAL_OCTETS] = unhex(text.get(32..)?)?;
        let whole: bool = self.seal(&body, realm, client).ct_eq(&seal).into();
        let (expires, serial) = body.split_at(8);
        let number = |octets: &[u8]| octets.iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet));
        whole.then(|| Nonce { expires: number(expires), serial: number(serial) })
    }

    fn seal(&self, body: &[u8; 16], realm: &str, client: Option<IpAddr>) -> [u8; SEAL_OCTETS] {
        let inner = self.inner.clone().chain_update(body);
        let inner = match client.map(|client| client.to_canonical()) {
            None => inner.chain_update([0]),
            Some(IpAddr::V4(client)) => inner.chain_update([4]).chain_update(client.octets()),
            Some(IpAddr::V6(client)) => inner.chain_update([6]).chain_update(client.octets()),
        };
        let inner = inner.chain_update(realm).finalize();
        let outer = self.outer.clone().chain_update(inner).finalize();
        let mut seal = [0; SEAL_OCTETS];
        seal.iter_mut().zip(outer).for_each(|(at, octet)| *at = octet);
        seal
    }
}

impl Nonce {
    /// Whether its time is over.
    pub(super) fn expired(self, now: Millis) -> bool {
        now > self.expires
    }
}

fn body_of(nonce: Nonce) -> [u8; 16] {
    (u128::from(nonce.expires) << 64 | u128::from(nonce.serial)).to_be_bytes()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut octets = [0; N];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    // A digit of sixteen fits an octet.
    let digit = |octet: u8| char::from(octet).to_digit(16).map(|value| value as u8);
    for (octet, [high, low]) in octets.iter_mut().zip(pairs) {
        *octet = digit(*high)? << 4 | digit(*low)?;
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_795_000_000_000;

    #[test]
    fn a_nonce_reads_back_and_ages() {
        let mut mint = Mint::new([7; 32]);
        let text = mint.issue(NOW, "ipbx", None);
        assert_eq!(text.len(), TEXT_LENGTH);
        let nonce = mint.read(&text, "ipbx", None).expect("ours");
        assert_eq!(nonce, Nonce { expires: NOW, serial: 1 });
        assert!(!nonce.expired(NOW));
        assert!(nonce.expired(NOW + 1));
    }

    #[test]
    fn a_nonce_is_good_for_its_realm_and_key_only() {
        let mut mint = Mint::new([7; 32]);
        let text = mint.issue(NOW, "ipbx", None);
        assert_eq!(mint.read(&text, "other", None), None);
        assert_eq!(Mint::new([8; 32]).read(&text, "ipbx", None), None);
        let mut forged = text.clone();
        forged.replace_range(0..1, "f");
        assert_eq!(mint.read(&forged, "ipbx", None), None);
        assert_eq!(mint.read("", "ipbx", None), None);
        assert_eq!(mint.read(&"é".repeat(32), "ipbx", None), None);
    }

    #[test]
    fn a_nonce_is_good_from_the_address_that_it_was_given_to() {
        let mut mint = Mint::new([7; 32]);
        let address = |text: &str| Some(text.parse().unwrap());
        let text = mint.issue(NOW, "ipbx", address("192.0.2.1"));
        assert!(mint.read(&text, "ipbx", address("192.0.2.1")).is_some());
        assert!(
            mint.read(&text, "ipbx", address("::ffff:192.0.2.1")).is_some(),
            "the same, written otherwise"
        );
        for other in [address("192.0.2.2"), address("2001:db8::1"), None] {
            assert_eq!(mint.read(&text, "ipbx", other), None, "{other:?}");
        }
    }

    #[test]
    fn two_nonces_of_one_moment_differ() {
        let mut mint = Mint::new([7; 32]);
        assert_ne!(mint.issue(NOW, "ipbx", None), mint.issue(NOW, "ipbx", None));
    }
}
