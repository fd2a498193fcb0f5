//! What is said between the exchange and a program of `ExternalIVR`.
//!
//! A command is a letter, and behind a comma what it takes: `S,file` plays a file in place of all others, `A,file` behind them,
//! `I` stops them; `D,keys[,between_ms[,each_ms]]` presses keys; `G,name,…` and `V,name=value,…` read and set variables; `O,option`
//! takes `autoclear` or `noautoclear`; `P` asks for the parameters; `T` answers the call; `L,text` writes a line to the log;
//! `E,text` (or `X`) gives the call back to the dialplan, and `H,text` hangs up.
//!
//! An event is a letter or key, the seconds since 1970, and perhaps something more: keys as they are; `F,file` has been played,
//! `T,file` was interrupted, `D,file` will not be played; `G` and `P` answer; `Z,file` says that a command failed; `I,HANGUP`
//! informs of a hang-up that changes nothing, `H` and `E` are the last.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

/// Between keys, and the length of one, where a program does not say it.
const BETWEEN: Duration = Duration::from_millis(250);
const EACH: Duration = Duration::from_millis(250);

/// What a program asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// A: plays a file behind those that wait.
    Append(String),
    /// S: plays a file in place of all others.
    Play(String),
    /// I: plays nothing more.
    Interrupt,
    /// D: presses keys towards the caller.
    Press { keys: String, between: Duration, each: Duration },
    /// E: the dialplan goes on.
    Exit(String),
    /// H: the call ends.
    HangUp(String),
    /// G: reads variables.
    Get(Vec<String>),
    /// V: sets variables.
    Set(Vec<(String, String)>),
    /// L: a line of the log.
    Log(String),
    /// O: whether a key stops what plays.
    AutoClear(bool),
    /// P: asks for the program and its arguments.
    Parameters,
    /// T: answers the call.
    Answer,
}

/// Why a line is no command.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum CommandError {
    #[error("there is no command '{0}'")]
    Unknown(String),
    #[error("'{0}' wants {1}")]
    Incomplete(char, &'static str),
}

impl Command {
    /// Reads a line, without its end.
    pub(super) fn parse(line: &str) -> Result<Self, CommandError> {
        let (letter, rest) = line.split_once(',').unwrap_or((line, ""));
        let mut letters = letter.trim().chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else {
            return Err(CommandError::Unknown(line.to_owned()));
        };
        let some = |what| match rest.is_empty() {
            true => Err(CommandError::Incomplete(letter, what)),
            false => Ok(rest.to_owned()),
        };
        Ok(match letter {
            'A' => Self::Append(some("a file, as in A,hello")?),
            'S' => Self::Play(some("a file, as in S,hello")?),
            'I' => Self::Interrupt,
            'D' => press(&some("keys, as in D,123")?),
            'E' | 'X' => Self::Exit(rest.to_owned()),
            'H' => Self::HangUp(rest.to_owned()),
            'G' => {
                let names = some("names, as in G,EXTEN")?;
                Self::Get(names.split(',').map(|name| name.trim().to_owned()).collect())
            }
            'V' => Self::Set(
                values(&some("a name and a value, as in V,name=value")?)
                    .ok_or(CommandError::Incomplete(letter, "a name and a value, as in V,name=value"))?,
            ),
            'L' => Self::Log(rest.to_owned()),
            'O' => Self::AutoClear(match rest.trim().to_ascii_lowercase().as_str() {
                "autoclear" => true,
                "noautoclear" => false,
                _ => return Err(CommandError::Incomplete(letter, "autoclear or noautoclear")),
            }),
            'P' => Self::Parameters,
            'T' => Self::Answer,
            _ => return Err(CommandError::Unknown(line.to_owned())),
        })
    }
}

/// Keys, and perhaps the times.
fn press(text: &str) -> Command {
    let mut words = text.split(',');
    let keys = words.next().unwrap_or_default().trim().to_owned();
    let mut time = |usual| {
        let given = words.next().and_then(|word| word.trim().parse().ok()).filter(|time| *time > 0);
        given.map_or(usual, Duration::from_millis)
    };
    let between = time(BETWEEN);
    Command::Press { keys, between, each: time(EACH) }
}

/// `name=value,…`; `None` where a name or its sign is missing.
fn values(text: &str) -> Option<Vec<(String, String)>> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        (!name.trim().is_empty()).then(|| (name.trim().to_owned(), value.to_owned()))
    };
    text.split(',').map(pair).collect()
}

/// What a program is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) tag: char,
    pub(super) data: Option<String>,
}

impl Event {
    pub(super) fn new(tag: char) -> Self {
        Self { tag, data: None }
    }

    pub(super) fn with(tag: char, data: impl Into<String>) -> Self {
        Self { tag, data: Some(data.into()) }
    }

    /// As it is sent at a moment, in seconds since 1970, with its line end.
    pub(super) fn at(&self, seconds: u64) -> impl fmt::Display + '_ {
        Line { event: self, seconds }
    }
}

struct Line<'a> {
    event: &'a Event,
    seconds: u64,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{:010}", self.event.tag, self.seconds)?;
        if let Some(data) = &self.event.data {
            write!(f, ",{}", data.replace(['\r', '\n'], " "))?;
        }
        f.write_str("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commands_are_a_letter_and_what_they_take() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (line, command) in [
            ("S,hello", Command::Play("hello".into())),
            ("A,/tmp/a b", Command::Append("/tmp/a b".into())),
            ("I,1700000000", Command::Interrupt),
            ("E", Command::Exit(String::new())),
            ("X,done", Command::Exit("done".into())),
            ("H,bye, bye", Command::HangUp("bye, bye".into())),
            ("G,EXTEN, CALLERID(num)", Command::Get(vec!["EXTEN".into(), "CALLERID(num)".into()])),
            ("V,A=1,B=", Command::Set(vec![pair("A", "1"), pair("B", "")])),
            ("O,noautoclear", Command::AutoClear(false)),
            ("P", Command::Parameters),
            ("T,1700000000", Command::Answer),
            ("L,a line", Command::Log("a line".into())),
        ] {
            assert_eq!(Command::parse(line), Ok(command), "{line}");
        }
    }

    #[test]
    fn keys_have_times_of_their_own_or_the_usual_ones() {
        let press = |keys: &str, between, each| {
            let (between, each) = (Duration::from_millis(between), Duration::from_millis(each));
            Ok(Command::Press { keys: keys.to_owned(), between, each })
        };
        assert_eq!(Command::parse("D,12w#"), press("12w#", 250, 250));
        assert_eq!(Command::parse("D,1,100,80"), press("1", 100, 80));
        assert_eq!(Command::parse("D,1,,80"), press("1", 250, 80));
    }

    #[test]
    fn what_is_missing_is_said() {
        for line in ["", "Q", "SS,x", "s,hello", "hello"] {
            assert!(matches!(Command::parse(line), Err(CommandError::Unknown(_))), "{line:?}");
        }
        for line in ["S", "A,", "V,x", "V,=x", "G", "O,maybe", "D"] {
            assert!(matches!(Command::parse(line), Err(CommandError::Incomplete(..))), "{line:?}");
        }
    }

    #[test]
    fn an_event_is_one_line() {
        assert_eq!(Event::new('#').at(284_654_100).to_string(), "#,0284654100\n");
        assert_eq!(Event::with('F', "a\nb").at(1_700_000_000).to_string(), "F,1700000000,a b\n");
    }

    proptest! {
        #[test]
        fn no_line_is_too_odd(line in "\\PC{0,40}|[ASIDEXHGVLOPT],[a-z0-9=,]{0,20}") {
            if let Ok(Command::Set(values)) = Command::parse(&line) {
                prop_assert!(values.iter().all(|(name, _)| !name.is_empty()));
            }
        }

        #[test]
        fn events_never_break_their_line(data in "[\\PC\r\n]{0,40}") {
            let line = Event::with('G', data).at(1).to_string();
            prop_assert_eq!(line.find('\n'), Some(line.len() - 1));
        }
    }
}
