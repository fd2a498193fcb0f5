//! Lists in variables, with a delimiter between their members.

mod ends;
mod fields;
mod sort;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new("CUT", "CUT(varname,char-delim,range-spec)", "Some of a variable's fields.", fields::cut),
    Function::new(
        "FIELDNUM",
        "FIELDNUM(varname,delim,value)",
        "The place of a field, from 1.",
        fields::number,
    ),
    Function::new("FIELDQTY", "FIELDQTY(varname,delim)", "How many fields a variable has.", fields::quantity),
    Function::new(
        "LISTFILTER",
        "LISTFILTER(varname,delim,value)",
        "A list without the members of that value.",
        fields::without,
    ),
    Function::new("POP", "POP(varname[,delimiter])", "Takes the last member off a list.", ends::pop),
    Function::new(
        "PUSH",
        "PUSH(varname[,delimiter])",
        "Puts a value behind a list; can only be set.",
        ends::cannot_read_push,
    )
    .set(ends::push),
    Function::new("SHIFT", "SHIFT(varname[,delimiter])", "Takes the first member off a list.", ends::shift),
    Function::new(
        "SORT",
        "SORT(key1:val1[,key2:val2[,...]])",
        "Keys, in the order of their values.",
        sort::read,
    ),
    Function::new(
        "UNSHIFT",
        "UNSHIFT(varname[,delimiter])",
        "Puts a value before a list; can only be set.",
        ends::cannot_read_unshift,
    )
    .set(ends::unshift),
];

#[cfg(test)]
mod tests;
