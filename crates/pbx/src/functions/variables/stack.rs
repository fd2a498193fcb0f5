//! `LOCAL`, `LOCAL_PEEK` and `STACK_PEEK`: the routines that a channel is in.

use dialplan_vm::Location;

use crate::functions::{FunctionError, FunctionScope, Value, Written};

pub(super) fn read_local(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(scope.call.variable(arguments.trim()).unwrap_or_default())
}

pub(super) fn write_local(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let name = arguments.trim();
    match scope.frames.set_local(scope.call, name, value) {
        true => Ok(()),
        false => Err(FunctionError::arguments("LOCAL", name, "there is no Gosub around it; use Set alone")),
    }
}

pub(super) fn read_local_peek(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let wrong = |problem: &str| FunctionError::arguments("LOCAL_PEEK", arguments, problem);
    let (level, name) = arguments.split_once(',').ok_or_else(|| wrong("give a level and a variable"))?;
    let level = level.trim().parse().map_err(|_| wrong("the level is a number from 0 on"))?;
    Ok(scope.frames.seen_from(scope.call, level, name.trim()).unwrap_or_default())
}

pub(super) fn read_stack_peek(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let wrong = |problem: &str| FunctionError::arguments("STACK_PEEK", arguments, problem);
    let mut parts = arguments.split(',').map(str::trim);
    let level = parts.next().and_then(|level| level.parse().ok()).filter(|level| *level > 0);
    let level: usize = level.ok_or_else(|| wrong("the level is a number from 1 on"))?;
    let what = parts.next().unwrap_or_default();
    let suppress = parts.next().is_some_and(|word| !word.is_empty() && word != "0");
    let Some(frame) = scope.frames.level(level) else {
        return if suppress { Ok(String::new()) } else { Err(wrong("it is in fewer routines than that")) };
    };
    let Location { context, extension, priority } = frame.caller();
    match what.chars().next().map(|letter| letter.to_ascii_lowercase()) {
        Some('l') => Ok(format!("{context},{extension},{priority}")),
        Some('c') => Ok(context.to_string()),
        Some('e') => Ok(extension.to_string()),
        Some('p') => Ok(priority.to_string()),
        _ => Err(wrong("say what is wanted: c, e, p, or l for all three")),
    }
}
