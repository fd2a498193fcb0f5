//! Extensions that live elsewhere: `switch`, `lswitch` and `eswitch`.

use super::{Dialplan, Query};
use crate::{FunctionReply, Host, Location, Pattern, Text};
use asterisk_conf::Span;
use std::cell::Cell;

/// So many switches deep a number is followed; what leads in a circle ends there.
const DEEPEST: u32 = 16;

/// So many switches are followed for one number, in all directions together.
const MOST: u32 = 256;

/// A `switch`, `lswitch` or `eswitch` line.
#[derive(Clone, Debug)]
pub struct Switch {
    /// Which of the three.
    pub kind: SwitchKind,
    /// `Technology/data`; of a `switch` with the variables in their places.
    pub target: String,
    /// Its place.
    pub span: Span,
    /// What stands behind `Loopback/`, or `Local/`, which is the same; `None`: a technology that is not served.
    pub(crate) loopback: Option<Text>,
}

/// The three kinds of switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchKind {
    /// `switch`: variables are put in as the file is read, where no call has a number yet.
    Plain,
    /// `lswitch`: `EXTEN`, `CONTEXT`, `PRIORITY` and global variables are put in at each search.
    Literal,
    /// `eswitch`: variables of the channel as well.
    Evaluated,
}

/// Variables of a channel, for an `eswitch`.
pub trait Variables {
    /// A variable of the channel.
    fn variable(&self, name: &str) -> Option<String>;

    /// A global variable as it is now; without one it has the value of the file.
    fn global(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }

    /// A function of the dialplan that answers at once; without one it is empty.
    fn function(&self, name: &str, arguments: &str) -> FunctionReply {
        let _ = (name, arguments);
        FunctionReply::Unknown
    }
}

/// There is no channel: only numbers and global variables are known.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoVariables;

impl Variables for NoVariables {
    fn variable(&self, _name: &str) -> Option<String> {
        None
    }
}

/// How far switches may still be followed.
#[derive(Debug)]
pub(crate) struct Hops {
    depth: u32,
    left: u32,
}

impl Default for Hops {
    fn default() -> Self {
        Self { depth: 0, left: MOST }
    }
}

impl Hops {
    /// Follows one more switch for as long as `search` takes; `None` where it is enough.
    pub(crate) fn follow<T>(&mut self, search: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == DEEPEST || self.left == 0 {
            return None;
        }
        self.left -= 1;
        self.depth += 1;
        let found = search(self);
        self.depth -= 1;
        found
    }
}

/// Where a switch leads for one number.
#[derive(Debug)]
pub(crate) struct Leads {
    pub(crate) to: Location,
    /// What stands behind the `/`: the number that was looked for must fit it.
    pattern: Option<Pattern>,
}

impl Leads {
    /// Whether the number itself may go this way.
    pub(crate) fn admits(&self, number: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.matches(number))
    }

    /// Whether it may, or more digits could make it so.
    pub(crate) fn could_admit(&self, number: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.begins_with(number))
    }
}

impl Switch {
    /// Reads what stands behind the `=>`.
    pub(crate) fn new(kind: SwitchKind, target: String, span: Span) -> Self {
        let loopback = match target.split_once('/') {
            Some((technology, data)) if is_loopback(technology) || is_local(technology) => {
                Some(Text::compile(data))
            }
            _ => None,
        };
        Self { kind, target, span, loopback }
    }

    /// Whether the search goes where it leads: `Loopback` and `Local` are served.
    pub fn is_served(&self) -> bool {
        self.loopback.is_some()
    }

    /// What stands before the first `/`.
    pub fn technology(&self) -> &str {
        self.target.split('/').next().unwrap_or_default().trim()
    }

    /// The context that it leads to, where that does not depend on the call.
    pub fn context(&self) -> Option<&str> {
        let data = self.loopback.as_ref()?.source();
        let place = data.split('/').next().unwrap_or_default();
        // An `@` within `${…}` is none of ours, nor is a context that is put together.
        let (_, context) = place.rsplit_once('@')?;
        let context = context.split(':').next().unwrap_or_default().trim();
        (!context.is_empty() && !context.contains(['$', '{', '}'])).then_some(context)
    }

    /// Whether it asks that numbers fit a pattern.
    pub(crate) fn has_pattern(&self) -> bool {
        self.loopback.as_ref().is_some_and(|text| text.source().contains('/'))
    }

    /// Where it leads for the number of a query that is searched in `context`. `None` where it is not served, or leads back
    /// to that context.
    pub(crate) fn leads(
        &self,
        plan: &Dialplan,
        query: &Query<'_>,
        context: &str,
        priority: u32,
    ) -> Option<Leads> {
        let text = self.loopback.as_ref()?;
        let mut values =
            Values { plan, query, context, priority, channel: self.kind == SwitchKind::Evaluated };
        let data = text.evaluate(&mut values).ok()?;
        let (place, pattern) = match data.split_once('/') {
            Some((place, pattern)) => (place, Some(Pattern::parse(pattern.trim()))),
            None => (&*data, None),
        };
        let (extension, rest) = match place.split_once('@') {
            Some((extension, rest)) => (extension.trim(), rest),
            None => (
                place.split(':').next().unwrap_or_default().trim(),
                place.find(':').map_or("", |at| &place[at..]),
            ),
        };
        let (to, number) = rest.split_once(':').unwrap_or((rest, ""));
        let priority = number.trim().parse().unwrap_or(priority);
        let to = Some(to.trim()).filter(|to| !to.is_empty() && *to != context)?;
        let extension = if extension.is_empty() { query.extension } else { extension };
        Some(Leads { to: Location::new(to, extension, priority), pattern })
    }
}

fn is_loopback(technology: &str) -> bool {
    technology.trim().eq_ignore_ascii_case("Loopback")
}

/// Asterisk has no switch of that name. Who writes it means this exchange's own dialplan, and that is what it gets.
pub(crate) fn is_local(technology: &str) -> bool {
    technology.trim().eq_ignore_ascii_case("Local")
}

thread_local! {
    /// Whether a function of a switch is read now: one that looks for numbers itself finds no functions in switches, or the search
    /// would never end.
    static READS: Cell<bool> = const { Cell::new(false) };
}

/// What may be named in a switch while a number is looked for.
struct Values<'a> {
    plan: &'a Dialplan,
    query: &'a Query<'a>,
    context: &'a str,
    priority: u32,
    /// Whether variables of the channel count.
    channel: bool,
}

impl Host for Values<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        match name {
            "EXTEN" => Some(self.query.extension.to_owned()),
            "CONTEXT" => Some(self.context.to_owned()),
            "PRIORITY" => Some(self.priority.to_string()),
            _ if self.channel => self.query.variables.variable(name),
            _ => None,
        }
    }

    fn set_variable(&mut self, _name: &str, _value: &str) {}

    fn global(&self, name: &str) -> Option<String> {
        let of_the_file = || self.plan.globals().filter(|(known, _)| *known == name).last();
        self.query.variables.global(name).or_else(|| of_the_file().map(|(_, value)| value.to_owned()))
    }

    fn set_global(&mut self, _name: &str, _value: &str) {}

    /// A function of an `eswitch` has a value where it answers at once. Others have none, which the compiler has told.
    fn read_function(&mut self, name: &str, args: &str) -> FunctionReply {
        if !self.channel || READS.replace(true) {
            return FunctionReply::Value(String::new());
        }
        let reply = self.query.variables.function(name, args);
        READS.set(false);
        match reply {
            FunctionReply::Value(value) => FunctionReply::Value(value),
            _ => FunctionReply::Value(String::new()),
        }
    }

    fn write_function(&mut self, _name: &str, _args: &str, _value: &str) -> FunctionReply {
        FunctionReply::Unknown
    }

    fn warn(&mut self, _message: &str, _at: Option<Span>) {}
}
