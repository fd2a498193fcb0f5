//! `WebSocket/connection/options`: a program that is called like a phone.
//!
//! The connection is one of `websocket_client.conf`, and then the program is there before its channel is; or it is `INCOMING`, and the
//! channel waits for the program that knows its `MEDIA_WEBSOCKET_CONNECTION_ID`.

use std::sync::{Arc, Weak};

use call_control::local::Wire;
use call_control::{BoxFuture, Call, HangupCause, OriginateError, OriginateRequest, Switchboard, Technology};
use media_websocket::MediaStart;

use super::coder::PTIME;
use super::destination::{Destination, INCOMING};
use super::incoming::{Expected, MediaPage};
use super::session::{Session, SessionEnd};
use super::{MediaSocket, outgoing};
use crate::Exchange;
use crate::audio_streams::channels::wire_codec;
use crate::warnings;

/// First half of the channels' names.
const NAME: &str = "WebSocket";

/// Programs that `Dial` calls.
pub(crate) struct WebSocketTechnology {
    switchboard: Switchboard,
    exchange: Weak<Exchange>,
    page: Arc<MediaPage>,
}

/// A program that is there, or will be.
enum Program {
    Here(Box<MediaSocket>),
    Expected(Expected),
}

impl WebSocketTechnology {
    /// Programs that come by themselves come to `page`.
    pub(crate) fn new(switchboard: &Switchboard, exchange: Weak<Exchange>, page: Arc<MediaPage>) -> Self {
        Self { switchboard: switchboard.clone(), exchange, page }
    }

    async fn call(&self, resource: &str, mut request: OriginateRequest) -> Result<Call, OriginateError> {
        let unreachable =
            |reason: String| OriginateError::Unreachable { contact: format!("{NAME}/{resource}"), reason };
        let destination = Destination::read(resource, &request.codecs);
        let destination = destination.map_err(|error| unreachable(error.to_string()))?;
        let exchange = self.exchange.upgrade().ok_or(OriginateError::Refused)?;
        let sockets = exchange.configuration().web_sockets.clone();
        let connection = destination.connection.as_str();
        let (id, program) = if connection == INCOMING {
            let expected = self.page.expect().map_err(|error| unreachable(error.to_string()))?;
            (expected.id.clone(), Program::Expected(expected))
        } else {
            let client = sockets.clients.get(connection).ok_or_else(|| {
                unreachable(format!("there is no connection '{connection}' in websocket_client.conf"))
            })?;
            if client.is_persistent {
                return Err(unreachable(format!("'{connection}' is no per_call_config connection")));
            }
            let socket = outgoing::connect(client, &destination.query).await;
            let socket = socket.map_err(|error| unreachable(error.to_string()))?;
            (connection.to_owned(), Program::Here(Box::new(socket)))
        };
        let wire = Wire {
            carries_streams: false,
            technology: NAME,
            resource: connection.to_owned(),
            codec: wire_codec(destination.format.rate()),
            names: ["", ";2"],
            extension: "",
            context: "",
        };
        let preparation = request.preparation.take();
        let (called, calling) = wire.stretch(&self.switchboard, request)?;
        let size = destination.format.frame().unwrap_or_default();
        called.set_variable("MEDIA_WEBSOCKET_CONNECTION_ID", &id);
        called.set_variable("MEDIA_WEBSOCKET_OPTIMAL_FRAME_SIZE", &size.to_string());
        // It may tell others how the program is to come, and give the channel variables that the program is told.
        if let Some(preparation) = preparation {
            preparation.run(&called).await?;
        }
        let session = Session {
            format: destination.format,
            passes_through: destination.passes_through,
            control: destination.control.unwrap_or(sockets.control_format),
            answers: destination.answers,
            direction: destination.direction,
            start: MediaStart {
                connection_id: id,
                channel: called.name().to_owned(),
                channel_id: called.unique_id().to_owned(),
                format: destination.format.name().to_owned(),
                optimal_frame_size: size,
                ptime: PTIME,
                channel_variables: called.variables(),
            },
        };
        tokio::spawn(attend(calling, program, session, resource.to_owned()));
        Ok(called)
    }
}

impl Technology for WebSocketTechnology {
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
async fn attend(calling: Call, program: Program, session: Session, resource: String) {
    // Held to the end: until then a second program with the same id is told that there is one.
    let (socket, _expected) = match program {
        Program::Here(socket) => (Some(*socket), None),
        Program::Expected(mut expected) => match calling.unless_hung_up(expected.socket()).await {
            Ok(socket) => (socket, Some(expected)),
            Err(_) => return,
        },
    };
    let end = match socket {
        Some(socket) => session.serve(&calling, socket).await,
        None => SessionEnd::Failed("the program was lost in its handshake".to_owned(), None),
    };
    let cause = match end {
        SessionEnd::Party | SessionEnd::Program => HangupCause::NORMAL,
        SessionEnd::Failed(problem, _) => {
            warnings::about(&calling, format!("{NAME}/{resource}: {problem}; the call ends"));
            HangupCause::OUT_OF_ORDER
        }
    };
    calling.hangup(cause);
}
