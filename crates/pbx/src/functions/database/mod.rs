//! The data base of the exchange.

mod entry;
mod keys;

use crate::functions::{Danger, Function, reads_later, writes_later};

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "BLACKLIST",
        "BLACKLIST()",
        "Whether the caller's number is in the family blacklist of the data base: 1 or 0.",
        entry::blacklist,
    ),
    Function::new("DB", "DB(family/key)", "A value of the data base.", entry::read)
        .set(writes_later)
        .set_later(entry::put),
    Function::new("DB_DELETE", "DB_DELETE(family/key)", "Takes a value out of the data base.", reads_later)
        .later(entry::take)
        .set(writes_later)
        .set_later(entry::delete)
        .dangerous(Danger::Both),
    Function::new(
        "DB_EXISTS",
        "DB_EXISTS(family/key)",
        "Whether the data base has a value: 1 or 0.",
        entry::exists,
    ),
    Function::new(
        "DB_KEYCOUNT",
        "DB_KEYCOUNT([prefix])",
        "How many names the data base has at a place.",
        keys::count,
    ),
    Function::new(
        "DB_KEYS",
        "DB_KEYS([prefix])",
        "The names that the data base has at a place.",
        keys::names,
    ),
    Function::new("DIALGROUP", "DIALGROUP(group[,op])", "A list of phones to call together.", entry::group)
        .set(writes_later)
        .set_later(entry::set_group),
];

#[cfg(test)]
mod tests;
