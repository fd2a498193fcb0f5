//! Files of the machine. What touches the disk is done by a thread for what blocks.

mod configuration;
mod lines;
mod names;
mod part;
mod stat;
mod text;
mod work;

pub(super) use work::away;

use crate::functions::{Danger, Function, reads_later, writes_later};

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "AST_CONFIG",
        "AST_CONFIG(config_file,category,variable_name[,index])",
        "A value of a file of the configuration.",
        reads_later,
    )
    .later(configuration::read)
    .dangerous(Danger::Both),
    Function::new("BASENAME", "BASENAME(filename)", "The last part of a file's name.", names::base),
    Function::new("DIRNAME", "DIRNAME(filename)", "The folder in a file's name.", names::folder),
    Function::new(
        "FILE",
        "FILE(filename[,offset[,length[,options[,format]]]])",
        "What stands in a file, or a part of it.",
        reads_later,
    )
    .later(text::read)
    .set(writes_later)
    .set_later(text::write)
    .dangerous(Danger::Both),
    Function::new(
        "FILE_COUNT_LINE",
        "FILE_COUNT_LINE(filename[,format])",
        "How many lines a file has.",
        reads_later,
    )
    .later(text::count)
    .dangerous(Danger::Both),
    Function::new(
        "FILE_FORMAT",
        "FILE_FORMAT(filename)",
        "How the lines of a file end: u, d, m or x.",
        reads_later,
    )
    .later(text::format)
    .dangerous(Danger::Both),
    Function::new(
        "STAT",
        "STAT(flag,filename)",
        "Whether a file is there, and what is known of it.",
        reads_later,
    )
    .later(stat::read)
    .dangerous(Danger::Both),
];

#[cfg(test)]
mod tests;
