//! The Identity header (RFC 8224 section 4).

use std::fmt;

use crate::key::{SignError, SigningKey};
use crate::passport::Passport;

/// Longest value that is read.
pub const MAX_HEADER: usize = 16 * 1_024;

/// Most parameters of one value.
const MAX_PARAMETERS: usize = 16;

/// The value of an Identity header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityHeader {
    /// `signed-identity-digest`: a PASSporT, or its signature alone behind two dots.
    pub digest: String,
    /// `info`: where the certificate is.
    pub info: String,
    /// `alg`; ES256 where it is absent.
    pub alg: Option<String>,
    /// `ppt`: the kind of PASSporT.
    pub ppt: Option<String>,
}

/// Why a value is none of an Identity header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// It is longer than what is read.
    #[error("the header has more than 16 kB")]
    TooLong,
    /// The digest is missing, or has octets that base64url has not.
    #[error("the header does not begin with a PASSporT")]
    NoDigest,
    /// `info` is missing or not between angle brackets.
    #[error("the header has no info parameter with the address of a certificate in angle brackets")]
    NoInfo,
    /// A parameter is not written as it should be.
    #[error("a parameter of the header is not written as name=value")]
    Parameter,
}

impl IdentityHeader {
    /// The header that a signed PASSporT makes, in its full form.
    ///
    /// # Errors
    /// [`SignError`] when the system has no random numbers.
    pub fn sign(passport: &Passport, key: &SigningKey) -> Result<Self, SignError> {
        Ok(Self {
            digest: passport.sign(key)?,
            info: passport.x5u.clone(),
            alg: Some("ES256".to_owned()),
            ppt: passport.shaken.is_some().then(|| "shaken".to_owned()),
        })
    }

    /// The same without what the called side can make of the message: its own numbers, the Date and the address of the
    /// certificate (RFC 8224 section 4.1.1). Only a PASSporT without extensions can be told so.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub fn sign_compact(passport: &Passport, key: &SigningKey) -> Result<Self, SignError> {
        let full = Self::sign(passport, key)?;
        let signature = full.digest.rsplit('.').next().unwrap_or_default();
        Ok(Self { digest: format!("..{signature}"), ..full })
    }

    /// Reads the value of one header line.
    ///
    /// # Errors
    /// [`IdentityError`] when it is not written by the grammar of RFC 8224.
    pub fn parse(value: &str) -> Result<Self, IdentityError> {
        if value.len() > MAX_HEADER {
            return Err(IdentityError::TooLong);
        }
        let (digest, mut rest) = value.trim().split_once(';').ok_or(IdentityError::NoInfo)?;
        let digest = digest.trim();
        let fits = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.=+/".contains(&octet);
        if digest.is_empty() || !digest.bytes().all(fits) {
            return Err(IdentityError::NoDigest);
        }
        let (mut info, mut alg, mut ppt) = (None, None, None);
        for _ in 0..MAX_PARAMETERS {
            let (name, value, behind) = parameter(rest).ok_or(IdentityError::Parameter)?;
            let value = value.map(str::to_owned);
            let place = match name.to_ascii_lowercase().as_str() {
                "info" => Some((&mut info, bracketed(value.as_deref()).ok_or(IdentityError::NoInfo)?)),
                "alg" => Some((&mut alg, word(value.as_deref()).ok_or(IdentityError::Parameter)?)),
                "ppt" => Some((&mut ppt, word(value.as_deref()).ok_or(IdentityError::Parameter)?)),
                _ => None,
            };
            if let Some((place, value)) = place
                && place.replace(value.to_owned()).is_some()
            {
                return Err(IdentityError::Parameter);
            }
            match behind {
                Some(behind) => rest = behind,
                None => {
                    let info = info.ok_or(IdentityError::NoInfo)?;
                    return Ok(Self { digest: digest.to_owned(), info, alg, ppt });
                }
            }
        }
        Err(IdentityError::Parameter)
    }

    /// Whether the PASSporT itself was left out.
    pub fn is_compact(&self) -> bool {
        self.digest.starts_with("..")
    }
}

impl fmt::Display for IdentityHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};info=<{}>", self.digest, self.info)?;
        for (name, value) in [("alg", &self.alg), ("ppt", &self.ppt)] {
            if let Some(value) = value {
                write!(f, ";{name}={value}")?;
            }
        }
        Ok(())
    }
}

/// `name`, its value, and what follows the semicolon behind it.
type Parameter<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// The first parameter; semicolons within angle brackets and quotation marks do not end it.
fn parameter(text: &str) -> Option<Parameter<'_>> {
    let mut closing = None;
    let end = text.char_indices().find(|(_, c)| match (closing, c) {
        (Some(mark), c) if mark == *c => {
            closing = None;
            false
        }
        (Some(_), _) => false,
        (None, '<') => {
            closing = Some('>');
            false
        }
        (None, '"') => {
            closing = Some('"');
            false
        }
        (None, c) => *c == ';',
    });
    let (own, behind) = match end {
        Some((end, _)) => (&text[..end], Some(&text[end + 1..])),
        None => (text, None),
    };
    let (name, value) = match own.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (own.trim(), None),
    };
    (closing.is_none() && is_token(name)).then_some((name, value, behind))
}

/// What stands between angle brackets.
fn bracketed(value: Option<&str>) -> Option<&str> {
    let inner = value?.strip_prefix('<')?.strip_suffix('>')?;
    let plain = inner.bytes().all(|octet| (0x21..=0x7e).contains(&octet) && !b"<>\"".contains(&octet));
    (!inner.is_empty() && plain).then_some(inner)
}

/// A token; some write it as a quoted string, as the examples of RFC 8588 do.
fn word(value: Option<&str>) -> Option<&str> {
    let value = value?;
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    is_token(inner).then_some(inner)
}

fn is_token(text: &str) -> bool {
    let fits = |octet: u8| octet.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&octet);
    !text.is_empty() && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_written() {
        let full = "a.b.c;info=<https://h/x;y=1>;alg=ES256;ppt=shaken";
        let header = IdentityHeader::parse(full).unwrap();
        assert_eq!((header.info.as_str(), header.ppt.as_deref()), ("https://h/x;y=1", Some("shaken")));
        assert_eq!((header.to_string().as_str(), header.is_compact()), (full, false));
        let odd = " ..abc ; ppt=\"shaken\" ;Info = <https://h/x>;other=\"a;b\";flag";
        let header = IdentityHeader::parse(odd).unwrap();
        assert_eq!(header.to_string(), "..abc;info=<https://h/x>;ppt=shaken");
        assert!(header.is_compact());
    }

    #[test]
    fn what_is_no_identity_is_refused() {
        for (value, error) in [
            ("", IdentityError::NoInfo),
            ("abc", IdentityError::NoInfo),
            (";info=<https://h/>", IdentityError::NoDigest),
            ("a b;info=<https://h/>", IdentityError::NoDigest),
            ("abc;alg=ES256", IdentityError::NoInfo),
            ("abc;info=https://h/", IdentityError::NoInfo),
            ("abc;info=<>", IdentityError::NoInfo),
            ("abc;info", IdentityError::NoInfo),
            ("abc;info=<https://h/", IdentityError::Parameter),
            ("abc;info=<https://h/>;info=<https://i/>", IdentityError::Parameter),
            ("abc;info=<https://h/>;alg=", IdentityError::Parameter),
            ("abc;info=<https://h/>;", IdentityError::Parameter),
        ] {
            assert_eq!(IdentityHeader::parse(value), Err(error), "{value}");
        }
        let many = format!("abc;info=<https://h/>{}", ";x=1".repeat(20));
        assert_eq!(IdentityHeader::parse(&many), Err(IdentityError::Parameter));
        assert_eq!(IdentityHeader::parse(&"a".repeat(MAX_HEADER + 1)), Err(IdentityError::TooLong));
    }
}
