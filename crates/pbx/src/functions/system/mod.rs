//! The exchange and the machine that it runs on.

mod channels;
mod log_group;
mod sysinfo;
mod uuid;
mod version;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new("CHANNELS", "CHANNELS([regular_expression])", "The names of channels.", channels::read),
    Function::new("LOG_GROUP", "LOG_GROUP([group])", "The group of the channel in the log.", log_group::read)
        .set(log_group::write),
    Function::new("SYSINFO", "SYSINFO(parameter)", "What the machine has and how busy it is.", sysinfo::read),
    Function::new("UUID", "UUID()", "An identifier that nobody else draws.", uuid::read),
    Function::new("VERSION", "VERSION([info])", "The version of the exchange.", version::read),
];

#[cfg(test)]
mod tests;
