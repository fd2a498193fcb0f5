//! Times and their texts, in any zone of the tz database.

mod strftime;
mod strptime;
mod test_time;
mod zone;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "STRFTIME",
        "STRFTIME([epoch][,timezone][,format])",
        "A moment in a format.",
        strftime::read,
    ),
    Function::new(
        "STRPTIME",
        "STRPTIME(datetime,timezone,format)",
        "The moment that a text names.",
        strptime::read,
    ),
    Function::new(
        "TESTTIME",
        "TESTTIME(date,time[,zone])",
        "Lets conditions on the time see another one; can only be set.",
        test_time::read,
    )
    .set(test_time::write),
];

#[cfg(test)]
mod tests;
