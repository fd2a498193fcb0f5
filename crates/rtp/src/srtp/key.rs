use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{KeyError, Suite};

/// A master key with its salt (RFC 3711 §3.2.1), and the suite that it is for.
///
/// Its octets are overwritten when it is dropped, and never shown by `Debug`.
#[derive(Clone)]
pub struct MasterKey {
    suite: Suite,
    /// Key, then salt, then nothing.
    octets: [u8; Suite::LONGEST_MASTER],
}

impl MasterKey {
    /// Takes the octets of the key followed by those of the salt.
    ///
    /// # Errors
    /// [`KeyError::Length`] when they are not as many as the suite wants.
    pub fn new(suite: Suite, key_and_salt: &[u8]) -> Result<Self, KeyError> {
        if key_and_salt.len() != suite.master_length() {
            return Err(KeyError::Length { suite, octets: key_and_salt.len() });
        }
        let mut octets = [0; Suite::LONGEST_MASTER];
        octets[..key_and_salt.len()].copy_from_slice(key_and_salt);
        Ok(Self { suite, octets })
    }

    /// The suite that it is for.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The key followed by the salt. Not for logs.
    pub fn key_and_salt(&self) -> &[u8] {
        &self.octets[..self.suite.master_length()]
    }

    /// The key alone.
    pub(super) fn key(&self) -> &[u8] {
        &self.octets[..self.suite.key_length()]
    }

    /// The salt alone.
    pub(super) fn salt(&self) -> &[u8] {
        &self.octets[self.suite.key_length()..self.suite.master_length()]
    }
}

impl PartialEq for MasterKey {
    fn eq(&self, other: &Self) -> bool {
        self.suite == other.suite && bool::from(self.octets.ct_eq(&other.octets))
    }
}

impl Eq for MasterKey {}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.suite)
    }
}

/// A master key identifier (RFC 3711 §3.1, RFC 4568 §6.1): a number that the sender puts into each packet, to say which of its
/// keys it used. We agree on one key at a time, so it only has to be the one that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mki {
    number: u64,
    length: u8,
}

impl Mki {
    /// The identifier `number` written in `length` octets.
    ///
    /// # Errors
    /// [`KeyError::Mki`] for a length that is not 1 to 128, or that the number does not fit in.
    pub const fn new(number: u64, length: u8) -> Result<Self, KeyError> {
        let fits = length >= 8 || number >> (8 * length as u32) == 0;
        if matches!(length, 1..=128) && fits {
            Ok(Self { number, length })
        } else {
            Err(KeyError::Mki { length })
        }
    }

    /// Its octets in a packet.
    pub(super) fn len(self) -> usize {
        usize::from(self.length)
    }

    /// Whether these are its octets, which is no secret.
    pub(super) fn is(self, octets: &[u8]) -> bool {
        let (before, last) = octets.split_at(octets.len().saturating_sub(8));
        let number = last.iter().fold(0, |number, octet| number << 8 | u64::from(*octet));
        octets.len() == self.len() && before.iter().all(|octet| *octet == 0) && number == self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_length_of_its_suite() {
        for suite in Suite::ALL {
            assert!(MasterKey::new(suite, &[1; 46][..suite.master_length()]).is_ok());
            let octets = suite.master_length() - 1;
            assert_eq!(MasterKey::new(suite, &[1; 46][..octets]), Err(KeyError::Length { suite, octets }));
        }
    }

    #[test]
    fn a_key_is_not_shown() {
        let key = MasterKey::new(Suite::AeadAes128Gcm, &[0xAB; 28]).unwrap();
        assert_eq!(format!("{key:?}"), "MasterKey(AEAD_AES_128_GCM)");
    }

    #[test]
    fn identifiers_are_numbers_of_a_length() {
        assert!(Mki::new(258, 4).unwrap().is(&[0, 0, 1, 2]));
        assert!(Mki::new(258, 10).unwrap().is(&[0, 0, 0, 0, 0, 0, 0, 0, 1, 2]));
        assert!(!Mki::new(258, 4).unwrap().is(&[0, 0, 1, 3]));
        assert!(!Mki::new(258, 10).unwrap().is(&[1, 0, 0, 0, 0, 0, 0, 0, 1, 2]));
        for (number, length) in [(1, 0), (256, 1), (1, 129)] {
            assert_eq!(Mki::new(number, length), Err(KeyError::Mki { length }));
        }
    }
}
