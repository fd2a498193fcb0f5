//! The call detail record of the channel.

mod cdr;
mod cdr_prop;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "CDR",
        "CDR(field[,u|f])",
        "A field of the call detail record; some can be set.",
        cdr::read,
    )
    .set(cdr::write),
    Function::new(
        "CDR_PROP",
        "CDR_PROP(disable|party_a)",
        "Whether the call has a record, and whose it is; can only be set.",
        cdr_prop::read,
    )
    .set(cdr_prop::write),
];

#[cfg(test)]
mod tests;
