//! `QUEUE_MEMBER([queue],option[,interface])` and its kin.

use call_control::DeviceState;

use crate::configuration::{QueueMember, QueueSection};
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "QUEUE_MEMBER";
const COUNT: &str = "QUEUE_MEMBER_COUNT";
const LIST: &str = "QUEUE_MEMBER_LIST";
const PENALTY: &str = "QUEUE_MEMBER_PENALTY";

/// Members that are counted, or what one of them is set to.
pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let words = Arguments::of(arguments, 3);
    let (queue, option, interface) = (words.at(0), words.at(1), words.at(2));
    let is_meant: fn(&QueueMember, DeviceState) -> bool = match option {
        "logged" => |_, state| is_there(state),
        // None of them has just talked, as callers do not reach them through a queue yet.
        "free" | "ready" => |member, state| !member.paused && state == DeviceState::NotInUse,
        "count" => |_, _| true,
        "penalty" => return Ok(one(scope, (NAME, arguments), queue, interface)?.penalty.to_string()),
        "paused" => return Ok(u8::from(one(scope, (NAME, arguments), queue, interface)?.paused).to_string()),
        "ringinuse" => {
            return Ok(u8::from(one(scope, (NAME, arguments), queue, interface)?.ring_in_use).to_string());
        }
        _ => {
            let problem = "the option is logged, free, ready, count, penalty, paused or ringinuse";
            return Err(FunctionError::arguments(NAME, arguments, problem));
        }
    };
    Ok(counted(scope, NAME, queue, is_meant))
}

/// Sets what a member is set to, in one queue or in all that it is in.
pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let words = Arguments::of(arguments, 3);
    let wrong = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let value = value.trim();
    let on = asterisk_conf::boolean(value);
    let change: Box<dyn Fn(&mut QueueMember)> = match words.at(1) {
        "penalty" => {
            let penalty = value.parse().map_err(|_| wrong("a penalty is a number from 0 on"))?;
            Box::new(move |member| member.penalty = penalty)
        }
        "paused" => {
            let paused = on.ok_or_else(|| wrong("write 1 or 0"))?;
            Box::new(move |member| member.paused = paused)
        }
        "ringinuse" => {
            let rings = on.ok_or_else(|| wrong("write 1 or 0"))?;
            Box::new(move |member| member.ring_in_use = rings)
        }
        _ => return Err(wrong("penalty, paused and ringinuse can be set")),
    };
    changed(scope, (NAME, arguments), words.at(0), words.at(2), &*change)
}

/// How many members are there.
pub(super) fn count(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(counted(scope, COUNT, arguments.trim(), |_, state| is_there(state)))
}

/// Their interfaces, with commas between them.
pub(super) fn list(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let members = members(scope, LIST, arguments.trim()).unwrap_or_default();
    let interfaces: Vec<String> = members.into_iter().map(|member| member.interface).collect();
    Ok(interfaces.join(","))
}

pub(super) fn read_penalty(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let words = Arguments::of(arguments, 2);
    Ok(one(scope, (PENALTY, arguments), words.at(0), words.at(1))?.penalty.to_string())
}

pub(super) fn write_penalty(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let words = Arguments::of(arguments, 2);
    let problem = "a penalty is a number from 0 on";
    let penalty = value.trim().parse().map_err(|_| FunctionError::arguments(PENALTY, arguments, problem))?;
    let change = move |member: &mut QueueMember| member.penalty = penalty;
    changed(scope, (PENALTY, arguments), words.at(0), words.at(1), &change)
}

/// Whether a device can be called at all.
fn is_there(state: DeviceState) -> bool {
    !matches!(state, DeviceState::Unavailable | DeviceState::Invalid)
}

/// The members of a queue, as they are now. `None`, and a warning, where there is no such queue.
fn members(scope: &mut FunctionScope<'_>, function: &str, queue: &str) -> Option<Vec<QueueMember>> {
    let configuration = scope.exchange.configuration();
    let Some(queue) = configuration.queues.get(queue) else {
        scope.warn(format!("{function}: queues.conf has no queue '{queue}'"));
        return None;
    };
    Some(scope.exchange.function_stores().queues.members(queue))
}

/// How many members are as they are meant to be, by what they are set to and what their device does.
fn counted(
    scope: &mut FunctionScope<'_>,
    function: &str,
    queue: &str,
    is_meant: impl Fn(&QueueMember, DeviceState) -> bool,
) -> String {
    let members = members(scope, function, queue).unwrap_or_default();
    let presence = scope.exchange.presence();
    let meant = |member: &&QueueMember| is_meant(member, presence.device(&member.state_interface));
    members.iter().filter(meant).count().to_string()
}

/// One member of a queue.
fn one(
    scope: &mut FunctionScope<'_>,
    (function, arguments): (&'static str, &str),
    queue: &str,
    interface: &str,
) -> Result<QueueMember, FunctionError> {
    let mut members = members(scope, function, queue).unwrap_or_default().into_iter();
    members.find(|member| member.interface.eq_ignore_ascii_case(interface)).ok_or_else(|| {
        FunctionError::arguments(
            function,
            arguments,
            format!("'{interface}' is no member of the queue '{queue}'"),
        )
    })
}

fn changed(
    scope: &mut FunctionScope<'_>,
    (function, arguments): (&'static str, &str),
    queue: &str,
    interface: &str,
    change: &dyn Fn(&mut QueueMember),
) -> Written {
    let configuration = scope.exchange.configuration();
    let stores = scope.exchange.function_stores();
    let is_meant = |section: &&QueueSection| queue.is_empty() || section.name.eq_ignore_ascii_case(queue);
    // All of them, and not only the first that has the member.
    let mut found = false;
    for queue in configuration.queues.all().filter(is_meant) {
        found |= stores.queues.change(queue, interface, change);
    }
    match found {
        true => Ok(()),
        false => {
            let problem = format!(
                "'{interface}' is no member of {}",
                if queue.is_empty() { "any queue" } else { queue }
            );
            Err(FunctionError::arguments(function, arguments, problem))
        }
    }
}
