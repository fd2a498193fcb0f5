//! Dialplan functions, read as `${NAME(arguments)}` and written by `Set(NAME(arguments)=value)`.
//!
//! A folder for each subject, whose `mod.rs` lists the functions of that subject in `ROWS`, one line each; [`table`] is all
//! of them by name. A function that cannot answer at once says [`FunctionError::Later`], and answers in its row's `later`.

mod arguments;
mod call;
mod conditions;
mod conference;
mod encodings;
mod lists;
mod numbers;
mod recording;
mod scope;
mod states;
mod strings;
mod system;
#[cfg(test)]
mod testing;
mod time;
mod variables;

use std::sync::LazyLock;

use call_control::BoxFuture;
use dialplan_vm::{FunctionCall, FunctionReply};

use crate::dialplan::DialplanChannel;
pub use scope::FunctionScope;
pub(crate) use variables::clear_hash;

/// The subjects.
const SUBJECTS: &[&[Function]] = &[
    call::ROWS,
    conditions::ROWS,
    conference::ROWS,
    encodings::ROWS,
    lists::ROWS,
    numbers::ROWS,
    recording::ROWS,
    states::ROWS,
    strings::ROWS,
    system::ROWS,
    time::ROWS,
    variables::ROWS,
];

/// Why a function has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionError {
    /// It takes time: whoever can wait asks again through [`evaluate`] or [`write_later`].
    #[error("it takes time, and here nothing can be waited for")]
    Later,
    /// The arguments mean nothing to it.
    #[error("{function}({arguments}): {problem}")]
    Arguments {
        /// The function.
        function: &'static str,
        /// What it was given.
        arguments: String,
        /// What would be right.
        problem: String,
    },
    /// It can only be read.
    #[error("{0} cannot be set")]
    ReadOnly(&'static str),
    /// It can only be set.
    #[error("{0} can only be set")]
    WriteOnly(&'static str),
    /// A function or a variable that it is made of failed.
    #[error("{0}")]
    Inner(String),
    /// It did not work.
    #[error("{function}: {problem}")]
    Failed {
        /// The function.
        function: &'static str,
        /// What went wrong, and what to do.
        problem: String,
    },
    /// Somebody outside of the dialplan asks for what reaches beyond the exchange.
    #[error("{0} is for the dialplan alone; live_dangerously=yes in asterisk.conf lets others use it")]
    Dangerous(&'static str),
}

impl FunctionError {
    /// Arguments that mean nothing to `function`.
    fn arguments(function: &'static str, arguments: &str, problem: impl Into<String>) -> Self {
        Self::Arguments { function, arguments: arguments.to_owned(), problem: problem.into() }
    }

    /// What `function` was to do did not work.
    fn failed(function: &'static str, problem: impl std::fmt::Display) -> Self {
        Self::Failed { function, problem: problem.to_string() }
    }
}

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
    #[allow(dead_code)]
    const fn later(mut self, later: ReadLater) -> Self {
        self.later = Some(later);
        self
    }

    /// The same, which takes time to set.
    #[allow(dead_code)]
    const fn set_later(mut self, write_later: WriteLater) -> Self {
        self.write_later = Some(write_later);
        self
    }

    /// The same, which is not for everybody.
    #[allow(dead_code)]
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
#[allow(dead_code)]
fn reads_later(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::Later)
}

/// The write of a function that always takes time.
#[allow(dead_code)]
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
    let Some(later) = find(&call.name).and_then(|function| function.later) else {
        return FunctionReply::Error(format!(
            "{}({}) has no value that could be fetched",
            call.name, call.arguments
        ));
    };
    match later(channel, &call.arguments).await {
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
    let Some(write) = find(name).and_then(|function| function.write_later) else {
        return FunctionReply::Error(format!("{name}({arguments}) cannot be set here"));
    };
    match write(channel, arguments, value).await {
        Ok(()) => FunctionReply::Value(String::new()),
        Err(error) => FunctionReply::Error(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_found_by_its_name_and_shows_how_it_is_written() {
        for pair in table().windows(2) {
            assert!(pair[0].name < pair[1].name, "{} stands twice", pair[0].name);
        }
        for function in table() {
            assert_eq!(find(function.name).map(|found| found.name), Some(function.name));
            let arguments = function.syntax.strip_prefix(function.name);
            assert!(
                arguments.is_some_and(|rest| rest.starts_with('(') && rest.ends_with(')')),
                "{}",
                function.syntax
            );
            assert!(function.synopsis.ends_with('.'), "{}", function.name);
        }
        assert!(find("callerid").is_none() && find("").is_none() && find("ZZZ").is_none());
    }

    #[tokio::test]
    async fn functions_stand_inside_each_other_and_unknown_ones_are_empty() {
        let mut bench = testing::Bench::new().await;
        bench.set("CALLERID(num)", "5551212").await;
        bench
            .expect(&[
                ("${LEN(${CALLERID(num)})} ${EXTEN}@${CONTEXT} ${GLOBAL(PLACE)}", "7 100@phones Paris"),
                ("${IF($[${LEN(abc)} > 2]?long:short)}", "long"),
                ("a${NOTHING_OF_THE_KIND(1)}b", "ab"),
            ])
            .await;
        assert_eq!(bench.warnings(), ["function NOTHING_OF_THE_KIND is not known"]);
        bench.set("LEN(abc)", "3").await;
        assert_eq!(bench.warnings(), ["Set(LEN(abc)=…): LEN cannot be set"]);
    }

    #[test]
    fn what_reaches_beyond_the_exchange_is_for_the_dialplan_alone() {
        let row = |danger| Function::new("X", "X()", "X.", reads_later).dangerous(danger);
        for (danger, writing, live_dangerously, may) in [
            (Danger::None, true, false, true),
            (Danger::Writing, false, false, true),
            (Danger::Writing, true, false, false),
            (Danger::Writing, true, true, true),
            (Danger::Both, false, false, false),
            (Danger::Both, false, true, true),
        ] {
            assert_eq!(
                row(danger).let_outside(writing, live_dangerously).is_ok(),
                may,
                "{danger:?} {writing}"
            );
        }
    }
}
