//! What the exchange tells a program.

use serde_json::{Map, Value, json};

use crate::ControlFormat;

/// The facts of a call, told before its first sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaStart {
    /// The id behind `/media/`, or the name of the connection in `websocket_client.conf`.
    pub connection_id: String,
    /// The channel's name.
    pub channel: String,
    /// The channel's unique id.
    pub channel_id: String,
    /// The codec of binary messages, by the name that Asterisk has for it.
    pub format: String,
    /// Octets of a frame; 0 where frames have no length of their own.
    pub optimal_frame_size: usize,
    /// Milliseconds of a frame.
    pub ptime: u32,
    /// Variables of the channel. Plain text has no place for them.
    pub channel_variables: Vec<(String, String)>,
}

/// How far the queue of a call has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Frames that wait.
    pub queue_length: usize,
    /// Fewer frames than these, and the program may go on.
    pub xon_level: usize,
    /// So many frames, and it has to stop.
    pub xoff_level: usize,
    /// It has to stop.
    pub queue_full: bool,
    /// Between `START_MEDIA_BUFFERING` and `STOP_MEDIA_BUFFERING`.
    pub bulk_media: bool,
    /// Between `PAUSE_MEDIA` and `CONTINUE_MEDIA`.
    pub media_paused: bool,
}

/// An event, told to the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first event.
    MediaStart(MediaStart),
    /// A key was pressed.
    DtmfEnd {
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        digit: char,
    },
    /// Enough for now: what comes may be left out.
    MediaXoff,
    /// There is room again.
    MediaXon,
    /// The answer to [`Command::GetStatus`](crate::Command::GetStatus).
    Status(Status),
    /// What belonged together was played.
    MediaBufferingCompleted {
        /// What the command had.
        correlation_id: Option<String>,
    },
    /// What came before the mark was played.
    MediaMarkProcessed {
        /// What the command had.
        correlation_id: Option<String>,
    },
    /// Nothing waits any more.
    QueueDrained,
    /// A command had no effect.
    Error {
        /// Why.
        text: String,
    },
}

/// Why a text is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It is no object of JSON with a text named `event`.
    #[error("it is no object of JSON with an \"event\"")]
    NotJson,
    /// There is no such event.
    #[error("there is no event '{0}'")]
    Unknown(String),
    /// A value that belongs to it is missing, or not of its kind.
    #[error("{0} has no {1}")]
    Incomplete(&'static str, &'static str),
}

impl Event {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MediaStart(_) => "MEDIA_START",
            Self::DtmfEnd { .. } => "DTMF_END",
            Self::MediaXoff => "MEDIA_XOFF",
            Self::MediaXon => "MEDIA_XON",
            Self::Status(_) => "STATUS",
            Self::MediaBufferingCompleted { .. } => "MEDIA_BUFFERING_COMPLETED",
            Self::MediaMarkProcessed { .. } => "MEDIA_MARK_PROCESSED",
            Self::QueueDrained => "QUEUE_DRAINED",
            Self::Error { .. } => "ERROR",
        }
    }

    /// The text of it, for the program of the channel with that unique id, which JSON alone names in every event.
    ///
    /// In plain text blanks within a value are written as `_`, for a blank ends it.
    pub fn write(&self, format: ControlFormat, channel_id: &str) -> String {
        match format {
            ControlFormat::PlainText => self.plain_text(),
            ControlFormat::Json => self.json(channel_id).to_string(),
        }
    }

    fn plain_text(&self) -> String {
        let name = self.name();
        match self {
            Self::MediaStart(start) => {
                let [connection, channel, id, format] =
                    [&start.connection_id, &start.channel, &start.channel_id, &start.format].map(|v| word(v));
                let (size, ptime) = (start.optimal_frame_size, start.ptime);
                format!(
                    "{name} connection_id:{connection} channel:{channel} channel_id:{id} format:{format} \
                     optimal_frame_size:{size} ptime:{ptime}"
                )
            }
            Self::DtmfEnd { digit } => format!("{name} digit:{digit}"),
            Self::Status(status) => format!(
                "{name} queue_length:{} xon_level:{} xoff_level:{} queue_full:{} bulk_media:{} media_paused:{}",
                status.queue_length,
                status.xon_level,
                status.xoff_level,
                status.queue_full,
                status.bulk_media,
                status.media_paused
            ),
            Self::MediaBufferingCompleted { correlation_id: Some(id) }
            | Self::MediaMarkProcessed { correlation_id: Some(id) } => format!("{name} {id}"),
            Self::Error { text } => format!("{name} error_text:{text}"),
            _ => name.to_owned(),
        }
    }

    fn json(&self, channel_id: &str) -> Value {
        let mut object = match self {
            Self::MediaStart(start) => {
                let variables: Map<String, Value> = start
                    .channel_variables
                    .iter()
                    .map(|(name, value)| (name.clone(), value.as_str().into()))
                    .collect();
                json!({
                    "connection_id": start.connection_id,
                    "channel": start.channel,
                    "format": start.format,
                    "optimal_frame_size": start.optimal_frame_size,
                    "ptime": start.ptime,
                    "channel_variables": variables,
                })
            }
            Self::DtmfEnd { digit } => json!({ "digit": digit.to_string() }),
            Self::Status(status) => json!({
                "queue_length": status.queue_length,
                "xon_level": status.xon_level,
                "xoff_level": status.xoff_level,
                "queue_full": status.queue_full,
                "bulk_media": status.bulk_media,
                "media_paused": status.media_paused,
            }),
            Self::MediaBufferingCompleted { correlation_id: Some(id) }
            | Self::MediaMarkProcessed { correlation_id: Some(id) } => json!({ "correlation_id": id }),
            Self::Error { text } => json!({ "error_text": text }),
            _ => json!({}),
        };
        if let Value::Object(object) = &mut object {
            object.insert("event".to_owned(), self.name().into());
            object.insert("channel_id".to_owned(), channel_id.into());
        }
        object
    }

    /// Reads an event, as a program does.
    ///
    /// # Errors
    /// [`EventError`] says what is wrong with it.
    pub fn read(text: &str, format: ControlFormat) -> Result<Self, EventError> {
        let fields = match format {
            ControlFormat::PlainText => Fields::of_line(text),
            ControlFormat::Json => Fields::of_json(text)?,
        };
        let correlation_id = || fields.text("correlation_id").ok();
        Ok(match fields.name.as_str() {
            "MEDIA_START" => Self::MediaStart(MediaStart {
                connection_id: fields.text("connection_id")?,
                channel: fields.text("channel")?,
                // Neither was told by the first releases.
                channel_id: fields.text("channel_id").unwrap_or_default(),
                ptime: fields.number("ptime").unwrap_or(20),
                format: fields.text("format")?,
                optimal_frame_size: fields.number("optimal_frame_size")?,
                channel_variables: fields.variables(),
            }),
            "DTMF_END" => {
                let digit = fields.text("digit")?.chars().next();
                Self::DtmfEnd { digit: digit.ok_or(EventError::Incomplete("DTMF_END", "digit"))? }
            }
            "MEDIA_XOFF" => Self::MediaXoff,
            "MEDIA_XON" => Self::MediaXon,
            "STATUS" => Self::Status(Status {
                queue_length: fields.number("queue_length")?,
                xon_level: fields.number("xon_level")?,
                xoff_level: fields.number("xoff_level")?,
                queue_full: fields.flag("queue_full")?,
                bulk_media: fields.flag("bulk_media")?,
                media_paused: fields.flag("media_paused")?,
            }),
            "MEDIA_BUFFERING_COMPLETED" => Self::MediaBufferingCompleted { correlation_id: correlation_id() },
            "MEDIA_MARK_PROCESSED" => Self::MediaMarkProcessed { correlation_id: correlation_id() },
            "QUEUE_DRAINED" => Self::QueueDrained,
            "ERROR" => Self::Error { text: fields.text("error_text").unwrap_or_default() },
            unknown => return Err(EventError::Unknown(unknown.chars().take(64).collect())),
        })
    }
}

/// A value without blanks.
fn word(value: &str) -> String {
    value.replace(char::is_whitespace, "_")
}

/// The values of an event.
struct Fields {
    name: String,
    values: Map<String, Value>,
}

impl Fields {
    fn of_json(text: &str) -> Result<Self, EventError> {
        let values: Map<String, Value> = serde_json::from_str(text).map_err(|_| EventError::NotJson)?;
        let name = values.get("event").and_then(Value::as_str).ok_or(EventError::NotJson)?.to_owned();
        Ok(Self { name, values })
    }

    /// `NAME key:value key:value`, `NAME id`, and a text to the end of the line.
    fn of_line(text: &str) -> Self {
        let line = text.trim();
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let mut values = Map::new();
        match (name, rest.split_once("error_text:")) {
            ("MEDIA_BUFFERING_COMPLETED" | "MEDIA_MARK_PROCESSED", _) => {
                if !rest.trim().is_empty() {
                    values.insert("correlation_id".to_owned(), rest.trim().into());
                }
            }
            ("ERROR", Some((_, text))) => drop(values.insert("error_text".to_owned(), text.into())),
            ("ERROR", None) => drop(values.insert("error_text".to_owned(), rest.trim().into())),
            _ => {
                let pairs = rest.split_whitespace().filter_map(|pair| pair.split_once(':'));
                values.extend(pairs.map(|(key, value)| (key.to_owned(), value.into())));
            }
        }
        Self { name: name.to_owned(), values }
    }

    fn text(&self, key: &'static str) -> Result<String, EventError> {
        self.values.get(key).and_then(Value::as_str).map(str::to_owned).ok_or(self.missing(key))
    }

    fn number<N: TryFrom<u64>>(&self, key: &'static str) -> Result<N, EventError> {
        let value = self.values.get(key);
        let number = value.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        number.and_then(|number| N::try_from(number).ok()).ok_or(self.missing(key))
    }

    fn flag(&self, key: &'static str) -> Result<bool, EventError> {
        let value = self.values.get(key);
        let flag = value.and_then(|value| value.as_bool().or_else(|| value.as_str()?.parse().ok()));
        flag.ok_or(self.missing(key))
    }

    fn variables(&self) -> Vec<(String, String)> {
        let variables = self.values.get("channel_variables").and_then(Value::as_object);
        let pair = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        variables.map(|variables| variables.iter().filter_map(pair).collect()).unwrap_or_default()
    }

    fn missing(&self, key: &'static str) -> EventError {
        let name = match self.name.as_str() {
            "MEDIA_START" => "MEDIA_START",
            "DTMF_END" => "DTMF_END",
            "STATUS" => "STATUS",
            _ => "the event",
        };
        EventError::Incomplete(name, key)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event() -> impl Strategy<Value = Event> {
        let word = "[!-~]{0,16}";
        let start = (word, word, word, word, 0..10_000_usize, 1..200_u32).prop_map(
            |(connection_id, channel, channel_id, format, optimal_frame_size, ptime)| {
                Event::MediaStart(MediaStart {
                    connection_id,
                    channel,
                    channel_id,
                    format,
                    optimal_frame_size,
                    ptime,
                    channel_variables: Vec::new(),
                })
            },
        );
        let status = (0..2_000_usize, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(queue_length, queue_full, bulk_media, media_paused)| {
                let (xon_level, xoff_level) = (crate::XON_LEVEL, crate::XOFF_LEVEL);
                Event::Status(Status {
                    queue_length,
                    xon_level,
                    xoff_level,
                    queue_full,
                    bulk_media,
                    media_paused,
                })
            },
        );
        let id = prop::option::of("[!-~]{1,12}( [!-~]{1,12})?");
        prop_oneof![
            start,
            status,
            "[0-9*#A-D]".prop_map(|digit| Event::DtmfEnd { digit: digit.chars().next().unwrap() }),
            id.clone().prop_map(|correlation_id| Event::MediaMarkProcessed { correlation_id }),
            id.prop_map(|correlation_id| Event::MediaBufferingCompleted { correlation_id }),
            "[!-~]{1,12}( [!-~]{1,12})?".prop_map(|text| Event::Error { text }),
            prop::sample::select(vec![Event::MediaXoff, Event::MediaXon, Event::QueueDrained]),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(event in event()) {
            for format in ControlFormat::ALL {
                // The id of the channel is that of the start.
                let channel_id = match &event {
                    Event::MediaStart(start) => start.channel_id.clone(),
                    _ => "1.1".to_owned(),
                };
                prop_assert_eq!(Event::read(&event.write(format, &channel_id), format), Ok(event.clone()));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            for format in ControlFormat::ALL {
                let _ = Event::read(&text, format);
            }
        }
    }

    fn start() -> MediaStart {
        MediaStart {
            connection_id: "e226e283-c90a-4ea9-9e37-389000b9ef47".to_owned(),
            channel: "WebSocket/my app-00000001".to_owned(),
            channel_id: "pbx1-123456789.999".to_owned(),
            format: "ulaw".to_owned(),
            optimal_frame_size: 160,
            ptime: 20,
            channel_variables: vec![("MOOD".to_owned(), "two words".to_owned())],
        }
    }

    #[test]
    fn a_start_has_its_facts_in_either_format() {
        let event = Event::MediaStart(start());
        assert_eq!(
            event.write(ControlFormat::PlainText, "pbx1-123456789.999"),
            "MEDIA_START connection_id:e226e283-c90a-4ea9-9e37-389000b9ef47 channel:WebSocket/my_app-00000001 \
             channel_id:pbx1-123456789.999 format:ulaw optimal_frame_size:160 ptime:20"
        );
        let json = event.write(ControlFormat::Json, "pbx1-123456789.999");
        assert!(!json.contains('\n') && json.contains("\"MOOD\":\"two words\""), "{json}");
        assert_eq!(Event::read(&json, ControlFormat::Json), Ok(event));
    }

    #[test]
    fn events_name_their_channel_in_json() {
        let json: Value = serde_json::from_str(&Event::MediaXoff.write(ControlFormat::Json, "7.1")).unwrap();
        assert_eq!(json, json!({ "event": "MEDIA_XOFF", "channel_id": "7.1" }));
        let json = Event::DtmfEnd { digit: '#' }.write(ControlFormat::Json, "7.1");
        assert_eq!(
            serde_json::from_str::<Value>(&json).unwrap(),
            json!({ "event": "DTMF_END", "channel_id": "7.1", "digit": "#" })
        );
    }

    #[test]
    fn what_is_no_event_is_told() {
        assert_eq!(Event::read("x", ControlFormat::Json), Err(EventError::NotJson));
        assert_eq!(
            Event::read("DANCE", ControlFormat::PlainText),
            Err(EventError::Unknown("DANCE".to_owned()))
        );
        assert_eq!(
            Event::read("DTMF_END", ControlFormat::PlainText),
            Err(EventError::Incomplete("DTMF_END", "digit"))
        );
    }
}
