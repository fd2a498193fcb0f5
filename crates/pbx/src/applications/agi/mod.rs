//! `AGI(program[,argument…])`: a program outside the exchange steers the call.
//!
//! The program is a file (`/path/to/it`, or a name in `astagidir`), or a server: `agi://host[:port]/script`. It is told of
//! the call, and says what is to be done line by line (`billing_agi::agi`). Sets `AGISTATUS` to `SUCCESS`, `FAILURE`,
//! `NOTFOUND` or `HANGUP`.
//!
//! `AGISIGHUP=no` spares a program the signal when its caller hangs up, `AGIEXITONHANGUP=yes` takes its streams away then.
//! After a hang-up it may go on with what makes sense; the call waits for it as long as it says something.

mod commands;
mod facts;
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

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments: Vec<String> = split(arguments).into_iter().map(unquoted).collect();
    let Some((program, arguments)) = arguments.split_first().filter(|(program, _)| !program.is_empty())
    else {
        channel.warning(
            "AGI(): give a program or a server, as in AGI(weather.py,paris) or AGI(agi://127.0.0.1/weather)",
        );
        channel.set(STATUS, Status::Failure.word());
        return Ok(Outcome::Continue);
    };
    if channel.exchange.is_rehearsal() {
        channel.verbose(3, format!("AGI({program}): a rehearsal runs no programs"));
        channel.set(STATUS, Status::Failure.word());
        return Ok(Outcome::Continue);
    }
    if Path::new(program).file_name().is_some_and(|name| name == SPOKEN_HERE) {
        return super::say::google_tts(channel, arguments).await;
    }
    let mut script = Script::new(channel);
    let status = match Target::read(program, &script.channel.exchange.configuration().folders.agi) {
        Ok(Target::Program(path)) => program::run(&mut script, program, &path, arguments).await,
        Ok(Target::Server(server)) => network::run(&mut script, program, &server, arguments).await,
        Err(problem) => {
            script.channel.warning(format!("AGI({program}): {problem}"));
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
