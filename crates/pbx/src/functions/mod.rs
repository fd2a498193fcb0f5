//! Dialplan functions, read as `${NAME(arguments)}` and written by `Set(NAME(arguments)=value)`.
//!
//! A folder for each subject, whose `mod.rs` lists the functions of that subject in `ROWS`, one line each; [`table`] is all
//! of them by name. A function that cannot answer at once says [`FunctionError::Later`], and answers in its row's `later`.

mod arguments;
mod call;
mod call_records;
mod conditions;
mod conference;
mod database;
mod directories;
mod encodings;
mod error;
mod features;
mod files;
mod groups;
mod lists;
mod numbers;
mod outside;
mod queues;
mod recording;
mod saying;
mod scope;
mod sip;
mod sound;
pub mod sql;
mod states;
mod stores;
mod strings;
mod system;
#[cfg(test)]
pub(crate) mod testing;
mod time;
mod variables;
mod voicemail;

use std::sync::LazyLock;

use call_control::BoxFuture;
use dialplan_vm::{FunctionCall, FunctionReply};

use crate::dialplan::DialplanChannel;
pub(crate) use call::{media_quality, variable_of_call};
pub(crate) use encodings::uri::unescaped;
pub use error::FunctionError;
pub use scope::FunctionScope;
pub(crate) use stores::FunctionStores;
pub(crate) use variables::{clear_hash, raise_exception};

/// The subjects.
const SUBJECTS: &[&[Function]] = &[
    call::ROWS,
    call_records::ROWS,
    conditions::ROWS,
    database::ROWS,
    conference::ROWS,
    directories::ROWS,
    encodings::ROWS,
    features::ROWS,
    files::ROWS,
    groups::ROWS,
    lists::ROWS,
    numbers::ROWS,
    outside::ROWS,
    queues::ROWS,
    recording::ROWS,
    saying::ROWS,
    sip::ROWS,
    sound::ROWS,
    sql::ROWS,
    states::ROWS,
    strings::ROWS,
    system::ROWS,
    time::ROWS,
    variables::ROWS,
    voicemail::ROWS,
];

/// A value, or why there is none.
type Value = Result<String, FunctionError>;

/// A write that is done, or why it is not.
type Written = Result<(), FunctionError>;

/// Reads a function at once.
type Read = fn(&mut FunctionScope<'_>, &str) -> Value;

/// Sets a function at once.
type Write = fn(&mut FunctionScope<'_>, &str, &str) -> Written;

/// Reads a function that takes time.
type ReadLater = for<'a> fn(&'a mut DialplanChannel, &'a str) -> BoxFuture<'a, Value>;

/// Sets a function that takes time.
type WriteLater = for<'a> fn(&'a mut DialplanChannel, &'a str, &'a str) -> BoxFuture<'a, Written>;

/// What of a function reaches beyond the exchange, to files and programs of the machine: managers and other programs may
/// not ask for that, unless `live_dangerously` lets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Danger {
    /// Nothing.
    None,
    /// To set it.
    Writing,
    /// To read it and to set it.
    Both,
}

/// A dialplan function as the table lists it.
#[derive(Clone, Copy)]
pub struct Function {
    /// Its name, in capitals.
    pub name: &'static str,
    /// How it is written.
    pub syntax: &'static str,
    /// One line for `core show functions`.
    pub synopsis: &'static str,
    /// Reads it.
    pub read: Read,
    /// Sets it; `None` for one that can only be read.
    pub write: Option<Write>,
    /// Reads it where `read` said that it takes time.
    later: Option<ReadLater>,
    /// Sets it where `write` said that it takes time.
    write_later: Option<WriteLater>,
    /// What of it is not for everybody.
    pub danger: Danger,
}

impl Function {
    /// One that can be read.
    const fn new(name: &'static str, syntax: &'static str, synopsis: &'static str, read: Read) -> Self {
        let (write, later, write_later) = (None, None, None);
        Self { name, syntax, synopsis, read, write, later, write_later, danger: Danger::None }
    }

    /// The same, which can be set as well.
    const fn set(mut self, write: Write) -> Self {
        self.write = Some(write);
        self
    }

    /// The same, which takes time to read.
    const fn later(mut self, later: ReadLater) -> Self {
        self.later = Some(later);
        self
    }

    /// The same, which takes time to set.
    const fn set_later(mut self, write_later: WriteLater) -> Self {
        self.write_later = Some(write_later);
        self
    }

    /// The same, which is not for everybody.
    const fn dangerous(mut self, danger: Danger) -> Self {
        self.danger = danger;
        self
    }

    /// Whether somebody outside of the dialplan may read it, or with `writing` set it; `live_dangerously` as in
    /// `asterisk.conf`.
    ///
    /// # Errors
    /// [`FunctionError::Dangerous`] says who may.
    pub fn let_outside(&self, writing: bool, live_dangerously: bool) -> Result<(), FunctionError> {
        let dangerous = match self.danger {
            Danger::None => false,
            Danger::Writing => writing,
            Danger::Both => true,
        };
        if dangerous && !live_dangerously { Err(FunctionError::Dangerous(self.name)) } else { Ok(()) }
    }
}

/// The read of a function that always takes time.
fn reads_later(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::Later)
}

/// The write of a function that always takes time.
fn writes_later(_: &mut FunctionScope<'_>, _: &str, _: &str) -> Written {
    Err(FunctionError::Later)
}

/// Every function, by name.
pub fn table() -> &'static [Function] {
    static TABLE: LazyLock<Vec<Function>> = LazyLock::new(|| {
        let mut all = SUBJECTS.concat();
        all.sort_unstable_by_key(|function| function.name);
        all
    });
    &TABLE
}

/// The function of that name. Names are written in capitals; Asterisk takes no others.
pub fn find(name: &str) -> Option<&'static Function> {
    let table = table();
    table.binary_search_by(|function| function.name.cmp(name)).ok().map(|at| &table[at])
}

/// Fetches a value that takes time, away from the machine's step.
pub async fn evaluate(channel: &mut DialplanChannel, call: &FunctionCall) -> FunctionReply {
    let value = if let Some(later) = find(&call.name).and_then(|function| function.later) {
        later(channel, &call.arguments).await
    } else if let Some(query) = sql::find(&channel.exchange, &call.name) {
        sql::read(channel, query, &call.arguments).await
    } else {
        return FunctionReply::Error(format!(
            "{}({}) has no value that could be fetched",
            call.name, call.arguments
        ));
    };
    match value {
        Ok(value) => FunctionReply::Value(value),
        Err(error) => FunctionReply::Error(error.to_string()),
    }
}

/// Sets a function that takes time.
pub async fn write_later(
    channel: &mut DialplanChannel,
    name: &str,
    arguments: &str,
    value: &str,
) -> FunctionReply {
    let written = if let Some(write) = find(name).and_then(|function| function.write_later) {
        write(channel, arguments, value).await
    } else if let Some(query) = sql::find(&channel.exchange, name) {
        sql::write(channel, query, arguments, value).await
    } else {
        return FunctionReply::Error(format!("{name}({arguments}) cannot be set here"));
    };
    match written {
        Ok(()) => FunctionReply::Value(String::new()),
        Err(error) => FunctionReply::Error(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
