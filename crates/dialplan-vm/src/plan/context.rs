//! Contexts, extensions, steps, and what else a context holds.

use super::{Index, Switch};
use crate::{Pattern, Text, TimeCondition};
use asterisk_conf::Span;
use std::sync::Arc;

/// The options of `[general]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneralOptions {
    /// What to do when the priorities run out: hang up (yes, the default), or wait for another extension.
    pub autofallthrough: bool,
    /// Whether a reload forgets the global variables that the file does not set. Default: no.
    pub clear_global_variables: bool,
}

impl Default for GeneralOptions {
    fn default() -> Self {
        Self { autofallthrough: true, clear_global_variables: false }
    }
}

/// One context, all its sections together.
#[derive(Debug)]
pub struct Context {
    pub(crate) name: Arc<str>,
    pub(crate) span: Span,
    /// In the order in which they are tried: exact ones by name, patterns by precedence; of one pattern, those
    /// for a caller's number first.
    pub(crate) extensions: Vec<Extension>,
    pub(crate) index: Index,
    pub(crate) includes: Vec<Include>,
    pub(crate) switches: Vec<Switch>,
    pub(crate) ignore_patterns: Vec<(Pattern, Span)>,
    pub(crate) autohints: bool,
}

impl Context {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The place of its first section's name.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Its own extensions in the order in which they are tried.
    pub fn extensions(&self) -> impl Iterator<Item = &Extension> {
        self.extensions.iter()
    }

    /// The steps of its own extensions.
    pub fn steps(&self) -> impl Iterator<Item = &PlanStep> {
        self.extensions.iter().flat_map(Extension::steps)
    }

    /// The contexts that are searched after its own extensions, in order.
    pub fn includes(&self) -> impl Iterator<Item = &Include> {
        self.includes.iter()
    }

    /// The switches that are asked after its own extensions, and before its includes.
    pub fn switches(&self) -> impl Iterator<Item = &Switch> {
        self.switches.iter()
    }

    /// Whether what was dialled so far matches an `ignorepat`: the dial tone goes on then.
    pub fn ignores(&self, dialled: &str) -> bool {
        self.ignore_patterns.iter().any(|(pattern, _)| pattern.matches(dialled))
    }

    /// The patterns of `ignorepat`, as they were written, each with its place.
    pub fn ignore_patterns(&self) -> impl Iterator<Item = (&str, Span)> {
        self.ignore_patterns.iter().map(|(pattern, span)| (pattern.text(), *span))
    }

    /// Whether `autohints=yes` stands in it.
    pub fn autohints(&self) -> bool {
        self.autohints
    }
}

/// One extension of one context, for all callers or for some.
#[derive(Debug)]
pub struct Extension {
    pub(crate) pattern: Pattern,
    pub(crate) caller: Option<Pattern>,
    /// By priority, none twice.
    pub(crate) steps: Vec<PlanStep>,
    pub(crate) hint: Option<Hint>,
    pub(crate) span: Span,
}

impl Extension {
    /// What it matches.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The callers it is for; `None`: all.
    pub fn caller(&self) -> Option<&Pattern> {
        self.caller.as_ref()
    }

    /// The place of its first mention.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Its steps by priority.
    pub fn steps(&self) -> impl Iterator<Item = &PlanStep> {
        self.steps.iter()
    }

    /// The step of a priority.
    pub fn step(&self, priority: u32) -> Option<&PlanStep> {
        self.step_index(priority).map(|index| &self.steps[index])
    }

    pub(crate) fn step_index(&self, priority: u32) -> Option<usize> {
        // Most extensions have the priorities 1, 2, 3 ... without a gap.
        let guess = (priority as usize).wrapping_sub(1);
        match self.steps.get(guess) {
            Some(step) if step.priority == priority => Some(guess),
            _ => self.steps.binary_search_by_key(&priority, |step| step.priority).ok(),
        }
    }

    /// The step of a label; the case of letters counts.
    pub fn label(&self, label: &str) -> Option<&PlanStep> {
        self.steps.iter().find(|step| step.label.as_deref() == Some(label))
    }

    /// Its hint.
    pub fn hint(&self) -> Option<&Hint> {
        self.hint.as_ref()
    }

    pub(crate) fn is_for(&self, caller: Option<&str>) -> bool {
        self.caller.as_ref().is_none_or(|pattern| pattern.matches(caller.unwrap_or("")))
    }
}

/// One step: an application and its arguments.
#[derive(Debug)]
pub struct PlanStep {
    pub(crate) context: Arc<str>,
    pub(crate) extension: Arc<str>,
    pub(crate) caller: Option<Arc<str>>,
    pub(crate) priority: u32,
    pub(crate) label: Option<Arc<str>>,
    pub(crate) application: Arc<str>,
    pub(crate) arguments: Text,
    pub(crate) span: Span,
    pub(crate) application_span: Span,
    pub(crate) arguments_span: Span,
}

impl PlanStep {
    /// The context in which it is written.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// The text of its extension, with the `_` of a pattern.
    pub fn extension(&self) -> &str {
        &self.extension
    }

    /// The text of the caller's number that its extension is for.
    pub fn caller(&self) -> Option<&str> {
        self.caller.as_deref()
    }

    /// Its priority, from 1.
    pub fn priority(&self) -> u32 {
        self.priority
    }

    /// Its label.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The application as it is written; applications are compared without regard to case.
    pub fn application(&self) -> &str {
        &self.application
    }

    /// The arguments as they are written, nothing substituted.
    pub fn arguments(&self) -> &str {
        self.arguments.source()
    }

    /// The arguments compiled.
    pub fn arguments_text(&self) -> &Text {
        &self.arguments
    }

    /// The place of the whole line's value.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The place of the application's name.
    pub fn application_span(&self) -> Span {
        self.application_span
    }

    /// The place of the arguments; offsets within [`arguments`](Self::arguments) can be
    /// [sliced](Span::slice) out of it.
    pub fn arguments_span(&self) -> Span {
        self.arguments_span
    }

    /// Whether the application is called `name`, without regard to case.
    pub fn is(&self, name: &str) -> bool {
        self.application.eq_ignore_ascii_case(name)
    }
}

/// What an extension's lamp shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The devices joined by `&`, and perhaps a presence provider after a comma, as written.
    pub devices: String,
    /// Their place.
    pub span: Span,
}

/// An `include` line.
#[derive(Clone, Debug)]
pub struct Include {
    pub(crate) name: Arc<str>,
    /// Index of the context, where there is one.
    pub(crate) target: Option<u32>,
    pub(crate) condition: Option<TimeCondition>,
    pub(crate) span: Span,
}

impl Include {
    /// The name of the included context.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When the include is open; `None`: always.
    pub fn condition(&self) -> Option<&TimeCondition> {
        self.condition.as_ref()
    }

    /// The place of the line's value.
    pub fn span(&self) -> Span {
        self.span
    }
}
