//! `AudioSocket/host:port/uuid[/c(codec)]`: a server that is called like a phone.
//!
//! It answers as soon as it has accepted the connection. The codec says at which rate it hears the caller: `slin` (8 kHz), which
//! holds where none is named, `slin12` … `slin192`. It may speak at any.

use audiosocket::{CallIdentifier, IdentifierError};
use call_control::local::Wire;
use call_control::{BoxFuture, Call, HangupCause, OriginateError, OriginateRequest, Switchboard, Technology};
use media_bridge::Codec;

use super::audio_socket::{AudioSocket, StreamEnd};
use crate::warnings;

/// First half of the channels' names.
const NAME: &str = "AudioSocket";

/// Names of the rates that a server may hear, in the order of [`audiosocket::RATES`].
const CODECS: [&str; 9] =
    ["slin", "slin12", "slin16", "slin24", "slin32", "slin44", "slin48", "slin96", "slin192"];

/// Servers that `Dial` calls.
pub(crate) struct AudioSocketTechnology {
    switchboard: Switchboard,
}

impl AudioSocketTechnology {
    pub(crate) fn new(switchboard: &Switchboard) -> Self {
        Self { switchboard: switchboard.clone() }
    }

    async fn call(&self, resource: &str, mut request: OriginateRequest) -> Result<Call, OriginateError> {
        let unreachable =
            |reason: String| OriginateError::Unreachable { contact: format!("{NAME}/{resource}"), reason };
        let destination = Destination::read(resource).map_err(|error| unreachable(error.to_string()))?;
        let Destination { server, identifier, rate } = destination;
        let socket = AudioSocket::connect(server, identifier, rate).await;
        let socket = socket.map_err(|error| unreachable(error.to_string()))?;
        let wire = Wire {
            carries_streams: false,
            technology: NAME,
            resource: server.to_owned(),
            codec: wire_codec(rate),
            names: ["", ";2"],
            extension: "",
            context: "",
        };
        let preparation = request.preparation.take();
        let (called, calling) = wire.stretch(&self.switchboard, request)?;
        if let Some(preparation) = preparation {
            preparation.run(&called).await?;
        }
        tokio::spawn(attend(calling, socket, resource.to_owned()));
        Ok(called)
    }
}

impl Technology for AudioSocketTechnology {
    fn name(&self) -> &'static str {
        NAME
    }

    fn originate<'a>(
        &'a self,
        resource: &'a str,
        request: OriginateRequest,
    ) -> BoxFuture<'a, Result<Call, OriginateError>> {
        Box::pin(self.call(resource, request))
    }
}

/// Plays the party that was called, until either ends.
async fn attend(calling: Call, socket: AudioSocket, resource: String) {
    if calling.answer().await.is_err() {
        return;
    }
    let cause = match socket.serve(&calling).await {
        Ok(StreamEnd::Terminated) | Err(_) => HangupCause::NORMAL,
        Ok(StreamEnd::Failed(problem)) => {
            warnings::about(&calling, format!("{NAME}/{resource}: {problem}; the call ends"));
            HangupCause::CHANNEL_UNAVAILABLE
        }
    };
    calling.hangup(cause);
}

/// What carries sound of that rate within the process without a loss.
pub(super) fn wire_codec(rate: u32) -> Codec {
    match rate {
        0..=8_000 => Codec::L16,
        8_001..=16_000 => Codec::L16Wide,
        _ => Codec::L16Full,
    }
}

/// What stands behind the technology's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Destination<'a> {
    server: &'a str,
    identifier: CallIdentifier,
    rate: u32,
}

/// What is wrong with a destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum DestinationError {
    #[error("write AudioSocket/host:port/uuid, or AudioSocket/host:port/uuid/c(slin16)")]
    Incomplete,
    #[error("'{0}': {1}")]
    Identifier(String, IdentifierError),
    #[error("'{0}' is no option; there is c(codec)")]
    Option(String),
    #[error(
        "a server does not hear '{0}'; it hears slin, slin12, slin16, slin24, slin32, slin44, slin48, slin96 or slin192"
    )]
    Codec(String),
}

impl<'a> Destination<'a> {
    fn read(resource: &'a str) -> Result<Self, DestinationError> {
        let mut parts = resource.split('/');
        let server = parts.next().filter(|server| !server.is_empty()).ok_or(DestinationError::Incomplete)?;
        let identifier = parts.next().ok_or(DestinationError::Incomplete)?;
        let identifier = identifier
            .parse()
            .map_err(|problem| DestinationError::Identifier(identifier.to_owned(), problem))?;
        let mut rate = audiosocket::RATES[0];
        for option in parts.filter(|option| !option.is_empty()) {
            let codec = option.strip_prefix("c(").and_then(|rest| rest.strip_suffix(')'));
            let codec = codec.ok_or_else(|| DestinationError::Option(option.to_owned()))?;
            let place = CODECS.iter().position(|known| known.eq_ignore_ascii_case(codec));
            let known = place.and_then(|place| audiosocket::RATES.get(place));
            rate = *known.ok_or_else(|| DestinationError::Codec(codec.to_owned()))?;
        }
        Ok(Self { server, identifier, rate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "40325ec2-5efd-4bd3-805f-53576e581d13";

    #[test]
    fn destinations_are_read() {
        let read =
            |resource: &str| Destination::read(resource).map(|found| (found.server.to_owned(), found.rate));
        assert_eq!(read(&format!("[::1]:9092/{UUID}")), Ok(("[::1]:9092".to_owned(), 8_000)));
        assert_eq!(read(&format!("bot:9092/{UUID}/c(slin16)")), Ok(("bot:9092".to_owned(), 16_000)));
        assert_eq!(read(&format!("bot:9092/{UUID}/c(slin192)")).map(|found| found.1), Ok(192_000));
        assert_eq!(read("bot:9092"), Err(DestinationError::Incomplete));
        assert_eq!(read(&format!("/{UUID}")), Err(DestinationError::Incomplete));
        assert!(matches!(read("bot:9092/7"), Err(DestinationError::Identifier(..))));
        assert!(matches!(read(&format!("bot:9092/{UUID}/n")), Err(DestinationError::Option(_))));
        assert!(matches!(read(&format!("bot:9092/{UUID}/c(opus)")), Err(DestinationError::Codec(_))));
    }
}
