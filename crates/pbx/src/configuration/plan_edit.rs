//! Changes of the dialplan that are made on the console, until the next reload.
//!
//! The plan is a program that does not change: an edit makes another one of the same text. The context that it concerns is
//! written out for it, one line for each step.

use std::sync::Arc;

use asterisk_conf::{Config, Diagnostic, Entry, Operator, Section, Span, Spanned};
use dialplan_vm::{Context, Extension, Pattern, SwitchKind};

use super::Configuration;

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanEdit {
    /// A step more, written as behind `exten =>`.
    AddExtension {
        /// The context; it is made where it is missing.
        context: String,
        /// `100,1,Answer()`.
        line: String,
        /// In the place of the step that has its priority.
        replace: bool,
    },
    /// An extension less, or one step of it.
    RemoveExtension {
        /// The context.
        context: String,
        /// As it is written, with the `_` of a pattern.
        extension: String,
        /// The step; all where it is missing.
        priority: Option<u32>,
    },
    /// A context less.
    RemoveContext(String),
    /// `include` or `ignorepat`: a line more.
    Add {
        /// The key.
        key: &'static str,
        /// The context, which is there.
        context: String,
        /// What stands behind the key.
        value: String,
    },
    /// `include` or `ignorepat`: a line less.
    Remove {
        /// The key.
        key: &'static str,
        /// The context.
        context: String,
        /// What stands behind the key.
        value: String,
    },
}

/// Why the dialplan stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanEditError {
    /// The context is not there.
    #[error("There is no existence of '{0}' context")]
    NoContext(String),
    /// What is to be removed is not there.
    #[error("there is no {what} in context '{context}'")]
    NotThere {
        /// The line.
        what: String,
        /// The context.
        context: String,
    },
    /// A step has that priority already.
    #[error("'{0}' has that priority already; add the word replace to take its place")]
    Taken(String),
    /// The line cannot be read.
    #[error("{0}")]
    Wrong(String),
}

impl Configuration {
    /// The same with another dialplan.
    pub(crate) fn edited(&self, edit: &PlanEdit) -> Result<Self, PlanEditError> {
        let mut next = self.clone();
        let context = match edit {
            PlanEdit::AddExtension { context, .. } | PlanEdit::RemoveExtension { context, .. } => context,
            PlanEdit::Add { context, .. } | PlanEdit::Remove { context, .. } => context,
            PlanEdit::RemoveContext(context) => context,
        };
        let known = self.dialplan.context(context);
        if known.is_none() && !matches!(edit, PlanEdit::AddExtension { .. }) {
            return Err(PlanEditError::NoContext(context.clone()));
        }
        let mut lines = known.map(written_out).unwrap_or_default();
        let console = |next: &mut Self, text: &str| {
            let file = next.sources.add("console", text.to_owned());
            Span { file, start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX) }
        };
        match edit {
            PlanEdit::AddExtension { line, replace, .. } => {
                let place = console(&mut next, line);
                add_extension(&mut lines, line, *replace, place)?;
            }
            PlanEdit::RemoveExtension { extension, priority, .. } => {
                let found = lines.iter().any(|line| line.is_step(extension, *priority));
                lines.retain(|line| !line.is_step(extension, *priority));
                missing(found, extension, context)?;
            }
            PlanEdit::Add { key, value, .. } => {
                let place = console(&mut next, value);
                lines.push(Line::plain(key, value, place));
            }
            PlanEdit::Remove { key, value, .. } => {
                let is = |line: &Line| line.entry.key.value == *key && line.entry.value.value == *value;
                let found = lines.iter().any(is);
                lines.retain(|line| !is(line));
                missing(found, &format!("{key} => {value}"), context)?;
            }
            PlanEdit::RemoveContext(_) => {}
        }
        let mut text = Config::clone(&self.plan_text);
        let place = known.map_or_else(|| console(&mut next, context), Context::span);
        text.sections.retain(|section| section.is_template || section.name.value != *context);
        if !matches!(edit, PlanEdit::RemoveContext(_)) {
            text.sections.push(Section {
                name: Spanned::new(context.clone(), place),
                is_template: false,
                entries: lines.into_iter().map(|line| line.entry).collect(),
            });
        }
        let compiled = dialplan_vm::compile(&text);
        if let Some(error) = compiled.diagnostics.iter().find(|finding| finding.is_error()) {
            return Err(PlanEditError::Wrong(error.message.clone()));
        }
        next.dialplan = Arc::new(compiled.plan);
        next.plan_text = Arc::new(text);
        next.registered.clear();
        Ok(next)
    }
}

fn missing(found: bool, what: &str, context: &str) -> Result<(), PlanEditError> {
    let not_there = || PlanEditError::NotThere { what: what.to_owned(), context: context.to_owned() };
    if found { Ok(()) } else { Err(not_there()) }
}

/// A line of a context that is written out.
struct Line {
    entry: Entry,
    /// The extension with its caller, and its priority; a hint has none.
    step: Option<(String, Option<u32>)>,
}

impl Line {
    fn plain(key: &str, value: &str, place: Span) -> Self {
        Self { entry: entry(key, value, place), step: None }
    }

    fn is_step(&self, extension: &str, priority: Option<u32>) -> bool {
        self.step.as_ref().is_some_and(|(name, own)| {
            let same = name == extension || Pattern::parse(name).same_as(&Pattern::parse(extension));
            same && (priority.is_none() || priority == *own)
        })
    }
}

fn entry(key: &str, value: &str, place: Span) -> Entry {
    Entry {
        key: Spanned::new(key.to_owned(), place),
        value: Spanned::new(value.to_owned(), place),
        operator: Operator::Object,
    }
}

/// Adds a step, which the compiler reads; one that it finds wrong is told.
fn add_extension(lines: &mut Vec<Line>, line: &str, replace: bool, place: Span) -> Result<(), PlanEditError> {
    let probe = Config {
        sections: vec![Section {
            name: Spanned::new("console".to_owned(), place),
            is_template: false,
            entries: vec![entry("exten", line, place)],
        }],
    };
    let read = dialplan_vm::compile(&probe);
    let wrong = |finding: &Diagnostic| PlanEditError::Wrong(finding.message.clone());
    if let Some(error) = read.diagnostics.iter().find(|finding| finding.is_error()) {
        return Err(wrong(error));
    }
    let new = read.plan.context("console").map(written_out).unwrap_or_default();
    for line in new {
        if let Some((name, priority)) = &line.step {
            let taken = lines.iter().position(|old| old.is_step(name, *priority) && priority.is_some());
            match taken {
                Some(_) if !replace => return Err(PlanEditError::Taken(name.clone())),
                Some(at) => drop(lines.remove(at)),
                None => {}
            }
        }
        lines.push(line);
    }
    Ok(())
}

/// A context as lines that each stand alone.
fn written_out(context: &Context) -> Vec<Line> {
    let mut lines: Vec<Line> = context.extensions().flat_map(steps_of).collect();
    for include in context.includes() {
        let condition = include.condition().map_or_else(String::new, |c| format!(",{}", c.text()));
        lines.push(Line::plain("include", &format!("{}{condition}", include.name()), include.span()));
    }
    for switch in context.switches() {
        let key = match switch.kind {
            SwitchKind::Plain => "switch",
            SwitchKind::Literal => "lswitch",
            SwitchKind::Evaluated => "eswitch",
        };
        lines.push(Line::plain(key, &switch.target, switch.span));
    }
    lines.extend(context.ignore_patterns().map(|(pattern, place)| Line::plain("ignorepat", pattern, place)));
    if context.autohints() {
        lines.push(Line::plain("autohints", "yes", context.span()));
    }
    lines
}

fn steps_of(extension: &Extension) -> Vec<Line> {
    let caller = extension.caller().map_or_else(String::new, |caller| format!("/{}", caller.text()));
    let name = format!("{}{caller}", extension.pattern().text());
    let hint = extension.hint().map(|hint| Line {
        entry: entry("exten", &format!("{name},hint,{}", hint.devices), hint.span),
        step: Some((name.clone(), None)),
    });
    let steps = extension.steps().map(|step| {
        let label = step.label().map_or_else(String::new, |label| format!("({label})"));
        let (priority, application, arguments) = (step.priority(), step.application(), step.arguments());
        let text = format!("{name},{priority}{label},{application}({arguments})");
        Line { entry: entry("exten", &text, step.span()), step: Some((name.clone(), Some(priority))) }
    });
    hint.into_iter().chain(steps).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::Folders;

    const PLAN: &str = "[phones]\nexten => 100,hint,PJSIP/100\nexten => 100,1(here),Answer()\n same => n,Playback(a,b)\n\
                        exten => _1X./5,1,Set(X=f(a))\ninclude => night,18:00-8:00,*,*,*\nignorepat => 9\n[night]\n";

    fn plan() -> Configuration {
        let files = MemoryFiles::from([("/pbx/etc/extensions.conf", PLAN)]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        configuration.unwrap_or_else(|| panic!("{}", report.render(false)))
    }

    fn shown(configuration: &Configuration, context: &str) -> String {
        configuration.dialplan.show(&configuration.sources, Some(context), None).unwrap_or_default()
    }

    fn add(line: &str, replace: bool) -> PlanEdit {
        PlanEdit::AddExtension { context: "phones".into(), line: line.into(), replace }
    }

    #[test]
    fn what_is_not_edited_stays_as_it_is() {
        let (before, ignore) =
            (plan(), PlanEdit::Add { key: "ignorepat", context: "phones".into(), value: "8".into() });
        let after = before.edited(&ignore).unwrap();
        let text = shown(&after, "phones");
        assert!(text.contains("'8'") && text.contains("[console:1]"), "{text}");
        let without: String =
            text.lines().filter(|line| !line.contains("'8'")).map(|l| format!("{l}\n")).collect();
        assert_eq!(without, shown(&before, "phones"));
    }

    #[test]
    fn steps_are_added_replaced_and_removed() {
        let added = plan().edited(&add("200,1,Dial(PJSIP/200,20)", false)).unwrap();
        assert!(added.dialplan.exists("phones", "200", None, 1));
        let taken = added.edited(&add("100,2,Hangup()", false)).unwrap_err();
        assert_eq!(taken, PlanEditError::Taken("100".into()));
        let replaced = added.edited(&add("100,2,Hangup()", true)).unwrap();
        let step = |c: &Configuration, n| {
            c.dialplan.find("phones", "100", None, n).map(|f| f.step.application().to_owned())
        };
        assert_eq!(
            (step(&replaced, 1).as_deref(), step(&replaced, 2).as_deref()),
            (Some("Answer"), Some("Hangup"))
        );
        let remove = |priority| PlanEdit::RemoveExtension {
            context: "phones".into(),
            extension: "100".into(),
            priority,
        };
        let shorter = replaced.edited(&remove(Some(2))).unwrap();
        assert!(step(&shorter, 1).is_some() && step(&shorter, 2).is_none());
        let gone = shorter.edited(&remove(None)).unwrap();
        assert!(step(&gone, 1).is_none() && gone.dialplan.find_hint("phones", "100").is_none());
        assert!(gone.edited(&remove(None)).is_err());
        assert!(matches!(plan().edited(&add("200,x,Dial()", false)), Err(PlanEditError::Wrong(_))));
    }

    #[test]
    fn contexts_come_and_go() {
        let edit =
            PlanEdit::AddExtension { context: "new".into(), line: "1,1,NoOp()".into(), replace: false };
        let with = plan().edited(&edit).unwrap();
        assert!(with.dialplan.exists("new", "1", None, 1));
        let without = with.edited(&PlanEdit::RemoveContext("new".into())).unwrap();
        assert!(without.dialplan.context("new").is_none());
        let gone = without.edited(&PlanEdit::RemoveContext("new".into())).unwrap_err();
        assert_eq!(gone, PlanEditError::NoContext("new".into()));
        let include = PlanEdit::Remove { key: "include", context: "phones".into(), value: "night".into() };
        assert!(plan().edited(&include).is_err(), "the line has a time");
    }
}
