//! What a machine asks of its surroundings.

use crate::LocalTime;
use asterisk_conf::Span;
use std::collections::HashMap;

/// The surroundings of a [`Machine`](crate::Machine): a channel with its variables, and the functions.
///
/// Every method answers at once. A function that has to wait (for a database, for another channel) answers
/// [`FunctionReply::Pending`]; the machine then yields [`Step::Evaluate`](crate::Step::Evaluate).
pub trait Host {
    /// A variable of the channel, built-in ones such as `CHANNEL` and `UNIQUEID` among them. A machine answers
    /// `EXTEN`, `CONTEXT` and `PRIORITY` itself.
    fn variable(&self, name: &str) -> Option<String>;

    /// Sets a variable of the channel. A name may begin with `_` or `__`, which asks for inheritance.
    fn set_variable(&mut self, name: &str, value: &str);

    /// A global variable; it is asked for where the channel has none of the name.
    fn global(&self, name: &str) -> Option<String>;

    /// Sets a global variable.
    fn set_global(&mut self, name: &str, value: &str);

    /// Reads a function: `${NAME(args)}`. The arguments are substituted already.
    fn read_function(&mut self, name: &str, args: &str) -> FunctionReply;

    /// Writes a function: `Set(NAME(args)=value)`. A write that is done answers [`FunctionReply::Value`] with
    /// an empty text.
    fn write_function(&mut self, name: &str, args: &str, value: &str) -> FunctionReply;

    /// Something is odd and the call goes on; `at` is the place in the configuration.
    fn warn(&mut self, message: &str, at: Option<Span>);

    /// The caller's number, for extensions such as `100/5551212`. Asked for only where the plan has some.
    fn caller_number(&self) -> Option<String> {
        None
    }

    /// Reads a function while a number is looked for, as an `eswitch` asks for it: one that answers at once and changes nothing.
    fn look_up_function(&self, name: &str, args: &str) -> FunctionReply {
        let _ = (name, args);
        FunctionReply::Unknown
    }

    /// The local time, for includes with a time condition. `None`: all of them are open.
    fn local_time(&self, zone: Option<&str>) -> Option<LocalTime> {
        let _ = zone;
        None
    }
}

/// What a function answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionReply {
    /// Its value.
    Value(String),
    /// There is no such function.
    Unknown,
    /// It failed; a sentence says why. Its value is empty.
    Error(String),
    /// It will answer later.
    Pending,
}

/// A function whose answer is awaited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCall {
    /// Its name.
    pub name: String,
    /// Its arguments, substituted.
    pub arguments: String,
}

/// Sets what stands left of the `=` of a `Set`: a variable, or a function as in `CALLERID(num)`.
pub fn assign(host: &mut dyn Host, target: &str, value: &str) -> FunctionReply {
    let target = target.trim();
    match target.split_once('(') {
        Some((name, rest)) => {
            let arguments = rest.rfind(')').map_or(rest, |close| &rest[..close]);
            host.write_function(name, arguments, value)
        }
        None => {
            host.set_variable(target, value);
            FunctionReply::Value(String::new())
        }
    }
}

/// A host of maps, for tests, dialplan runners and the first hour of an embedder.
#[derive(Clone, Debug, Default)]
pub struct SimpleHost {
    /// Variables of the channel.
    pub variables: HashMap<String, String>,
    /// Global variables.
    pub globals: HashMap<String, String>,
    /// Values of functions by the whole call, such as `CALLERID(num)`. Others are unknown.
    pub functions: HashMap<String, String>,
    /// The caller's number.
    pub caller: Option<String>,
    /// The time.
    pub time: Option<LocalTime>,
    /// All warnings so far.
    pub warnings: Vec<String>,
}

impl SimpleHost {
    /// A host without variables and functions.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Host for SimpleHost {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    fn global(&self, name: &str) -> Option<String> {
        self.globals.get(name).cloned()
    }

    fn set_global(&mut self, name: &str, value: &str) {
        self.globals.insert(name.to_owned(), value.to_owned());
    }

    fn read_function(&mut self, name: &str, args: &str) -> FunctionReply {
        let value = self.functions.get(&format!("{name}({args})"));
        value.map_or(FunctionReply::Unknown, |value| FunctionReply::Value(value.clone()))
    }

    fn look_up_function(&self, name: &str, args: &str) -> FunctionReply {
        self.clone().read_function(name, args)
    }

    fn write_function(&mut self, name: &str, args: &str, value: &str) -> FunctionReply {
        self.functions.insert(format!("{name}({args})"), value.to_owned());
        FunctionReply::Value(String::new())
    }

    fn warn(&mut self, message: &str, _at: Option<Span>) {
        self.warnings.push(message.to_owned());
    }

    fn caller_number(&self) -> Option<String> {
        self.caller.clone()
    }

    fn local_time(&self, _zone: Option<&str>) -> Option<LocalTime> {
        self.time
    }
}
