//! Texts: their length, their letters, what stands in them.

mod filter;
mod format;
mod length;
mod letters;
mod quotes;
pub(super) mod regular;
mod replace;

use crate::functions::Function;
pub(super) use quotes::{sql_escaped, sql_escaped_backslashes};

pub(super) const ROWS: &[Function] = &[
    Function::new("CSV_QUOTE", "CSV_QUOTE(string)", "A text as one field of a CSV line.", quotes::csv),
    Function::new(
        "EVAL",
        "EVAL(variable)",
        "What stands in a text for something, put in once more.",
        quotes::eval,
    )
    .later(quotes::eval_later),
    Function::new(
        "FILTER",
        "FILTER(allowed-chars,string)",
        "A text with none but these characters.",
        filter::read,
    ),
    Function::new(
        "KEYPADHASH",
        "KEYPADHASH(string)",
        "The keys of a phone for these letters.",
        letters::keys,
    ),
    Function::new("LEN", "LEN(string)", "The length of a text.", length::read),
    Function::new("LTRIM", "LTRIM(string)", "A text without the blanks before it.", letters::trim_start),
    Function::new("PASSTHRU", "PASSTHRU([string])", "The text itself.", letters::same),
    Function::new("QUOTE", "QUOTE(string)", "A text in quotes, with those in it escaped.", quotes::quote),
    Function::new(
        "REGEX",
        "REGEX(\"regular expression\" string)",
        "Whether a text matches an expression: 1 or 0.",
        regular::read,
    ),
    Function::new(
        "REPLACE",
        "REPLACE(varname,find-chars[,replace-char])",
        "A variable with characters replaced or taken away.",
        replace::characters,
    ),
    Function::new("RTRIM", "RTRIM(string)", "A text without the blanks behind it.", letters::trim_end),
    Function::new("SPRINTF", "SPRINTF(format,arg1[,arg2[,...]])", "Values in a format.", format::read),
    Function::new("SQL_ESC", "SQL_ESC(string)", "A text with its single quotes doubled.", quotes::sql),
    Function::new(
        "SQL_ESC_BACKSLASHES",
        "SQL_ESC_BACKSLASHES(string)",
        "A text with its backslashes doubled.",
        quotes::sql_backslashes,
    ),
    Function::new(
        "STRBETWEEN",
        "STRBETWEEN(varname,insert-string)",
        "A variable with a text between its characters.",
        replace::between,
    ),
    Function::new(
        "STRREPLACE",
        "STRREPLACE(varname,find-string[,replace-string[,max-replacements]])",
        "A variable with a text replaced.",
        replace::strings,
    ),
    Function::new("TOLOWER", "TOLOWER(string)", "A text in small letters.", letters::lower),
    Function::new("TOUPPER", "TOUPPER(string)", "A text in capitals.", letters::upper),
    Function::new("TRIM", "TRIM(string)", "A text without the blanks around it.", letters::trim),
];

/// Longest text that a function makes of others, in octets: what a variable of a dialplan can hold.
pub(super) const LONGEST: usize = 64 << 10;

#[cfg(test)]
mod tests;
