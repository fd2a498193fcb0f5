//! Names that nobody else draws, and nobody guesses.

/// A UUID drawn by chance (RFC 9562 section 5.4), as text.
///
/// # Errors
/// The system has no randomness to give.
pub(crate) fn random_uuid() -> Result<String, getrandom::Error> {
    let mut octets = [0; 16];
    getrandom::fill(&mut octets)?;
    Ok(uuid::Builder::from_random_bytes(octets).into_uuid().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_of_version_4_and_differ() {
        let name = random_uuid().unwrap();
        let lengths: Vec<usize> = name.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(&name[14..15], "4");
        assert!("89ab".contains(&name[19..20]));
        assert_ne!(name, random_uuid().unwrap());
    }
}
