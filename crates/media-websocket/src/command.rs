//! What a program asks of the exchange.

use serde_json::{Map, Value};

use crate::{ControlFormat, LONGEST_COMMAND};

/// Which way sound goes, as the program sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// It hears and speaks.
    #[default]
    Both,
    /// It hears alone: what it sends is thrown away.
    In,
    /// It speaks alone: nothing is sent to it.
    Out,
}

impl Direction {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Both, Self::In, Self::Out];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::In => "in",
            Self::Out => "out",
        }
    }

    /// The direction of a word.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.name() == name)
    }
}

/// A command of the program.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Answers the call.
    Answer,
    /// Ends the call.
    Hangup,
    /// What follows belongs together: messages need not end where frames do.
    StartMediaBuffering,
    /// What belongs together ends here; [`Event::MediaBufferingCompleted`](crate::Event::MediaBufferingCompleted) tells when
    /// it was played.
    StopMediaBuffering {
        /// Comes back in the event.
        correlation_id: Option<String>,
    },
    /// Throws away what was not played yet.
    FlushMedia,
    /// Plays nothing until [`ContinueMedia`](Self::ContinueMedia), and keeps what there is.
    PauseMedia,
    /// Goes on with what there is.
    ContinueMedia,
    /// Tells when what was sent so far was played: [`Event::MediaMarkProcessed`](crate::Event::MediaMarkProcessed).
    MarkMedia {
        /// Comes back in the event.
        correlation_id: Option<String>,
    },
    /// Asks for [`Event::Status`](crate::Event::Status).
    GetStatus,
    /// Asks to be told once when nothing waits any more: [`Event::QueueDrained`](crate::Event::QueueDrained).
    ReportQueueDrained,
    /// Changes which way sound goes.
    SetMediaDirection(Direction),
}

/// Why a text is no command. The text is fit to be told to the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// It is longer than [`LONGEST_COMMAND`].
    #[error("a command has at most {LONGEST_COMMAND} octets")]
    TooLong,
    /// It is no object of JSON with a text named `command`.
    #[error("send an object of JSON with a \"command\", as in {{\"command\": \"ANSWER\"}}")]
    NotJson,
    /// There is no such command; they are written in capital letters.
    #[error("there is no command '{0}'")]
    Unknown(String),
    /// [`Command::SetMediaDirection`] without a direction.
    #[error("SET_MEDIA_DIRECTION needs a direction: both, in or out")]
    NoDirection,
}

impl Command {
    /// Reads a command.
    ///
    /// # Errors
    /// [`CommandError`] says what is wrong with it.
    pub fn read(text: &str, format: ControlFormat) -> Result<Self, CommandError> {
        if text.len() > LONGEST_COMMAND {
            return Err(CommandError::TooLong);
        }
        match format {
            ControlFormat::PlainText => {
                let line = text.trim_start().lines().next().unwrap_or_default();
                let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
                let rest = Some(rest.trim()).filter(|rest| !rest.is_empty());
                Self::of(name, rest, rest)
            }
            ControlFormat::Json => {
                let object: Map<String, Value> =
                    serde_json::from_str(text).map_err(|_| CommandError::NotJson)?;
                let text = |key| object.get(key).and_then(Value::as_str);
                let name = text("command").ok_or(CommandError::NotJson)?;
                Self::of(name, text("correlation_id"), text("direction"))
            }
        }
    }

    fn of(name: &str, correlation_id: Option<&str>, direction: Option<&str>) -> Result<Self, CommandError> {
        let correlation_id = || correlation_id.map(str::to_owned);
        Ok(match name {
            "ANSWER" => Self::Answer,
            "HANGUP" => Self::Hangup,
            "START_MEDIA_BUFFERING" => Self::StartMediaBuffering,
            "STOP_MEDIA_BUFFERING" => Self::StopMediaBuffering { correlation_id: correlation_id() },
            "FLUSH_MEDIA" => Self::FlushMedia,
            "PAUSE_MEDIA" => Self::PauseMedia,
            "CONTINUE_MEDIA" => Self::ContinueMedia,
            "MARK_MEDIA" => Self::MarkMedia { correlation_id: correlation_id() },
            "GET_STATUS" => Self::GetStatus,
            "REPORT_QUEUE_DRAINED" => Self::ReportQueueDrained,
            "SET_MEDIA_DIRECTION" => {
                let direction = direction.and_then(Direction::of).ok_or(CommandError::NoDirection)?;
                Self::SetMediaDirection(direction)
            }
            unknown => return Err(CommandError::Unknown(unknown.chars().take(64).collect())),
        })
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Answer => "ANSWER",
            Self::Hangup => "HANGUP",
            Self::StartMediaBuffering => "START_MEDIA_BUFFERING",
            Self::StopMediaBuffering { .. } => "STOP_MEDIA_BUFFERING",
            Self::FlushMedia => "FLUSH_MEDIA",
            Self::PauseMedia => "PAUSE_MEDIA",
            Self::ContinueMedia => "CONTINUE_MEDIA",
            Self::MarkMedia { .. } => "MARK_MEDIA",
            Self::GetStatus => "GET_STATUS",
            Self::ReportQueueDrained => "REPORT_QUEUE_DRAINED",
            Self::SetMediaDirection(_) => "SET_MEDIA_DIRECTION",
        }
    }

    /// The text of it, as a program sends it. In plain text a correlation id is one line without blanks around it.
    pub fn write(&self, format: ControlFormat) -> String {
        let parameter = match self {
            Self::StopMediaBuffering { correlation_id: Some(id) }
            | Self::MarkMedia { correlation_id: Some(id) } => Some(("correlation_id", id.as_str())),
            Self::SetMediaDirection(direction) => Some(("direction", direction.name())),
            _ => None,
        };
        match (format, parameter) {
            (ControlFormat::PlainText, Some((_, value))) => format!("{} {value}", self.name()),
            (ControlFormat::PlainText, None) => self.name().to_owned(),
            (ControlFormat::Json, parameter) => {
                let mut object = Map::new();
                object.insert("command".to_owned(), self.name().into());
                object.extend(parameter.map(|(key, value)| (key.to_owned(), value.into())));
                Value::Object(object).to_string()
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn identifier() -> impl Strategy<Value = Option<String>> {
        prop::option::of("[!-~]{1,12}( [!-~]{1,12})?")
    }

    /// Any command.
    pub(crate) fn command() -> impl Strategy<Value = Command> {
        prop_oneof![
            prop::sample::select(vec![
                Command::Answer,
                Command::Hangup,
                Command::StartMediaBuffering,
                Command::FlushMedia,
                Command::PauseMedia,
                Command::ContinueMedia,
                Command::GetStatus,
                Command::ReportQueueDrained,
            ]),
            identifier().prop_map(|correlation_id| Command::StopMediaBuffering { correlation_id }),
            identifier().prop_map(|correlation_id| Command::MarkMedia { correlation_id }),
            prop::sample::select(Direction::ALL.to_vec()).prop_map(Command::SetMediaDirection),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(command in command()) {
            for format in ControlFormat::ALL {
                prop_assert_eq!(Command::read(&command.write(format), format), Ok(command.clone()));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            for format in ControlFormat::ALL {
                let _ = Command::read(&text, format);
            }
        }
    }

    #[test]
    fn commands_of_asterisks_documentation_are_read() {
        let id = Some("61ea9311-d501-46e5-8825-017b342b39f2".to_owned());
        let stop = Command::StopMediaBuffering { correlation_id: id };
        let plain = "STOP_MEDIA_BUFFERING 61ea9311-d501-46e5-8825-017b342b39f2";
        assert_eq!(Command::read(plain, ControlFormat::PlainText).as_ref(), Ok(&stop));
        let json = "{\n \"command\": \"STOP_MEDIA_BUFFERING\",\n \"correlation_id\": \"61ea9311-d501-46e5-8825-017b342b39f2\"\n}";
        assert_eq!(Command::read(json, ControlFormat::Json), Ok(stop));
    }

    #[test]
    fn what_is_no_command_is_told() {
        let read = |text| Command::read(text, ControlFormat::PlainText);
        assert_eq!(read("answer"), Err(CommandError::Unknown("answer".to_owned())));
        assert_eq!(read(""), Err(CommandError::Unknown(String::new())));
        assert_eq!(read("SET_MEDIA_DIRECTION up"), Err(CommandError::NoDirection));
        assert_eq!(read(&"x".repeat(LONGEST_COMMAND + 1)), Err(CommandError::TooLong));
        let read = |text| Command::read(text, ControlFormat::Json);
        assert_eq!(read("ANSWER"), Err(CommandError::NotJson));
        assert_eq!(read("[\"ANSWER\"]"), Err(CommandError::NotJson));
        assert_eq!(read("{\"command\": 7}"), Err(CommandError::NotJson));
        assert_eq!(read("{\"command\": \"ANSWER\", \"more\": [7]}"), Ok(Command::Answer));
    }
}
