//! `AGI(program[,argument…])`: a program outside the exchange steers the call.
//!
//! The program is a file (`/path/to/it`, or a name in `astagidir`), or a server: `agi://host[:port]/script`. It is told of
//! the call, and says what is to be done line by line (`billing_agi::agi`). Sets `AGISTATUS` to `SUCCESS`, `FAILURE`,
//! `NOTFOUND` or `HANGUP`.
//!
//! `hagi://domain/script` finds servers by SRV records, `agi:async` waits for commands that somebody queues, and `EAGI` hands
//! a program the caller's audio. `DeadAGI` is `AGI` by another name.
//!
//! `AGISIGHUP=no` spares a program the signal when its caller hangs up, `AGIEXITONHANGUP=yes` takes its streams away then.
//! After a hang-up it may go on with what makes sense; the call waits for it as long as it says something.

mod asynchronous;
mod audio;
mod commands;
mod debug;
pub(super) mod eagi;
mod facts;
mod narrator;
mod network;
mod program;
mod script;
mod target;

use std::path::Path;

use billing_agi::agi::Ended;
use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::split;
use crate::dialplan::DialplanChannel;
pub use debug::AgiDebug;
pub(super) use narrator::narrate;
use script::Script;
use target::Target;

/// The variable that tells how it went.
const STATUS: &str = "AGISTATUS";

/// A script that dialplans know, which speaks by way of a server of the net. Here it speaks by a program of the machine.
const SPOKEN_HERE: &str = "googletts.agi";

/// How a script came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Success,
    Failure,
    NotFound,
    HangUp,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Failure => "FAILURE",
            Self::NotFound => "NOTFOUND",
            Self::HangUp => "HANGUP",
        }
    }
}

/// How much of the call a script gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Its commands and their replies.
    Plain,
    /// The caller's audio, too.
    Enhanced,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "AGI",
            Self::Enhanced => "EAGI",
        }
    }
}

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    steer(channel, arguments, Kind::Plain).await
}

async fn steer(channel: &mut DialplanChannel, arguments: &str, kind: Kind) -> ApplicationResult {
    let name = kind.name();
    let arguments: Vec<String> = split(arguments).into_iter().map(unquoted).collect();
    let Some((program, arguments)) = arguments.split_first().filter(|(program, _)| !program.is_empty())
    else {
        channel.warning(format!(
            "{name}(): give a program or a server, as in AGI(weather.py,paris) or AGI(agi://127.0.0.1/weather)",
        ));
        channel.set(STATUS, Status::Failure.word());
        return Ok(Outcome::Continue);
    };
    if channel.exchange.is_rehearsal() {
        channel.verbose(3, format!("{name}({program}): a rehearsal runs no programs"));
        channel.set(STATUS, Status::Failure.word());
        return Ok(Outcome::Continue);
    }
    if Path::new(program).file_name().is_some_and(|name| name == SPOKEN_HERE) {
        return super::say::google_tts(channel, arguments).await;
    }
    let mut script = Script::new(channel);
    let status = match Target::read(program, &script.channel.exchange.configuration().folders.agi) {
        Ok(Target::Program(path)) => program::run(&mut script, program, &path, arguments, kind).await,
        Ok(_) if kind == Kind::Enhanced => {
            script
                .channel
                .warning(format!("EAGI({program}): only programs of this machine get the caller's audio"));
            Status::Failure
        }
        Ok(Target::Server(server)) => network::run(&mut script, program, &server, arguments).await,
        Ok(Target::Domain(domain)) => network::run_any(&mut script, program, &domain, arguments).await,
        Ok(Target::Asynchronous) => asynchronous::run(&mut script, program, arguments).await,
        Err(problem) => {
            script.channel.warning(format!("{name}({program}): {problem}"));
            Status::Failure
        }
    };
    let outcome = script.outcome();
    channel.set(STATUS, status.word());
    Ok(outcome)
}

/// What becomes of the end of a conversation.
fn status_of(ended: Ended, has_hung_up: bool) -> Status {
    match ended {
        Ended::HungUp | Ended::Abandoned => Status::HangUp,
        _ if has_hung_up => Status::HangUp,
        _ => Status::Success,
    }
}

/// A quoted argument loses its quotes; it has kept its commas.
fn unquoted(argument: String) -> String {
    let inner = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map(str::to_owned).unwrap_or(argument)
}
