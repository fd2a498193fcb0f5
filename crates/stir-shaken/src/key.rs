//! The key that signs: ECDSA over P-256 with SHA-256, `ES256` of RFC 7518.

use std::fmt;

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::{Error as PemError, PemObject};

/// A private key that signs PASSporTs.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is none.
    #[error("it holds no private key; it should have one between BEGIN and END lines (PEM)")]
    Missing,
    /// It asks for a passphrase.
    #[error(
        "its key is encrypted, and nobody is there to give the passphrase; write it without: openssl pkey -in FILE -out NEW"
    )]
    Encrypted,
    /// It is of another kind.
    #[error(
        "its key is none of P-256, which ES256 needs; make one with: openssl ecparam -name prime256v1 -genkey -noout"
    )]
    NotP256,
    /// It cannot be read.
    #[error("its key cannot be read: {0}")]
    Unreadable(String),
}

/// The system gave no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing can be signed: the system gives no random numbers")]
pub struct SignError;

impl SigningKey {
    /// Reads the first private key of a PEM file, in PKCS #8 or SEC 1, not encrypted.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong with it and what to do.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let encrypted = pem.windows(ENCRYPTED.len()).any(|text| text == ENCRYPTED);
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
            _ if encrypted => KeyError::Encrypted,
            PemError::NoItemsFound => KeyError::Missing,
            other => KeyError::Unreadable(other.to_string()),
        })?;
        let octets = match key {
            PrivateKeyDer::Pkcs8(key) => key.secret_pkcs8_der().to_vec(),
            PrivateKeyDer::Sec1(key) => wrapped(key.secret_sec1_der()).ok_or(KeyError::NotP256)?,
            _ => return Err(KeyError::NotP256),
        };
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &octets, &random);
        Ok(Self { pair: pair.map_err(|_| KeyError::NotP256)?, random })
    }

    /// The signature of `octets`: 64 octets, as JWS has it.
    ///
    /// # Errors
    /// [`SignError`] when the system has no random numbers.
    pub fn sign(&self, octets: &[u8]) -> Result<[u8; 64], SignError> {
        let signature = self.pair.sign(&self.random, octets).map_err(|_| SignError)?;
        signature.as_ref().try_into().map_err(|_| SignError)
    }

    /// The public half: an uncompressed point, as certificates have it.
    pub fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

impl fmt::Debug for SigningKey {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// What both forms of encrypted keys say in their first lines.
const ENCRYPTED: &[u8] = b"ENCRYPTED";

/// PKCS #8 begins with the version and the algorithm: `id-ecPublicKey` with `prime256v1` (RFC 5915, RFC 5958).
const PKCS8_HEAD: [u8; 24] = [
    0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
];

/// A SEC 1 key as PKCS #8, the only form that is read further down. One of P-256 is shorter than 256 octets.
fn wrapped(sec1: &[u8]) -> Option<Vec<u8>> {
    let length = |octets: usize| u8::try_from(octets).ok();
    let mut octets = vec![0x30, 0x81, length(PKCS8_HEAD.len() + 3 + sec1.len())?];
    octets.extend(PKCS8_HEAD);
    octets.extend([0x04, 0x81, length(sec1.len())?]);
    octets.extend(sec1);
    // DER writes lengths below 128 in one octet.
    if sec1.len() < 0x80 {
        octets.remove(3 + PKCS8_HEAD.len() + 1);
        octets[2] -= 1;
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_both_forms() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let key = SigningKey::from_pem(pair.serialize_pem().as_bytes()).unwrap();
        assert_eq!(key.public_key().len(), 65);
        // SEC 1 is what PKCS #8 wraps: the octet string at its end.
        let der = pair.serialize_der();
        let start = der.windows(2).position(|head| head == [0x04, 0x6d]).unwrap() + 2;
        let sec1 = rustls_pki_types::PrivateSec1KeyDer::from(der[start..start + 0x6d].to_vec());
        let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sec1.secret_sec1_der());
        let pem = format!("-----BEGIN EC PRIVATE KEY-----\n{text}\n-----END EC PRIVATE KEY-----\n");
        let again = SigningKey::from_pem(pem.as_bytes()).unwrap();
        assert_eq!(again.public_key(), key.public_key());
    }

    #[test]
    fn what_is_no_key_is_named() {
        assert_eq!(SigningKey::from_pem(b"nothing").err(), Some(KeyError::Missing));
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert_eq!(SigningKey::from_pem(encrypted.as_bytes()).err(), Some(KeyError::Encrypted));
        let other = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        assert_eq!(SigningKey::from_pem(other.serialize_pem().as_bytes()).err(), Some(KeyError::NotP256));
    }
}
