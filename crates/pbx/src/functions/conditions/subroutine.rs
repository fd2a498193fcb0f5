//! `EVAL_SUB([context,[extension,]]priority[(argument[,…])])`: what a routine of the dialplan returns, which runs for it.

use call_control::BoxFuture;

use crate::dialplan::{DialplanChannel, RoutineEnd};
use crate::functions::{FunctionError, Value};

const NAME: &str = "EVAL_SUB";

pub(super) fn read<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        match channel.run_routine(arguments).await {
            RoutineEnd::Returned => Ok(channel.call.variable("GOSUB_RETVAL").unwrap_or_default()),
            RoutineEnd::NotFound => Err(FunctionError::arguments(
                NAME,
                arguments,
                "there is no such place, or routines nest too deep",
            )),
            RoutineEnd::RanOut => {
                Err(FunctionError::arguments(NAME, arguments, "the routine ends without Return"))
            }
            RoutineEnd::CallEnded => Ok(String::new()),
        }
    })
}
