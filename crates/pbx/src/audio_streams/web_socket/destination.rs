//! What stands behind `WebSocket/`.

use media_bridge::Codec;
use media_websocket::{ControlFormat, Direction};

use super::coder::SoundFormat;
use crate::applications::arguments::Options;

/// The connection that a program makes, where others are names of `websocket_client.conf`.
pub(crate) const INCOMING: &str = "INCOMING";

/// `connection/options`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    /// The name in `websocket_client.conf`, or [`INCOMING`].
    pub(super) connection: String,
    /// `c(codec)`.
    pub(super) format: SoundFormat,
    /// Each message is a frame: `p`, and codecs whose frames have no length of their own.
    pub(super) passes_through: bool,
    /// Not `n`.
    pub(super) answers: bool,
    /// `f(json)`, `f(plain-text)`.
    pub(super) control: Option<ControlFormat>,
    /// `d(both)`, `d(in)`, `d(out)`.
    pub(super) direction: Direction,
    /// `v(name=value,…)` as the query of a URI.
    pub(super) query: String,
}

/// What is wrong with a destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DestinationError {
    #[error("write WebSocket/connection/c(ulaw), with a connection of websocket_client.conf, or INCOMING")]
    Incomplete,
    #[error("'{0}' is no option; there are c(codec), n, p, f(json), d(both) and v(name=value)")]
    Option(char),
    #[error(
        "c({0}): this exchange cannot translate it; take one of ulaw, alaw, g722, gsm, g726, opus, slin, slin16 …"
    )]
    Codec(String),
    #[error("f({0}): write f(json) or f(plain-text)")]
    Format(String),
    #[error("d({0}): write d(both), d(in) or d(out)")]
    Direction(String),
    #[error("v({0}): a URI may not hold this; use URIENCODE() for each name and value")]
    Query(String),
}

impl Destination {
    /// Reads it; `codecs` are those of the caller, of which the first holds where none is named.
    pub(super) fn read(resource: &str, codecs: &[Codec]) -> Result<Self, DestinationError> {
        let (connection, options) = resource.split_once('/').unwrap_or((resource, ""));
        if connection.is_empty() {
            return Err(DestinationError::Incomplete);
        }
        let options = Options::parse(options.trim_end_matches('/'));
        if let Some(letter) = options.others("cnpfdv").first() {
            return Err(DestinationError::Option(*letter));
        }
        let format = match options.argument('c') {
            Some(name) => SoundFormat::of(name).ok_or_else(|| DestinationError::Codec(name.to_owned()))?,
            None => codecs.iter().find_map(|codec| SoundFormat::of_codec(*codec)).unwrap_or_default(),
        };
        let control = options
            .argument('f')
            .map(|name| ControlFormat::of(name).ok_or_else(|| DestinationError::Format(name.to_owned())));
        let direction = options
            .argument('d')
            .map(|name| Direction::of(name).ok_or_else(|| DestinationError::Direction(name.to_owned())));
        let query = options.argument('v').unwrap_or_default();
        let is_clean = |octet: u8| octet.is_ascii_graphic() && !matches!(octet, b'#' | b'"' | b'<' | b'>');
        if !query.bytes().all(is_clean) {
            return Err(DestinationError::Query(query.to_owned()));
        }
        Ok(Self {
            connection: connection.to_owned(),
            passes_through: options.has('p') || format.frame().is_none(),
            format,
            answers: !options.has('n'),
            control: control.transpose()?,
            direction: direction.transpose()?.unwrap_or_default(),
            query: query.replace(',', "&"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let read = |resource: &str| Destination::read(resource, &[Codec::Pcma]).unwrap();
        let plain = read("agent");
        assert_eq!((plain.connection.as_str(), plain.format.name(), plain.answers), ("agent", "alaw", true));
        assert_eq!((plain.control, plain.direction, plain.passes_through), (None, Direction::Both, false));
        let all = read("INCOMING/c(slin16)nf(json)d(in)v(a=b%20c,d=e)");
        assert_eq!((all.connection.as_str(), all.format.name(), all.answers), (INCOMING, "slin16", false));
        assert_eq!((all.control, all.direction), (Some(ControlFormat::Json), Direction::In));
        assert_eq!(all.query, "a=b%20c&d=e");
        assert!(read("a/c(ulaw)p").passes_through && read("a/c(opus)").passes_through);
        assert_eq!(Destination::read("a", &[]).unwrap().format.name(), "ulaw");
        assert_eq!(Destination::read("a", &[Codec::G729, Codec::G722]).unwrap().format.name(), "g722");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let read = |resource: &str| Destination::read(resource, &[]).unwrap_err();
        assert_eq!(read("/c(ulaw)"), DestinationError::Incomplete);
        assert_eq!(read("a/x"), DestinationError::Option('x'));
        assert_eq!(read("a/c(g729)"), DestinationError::Codec("g729".to_owned()));
        assert_eq!(read("a/f(xml)"), DestinationError::Format("xml".to_owned()));
        assert_eq!(read("a/d(up)"), DestinationError::Direction("up".to_owned()));
        assert_eq!(read("a/v(x=a b)"), DestinationError::Query("x=a b".to_owned()));
    }
}
