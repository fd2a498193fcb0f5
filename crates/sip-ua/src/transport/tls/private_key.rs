//! The key of our certificate: plain, or encrypted with a password (PKCS #8, RFC 5958; PBES2, RFC 8018).

use pkcs8::der::SecretDocument;
use pkcs8::{EncryptedPrivateKeyInfoRef, Error};
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{TlsConfig, TlsError};

/// Around a key that is encrypted.
const BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";

/// What the form that OpenSSL had before says in its second line.
const OLD_FORM: &str = "Proc-Type: 4,ENCRYPTED";

/// Reads it.
pub(super) fn read(config: &TlsConfig) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = String::from_utf8_lossy(&config.private_key);
    if let Some(pem) = encrypted(&text) {
        let password = config.key_password.as_deref().ok_or(TlsError::EncryptedKey)?;
        return decrypt(pem, password);
    }
    if text.contains(OLD_FORM) {
        return Err(TlsError::OldEncryptedKey);
    }
    PrivateKeyDer::from_pem_slice(&config.private_key).map_err(|error| match error {
        PemError::NoItemsFound => TlsError::NoKey,
        other => TlsError::BadKey(other.to_string()),
    })
}

/// The first encrypted key of a file that may hold certificates too.
fn encrypted(text: &str) -> Option<&str> {
    let from = text.find(BEGIN)?;
    let rest = text.get(from..)?;
    rest.get(..rest.find(END)? + END.len())
}

fn decrypt(pem: &str, password: &str) -> Result<PrivateKeyDer<'static>, TlsError> {
    let bad = |error: &dyn std::fmt::Display| TlsError::BadKey(error.to_string());
    let (_, document) = SecretDocument::from_pem(pem).map_err(|error| bad(&error))?;
    let key = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|error| bad(&error))?;
    let plain = key.decrypt(password).map_err(|error| match error {
        // A wrong password shows as padding that makes no sense, or as a key that is none.
        Error::EncryptedPrivateKey(_) | Error::Asn1(_) => TlsError::WrongPassword,
        other => bad(&other),
    })?;
    Ok(PrivatePkcs8KeyDer::from(plain.as_bytes().to_vec()).into())
}

#[cfg(test)]
mod tests {
    use super::super::Tls;
    use super::*;

    /// Made by OpenSSL 3 for this certificate, encrypted with `looking-glass`.
    const CERTIFICATE: &str = include_str!("keys/certificate.pem");
    const KEYS: [&str; 3] =
        [include_str!("keys/aes.pem"), include_str!("keys/des3.pem"), include_str!("keys/scrypt.pem")];

    fn config(key: &str, password: Option<&str>) -> TlsConfig {
        let key_password = password.map(str::to_owned);
        TlsConfig { key_password, ..TlsConfig::server(CERTIFICATE, key) }
    }

    fn error(key: &str, password: Option<&str>) -> TlsError {
        Tls::new(&config(key, password)).unwrap_err()
    }

    #[test]
    fn keys_as_openssl_encrypts_them_are_read_with_their_password() {
        for key in KEYS {
            assert!(Tls::new(&config(key, Some("looking-glass"))).is_ok(), "{key}");
            // They may stand behind the certificate in one file.
            let both = format!("{CERTIFICATE}\n{key}");
            assert!(Tls::new(&config(&both, Some("looking-glass"))).is_ok());
            assert_eq!(error(key, None), TlsError::EncryptedKey);
            assert_eq!(error(key, Some("wonderland")), TlsError::WrongPassword);
        }
    }

    #[test]
    fn what_cannot_be_decrypted_is_told() {
        let old = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n\
                   -----END EC PRIVATE KEY-----\n";
        assert_eq!(error(old, Some("x")), TlsError::OldEncryptedKey);
        let odd = format!("{BEGIN}\nAAAA\n{END}\n");
        assert!(matches!(error(&odd, Some("x")), TlsError::BadKey(_)));
        assert!(matches!(error(BEGIN, Some("x")), TlsError::BadKey(_)));
    }
}
