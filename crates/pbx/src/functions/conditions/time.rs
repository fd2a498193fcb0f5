//! `IFTIME(times,weekdays,days,months[,zone]?[true][:false])`: one of two texts, as the time says.

use dialplan_vm::{Clock, LocalTime, TimeCondition};

use super::choice::{split_once, unquoted};
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let bad = |problem: String| FunctionError::arguments("IFTIME", arguments, problem);
    let (condition, texts) = split_once(arguments, '?')
        .ok_or_else(|| bad("write IFTIME(times,weekdays,days,months?true:false)".to_owned()))?;
    let (yes, no) = split_once(texts, ':').unwrap_or((texts, ""));
    let condition = TimeCondition::parse(condition.trim()).map_err(|error| bad(error.to_string()))?;
    let now = scope.local_time(condition.zone());
    let chosen = if condition.holds(&At(now)) { yes } else { no };
    Ok(unquoted(chosen.trim()))
}

/// A clock that stands still.
struct At(Option<LocalTime>);

impl Clock for At {
    fn local_time(&self, _: Option<&str>) -> Option<LocalTime> {
        self.0
    }
}
