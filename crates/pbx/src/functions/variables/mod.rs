//! Variables: those of the exchange, of other channels, of many names.

mod array;
mod channel;
mod exception;
mod global;
mod hash;
mod shared;
mod stack;

pub(crate) use exception::raise as raise_exception;
pub(crate) use hash::clear as clear_hash;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "ARRAY",
        "ARRAY(var1[,var2[,...]])",
        "Sets several variables; can only be set.",
        array::read,
    )
    .set(array::write),
    Function::new(
        "DELETE",
        "DELETE(varname)",
        "Takes a variable away; can only be set.",
        channel::cannot_read,
    )
    .set(channel::delete),
    Function::new(
        "EXCEPTION",
        "EXCEPTION(field)",
        "Why the channel goes on at the extension e, and where that was.",
        exception::read,
    ),
    Function::new(
        "EXPORT",
        "EXPORT(channel,var)",
        "Sets a variable of another channel.",
        channel::cannot_read_export,
    )
    .set(channel::export),
    Function::new("GLOBAL", "GLOBAL(varname)", "A variable of the whole exchange.", global::read)
        .set(global::write),
    Function::new(
        "GLOBAL_DELETE",
        "GLOBAL_DELETE(varname)",
        "Takes a variable of the exchange away; can only be set.",
        global::cannot_read,
    )
    .set(global::delete),
    Function::new(
        "GLOBAL_EXISTS",
        "GLOBAL_EXISTS(varname)",
        "Whether the exchange has a variable: 1 or 0.",
        global::exists,
    ),
    Function::new("HASH", "HASH(hashname[,hashkey])", "A value by its name within another.", hash::read)
        .set(hash::write),
    Function::new("HASHKEYS", "HASHKEYS(hashname)", "The names within a hash.", hash::keys),
    Function::new("IMPORT", "IMPORT(channel,variable)", "A variable of another channel.", channel::import),
    Function::new("LOCAL", "LOCAL(varname)", "A variable that goes with the routine.", stack::read_local)
        .set(stack::write_local),
    Function::new(
        "LOCAL_PEEK",
        "LOCAL_PEEK(n,varname)",
        "A variable as it is n routines further out.",
        stack::read_local_peek,
    ),
    Function::new("SET", "SET(varname=value)", "Sets a variable, and is its value.", channel::set),
    Function::new(
        "SHARED",
        "SHARED(varname[,channel])",
        "A variable that other channels may see and set.",
        shared::read,
    )
    .set(shared::write),
    Function::new(
        "STACK_PEEK",
        "STACK_PEEK(n,which[,suppress])",
        "Where the routine n levels out was called: c, e, p or l.",
        stack::read_stack_peek,
    ),
    Function::new(
        "VARIABLE_EXISTS",
        "VARIABLE_EXISTS(varname)",
        "Whether the channel has a variable: 1 or 0.",
        channel::exists,
    ),
];

#[cfg(test)]
mod tests;
