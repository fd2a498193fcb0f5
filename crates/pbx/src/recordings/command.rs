//! The command that runs when a recording is whole: a program and its arguments, without a shell, in a process of its own.
//!
//! The text is cut into arguments before variables are put in, so that what a caller says of itself stays within one of them.

use std::process::Stdio;
use std::sync::Arc;

use tokio::process::Command;
use tokio::sync::Semaphore;

/// What only a shell understands.
const FOR_SHELLS: [char; 6] = ['|', '&', ';', '<', '>', '`'];

/// A command that waits to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prepared {
    program: String,
    arguments: Vec<String>,
}

/// Why a text is no command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CommandError {
    #[error("the command '{0}' ends within quotes")]
    Unfinished(String),
    #[error(
        "the command is run without a shell, and '{character}' means nothing there; write sh -c '…' around '{text}'"
    )]
    NeedsShell { character: char, text: String },
}

impl Prepared {
    /// Cuts a text into a program and its arguments, as a shell does with blanks, quotes and backslashes, and fills each of them
    /// in by `fill`, which knows variables. `None` for a text without a word.
    pub(super) fn new(
        text: &str,
        mut fill: impl FnMut(&str) -> String,
    ) -> Result<Option<Self>, CommandError> {
        let mut words = words(text)?.into_iter().map(|word| fill(&word.replace("^{", "${")));
        let Some(program) = words.next() else { return Ok(None) };
        Ok(Some(Self { program, arguments: words.collect() }))
    }

    /// Runs it when its turn has come, and says how that went if it did not go well.
    pub(super) async fn run(self, turns: Arc<Semaphore>) -> Result<(), String> {
        // Nobody closes it.
        let _turn = turns.acquire_owned().await.map_err(|closed| closed.to_string())?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.status().await {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("'{}' ended with {status}", self.program)),
            Err(error) => Err(format!("'{}' cannot be run: {error}", self.program)),
        }
    }
}

/// The words of a command line.
fn words(text: &str) -> Result<Vec<String>, CommandError> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut quote = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().extend(rest.next()),
            (Some(_), _) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                word.get_or_insert_default();
                quote = Some(c);
            }
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            (None, _) if FOR_SHELLS.contains(&c) => {
                return Err(CommandError::NeedsShell { character: c, text: text.to_owned() });
            }
            // What becomes of a variable may have blanks in its name's arguments.
            (None, '^' | '$') if rest.peek() == Some(&'{') => {
                let word = word.get_or_insert_default();
                word.push(c);
                reference(&mut rest, word);
            }
            (None, _) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(CommandError::Unfinished(text.to_owned()));
    }
    words.extend(word);
    Ok(words)
}

/// Copies up to the brace that closes the one that comes next.
fn reference(rest: &mut impl Iterator<Item = char>, word: &mut String) {
    let mut depth = 0_u32;
    for c in rest {
        word.push(c);
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> Vec<String> {
        let fill = |word: &str| word.replace("${X}", "a b;\"c\"").replace("${CUT(Y, 1)}", "y");
        let prepared = Prepared::new(text, fill).unwrap().unwrap();
        [vec![prepared.program], prepared.arguments].concat()
    }

    #[test]
    fn what_variables_hold_stays_in_one_argument() {
        assert_eq!(prepared("/bin/mail -s ^{X} x"), ["/bin/mail", "-s", "a b;\"c\"", "x"]);
        assert_eq!(
            prepared("p 'one two' \"it's ${X}\" \\| ^{CUT(Y, 1)}z ''"),
            ["p", "one two", "it's a b;\"c\"", "|", "yz", ""]
        );
        assert_eq!(prepared("sh -c 'a | b > c; d'"), ["sh", "-c", "a | b > c; d"]);
    }

    #[test]
    fn what_only_a_shell_understands_is_refused() {
        for text in ["a | b", "a && b", "a; b", "a > b", "`a`"] {
            let error = Prepared::new(text, str::to_owned).unwrap_err();
            assert!(error.to_string().contains("sh -c"), "{error}");
        }
        assert!(Prepared::new("a 'b", str::to_owned).is_err());
        assert_eq!(Prepared::new("  ", str::to_owned), Ok(None));
    }

    #[tokio::test]
    async fn a_command_that_fails_says_so() {
        let run = |text: &str| {
            let prepared = Prepared::new(text, str::to_owned).unwrap().unwrap();
            prepared.run(Arc::new(Semaphore::new(1)))
        };
        assert_eq!(run("true").await, Ok(()));
        assert!(run("false").await.unwrap_err().contains("exit status: 1"));
        assert!(run("/no/such/program").await.unwrap_err().contains("cannot be run"));
    }
}
