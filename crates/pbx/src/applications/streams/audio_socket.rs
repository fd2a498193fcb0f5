//! `AudioSocket(uuid,host:port)`: hands what the caller says to a server, and plays what it sends, until either ends.
//!
//! The call is answered before. It ends when the server cannot be had or fails; it goes on when the server says that it is over, or
//! closes the connection.

use audiosocket::CallIdentifier;
use call_control::ChannelState;
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::audio_streams::{AudioSocket, StreamEnd};
use crate::dialplan::DialplanChannel;

/// Samples a second of what the server hears.
const RATE: u32 = 8_000;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let pieces = split(arguments);
    let (identifier, server) = match pieces.as_slice() {
        [identifier, server, ..] if !server.is_empty() => (identifier, server),
        _ => {
            channel.warning("AudioSocket: write AudioSocket(uuid,host:port)");
            return Ok(Outcome::Error);
        }
    };
    let identifier: CallIdentifier = match identifier.parse() {
        Ok(identifier) => identifier,
        Err(problem) => {
            channel.warning(format!("AudioSocket: '{identifier}': {problem}"));
            return Ok(Outcome::Error);
        }
    };
    if channel.exchange.is_rehearsal() {
        channel.warning(format!("AudioSocket: {server} is not called in a rehearsal"));
        return Ok(Outcome::Continue);
    }
    if channel.call.state() != ChannelState::Up {
        channel.warning("AudioSocket: the call is not answered yet; put Answer() before it");
        return Ok(Outcome::Error);
    }
    let connected = channel.call.unless_hung_up(AudioSocket::connect(server, identifier, RATE)).await?;
    let socket = match connected {
        Ok(socket) => socket,
        Err(problem) => {
            channel.warning(format!("AudioSocket: {problem}"));
            return Ok(Outcome::Error);
        }
    };
    match socket.serve(&channel.call).await? {
        StreamEnd::Terminated => Ok(Outcome::Continue),
        StreamEnd::Failed(problem) => {
            channel.warning(format!("AudioSocket: {server}: {problem}"));
            Ok(Outcome::Error)
        }
    }
}
