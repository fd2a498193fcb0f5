//! One context while its lines are read.

use super::globals::Globals;
use super::{report, switches};
use crate::plan::{Context, Extension, Hint, Include, Index, PlanStep, Switch, SwitchKind};
use crate::syntax::line::{self, ExtenLine};
use crate::syntax::pattern::Body;
use crate::syntax::priority::{Base, PriorityError, PrioritySpec, priority};
use crate::{Pattern, Text, TimeCondition};
use asterisk_conf::suggest::nearest;
use asterisk_conf::{Diagnostic, Entry, Section, Span, Spanned, boolean};
use std::collections::HashMap;
use std::sync::Arc;

/// What a context may hold.
const KEYS: [&str; 8] =
    ["exten", "same", "include", "ignorepat", "switch", "lswitch", "eswitch", "autohints"];

/// Two lines with equal keys speak of the same extension.
type Key = (Body, Option<Body>);

pub(super) struct ContextBuilder {
    context: Context,
    by_key: HashMap<Key, usize>,
    cursor: Cursor,
}

/// What `same`, `n` and `s` go on from. A new section begins without one.
#[derive(Default)]
struct Cursor {
    extension: Option<usize>,
    priority: Option<u32>,
}

impl ContextBuilder {
    pub(super) fn new(name: Arc<str>, span: Span) -> Self {
        let context = Context {
            name,
            span,
            extensions: Vec::new(),
            index: Index::new(&[]),
            includes: Vec::new(),
            switches: Vec::new(),
            ignore_patterns: Vec::new(),
            autohints: false,
        };
        Self { context, by_key: HashMap::new(), cursor: Cursor::default() }
    }

    pub(super) fn read(&mut self, section: &Section, globals: &mut Globals, found: &mut Vec<Diagnostic>) {
        self.cursor = Cursor::default();
        for entry in &section.entries {
            if let Err(finding) = self.entry(entry, globals, found) {
                found.push(*finding);
            }
        }
    }

    fn entry(
        &mut self,
        entry: &Entry,
        globals: &mut Globals,
        found: &mut Vec<Diagnostic>,
    ) -> Result<(), Box<Diagnostic>> {
        let value = &entry.value;
        match entry.key.value.to_ascii_lowercase().as_str() {
            "exten" => {
                let line = line::exten(value)?;
                let extension = self.extension(&line, globals, found);
                // Even if the rest of the line is wrong, `same` lines below belong to this extension.
                self.cursor.extension = Some(extension);
                self.step(&line, extension, value.span, found)?;
            }
            "same" => {
                let line = line::same(value)?;
                let extension = self.cursor.extension.ok_or_else(|| {
                    Diagnostic::error(
                        "same-without-extension",
                        "there is no `exten` above in this section to go on from",
                    )
                    .at(entry.key.span)
                    .help("begin with `exten => 100,1,...`")
                })?;
                self.step(&line, extension, value.span, found)?;
            }
            "include" => self.include(value, globals)?,
            "switch" => self.switch(SwitchKind::Plain, value, globals, found),
            "lswitch" => self.switch(SwitchKind::Literal, value, globals, found),
            "eswitch" => self.switch(SwitchKind::Evaluated, value, globals, found),
            "ignorepat" => {
                let pattern = pattern(value, globals, found);
                self.context.ignore_patterns.push((pattern, value.span));
            }
            "autohints" => {
                self.context.autohints = boolean(&value.value).ok_or_else(|| {
                    Diagnostic::error("bad-boolean", format!("`{value}` is neither yes nor no"))
                        .at(value.span)
                })?;
            }
            _ => return Err(Box::new(unknown_key(entry))),
        }
        Ok(())
    }

    /// The extension that an `exten` line speaks of, made on its first mention.
    fn extension(&mut self, line: &ExtenLine, globals: &mut Globals, found: &mut Vec<Diagnostic>) -> usize {
        let Some(written) = &line.extension else { return 0 };
        let (name, mut oddities) = parse(written, globals);
        let caller = line.caller.as_ref().map(|caller| {
            let (pattern, odd) = parse(caller, globals);
            oddities.extend(odd);
            pattern
        });
        let key = (name.body().clone(), caller.as_ref().map(|caller| caller.body().clone()));
        let next = self.context.extensions.len();
        let index = *self.by_key.entry(key).or_insert(next);
        if index == next {
            // What is odd about a pattern is told once.
            found.extend(oddities);
            let span = written.span;
            self.context.extensions.push(Extension {
                pattern: name,
                caller,
                steps: Vec::new(),
                hint: None,
                span,
            });
        }
        index
    }

    fn step(
        &mut self,
        line: &ExtenLine,
        extension: usize,
        span: Span,
        found: &mut Vec<Diagnostic>,
    ) -> Result<(), Box<Diagnostic>> {
        let spec = read_priority(&line.priority)?;
        if spec.base == Base::Hint {
            return Ok(self.hint(extension, &line.rest)?);
        }
        let number = self.number(&spec, &line.priority)?;
        self.cursor.priority = Some(number);
        let call = line::call(&line.rest, found);
        if call.application.value.is_empty() {
            let finding = Diagnostic::error("missing-application", "there is no application before the `(`");
            return Err(Box::new(finding.at(line.rest.span)));
        }
        let (arguments, problems) = Text::compile_with_problems(&call.arguments.value);
        found.extend(problems.iter().map(|problem| report::text_problem(call.arguments.span, problem)));
        let target = &mut self.context.extensions[extension];
        let label = spec.label.as_ref().map(|range| line.priority.value[range.clone()].into());
        let step = PlanStep {
            context: Arc::clone(&self.context.name),
            extension: target.pattern.shared_text(),
            caller: target.caller.as_ref().map(Pattern::shared_text),
            priority: number,
            label,
            application: call.application.value.into(),
            arguments,
            span,
            application_span: call.application.span,
            arguments_span: call.arguments.span,
        };
        Ok(insert(target, step, line, &spec)?)
    }

    /// The number of a priority.
    fn number(&self, spec: &PrioritySpec, written: &Spanned<String>) -> Result<u32, Box<Diagnostic>> {
        let before = || {
            self.cursor.priority.ok_or_else(|| {
                let message =
                    format!("`{}` needs a line above it in this section to go on from", written.value);
                Diagnostic::error("no-priority-before", message)
                    .at(written.span)
                    .help("begin with priority `1`")
            })
        };
        let base = match spec.base {
            Base::Number(number) => number,
            Base::Same | Base::Hint => before()?,
            Base::Next => before()?.saturating_add(1),
        };
        let number = base.saturating_add(spec.offset);
        if number > i32::MAX as u32 {
            return Err(Box::new(bad_priority(written)));
        }
        Ok(number)
    }

    fn hint(&mut self, extension: usize, devices: &Spanned<String>) -> Result<(), Diagnostic> {
        let target = &mut self.context.extensions[extension];
        if let Some(first) = &target.hint {
            let message = format!("`{}` has a hint already: this one is not used", target.pattern.text());
            return Err(Diagnostic::warning("duplicate-hint", message)
                .at(devices.span)
                .related(first.span, "the one that counts"));
        }
        target.hint = Some(Hint { devices: devices.value.clone(), span: devices.span });
        Ok(())
    }

    fn include(&mut self, value: &Spanned<String>, globals: &mut Globals) -> Result<(), Diagnostic> {
        let text = globals.substitute(value);
        // Old files part the time with bars.
        let text = if text.contains(',') { text } else { text.replace('|', ",") };
        let (name, condition) = match text.split_once(',') {
            Some((name, condition)) => (name.trim(), Some(condition.trim()).filter(|c| !c.is_empty())),
            None => (text.trim(), None),
        };
        if name.is_empty() {
            return Err(
                Diagnostic::error("missing-context", "this `include` names no context").at(value.span)
            );
        }
        let condition = condition.map(TimeCondition::parse).transpose().map_err(|error| {
            Diagnostic::error("bad-time", format!("{error}"))
                .at(value.span)
                .help("write `context,times,weekdays,days,months`, such as `day,9:00-17:00,mon-fri,*,*`")
        })?;
        self.context.includes.push(Include { name: name.into(), target: None, condition, span: value.span });
        Ok(())
    }

    fn switch(
        &mut self,
        kind: SwitchKind,
        value: &Spanned<String>,
        globals: &mut Globals,
        found: &mut Vec<Diagnostic>,
    ) {
        let target = match kind {
            SwitchKind::Plain => globals.substitute(value),
            SwitchKind::Literal | SwitchKind::Evaluated => value.value.clone(),
        };
        let switch = Switch::new(kind, target, value.span);
        found.extend(switches::of_line(&switch, value));
        self.context.switches.push(switch);
    }

    /// Puts all in order, and finds the contexts that are included.
    pub(super) fn finish(mut self, names: &HashMap<Arc<str>, u32>, found: &mut Vec<Diagnostic>) -> Context {
        for include in &mut self.context.includes {
            include.target = names.get(&include.name).copied();
            if include.target.is_none() {
                let message = format!("there is no context `{}` to include", include.name);
                let finding = Diagnostic::warning("unknown-context", message).at(include.span);
                found.push(finding.suggest(nearest(&include.name, names.keys().map(|name| &**name))));
            } else if include.name == self.context.name {
                found.push(
                    Diagnostic::warning("include-loop", "this context includes itself").at(include.span),
                );
            }
        }
        let by_callers_first =
            |caller: &Option<Pattern>| (caller.is_none(), caller.as_ref().map(|c| c.body().clone()));
        self.context.extensions.sort_by(|a, b| {
            a.pattern
                .body()
                .cmp(b.pattern.body())
                .then_with(|| by_callers_first(&a.caller).cmp(&by_callers_first(&b.caller)))
        });
        self.context.index = Index::new(&self.context.extensions);
        self.context
    }
}

/// Adds a step in its place, unless the place is taken.
fn insert(
    target: &mut Extension,
    step: PlanStep,
    line: &ExtenLine,
    spec: &PrioritySpec,
) -> Result<(), Diagnostic> {
    let at = match target.steps.binary_search_by_key(&step.priority, |other| other.priority) {
        Ok(taken) => {
            let first = &target.steps[taken];
            let message = format!(
                "`{}` has a priority {} already: this line is not used",
                target.pattern.text(),
                step.priority
            );
            return Err(Diagnostic::warning("duplicate-priority", message)
                .at(line.priority.span)
                .related(first.span, "the line that counts"));
        }
        Err(at) => at,
    };
    let twice = step.label.as_deref().and_then(|label| target.label(label)).map(|first| first.span);
    let label = spec.label.clone();
    target.steps.insert(at, step);
    match (twice, label) {
        (Some(first), Some(range)) => Err(Diagnostic::warning(
            "duplicate-label",
            format!("`{}` is a label of this extension already", &line.priority.value[range.clone()]),
        )
        .at(line.priority.part(range))
        .related(first, "a jump to the label goes here, if this comes first")),
        _ => Ok(()),
    }
}

fn read_priority(written: &Spanned<String>) -> Result<PrioritySpec, Diagnostic> {
    priority(&written.value).map_err(|error| match error {
        PriorityError::NotAPriority => bad_priority(written),
        PriorityError::UnclosedLabel => {
            Diagnostic::error("unbalanced-parentheses", "the label of this priority has no closing `)`")
                .at(written.span)
        }
    })
}

fn bad_priority(written: &Spanned<String>) -> Diagnostic {
    Diagnostic::error("bad-priority", format!("`{}` is not a priority", written.value))
        .at(written.span)
        .help("a priority is a number from 1 on, `n` for the next one, `s` for the same one, or `hint`")
}

fn unknown_key(entry: &Entry) -> Diagnostic {
    let finding = Diagnostic::warning(
        "unknown-key",
        format!("a context has no key `{}`: the line is ignored", entry.key),
    )
    .at(entry.key.span);
    match nearest(&entry.key.value, KEYS) {
        Some(near) => finding.suggest(Some(near)),
        None => finding.help("a context holds `exten`, `same`, `include`, `switch` and `ignorepat` lines"),
    }
}

/// Reads a pattern, global variables in it substituted, with the findings about it.
fn parse(written: &Spanned<String>, globals: &mut Globals) -> (Pattern, Vec<Diagnostic>) {
    let text = globals.substitute(written);
    let (pattern, oddities) = Pattern::parse_with_oddities(&text);
    let found =
        oddities.iter().filter_map(|odd| report::oddity(&Spanned::new(text.clone(), written.span), odd));
    (pattern, found.collect())
}

fn pattern(written: &Spanned<String>, globals: &mut Globals, found: &mut Vec<Diagnostic>) -> Pattern {
    let (pattern, oddities) = parse(written, globals);
    // `ignorepat => 9` and `_9` are both usual.
    found.extend(oddities.into_iter().filter(|finding| finding.code != "literal-pattern"));
    pattern
}
