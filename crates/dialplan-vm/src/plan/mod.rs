//! The compiled dialplan: immutable, shared by all calls.

mod context;
pub use context::{Context, Extension, GeneralOptions, Hint, Include, PlanStep};

mod find;
pub(crate) use find::StepPlace;
pub use find::{FoundStep, Matching, Query};

mod index;
pub(crate) use index::Index;

mod show;

mod switch;
pub(crate) use switch::{Hops, is_local};
pub use switch::{NoVariables, Switch, SwitchKind, Variables};

mod trace;
pub use trace::{Considered, SwitchVerdict, Trace, TracedContext};

use std::collections::HashMap;
use std::sync::Arc;

/// A compiled `extensions.conf`.
///
/// It never changes; a reload makes another one, and running calls keep theirs until they jump.
#[derive(Debug, Default)]
pub struct Dialplan {
    pub(crate) contexts: Vec<Context>,
    pub(crate) by_name: HashMap<Arc<str>, u32>,
    pub(crate) globals: Vec<(String, String)>,
    pub(crate) options: GeneralOptions,
    /// Whether some extension asks for the caller's number.
    pub(crate) has_callers: bool,
}

impl Dialplan {
    /// All contexts, in the order of the file.
    pub fn contexts(&self) -> impl Iterator<Item = &Context> {
        self.contexts.iter()
    }

    /// A context by its name; the case of letters counts.
    pub fn context(&self, name: &str) -> Option<&Context> {
        self.context_index(name).map(|index| &self.contexts[index])
    }

    pub(crate) fn context_index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).map(|&index| index as usize)
    }

    /// The variables of `[globals]` with their values, in order; a name may come twice, the later one counts.
    pub fn globals(&self) -> impl Iterator<Item = (&str, &str)> {
        self.globals.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What `[general]` says.
    pub fn options(&self) -> &GeneralOptions {
        &self.options
    }

    /// What to do when the priorities run out: hang up (the default), or wait for another extension.
    pub fn autofallthrough(&self) -> bool {
        self.options.autofallthrough
    }

    /// All steps of all contexts.
    pub fn steps(&self) -> impl Iterator<Item = &PlanStep> {
        self.contexts.iter().flat_map(Context::steps)
    }

    /// All hints, each with the context and the extension that it is for.
    pub fn hints(&self) -> impl Iterator<Item = (&Context, &Extension, &Hint)> {
        self.contexts.iter().flat_map(|context| {
            context.extensions().filter_map(move |extension| Some((context, extension, extension.hint()?)))
        })
    }
}
