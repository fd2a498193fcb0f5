//! `ExternalIVR(program[(argument,…)][,options])`, `ExternalIVR(ivr://host[:port][(argument,…)][,options])`: a program or a
//! server says what the caller hears, and is told of every key.
//!
//! It writes commands, a line each, and reads events; prompts play meanwhile ([`protocol`]). The call goes on in the dialplan
//! when it says so (`E`), and ends when it goes away without a word.
//!
//! Options: `n` does not answer the call; `i` does not end with the caller's hang-up, of which the program is informed; `d` runs
//! on a channel that has ended.

mod conversation;
#[doc(hidden)]
pub mod fuzzing;
mod outgoing;
mod player;
mod protocol;
mod target;

use std::process::Stdio;
use std::time::Duration;

use call_control::{ChannelState, HangupCause};
use dialplan_vm::Outcome;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

use super::ApplicationResult;
use super::agi::narrate;
use super::arguments::{Options, split};
use crate::dialplan::DialplanChannel;
use conversation::{End, Manner, converse};
use target::{Target, Whose};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a program has written to its standard error when it ends is waited for so long.
const LAST_WORDS: Duration = Duration::from_millis(500);

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let target = match Target::read(arguments.first().map(String::as_str).unwrap_or_default()) {
        Ok(target) => target,
        Err(problem) => {
            channel.warning(format!("ExternalIVR: {problem}"));
            return Ok(Outcome::Continue);
        }
    };
    let options = Options::parse(arguments.get(1).map(String::as_str).unwrap_or_default());
    for unknown in options.others("nid") {
        channel.warning(format!("ExternalIVR: there is no option '{unknown}'; there are n, i and d"));
    }
    if channel.exchange.is_rehearsal() {
        channel.verbose(3, format!("ExternalIVR({target}): a rehearsal runs no programs"));
        return Ok(Outcome::Continue);
    }
    let is_dead = channel.call.state().is_ended();
    if is_dead && !options.has('d') {
        channel.verbose(2, "ExternalIVR: the call has ended; option d runs it all the same");
        return Ok(Outcome::Continue);
    }
    if !is_dead && !options.has('n') && channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    let manner = Manner {
        ignores_hang_up: options.has('i'),
        is_dead: options.has('d'),
        parameters: target.parameters(),
    };
    let end = match &target.whose {
        Whose::Program(path) => of_program(channel, path, &target.arguments, &manner).await,
        Whose::Server { host, port } => of_server(channel, host, *port, &manner).await,
    };
    Ok(match end {
        Ok(End::GoesOn) if !channel.call.state().is_ended() => Outcome::Continue,
        Ok(End::GoesOn | End::HungUp) => Outcome::Hangup,
        Err(problem) => {
            channel.warning(format!("ExternalIVR({target}): {problem}; the call ends"));
            channel.call.hangup(HangupCause::NORMAL);
            Outcome::Hangup
        }
    })
}

/// A program of this machine. It is not ended with its call: it hears of that, and ends itself.
async fn of_program(
    channel: &mut DialplanChannel,
    path: &str,
    arguments: &[String],
    manner: &Manner,
) -> Result<End, String> {
    let mut command = Command::new(path);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = command.process_group(0).spawn();
    let mut child = started.map_err(|error| {
        format!("it does not start: {error}; give the whole path of a file that is executable")
    })?;
    let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(input), Some(output), Some(errors)) = streams else {
        return Err("it has no streams".to_owned());
    };
    let name = path.rsplit('/').next().unwrap_or(path).to_owned();
    let narrator = tokio::spawn(narrate(errors, channel.call.clone(), name));
    let end = converse(channel, output, input, manner).await;
    let _ = timeout(LAST_WORDS, narrator).await;
    // It is looked after until it ends.
    tokio::spawn(async move { child.wait().await });
    end
}

async fn of_server(
    channel: &mut DialplanChannel,
    host: &str,
    port: u16,
    manner: &Manner,
) -> Result<End, String> {
    let stream = match timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(format!("no server there: {error}")),
        Err(_) => return Err(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    let _ = stream.set_nodelay(true);
    let (input, output) = stream.into_split();
    converse(channel, input, output, manner).await
}
