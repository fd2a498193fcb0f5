//! Passwords for phones: hard to guess, easy to type on a telephone's keys.

/// Letters and digits that are not taken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// Characters of a password: 120 bits.
const LENGTH: usize = 24;

/// Draws a password, in groups of six.
pub(super) fn draw() -> Result<String, getrandom::Error> {
    let mut random = [0_u8; LENGTH];
    getrandom::fill(&mut random)?;
    let mut secret = String::with_capacity(LENGTH + LENGTH / 6);
    for (n, byte) in random.into_iter().enumerate() {
        if n > 0 && n % 6 == 0 {
            secret.push('-');
        }
        secret.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_have_no_odd_characters() {
        let (one, other) = (draw().unwrap(), draw().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 27);
        assert!(one.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)));
    }
}
