//! What a text of a request must be, or look like: `value`, or `/regular expression/`.

use std::fmt;

use regex_lite::Regex;

/// A value of `match_header`, `match_request_uri`, or a filter of publications.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    expression: Option<Regex>,
}

impl Pattern {
    /// Reads a value as it stands in the file.
    ///
    /// # Errors
    /// What is wrong with the expression between its slashes.
    pub(super) fn parse(text: &str) -> Result<Self, regex_lite::Error> {
        let between = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let expression = between.map(Regex::new).transpose()?;
        Ok(Self { text: text.to_owned(), expression })
    }

    /// Reads a value that is an expression as it stands.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn expression(text: &str) -> Result<Self, regex_lite::Error> {
        Ok(Self { text: text.to_owned(), expression: Some(Regex::new(text)?) })
    }

    /// Whether `value` is the text, or the expression finds something in it.
    pub fn fits(&self, value: &str) -> bool {
        match &self.expression {
            Some(expression) => expression.is_match(value),
            None => self.text == value,
        }
    }
}

/// As it stands in the file.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn slashes_make_an_expression() {
        let fits = |pattern: &str, value: &str| Pattern::parse(pattern).unwrap().fits(value);
        assert!(fits("blue", "blue") && !fits("blue", "bluer") && !fits("b.ue", "blue"));
        assert!(fits("/^b.ue/", "bluer") && !fits("/^b.ue$/", "bluer"));
        assert!(fits("/", "/") && fits("//", "anything"));
        assert!(Pattern::parse("/(/").is_err());
        let finds = |pattern: &str, value: &str| Pattern::expression(pattern).unwrap().fits(value);
        assert!(finds("^PJSIP/", "PJSIP/a") && !finds("^PJSIP/$", "PJSIP/a") && finds("SIP", "PJSIP/a"));
    }
}
