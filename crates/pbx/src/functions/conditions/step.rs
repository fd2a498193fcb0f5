//! `EVAL_EXTEN([context,[extension,]]priority)`: what a step of the dialplan is given, with the values of this channel in it. A step
//! such as `Return(${...})` is a function of the dialplan's own.

use call_control::BoxFuture;
use dialplan_vm::Query;

use crate::dialplan::{DialplanChannel, substitute_waiting};
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, Value};

const NAME: &str = "EVAL_EXTEN";

/// Steps that ask for steps: one that asks for itself would never end.
const DEEPEST: usize = 16;

/// How deep a channel is in them.
#[derive(Default)]
struct Depth(std::sync::atomic::AtomicUsize);

pub(super) fn read<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    use std::sync::atomic::Ordering::Relaxed;
    Box::pin(async move {
        let text = step(channel, arguments)?;
        let depth = channel.call.keep::<Depth>();
        let value = match depth.0.fetch_add(1, Relaxed) {
            deep if deep >= DEEPEST => Err(FunctionError::failed(NAME, "the step asks for itself")),
            _ => Ok(substitute_waiting(channel, &text).await),
        };
        depth.0.fetch_sub(1, Relaxed);
        value
    })
}

/// The text that the step is given.
fn step(channel: &DialplanChannel, arguments: &str) -> Result<String, FunctionError> {
    let given = Arguments::of(arguments, 3);
    let here = channel.machine.location().clone();
    let (context, extension, priority) = match given.count() {
        0 | 1 => (&*here.context, &*here.extension, given.at(0)),
        2 => (&*here.context, given.at(0), given.at(1)),
        _ => (given.at(0), given.at(1), given.at(2)),
    };
    let plan = channel.exchange.configuration().dialplan.clone();
    let caller = channel.call.caller().number;
    let query = Query::new(context, extension, Some(&caller)).at(channel).with(channel);
    let found = match priority.parse() {
        Ok(number) => plan.find_with(&query, number),
        Err(_) => plan.find_label(&query, priority),
    };
    let found = found.ok_or_else(|| FunctionError::arguments(NAME, arguments, "there is no such step"))?;
    Ok(found.step.arguments().to_owned())
}
