//! What goes over the console's socket: lines of text, the first letter of which says what they are.
//!
//! | from the console | | from the exchange | |
//! | --- | --- | --- | --- |
//! | `V 3` | shows lines up to this level | `H words` | greets |
//! | `X command` | runs it | `O words` | a line of the answer |
//! | `C words` | asks how they may go on | `K words` | one way |
//! | | | `E 0` | the answer is complete; not 0 when it failed |
//! | | | `N 3 words` | a line of the narration |
//! | | | `R words` | lets nobody in; why |
//!
//! What the exchange sends is text and nothing else: whatever a name, a number or a file carries, no line of it can steer
//! the terminal where it is shown.

use crate::visible::visible;

/// Octets of the longest line.
pub(super) const LONGEST: usize = 16 * 1_024;

/// A line from a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Show the narration up to this level.
    Verbosity(u8),
    /// Run a command.
    Execute(String),
    /// How may these words go on?
    Complete(String),
}

/// A line from the exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The greeting.
    Hello(String),
    /// A line of an answer.
    Output(String),
    /// A way to go on.
    Completion(String),
    /// The end of an answer, and whether it succeeded.
    End(u8),
    /// A line of the narration, with its level.
    Narration(u8, String),
    /// The console is not let in.
    Refused(String),
}

impl Request {
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (letter, rest) = line.split_once(' ').unwrap_or((line, ""));
        match letter {
            "V" => rest.trim().parse().ok().map(Self::Verbosity),
            "X" => Some(Self::Execute(rest.to_owned())),
            "C" => Some(Self::Complete(rest.to_owned())),
            _ => None,
        }
    }

    pub(super) fn to_line(&self) -> String {
        match self {
            Self::Verbosity(level) => format!("V {level}\n"),
            Self::Execute(command) => format!("X {}\n", one_line(command)),
            Self::Complete(words) => format!("C {}\n", one_line(words)),
        }
    }
}

impl Reply {
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (letter, rest) = line.split_once(' ').unwrap_or((line, ""));
        match letter {
            "H" => Some(Self::Hello(rest.to_owned())),
            "O" => Some(Self::Output(rest.to_owned())),
            "K" => Some(Self::Completion(rest.to_owned())),
            "R" => Some(Self::Refused(rest.to_owned())),
            "E" => rest.trim().parse().ok().map(Self::End),
            "N" => {
                let (level, text) = rest.split_once(' ')?;
                Some(Self::Narration(level.parse().ok()?, text.to_owned()))
            }
            _ => None,
        }
    }

    pub(super) fn to_line(&self) -> String {
        match self {
            Self::Hello(text) => format!("H {}\n", visible(text)),
            Self::Output(text) => format!("O {}\n", visible(text)),
            Self::Completion(text) => format!("K {}\n", visible(text)),
            Self::End(status) => format!("E {status}\n"),
            Self::Narration(level, text) => format!("N {level} {}\n", visible(text)),
            Self::Refused(text) => format!("R {}\n", visible(text)),
        }
    }
}

/// What is typed as one line is sent as one.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn replies_survive_the_way(text in "[ -~é€\t]{0,80}", level: u8) {
            for reply in [
                Reply::Hello(text.clone()),
                Reply::Output(text.clone()),
                Reply::Completion(text.clone()),
                Reply::Narration(level, text.clone()),
                Reply::Refused(text.clone()),
                Reply::End(level),
            ] {
                let line = reply.to_line();
                proptest::prop_assert_eq!(Reply::parse(line.trim_end_matches('\n')), Some(reply));
            }
        }

        #[test]
        fn requests_survive_the_way(text in "[^\r\n]{0,80}", level: u8) {
            for request in
                [Request::Verbosity(level), Request::Execute(text.clone()), Request::Complete(text.clone())]
            {
                let line = request.to_line();
                proptest::prop_assert_eq!(Request::parse(line.trim_end_matches('\n')), Some(request));
            }
        }

        #[test]
        fn whatever_is_sent_is_one_line_without_controls(text in ".*|[\u{0}-\u{9f}]{0,40}") {
            for reply in [Reply::Output(text.clone()), Reply::Narration(3, text.clone())] {
                let line = reply.to_line();
                let controls = line.chars().filter(|c| c.is_control() && *c != '\t').count();
                proptest::prop_assert_eq!((controls, line.ends_with('\n')), (1, true));
            }
        }

        #[test]
        fn no_line_breaks_the_parsers(line in ".{0,60}") {
            let _ = (Request::parse(&line), Reply::parse(&line));
        }
    }
}
