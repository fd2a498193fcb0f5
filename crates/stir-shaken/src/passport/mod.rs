//! PASSporT (RFC 8225): who calls whom and when, and the kind that carriers sign (`shaken`, RFC 8588).

mod read;
mod write;

use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use crate::attestation::Attestation;
use crate::identity::MAX_HEADER;
use crate::key::{SignError, SigningKey};
use crate::number::TelephoneNumber;

/// Who calls or is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// `tn`: a telephone number.
    Number(TelephoneNumber),
    /// `uri`: somebody without one.
    Uri(String),
}

impl Party {
    /// A party with a telephone number; `None` where the text is none.
    pub fn number(text: &str) -> Option<Self> {
        TelephoneNumber::canonical(text).map(Self::Number)
    }

    /// Its number.
    pub fn as_number(&self) -> Option<&TelephoneNumber> {
        match self {
            Self::Number(number) => Some(number),
            Self::Uri(_) => None,
        }
    }
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passport {
    /// `x5u`: where the certificate is.
    pub x5u: String,
    /// `orig`: who calls.
    pub orig: Party,
    /// `dest`: who is called; at least one.
    pub dest: Vec<Party>,
    /// `iat`: when it was made, in seconds since 1970.
    pub iat: u64,
    /// What a carrier adds.
    pub shaken: Option<Shaken>,
    /// `mky`: the keys of media that DTLS will show (RFC 8225 section 5.2.2).
    pub mky: Vec<MediaKey>,
}

/// What a carrier says of the caller (RFC 8588).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shaken {
    /// `attest`: how far it vouches for the caller.
    pub attest: Attestation,
    /// `origid`: a name of the carrier's own for where the call came from, a UUID as a rule.
    pub origid: String,
}

/// The fingerprint of a certificate of DTLS (RFC 8225 section 5.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaKey {
    /// `alg`: the hash, such as `sha-256`.
    pub alg: String,
    /// `dig`: its value in hexadecimal digits, without colons.
    pub dig: String,
}

/// Why a text is no PASSporT that can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassportError {
    /// It is longer than what is read.
    #[error("the PASSporT has more than 16 kB")]
    TooLong,
    /// It has not three parts in base64url.
    #[error("the PASSporT is not made of three parts in base64url")]
    Parts,
    /// A part is no JSON object.
    #[error("a part of the PASSporT is no JSON object")]
    Json,
    /// `typ` is another one than `passport`.
    #[error("the PASSporT has no typ=passport")]
    Typ,
    /// `alg` is another one than ES256.
    #[error("the PASSporT is not signed with ES256")]
    Alg,
    /// `ppt` is a kind that is not known here.
    #[error("the PASSporT is of another kind than shaken")]
    Ppt,
    /// `x5u` is missing.
    #[error("the PASSporT has no x5u")]
    X5u,
    /// `iat` is missing or no number.
    #[error("the PASSporT has no iat")]
    Iat,
    /// `orig` is missing or says nothing.
    #[error("the PASSporT has no orig with a tn or a uri")]
    Orig,
    /// `dest` is missing or says nothing.
    #[error("the PASSporT has no dest with a tn or a uri")]
    Dest,
    /// `attest` is missing in one of `shaken`, or none of A, B and C.
    #[error("the PASSporT has no attest of A, B or C")]
    Attest,
    /// `origid` is missing in one of `shaken`.
    #[error("the PASSporT has no origid")]
    OrigId,
    /// `mky` is not what it should be.
    #[error("the mky of the PASSporT is not made of alg and dig")]
    Mky,
}

impl Passport {
    /// Signs it: header, claims and signature in base64url, divided by dots.
    ///
    /// # Errors
    /// [`SignError`] when the system has no random numbers.
    pub fn sign(&self, key: &SigningKey) -> Result<String, SignError> {
        let mut token = self.signing_input();
        let signature = key.sign(token.as_bytes())?;
        token.push('.');
        write::encode_into(&signature, &mut token);
        Ok(token)
    }
}

/// A PASSporT and its signature, which has not been verified.
#[derive(Clone, Debug)]
pub struct SignedPassport {
    passport: Passport,
    /// The octets that were signed.
    input: String,
    signature: Vec<u8>,
}

impl SignedPassport {
    /// Reads one in its full form.
    ///
    /// # Errors
    /// [`PassportError`] says what it lacks.
    pub fn parse(token: &str) -> Result<Self, PassportError> {
        if token.len() > MAX_HEADER {
            return Err(PassportError::TooLong);
        }
        let (input, signature) = token.rsplit_once('.').ok_or(PassportError::Parts)?;
        let (header, claims) = input.split_once('.').ok_or(PassportError::Parts)?;
        let passport = read::passport(header, claims)?;
        let signature = read::decoded(signature).ok_or(PassportError::Parts)?;
        Ok(Self { passport, input: input.to_owned(), signature })
    }

    /// Reads one in its compact form: `passport` is what the message says that was signed (RFC 8225 section 7).
    ///
    /// # Errors
    /// [`PassportError::Parts`] where there is more or less than two dots and a signature.
    pub fn compact(token: &str, passport: Passport) -> Result<Self, PassportError> {
        let signature = token.strip_prefix("..").and_then(read::decoded).ok_or(PassportError::Parts)?;
        let input = passport.signing_input();
        Ok(Self { passport, input, signature })
    }

    /// What is signed.
    pub fn passport(&self) -> &Passport {
        &self.passport
    }

    /// Whether the owner of that key has signed it; `public_key` is an uncompressed point of P-256.
    pub fn is_signed_by(&self, public_key: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key);
        key.verify(self.input.as_bytes(), &self.signature).is_ok()
    }
}

#[cfg(test)]
mod tests;
