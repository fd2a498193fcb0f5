//! Words become a command.

use std::time::Duration;

use super::{Command, CommandError, Playing, Recording, Spoken, Syntax, commands};

/// How far a key of `CONTROL STREAM FILE` skips, unless the command says it.
const SKIP: Duration = Duration::from_secs(3);

/// The command that `words` begin with: the longest name counts.
fn find(words: &[String]) -> Option<(&'static Syntax, usize)> {
    let begins = |syntax: &&Syntax| {
        let mut given = words.iter();
        syntax.name.split(' ').all(|word| given.next().is_some_and(|given| given.eq_ignore_ascii_case(word)))
    };
    let count = |syntax: &Syntax| syntax.name.split(' ').count();
    let syntax = commands().iter().filter(begins).max_by_key(|syntax| count(syntax))?;
    Some((syntax, count(syntax)))
}

/// What may stand behind `SPEECH`. An exchange without engines for it knows these commands only to say so.
const SPEECH: [&str; 8] = [
    "create",
    "set",
    "destroy",
    "load grammar",
    "unload grammar",
    "activate grammar",
    "deactivate grammar",
    "recognize",
];

fn is_speech(words: &[String]) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    let begins = |name: &&str| {
        let mut given = rest.iter();
        name.split(' ').all(|word| given.next().is_some_and(|given| given.eq_ignore_ascii_case(word)))
    };
    first.eq_ignore_ascii_case("speech") && SPEECH.iter().any(begins)
}

pub(super) fn parse(words: &[String]) -> Result<Command, CommandError> {
    if is_speech(words) {
        return Ok(Command::Speech(words.get(1..).unwrap_or_default().to_vec()));
    }
    let (syntax, length) = find(words).ok_or(CommandError::Unknown)?;
    let words = Words(&words[length..]);
    read(syntax.name, words).ok_or(CommandError::Usage(syntax))
}

/// What follows the name. `None` anywhere means that the command does not take it.
#[derive(Clone, Copy)]
struct Words<'a>(&'a [String]);

impl Words<'_> {
    fn at(self, index: usize) -> Option<String> {
        self.0.get(index).cloned()
    }

    /// A word that may be missing; an empty one counts as missing.
    fn maybe(self, index: usize) -> Option<String> {
        self.at(index).filter(|word| !word.is_empty())
    }

    /// Whether there are as many as that.
    fn count(self, range: std::ops::RangeInclusive<usize>) -> Option<()> {
        range.contains(&self.0.len()).then_some(())
    }

    fn number(self, index: usize) -> Option<i64> {
        self.0.get(index)?.trim().parse().ok()
    }

    /// Milliseconds that may be missing; what is no number is refused.
    fn maybe_milliseconds(self, index: usize) -> Option<Option<i64>> {
        match self.maybe(index) {
            None => Some(None),
            Some(_) => self.number(index).map(Some),
        }
    }
}

/// A time of `count` milliseconds; negative ones stand for ever, which is the longest that there is.
fn milliseconds(count: i64) -> Duration {
    u64::try_from(count).map_or(Duration::MAX, Duration::from_millis)
}

/// A wait of `count` milliseconds; `None` is for ever.
fn wait(count: i64) -> Option<Duration> {
    u64::try_from(count).ok().map(Duration::from_millis)
}

fn read(name: &str, words: Words<'_>) -> Option<Command> {
    match name.split_once(' ') {
        Some(("database", _)) => database(name, words),
        Some(("get", _)) => get(name, words),
        Some(("say", what)) => say(what, words),
        Some(("set", what)) => set(what, words),
        _ => other(name, words),
    }
}

fn database(name: &str, words: Words<'_>) -> Option<Command> {
    let family = words.at(0)?;
    Some(match name {
        "database del" => {
            words.count(2..=2)?;
            Command::DatabaseDelete { family, key: words.at(1)? }
        }
        "database deltree" => {
            words.count(1..=2)?;
            Command::DatabaseDeleteTree { family, below: words.maybe(1) }
        }
        "database get" => {
            words.count(2..=2)?;
            Command::DatabaseGet { family, key: words.at(1)? }
        }
        _ => {
            words.count(3..=3)?;
            Command::DatabasePut { family, key: words.at(1)?, value: words.at(2)? }
        }
    })
}

fn get(name: &str, words: Words<'_>) -> Option<Command> {
    Some(match name {
        "get data" => {
            words.count(1..=3)?;
            let timeout = words.maybe_milliseconds(1)?.filter(|timeout| *timeout != 0).map(milliseconds);
            let most = words.maybe(2).map(|most| most.parse().ok());
            let most = most.map_or(Some(None), |most: Option<usize>| most.map(Some))?;
            Command::GetData { file: words.at(0)?, timeout, most: most.filter(|most| *most > 0) }
        }
        "get option" => {
            words.count(2..=3)?;
            let timeout = words.maybe_milliseconds(2)?.map(milliseconds);
            Command::GetOption { file: words.at(0)?, keys: words.at(1)?, timeout }
        }
        "get full variable" => {
            words.count(1..=2)?;
            Command::GetFullVariable { expression: words.at(0)?, channel: words.maybe(1) }
        }
        _ => {
            words.count(1..=1)?;
            Command::GetVariable(words.at(0)?)
        }
    })
}

fn say(what: &str, words: Words<'_>) -> Option<Command> {
    let most = match what {
        "datetime" => 4,
        "number" => 3,
        _ => 2,
    };
    words.count(2..=most)?;
    let text = words.at(0)?;
    let what = match what {
        "alpha" => Spoken::Alpha(text),
        "digits" => Spoken::Digits(text),
        "number" => Spoken::Number { number: words.number(0)?, gender: words.maybe(2) },
        "phonetic" => Spoken::Phonetic(text),
        "date" => Spoken::Date(words.number(0)?),
        "time" => Spoken::Time(words.number(0)?),
        _ => Spoken::DateTime { time: words.number(0)?, format: words.maybe(2), zone: words.maybe(3) },
    };
    Some(Command::Say { what, keys: words.at(1)? })
}

fn set(what: &str, words: Words<'_>) -> Option<Command> {
    if what == "variable" {
        words.count(2..=2)?;
        return Some(Command::SetVariable { name: words.at(0)?, value: words.at(1)? });
    }
    words.count(1..=if what == "music" { 2 } else { 1 })?;
    let text = words.at(0)?;
    Some(match what {
        "autohangup" => {
            let seconds = u64::try_from(words.number(0)?).ok()?;
            Command::SetAutoHangUp(Some(Duration::from_secs(seconds)).filter(|time| !time.is_zero()))
        }
        "callerid" => Command::SetCallerId(text),
        "context" => Command::SetContext(text),
        "extension" => Command::SetExtension(text),
        "music" => Command::SetMusic { on: on_or_off(&text)?, class: words.maybe(1) },
        _ => Command::SetPriority(text),
    })
}

fn on_or_off(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn other(name: &str, words: Words<'_>) -> Option<Command> {
    let most = match name {
        "answer" | "asyncagi break" => 0,
        "channel status" | "hangup" | "receive char" | "receive text" | "send image" | "send text"
        | "tdd mode" | "wait for digit" => 1,
        "verbose" => 2,
        "stream file" => 3,
        "gosub" => 4,
        // A script may give arguments one by one.
        _ => usize::MAX,
    };
    words.count(0..=most)?;
    Some(match name {
        "answer" => Command::Answer,
        "asyncagi break" => Command::AsyncBreak,
        "channel status" => Command::ChannelStatus(words.maybe(0)),
        "control stream file" => Command::ControlStreamFile(control(words)?),
        "exec" => Command::Execute {
            application: words.at(0)?,
            arguments: words.0.get(1..).unwrap_or_default().join(","),
        },
        "gosub" => Command::Gosub {
            context: words.at(0)?,
            extension: words.at(1)?,
            priority: words.at(2)?,
            arguments: words.maybe(3),
        },
        "hangup" => Command::HangUp(words.maybe(0)),
        "noop" => Command::Nothing,
        "receive char" => Command::ReceiveCharacter(wait(words.number(0)?).filter(|time| !time.is_zero())),
        "receive text" => Command::ReceiveText(wait(words.number(0)?)),
        "record file" => Command::Record(recording(words)?),
        "send image" => Command::SendImage(words.at(0)?),
        "send text" => Command::SendText(words.at(0)?),
        "stream file" => {
            let offset = words.maybe(2).map_or(Some(0), |_| words.number(2))?;
            Command::StreamFile {
                file: words.at(0)?,
                keys: words.at(1)?,
                offset: u64::try_from(offset).unwrap_or(0),
            }
        }
        "tdd mode" => Command::Tdd(on_or_off(&words.at(0)?)?),
        "verbose" => {
            let level = words.maybe(1).map_or(Some(1), |_| words.number(1))?;
            Command::Verbose { text: words.at(0)?, level: u8::try_from(level).unwrap_or(1) }
        }
        "wait for digit" => Command::WaitForDigit(wait(words.number(0)?)),
        _ => return None,
    })
}

fn control(words: Words<'_>) -> Option<Playing> {
    words.count(2..=7)?;
    let skip = words.maybe_milliseconds(2)?.and_then(wait).unwrap_or(SKIP);
    Some(Playing {
        file: words.at(0)?,
        keys: words.at(1)?,
        skip,
        forward: words.maybe(3).unwrap_or_else(|| "#".to_owned()),
        rewind: words.maybe(4).unwrap_or_else(|| "*".to_owned()),
        pause: words.maybe(5).unwrap_or_default(),
        offset: words.maybe_milliseconds(6)?.and_then(wait).unwrap_or_default(),
    })
}

/// Behind the time, in this order and each of them may be missing: an offset, `BEEP`, `s=` and seconds.
fn recording(words: Words<'_>) -> Option<Recording> {
    words.count(4..=7)?;
    let mut read = Recording {
        file: words.at(0)?,
        format: words.at(1)?,
        keys: words.at(2)?,
        longest: wait(words.number(3)?),
        offset: 0,
        beep: false,
        silence: None,
    };
    for word in words.0.get(4..).unwrap_or_default() {
        let silence =
            word.get(..2).filter(|start| start.eq_ignore_ascii_case("s=")).and_then(|_| word.get(2..));
        match (silence, word.parse()) {
            (Some(seconds), _) => read.silence = Some(Duration::from_secs(seconds.parse().ok()?)),
            (None, Ok(offset)) => read.offset = offset,
            (None, Err(_)) if word.eq_ignore_ascii_case("beep") => read.beep = true,
            // A negative offset is the end of the file nowhere; other words are slips.
            (None, Err(_)) => return None,
        }
    }
    Some(read)
}

#[cfg(test)]
mod tests;
