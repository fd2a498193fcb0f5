use core::fmt;
use core::str::FromStr;

use thiserror::Error;

/// Which call it is: a UUID (RFC 9562), that the dialplan chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallIdentifier(pub [u8; 16]);

/// A text that is no UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it is no UUID; write one as in 40325ec2-5efd-4bd3-805f-53576e581d13")]
pub struct IdentifierError;

/// Hexadecimal digits of each part between the hyphens.
const PARTS: [usize; 5] = [8, 4, 4, 4, 12];

impl FromStr for CallIdentifier {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let mut parts = text.split('-');
        let mut octets = [0; 16];
        let mut places = octets.iter_mut();
        for digits in PARTS {
            let part = parts.next().filter(|part| part.len() == digits).ok_or(IdentifierError)?;
            for pair in part.as_bytes().chunks_exact(2) {
                let digit = |octet: u8| char::from(octet).to_digit(16).ok_or(IdentifierError);
                let octet = digit(pair[0])? << 4 | digit(pair[1])?;
                // 16 octets are 32 digits, which is what the parts add up to.
                *places.next().ok_or(IdentifierError)? = octet as u8;
            }
        }
        if parts.next().is_some() { Err(IdentifierError) } else { Ok(Self(octets)) }
    }
}

impl fmt::Display for CallIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, octet) in self.0.iter().enumerate() {
            let hyphen = if matches!(n, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{hyphen}{octet:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_written_as_they_are_read() {
        let text = "40325ec2-5efd-4bd3-805f-53576e581d13";
        let identifier: CallIdentifier = text.parse().unwrap();
        assert_eq!(identifier.0[..4], [0x40, 0x32, 0x5e, 0xc2]);
        assert_eq!(identifier.to_string(), text);
        assert_eq!(text.to_uppercase().parse(), Ok(identifier));
        for wrong in
            ["", "40325ec2", "40325ec25efd4bd3805f53576e581d13", "40325ec2-5efd-4bd3-805f-53576e581d1g"]
        {
            assert_eq!(wrong.parse::<CallIdentifier>(), Err(IdentifierError), "{wrong}");
        }
        assert!(format!("{text}-").parse::<CallIdentifier>().is_err());
        assert!("40325ec2-5efd-4bd3-805f-53576e581dé".parse::<CallIdentifier>().is_err());
    }
}
