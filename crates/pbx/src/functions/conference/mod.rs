//! `CONFBRIDGE(type,key)`, `CONFBRIDGE_INFO(type,conference)` and `CONFBRIDGE_CHANNELS(type,conference)`: profiles of a channel's
//! own, and who is in a conference.

use super::{Function, FunctionError, FunctionScope, Value, Written};
use crate::conference::{Kind, PersonSnapshot, RoomSnapshot};
use crate::configuration::ProfileProblem;

pub(super) const ROWS: &[Function] = &[
    Function::new(NAME, "CONFBRIDGE(type,key)", "A profile of the channel's own, for ConfBridge.", read)
        .set(write),
    Function::new(
        CHANNELS,
        "CONFBRIDGE_CHANNELS(type,conference)",
        "The channels of a conference.",
        read_channels,
    ),
    Function::new(INFO, "CONFBRIDGE_INFO(type,conference)", "How many are in a conference.", read_info),
];

const NAME: &str = "CONFBRIDGE";
const INFO: &str = "CONFBRIDGE_INFO";
const CHANNELS: &str = "CONFBRIDGE_CHANNELS";

fn read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly(NAME))
}

/// Sets a key of the channel's own profile.
fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let wrong = |problem: String| FunctionError::arguments(NAME, arguments, problem);
    let (kind, key) = arguments.split_once(',').unwrap_or((arguments, "clear"));
    let kind = Kind::from_name(kind).ok_or_else(|| wrong("the type is user, bridge or menu".to_owned()))?;
    let configuration = scope.exchange.configuration();
    let chosen = scope.exchange.conferences().chosen();
    match chosen.set(scope.call, &configuration.confbridge, (kind, key.trim()), value) {
        Ok(()) => Ok(()),
        Err(pending @ ProfileProblem::Pending { .. }) => {
            scope.warn(format!("{NAME}({arguments}): {pending}"));
            Ok(())
        }
        Err(problem) => Err(wrong(problem.to_string())),
    }
}

/// How many there are; 0 in a conference that nobody is in.
fn read_info(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (kind, room) = room(scope, arguments, INFO)?;
    let count = |is: fn(&PersonSnapshot) -> bool| {
        room.as_ref().map_or(0, |room| room.people.iter().filter(|person| is(person)).count()).to_string()
    };
    Ok(match kind.as_str() {
        "parties" => count(|_| true),
        "admins" => count(|person| person.admin),
        "marked" => count(|person| person.marked),
        "locked" => u8::from(room.is_some_and(|room| room.locked)).to_string(),
        "muted" => u8::from(room.is_some_and(|room| room.participants_muted)).to_string(),
        _ => {
            let problem = "the type is parties, admins, marked, locked or muted";
            return Err(FunctionError::arguments(INFO, arguments, problem));
        }
    })
}

/// Their channels, with commas between.
fn read_channels(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (kind, room) = room(scope, arguments, CHANNELS)?;
    let is: fn(&PersonSnapshot) -> bool = match kind.as_str() {
        "parties" => |_| true,
        "admins" => |person| person.admin,
        "marked" => |person| person.marked,
        "active" => |person| !person.waiting,
        "waiting" => |person| person.waiting,
        _ => {
            let problem = "the type is parties, admins, marked, active or waiting";
            return Err(FunctionError::arguments(CHANNELS, arguments, problem));
        }
    };
    let people = room.into_iter().flat_map(|room| room.people).filter(is);
    Ok(people.map(|person| person.channel).collect::<Vec<_>>().join(","))
}

/// What is asked, and the conference that it is asked of.
fn room(
    scope: &FunctionScope<'_>,
    arguments: &str,
    function: &'static str,
) -> Result<(String, Option<RoomSnapshot>), FunctionError> {
    let Some((kind, name)) = arguments.split_once(',') else {
        return Err(FunctionError::arguments(function, arguments, "name a type and a conference"));
    };
    let room = scope.exchange.conferences().room(name.trim()).map(|room| room.snapshot());
    Ok((kind.trim().to_ascii_lowercase(), room))
}
