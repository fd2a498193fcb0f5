//! `IFTIME(times,weekdays,days,months[,zone]?[true][:false])`: one of two texts, as the time says.

use dialplan_vm::{Clock, LocalTime, TimeCondition};

use super::choice::{split_once, unquoted};
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let bad = |problem: String| FunctionError::arguments("IFTIME", arguments, problem);
    let (condition, texts) = split_once(arguments, '?')
        .ok_or_else(|| bad("write IFTIME(times,weekdays,days,months?true:false)".to_owned()))?;
    let (yes, no) = split_once(texts, ':').unwrap_or((texts, ""));
    let holds = match TimeCondition::parse(condition.trim()) {
        Ok(condition) => condition.holds(&At(scope.local_time(condition.zone()))),
        // A time that is wrong never comes.
        Err(error) => {
            scope.warn(bad(error.to_string()).to_string());
            false
        }
    };
    Ok(unquoted(if holds { yes } else { no }.trim()))
}

/// A clock that stands still.
struct At(Option<LocalTime>);

impl Clock for At {
    fn local_time(&self, _: Option<&str>) -> Option<LocalTime> {
        self.0
    }
}
