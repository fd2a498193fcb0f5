//! What a script is told of its call before anything else.

use std::fmt;

/// Lines of the most that a script reads: an exchange writes some thirty.
const MOST: usize = 1_024;

/// The facts of a call, `agi_request` to `agi_arg_N`, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    entries: Vec<(String, String)>,
}

impl Environment {
    /// No facts yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more fact, by its name without `agi_`. What a channel does not know is `unknown`; line ends become blanks.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let line = |text: &str| text.replace(['\r', '\n'], " ");
        self.entries.push((format!("agi_{}", line(name)), line(value)));
        self
    }

    /// The arguments of the script, as `agi_arg_1` and so on.
    #[must_use]
    pub fn with_arguments<'a>(self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let numbered = arguments.into_iter().zip(1_u32..);
        numbered.fold(self, |facts, (argument, number)| facts.with(&format!("arg_{number}"), argument))
    }

    /// The fact of that name, written with or without `agi_`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let own = |entry: &&(String, String)| {
            entry.0 == name || entry.0.strip_prefix("agi_").is_some_and(|short| short == name)
        };
        self.entries.iter().find(own).map(|(_, value)| value.as_str())
    }

    /// `agi_arg_1`, `agi_arg_2`, and so on.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        (1_u32..).map_while(|number| self.get(&format!("arg_{number}")))
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Takes in a line that an exchange wrote. The empty one is the last: it yields false. What has no colon is passed over.
    pub fn read_line(&mut self, line: &str) -> bool {
        if line.is_empty() {
            return false;
        }
        if let Some((name, value)) = line.split_once(':')
            && self.entries.len() < MOST
        {
            self.entries.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        true
    }
}

/// As it is sent: a line for each fact, then an empty one.
impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.iter().try_for_each(|(name, value)| writeln!(f, "{name}: {value}"))?;
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_it_writes() {
        let facts =
            Environment::new().with("request", "script.py").with("callerid", "6001\r\nagi_extension: 9");
        let facts = facts.with_arguments(["one", "t: wo"]);
        let text = facts.to_string();
        assert_eq!(
            text,
            "agi_request: script.py\nagi_callerid: 6001  agi_extension: 9\nagi_arg_1: one\nagi_arg_2: t: wo\n\n"
        );
        let mut read = Environment::new();
        let ends = text.lines().position(|line| !read.read_line(line));
        assert_eq!((ends, &read), (Some(4), &facts));
        assert_eq!(
            (read.get("callerid"), read.get("agi_request")),
            (Some("6001  agi_extension: 9"), Some("script.py"))
        );
        assert_eq!(read.arguments().collect::<Vec<_>>(), ["one", "t: wo"]);
        assert_eq!(read.get("extension"), None);
    }
}
