//! One text or another, and what they depend on.

mod choice;
mod presence;
mod step;
mod subroutine;
mod time;

use crate::functions::{Function, reads_later};

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "EVAL_EXTEN",
        "EVAL_EXTEN([context,[extension,]]priority)",
        "What a step of the dialplan is given.",
        reads_later,
    )
    .later(step::read),
    Function::new(
        "EVAL_SUB",
        "EVAL_SUB([context,[extension,]]priority[(argument[,...])])",
        "What a routine of the dialplan returns.",
        reads_later,
    )
    .later(subroutine::read),
    Function::new("EXISTS", "EXISTS(data)", "Whether a text has something in it: 1 or 0.", presence::exists),
    Function::new(
        "IF",
        "IF(condition?[true][:false])",
        "One of two texts, as a condition says.",
        choice::read,
    ),
    Function::new(
        "IFMODULE",
        "IFMODULE(modulename.so)",
        "Whether what a module does is here: 1 or 0.",
        presence::module,
    ),
    Function::new(
        "IFTIME",
        "IFTIME(timespec?[true][:false])",
        "One of two texts, as the time says.",
        time::read,
    ),
    Function::new("ISNULL", "ISNULL(data)", "Whether a text is empty: 1 or 0.", presence::is_null),
    Function::new(
        "VALID_EXTEN",
        "VALID_EXTEN([context],extension[,priority])",
        "Whether a place of the dialplan exists: 1 or 0.",
        presence::extension,
    ),
    Function::new(
        "DIALPLAN_EXISTS",
        "DIALPLAN_EXISTS(context[,extension[,priority]])",
        "Whether a place of the dialplan exists: 1 or 0.",
        presence::place,
    ),
];

/// Truth, as conditions read it.
pub(super) fn flag(truth: bool) -> String {
    if truth { "1" } else { "0" }.to_owned()
}

#[cfg(test)]
mod tests;
