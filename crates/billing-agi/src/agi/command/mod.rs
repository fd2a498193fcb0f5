//! What a script can ask for.

mod parse;
mod table;
mod write;

use std::time::Duration;

use thiserror::Error;

pub use table::{Syntax, commands};

/// A command, its words read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Answers the call.
    Answer,
    /// Ends asynchronous AGI: the dialplan goes on.
    AsyncBreak,
    /// The state of a channel, 0 (down) to 6 (up); its own where none is named.
    ChannelStatus(Option<String>),
    /// Takes a value out of the database.
    DatabaseDelete {
        /// The family.
        family: String,
        /// The key.
        key: String,
    },
    /// Takes a family out of the database, or the part of it below a key.
    DatabaseDeleteTree {
        /// The family.
        family: String,
        /// The first part of the keys.
        below: Option<String>,
    },
    /// A value of the database.
    DatabaseGet {
        /// The family.
        family: String,
        /// The key.
        key: String,
    },
    /// Sets a value of the database.
    DatabasePut {
        /// The family.
        family: String,
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
    /// Runs an application of the dialplan.
    Execute {
        /// Its name.
        application: String,
        /// Its arguments, as a dialplan has them; several words were joined by commas.
        arguments: String,
    },
    /// Plays a prompt and reads keys.
    GetData {
        /// The prompt.
        file: String,
        /// The wait for each key; the exchange's own where it is missing, for ever where it is negative.
        timeout: Option<Duration>,
        /// The most keys.
        most: Option<usize>,
    },
    /// Plays a prompt and reads one key.
    GetOption {
        /// The prompt.
        file: String,
        /// The keys that count.
        keys: String,
        /// How long it waits after the prompt.
        timeout: Option<Duration>,
    },
    /// A text with `${…}` in it.
    GetFullVariable {
        /// The text.
        expression: String,
        /// Whose variables; its own channel's where it is missing.
        channel: Option<String>,
    },
    /// A variable of the channel, or a function.
    GetVariable(String),
    /// A subroutine of the dialplan.
    Gosub {
        /// Its context.
        context: String,
        /// Its extension.
        extension: String,
        /// Its priority or label.
        priority: String,
        /// Its arguments, parted by commas.
        arguments: Option<String>,
    },
    /// Ends a call, its own where none is named.
    HangUp(Option<String>),
    /// Nothing.
    Nothing,
    /// A character of text that the caller types.
    ReceiveCharacter(Option<Duration>),
    /// A text that the caller sends.
    ReceiveText(Option<Duration>),
    /// Records what the caller says.
    Record(Recording),
    /// Says something.
    Say {
        /// What.
        what: Spoken,
        /// Keys that stop it.
        keys: String,
    },
    /// Sends a picture.
    SendImage(String),
    /// Sends a text.
    SendText(String),
    /// Ends the call after so long; never with `None`.
    SetAutoHangUp(Option<Duration>),
    /// Sets the caller's number, or `"name" <number>`.
    SetCallerId(String),
    /// Where the dialplan goes on: the context.
    SetContext(String),
    /// Where the dialplan goes on: the extension.
    SetExtension(String),
    /// Where the dialplan goes on: the priority or label.
    SetPriority(String),
    /// Plays music from now on, or no more.
    SetMusic {
        /// Whether it plays.
        on: bool,
        /// Its class.
        class: Option<String>,
    },
    /// Sets a variable of the channel, or a function.
    SetVariable {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// Recognises what the caller says: `CREATE`, `RECOGNIZE` and so on, with what stands behind it.
    Speech(Vec<String>),
    /// Plays a prompt.
    StreamFile {
        /// The prompt.
        file: String,
        /// Keys that stop it.
        keys: String,
        /// Where it begins, in samples of 8 kHz.
        offset: u64,
    },
    /// Plays a prompt that the caller steers.
    ControlStreamFile(Playing),
    /// Text telephones, on or off.
    Tdd(bool),
    /// A line on the console.
    Verbose {
        /// The text.
        text: String,
        /// The level, 1 to 4 mostly.
        level: u8,
    },
    /// Waits for a key; for ever with `None`.
    WaitForDigit(Option<Duration>),
}

/// What `RECORD FILE` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The file, without its ending.
    pub file: String,
    /// The format, which is also the ending.
    pub format: String,
    /// Keys that end it.
    pub keys: String,
    /// The longest that it takes; for ever with `None`.
    pub longest: Option<Duration>,
    /// Samples to go on behind, in a file that is there.
    pub offset: u64,
    /// Whether a beep begins it.
    pub beep: bool,
    /// The silence that ends it.
    pub silence: Option<Duration>,
}

/// What `CONTROL STREAM FILE` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playing {
    /// The prompt.
    pub file: String,
    /// Keys that stop it.
    pub keys: String,
    /// How far a key skips.
    pub skip: Duration,
    /// The key that goes on faster.
    pub forward: String,
    /// The key that goes back.
    pub rewind: String,
    /// The key that pauses; none where it is empty.
    pub pause: String,
    /// Where it begins.
    pub offset: Duration,
}

/// What `SAY …` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// Letters, digits and signs by their names.
    Alpha(String),
    /// Digits one by one.
    Digits(String),
    /// A number.
    Number {
        /// The number.
        number: i64,
        /// Its gender, where the language has some.
        gender: Option<String>,
    },
    /// Letters by the words of a spelling alphabet.
    Phonetic(String),
    /// A date, in seconds since 1970.
    Date(i64),
    /// A time of day, in seconds since 1970.
    Time(i64),
    /// Both.
    DateTime {
        /// Seconds since 1970.
        time: i64,
        /// What of it is said, and in which order.
        format: Option<String>,
        /// The time zone.
        zone: Option<String>,
    },
}

/// Why a line is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    /// It begins like none.
    #[error("there is no such command of AGI")]
    Unknown,
    /// What follows is not what it takes.
    #[error("usage: {}", .0.usage)]
    Usage(&'static Syntax),
}

impl Command {
    /// Reads a line. The words of a command may be written in any case.
    ///
    /// # Errors
    /// [`CommandError`] for a line that begins like no command, or goes on as the command does not.
    pub fn parse(line: &str) -> Result<Self, CommandError> {
        parse::parse(&super::words(line))
    }

    /// Whether it does something once the caller has hung up.
    #[must_use]
    pub fn works_after_hangup(&self) -> bool {
        matches!(
            self,
            Self::AsyncBreak
                | Self::DatabaseDelete { .. }
                | Self::DatabaseDeleteTree { .. }
                | Self::DatabaseGet { .. }
                | Self::DatabasePut { .. }
                | Self::Execute { .. }
                | Self::GetFullVariable { .. }
                | Self::GetVariable(_)
                | Self::Nothing
                | Self::SetVariable { .. }
                | Self::Verbose { .. }
        )
    }
}
