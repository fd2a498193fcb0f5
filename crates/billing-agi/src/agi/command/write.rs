//! A command becomes a line.

use std::fmt;
use std::time::Duration;

use super::super::quote;
use super::{Command, Playing, Recording, Spoken};

/// As a script writes it, without the line end.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line(self))
    }
}

/// Words of a line. What is missing at the end is left out; what is missing before another word is written as `""`.
struct Words(Vec<Option<String>>);

impl Words {
    fn of(name: &str) -> Self {
        Self(vec![Some(name.to_owned())])
    }

    fn word(mut self, word: &str) -> Self {
        self.0.push(Some(quote(word)));
        self
    }

    /// A word that is always in quotes, as scripts write keys.
    fn keys(mut self, keys: &str) -> Self {
        self.0.push(Some(if keys.is_empty() { "\"\"".to_owned() } else { quote(keys) }));
        self
    }

    fn number(mut self, number: impl fmt::Display) -> Self {
        self.0.push(Some(number.to_string()));
        self
    }

    fn maybe(mut self, word: Option<impl AsRef<str>>) -> Self {
        self.0.push(word.map(|word| quote(word.as_ref())));
        self
    }

    fn end(mut self) -> String {
        while self.0.last().is_some_and(Option::is_none) {
            self.0.pop();
        }
        let words: Vec<String> =
            self.0.into_iter().map(|word| word.unwrap_or_else(|| "\"\"".to_owned())).collect();
        words.join(" ")
    }
}

/// Milliseconds; -1 is for ever.
fn milliseconds(wait: Option<Duration>) -> i64 {
    wait.map_or(-1, |wait| i64::try_from(wait.as_millis()).unwrap_or(-1))
}

fn line(command: &Command) -> String {
    match command {
        Command::Answer => Words::of("ANSWER"),
        Command::AsyncBreak => Words::of("ASYNCAGI BREAK"),
        Command::ChannelStatus(channel) => Words::of("CHANNEL STATUS").maybe(channel.as_ref()),
        Command::DatabaseDelete { family, key } => Words::of("DATABASE DEL").word(family).word(key),
        Command::DatabaseDeleteTree { family, below } => {
            Words::of("DATABASE DELTREE").word(family).maybe(below.as_ref())
        }
        Command::DatabaseGet { family, key } => Words::of("DATABASE GET").word(family).word(key),
        Command::DatabasePut { family, key, value } => {
            Words::of("DATABASE PUT").word(family).word(key).word(value)
        }
        Command::Execute { application, arguments } => {
            let arguments = Some(arguments).filter(|arguments| !arguments.is_empty());
            Words::of("EXEC").word(application).maybe(arguments)
        }
        Command::GetData { file, timeout, most } => {
            let timeout = timeout.map(|timeout| milliseconds(Some(timeout)).to_string());
            Words::of("GET DATA").word(file).maybe(timeout).maybe(most.map(|most| most.to_string()))
        }
        Command::GetOption { file, keys, timeout } => {
            let timeout = timeout.map(|timeout| milliseconds(Some(timeout)).to_string());
            Words::of("GET OPTION").word(file).keys(keys).maybe(timeout)
        }
        Command::GetFullVariable { expression, channel } => {
            Words::of("GET FULL VARIABLE").word(expression).maybe(channel.as_ref())
        }
        Command::GetVariable(name) => Words::of("GET VARIABLE").word(name),
        Command::Gosub { context, extension, priority, arguments } => {
            Words::of("GOSUB").word(context).word(extension).word(priority).maybe(arguments.as_ref())
        }
        Command::HangUp(channel) => Words::of("HANGUP").maybe(channel.as_ref()),
        Command::Nothing => Words::of("NOOP"),
        Command::ReceiveCharacter(wait) => {
            Words::of("RECEIVE CHAR").number(wait.map_or(0, |wait| milliseconds(Some(wait))))
        }
        Command::ReceiveText(wait) => Words::of("RECEIVE TEXT").number(milliseconds(*wait)),
        Command::Record(recording) => record(recording),
        Command::Say { what, keys } => say(what, keys),
        Command::SendImage(file) => Words::of("SEND IMAGE").word(file),
        Command::SendText(text) => Words::of("SEND TEXT").word(text),
        Command::SetAutoHangUp(after) => {
            Words::of("SET AUTOHANGUP").number(after.map_or(0, |after| after.as_secs()))
        }
        Command::SetCallerId(caller) => Words::of("SET CALLERID").word(caller),
        Command::SetContext(context) => Words::of("SET CONTEXT").word(context),
        Command::SetExtension(extension) => Words::of("SET EXTENSION").word(extension),
        Command::SetPriority(priority) => Words::of("SET PRIORITY").word(priority),
        Command::SetMusic { on, class } => {
            Words::of("SET MUSIC").word(if *on { "ON" } else { "OFF" }).maybe(class.as_ref())
        }
        Command::SetVariable { name, value } => Words::of("SET VARIABLE").word(name).word(value),
        Command::Speech(words) => words.iter().fold(Words::of("SPEECH"), |line, word| line.word(word)),
        Command::StreamFile { file, keys, offset } => {
            let offset = Some(offset).filter(|offset| **offset > 0).map(ToString::to_string);
            Words::of("STREAM FILE").word(file).keys(keys).maybe(offset)
        }
        Command::ControlStreamFile(playing) => control(playing),
        Command::Tdd(on) => Words::of("TDD MODE").word(if *on { "ON" } else { "OFF" }),
        Command::Verbose { text, level } => Words::of("VERBOSE").word(text).number(level),
        Command::WaitForDigit(wait) => Words::of("WAIT FOR DIGIT").number(milliseconds(*wait)),
    }
    .end()
}

fn record(recording: &Recording) -> Words {
    let Recording { file, format, keys, longest, offset, beep, silence } = recording;
    let words = Words::of("RECORD FILE").word(file).word(format).keys(keys).number(milliseconds(*longest));
    let words = if *offset > 0 { words.number(offset) } else { words };
    let words = if *beep { words.word("BEEP") } else { words };
    match silence {
        Some(silence) => words.word(&format!("s={}", silence.as_secs())),
        None => words,
    }
}

fn control(playing: &Playing) -> Words {
    let Playing { file, keys, skip, forward, rewind, pause, offset } = playing;
    let words = Words::of("CONTROL STREAM FILE").word(file).keys(keys);
    let words = words.number(milliseconds(Some(*skip))).word(forward).word(rewind).keys(pause);
    if offset.is_zero() { words } else { words.number(milliseconds(Some(*offset))) }
}

fn say(what: &Spoken, keys: &str) -> Words {
    match what {
        Spoken::Alpha(text) => Words::of("SAY ALPHA").word(text).keys(keys),
        Spoken::Digits(digits) => Words::of("SAY DIGITS").word(digits).keys(keys),
        Spoken::Number { number, gender } => {
            Words::of("SAY NUMBER").number(number).keys(keys).maybe(gender.as_ref())
        }
        Spoken::Phonetic(text) => Words::of("SAY PHONETIC").word(text).keys(keys),
        Spoken::Date(time) => Words::of("SAY DATE").number(time).keys(keys),
        Spoken::Time(time) => Words::of("SAY TIME").number(time).keys(keys),
        Spoken::DateTime { time, format, zone } => {
            Words::of("SAY DATETIME").number(time).keys(keys).maybe(format.as_ref()).maybe(zone.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A word, also one with quotes and blanks; never an empty one, which counts as missing in some places.
    fn word() -> impl Strategy<Value = String> {
        "[^\r\n]{1,12}"
    }

    fn wait() -> impl Strategy<Value = Option<Duration>> {
        proptest::option::of((1_u64..100_000).prop_map(Duration::from_millis))
    }

    fn command() -> impl Strategy<Value = Command> {
        let seconds = (1_u64..100).prop_map(Duration::from_secs);
        prop_oneof![
            Just(Command::Answer),
            proptest::option::of(word()).prop_map(Command::HangUp),
            (word(), word(), word()).prop_map(|(family, key, value)| Command::DatabasePut {
                family,
                key,
                value
            }),
            (word(), "[^\r\n]{0,12}")
                .prop_map(|(application, arguments)| Command::Execute { application, arguments }),
            (word(), wait(), proptest::option::of(1_usize..20))
                .prop_map(|(file, timeout, most)| Command::GetData { file, timeout, most }),
            (word(), "[0-9*# ]{0,4}", any::<u32>()).prop_map(|(file, keys, offset)| Command::StreamFile {
                file,
                keys,
                offset: offset.into()
            }),
            (any::<i64>(), "[0-9*#]{0,4}", proptest::option::of(word())).prop_map(
                |(number, keys, gender)| Command::Say { what: Spoken::Number { number, gender }, keys }
            ),
            (any::<i64>(), proptest::option::of(word()), proptest::option::of(word())).prop_map(
                |(time, format, zone)| Command::Say {
                    what: Spoken::DateTime { time, format, zone },
                    keys: "#".into()
                }
            ),
            (word(), word(), wait(), any::<u32>(), any::<bool>(), proptest::option::of(seconds)).prop_map(
                |(file, keys, longest, offset, beep, silence)| Command::Record(Recording {
                    file,
                    format: "wav".into(),
                    keys,
                    longest,
                    offset: offset.into(),
                    beep,
                    silence
                })
            ),
            (word(), any::<u8>()).prop_map(|(text, level)| Command::Verbose { text, level }),
            wait().prop_map(Command::WaitForDigit),
        ]
    }

    proptest! {
        #[test]
        fn it_reads_what_it_writes(command in command()) {
            prop_assert_eq!(Command::parse(&command.to_string()), Ok(command));
        }

        #[test]
        fn no_line_is_too_odd(line in "\\PC{0,60}") {
            if let Ok(command) = Command::parse(&line) {
                let _ = command.to_string();
            }
        }
    }
}
