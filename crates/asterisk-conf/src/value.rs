//! Values with a fixed set of spellings.

/// Reads a yes or no as Asterisk spells them: `yes true y t 1 on` and `no false n f 0 off`, in any case.
/// `None` for anything else, which is worth a diagnostic.
pub fn boolean(text: &str) -> Option<bool> {
    let among = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text.trim()));
    if among(&["yes", "true", "y", "t", "1", "on"]) {
        Some(true)
    } else if among(&["no", "false", "n", "f", "0", "off"]) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::boolean;

    #[test]
    fn booleans_have_twelve_spellings() {
        for text in ["yes", "TRUE", "y", "T", "1", " on "] {
            assert_eq!(boolean(text), Some(true), "{text}");
        }
        for text in ["No", "false", "n", "f", "0", "off"] {
            assert_eq!(boolean(text), Some(false), "{text}");
        }
        assert_eq!(boolean("maybe"), None);
        assert_eq!(boolean(""), None);
    }
}
