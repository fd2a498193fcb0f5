//! `Set(TESTTIME(2026/01/31,12:00:00,Europe/Paris)=)`: conditions on the time (`IFTIME`, `GotoIfTime`, includes) of this channel
//! see that moment instead of now, for trying out a dialplan. The variable `TESTTIME` holds it; an empty one ends that.

use jiff::civil::DateTime;

use super::zone;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "TESTTIME";

pub(super) fn read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly(NAME))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, _: &str) -> Written {
    // Date and time may also stand behind each other with a blank between them.
    let text = arguments.replacen(' ', ",", 1);
    let given = Arguments::of(&text, 3);
    let bad = || {
        let how = "write TESTTIME(2026/01/31,12:00:00,Europe/Paris)";
        FunctionError::arguments(NAME, arguments, how)
    };
    let moment = format!("{} {}", given.at(0).replace('-', "/"), given.at(1));
    let moment = DateTime::strptime("%Y/%m/%d %H:%M:%S", &moment)
        .or_else(|_| DateTime::strptime("%Y/%m/%d %H:%M", &moment))
        .map_err(|_| bad())?;
    let moment = moment.to_zoned(zone::named(NAME, given.at(2))?).map_err(|_| bad())?;
    scope.call.set_variable(NAME, &moment.timestamp().as_second().to_string());
    Ok(())
}
